/** What was measured, as figures beside their baselines and aims. */
import type { IdentifierReads } from './identifier-reads.ts'
import type { IntakeResult } from './intake.ts'
import type { LoadResult } from './mqtt-load.ts'
import { mean } from './payload.ts'
import { type Figure, median, rounded } from './report.ts'
import type { TraceResult } from './trace.ts'

const mib = 1024 * 1024

export function figuresOf(
  intake: IntakeResult | undefined,
  trace: TraceResult | undefined,
  reads: readonly IdentifierReads[] | undefined,
): Figure[] {
  return [
    ...(intake ? intakeFigures(intake) : []),
    ...(trace ? traceFigures(trace) : []),
    ...(reads ? readFigures(reads) : []),
  ]
}

/** Reads a second of CPU time; the first is the baseline. */
function readFigures([baseline, ...reads]: readonly IdentifierReads[]): Figure[] {
  const beside = { what: 'events parsed', value: baseline?.perSecond ?? 0 }
  return reads.map(({ what, perSecond }) => ({
    what: `${what}, a second of CPU`,
    value: perSecond,
    unit: 'reads',
    beside,
    // To understand is to tell all that is known of it; the aim is for the reading in it.
    ...(!what.startsWith('understand') && { aim: { least: 1, ofRatio: true } as const }),
  }))
}

function intakeFigures({ bare, program, inserts, sustained }: IntakeResult): Figure[] {
  const rate = (results: readonly LoadResult[]) =>
    median(results.map(({ acknowledgedPerSecond }) => acknowledgedPerSecond))
  const aedes = { what: 'bare Aedes msg/s', value: rate(bare) }
  const sqlite = {
    what: 'bare SQLite inserts/s',
    value: median(inserts.map(({ eventsPerSecond }) => eventsPerSecond)),
  }
  const { samples, resident, bytesOnDisk, stored } = sustained
  const stores = ['trail.db', 'trail.db-wal', 'intake.db', 'intake.db-wal']
  const storeBytes = stores.reduce((sum, name) => sum + (bytesOnDisk[name] ?? 0), 0)
  const [p50, p99] = (['p50Ms', 'p99Ms'] as const).map((name) =>
    median(program.map((result) => result[name])),
  )
  return [
    {
      what: 'acknowledged, 10 connections x 100 in flight',
      value: rate(program),
      unit: 'msg/s',
      beside: aedes,
      aim: { least: 0.7, ofRatio: true },
    },
    { what: 'time to the acknowledgement, p50', value: p50 ?? 0, unit: 'ms' },
    { what: 'time to the acknowledgement, p99', value: p99 ?? 0, unit: 'ms' },
    {
      what: 'stored without a pause',
      value: sustained.storedPerSecond,
      unit: 'events/s',
      beside: aedes,
      aim: { least: 0.25, ofRatio: true },
    },
    {
      what: 'stored without a pause',
      value: sustained.storedPerSecond,
      unit: 'events/s',
      beside: sqlite,
    },
    {
      what: 'journal at its largest, bound 256 MiB',
      value: Math.max(...samples.map(({ journalMiB }) => journalMiB)),
      unit: 'MiB',
      aim: { most: 384 },
    },
    { what: 'memory at its peak under load', value: resident?.peakMiB ?? 0, unit: 'MiB' },
    {
      what: 'on disk per event, all indices included',
      value: Math.round(storeBytes / stored),
      unit: 'bytes',
      beside: { what: 'bytes as sent', value: Math.round(mean.bytes) },
    },
  ]
}

function traceFigures({ stores, http }: TraceResult): Figure[] {
  const [first] = stores
  const walks = stores.flatMap(({ trailRows, back, forward }): Figure[] => {
    const at = `at ${rows(trailRows)}`
    const isLater = first !== undefined && first.trailRows !== trailRows
    const growth: Figure = {
      what: `back over ${back.nodes} nodes ${at}, p50`,
      value: back.p50Ms,
      unit: 'ms',
      beside: { what: `ms at ${rows(first?.trailRows ?? 0)}`, value: first?.back.p50Ms ?? 0 },
      aim: { most: 1.5, ofRatio: true },
    }
    return [
      {
        what: `back over ${back.nodes} nodes ${at}, p50`,
        value: back.p50Ms,
        unit: 'ms',
        aim: { most: 5 },
      },
      { what: `back over ${back.nodes} nodes ${at}, p99`, value: back.p99Ms, unit: 'ms' },
      ...(isLater ? [growth] : []),
      ...forward.flatMap(({ serials, seconds, heldMiB }): Figure[] => [
        {
          what: `forward to ${serials.toLocaleString('en')} ${at}`,
          value: seconds,
          unit: 's',
          ...(serials === 100_000 ? { aim: { most: 1 } } : {}),
        },
        { what: '  memory held for it', value: heldMiB, unit: 'MiB' },
      ]),
    ]
  })
  const { back, forward } = http
  const over = `over HTTP at ${rows(http.trailRows)}`
  return [
    ...walks,
    { what: `back ${over}, p50`, value: back.p50Ms, unit: 'ms' },
    { what: `back ${over}, p99`, value: back.p99Ms, unit: 'ms' },
    ...forward.flatMap(({ serials, seconds, bytes, resident }): Figure[] => [
      { what: `forward to ${serials.toLocaleString('en')} ${over}`, value: seconds, unit: 's' },
      { what: '  answer', value: rounded(bytes / mib), unit: 'MiB' },
      { what: '  memory of the program after it', value: resident?.nowMiB ?? 0, unit: 'MiB' },
    ]),
  ]
}

function rows(count: number): string {
  return `${rounded(count / 1e6)} M rows`
}
