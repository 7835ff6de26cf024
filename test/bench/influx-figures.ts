/** What was measured of the store in InfluxDB, as figures beside their baselines and aims. */
import type { InfluxResult } from './influx.ts'
import type { DrainResult } from './influx-drain.ts'
import type { InfluxTelemetry } from './influx-telemetry.ts'
import type { InfluxWalks } from './influx-walks.ts'
import type { WriteRound, WritesResult } from './influx-writes.ts'
import { type Figure, median, rounded } from './report.ts'

/** At which an hour's spool is told. */
const eventsPerSecond = 100

export function influxFigures({ writes, walks = [], telemetry, drain }: InfluxResult): Figure[] {
  return [
    ...(writes === undefined ? [] : writeFigures(writes)),
    ...walks.flatMap((walk) => walkFigures(walk, walks[0] ?? walk)),
    ...(telemetry === undefined ? [] : telemetryFigures(telemetry)),
    ...(drain === undefined ? [] : drainFigures(drain)),
  ]
}

function writeFigures({ store, bare }: WritesResult): Figure[] {
  const rate = (rounds: readonly WriteRound[]) =>
    Math.round(median(rounds.map(({ trailRows, seconds }) => trailRows / seconds)))
  const cpu = (rounds: readonly WriteRound[], of: (round: WriteRound) => number) =>
    rounded(median(rounds.map((round) => (of(round) * 1e6) / round.trailRows)))
  const both = ({ ownCpuSeconds, influxCpuSeconds }: WriteRound) => ownCpuSeconds + influxCpuSeconds
  const own = ({ ownCpuSeconds }: WriteRound) => ownCpuSeconds
  return [
    {
      what: 'trail rows stored, with their events',
      value: rate(store),
      unit: 'rows/s',
      beside: { what: 'bare writes, rows/s', value: rate(bare) },
      aim: { least: 0.7, ofRatio: true },
    },
    {
      what: '  CPU time of a row, influxd included',
      value: cpu(store, both),
      unit: 'us',
      beside: { what: 'us bare', value: cpu(bare, both) },
    },
    { what: '  of which the store', value: cpu(store, own), unit: 'us' },
  ]
}

function walkFigures(walk: InfluxWalks, first: InfluxWalks): Figure[] {
  const { trailRows, rowsPerSecond, trail, back, coldBack, backCpuMs } = walk
  const { resident, bytesPerRow } = walk
  const at = `at ${rounded(trailRows / 1e6)} M rows`
  const growth = (what: string, value: number, before: number): Figure[] =>
    walk === first
      ? []
      : [
          {
            what,
            value,
            unit: 'ms',
            beside: { what: `ms at ${rounded(first.trailRows / 1e6)} M rows`, value: before },
            aim: { most: 1.5, ofRatio: true },
          },
        ]
  const trailP50 = `trail of one item ${at}, p50`
  const backP50 = `chain of ${back.nodes} nodes ${at}, p50`
  return [
    { what: `written up to ${at.slice(3)}`, value: rowsPerSecond, unit: 'rows/s' },
    { what: trailP50, value: trail.p50Ms, unit: 'ms', aim: { most: 5 } },
    { what: `trail of one item ${at}, p99`, value: trail.p99Ms, unit: 'ms' },
    ...growth(trailP50, trail.p50Ms, first.trail.p50Ms),
    { what: backP50, value: back.p50Ms, unit: 'ms', aim: { most: 150 } },
    { what: `chain of ${back.nodes} nodes ${at}, p99`, value: back.p99Ms, unit: 'ms' },
    // The chains of a larger store are somewhat longer: what grows is told of one node.
    ...growth('  of it for a node', ofNode(back), ofNode(first.back)),
    {
      what: `  each with a new reader, ${coldBack.nodes} nodes, p50`,
      value: coldBack.p50Ms,
      unit: 'ms',
      aim: { most: 150 },
    },
    { what: '  CPU time of a chain, the store', value: backCpuMs[0], unit: 'ms' },
    { what: '  CPU time of a chain, influxd', value: backCpuMs[1], unit: 'ms' },
    { what: `memory of influxd ${at}`, value: resident?.nowMiB ?? 0, unit: 'MiB' },
    { what: '  at its peak', value: resident?.peakMiB ?? 0, unit: 'MiB' },
    { what: `on disk per row ${at}, InfluxDB`, value: bytesPerRow.influx, unit: 'bytes' },
    { what: '  side file', value: bytesPerRow.sideFile, unit: 'bytes' },
  ]
}

function ofNode({ p50Ms, nodes }: InfluxWalks['back']): number {
  return rounded(p50Ms / nodes)
}

function telemetryFigures({ devices, pointsPerSecond, cpuUs, day }: InfluxTelemetry): Figure[] {
  return [
    {
      what: `readings of ${devices.toLocaleString('en')} devices, once a second each`,
      value: pointsPerSecond,
      unit: 'points/s',
      beside: { what: 'points/s that come', value: devices },
    },
    { what: '  CPU time of a point, the store', value: cpuUs[0], unit: 'us' },
    { what: '  CPU time of a point, influxd', value: cpuUs[1], unit: 'us' },
    {
      what: `a day of one device in ${day.windows.toLocaleString('en')} windows, p50`,
      value: day.p50Ms,
      unit: 'ms',
      aim: { most: 50 },
    },
    { what: '  p99', value: day.p99Ms, unit: 'ms' },
  ]
}

function drainFigures({ events, drainSeconds, spoolMiB, stored }: DrainResult): Figure[] {
  const hour = eventsPerSecond * 3600
  return [
    { what: 'acknowledged while InfluxDB was down', value: events, unit: 'events' },
    { what: '  in the journal', value: spoolMiB, unit: 'MiB' },
    {
      what: '  stored of them afterwards',
      value: stored,
      unit: 'events',
      beside: { what: 'acknowledged', value: events },
      aim: { least: 1, ofRatio: true },
    },
    { what: 'drained', value: Math.round(stored / drainSeconds), unit: 'events/s' },
    {
      what: `an hour's spool at ${eventsPerSecond} events/s, drained at this rate in`,
      value: Math.round((hour * drainSeconds) / stored),
      unit: 's',
    },
  ]
}
