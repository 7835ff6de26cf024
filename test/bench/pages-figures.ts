/** What was measured of pages, beside the frames of an empty one and a bare one's first paint. */
import type { PagesResult } from './pages.ts'
import type { Figure } from './report.ts'

export function pagesFigures(result: PagesResult): Figure[] {
  const { pan, idle, alertFrames, alertSeconds, alertsHeard, alertsRaised } = result
  const count = (value: number) => value.toLocaleString('en')
  const empty = (value: number) => ({ what: 'ms of an empty page', value })
  const kilobytes = (bytes: number) => Math.round(bytes / 100) / 10
  return [
    {
      what: 'scanned link, slow 3G, CPU 4 times slower: verdict to be read',
      value: result.verdictMs,
      unit: 'ms',
      beside: { what: 'ms of a bare page', value: result.bareMs },
      aim: { most: 3000 },
    },
    {
      what: '  scripts before the scanner, gzipped',
      value: kilobytes(result.scriptBytes),
      unit: 'KB',
      aim: { most: 120 },
    },
    {
      what: '  scripts of the link, gzipped',
      value: kilobytes(result.linkScriptBytes),
      unit: 'KB',
      aim: { most: 120 },
    },
    {
      what: `chain of ${count(result.nodes)} nodes, until all of it is there`,
      value: result.chainMs,
      unit: 'ms',
    },
    {
      what: '  a frame while it is moved, p50',
      value: pan.p50Ms,
      unit: 'ms',
      beside: empty(idle.p50Ms),
      aim: { most: 20 },
    },
    {
      what: '  a frame while it is moved, p95',
      value: pan.p95Ms,
      unit: 'ms',
      beside: empty(idle.p95Ms),
    },
    {
      what: `curve of ${count(result.readings)} readings, drawn`,
      value: result.curveMs,
      unit: 'ms',
      aim: { most: 100 },
    },
    {
      what: `${count(result.alerts)} alerts in ${alertSeconds} s: longest frame`,
      value: alertFrames.mostMs,
      unit: 'ms',
      beside: empty(idle.mostMs),
      aim: { most: 100 },
    },
    {
      what: '  of them heard by the page',
      value: alertsHeard,
      unit: 'alerts',
      beside: { what: 'raised by the server', value: alertsRaised },
      aim: { least: 1, most: 1, ofRatio: true },
    },
    { what: '  a frame, p95', value: alertFrames.p95Ms, unit: 'ms', beside: empty(idle.p95Ms) },
  ]
}
