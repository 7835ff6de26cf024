/**
 * `npm run bench`: how fast, how large, and beside what. Every figure stands beside a baseline of
 * the same run and beside what was to be reached; nothing here can fail a build. Prints a table and
 * writes everything it measured to bench-results/.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { run } from './children.ts'
import { figuresOf } from './figures.ts'
import type { IdentifierOptions, IdentifierReads } from './identifier-reads.ts'
import { type InfluxOptions, influxParts, measureInflux } from './influx.ts'
import { influxFigures } from './influx-figures.ts'
import { measureIntake } from './intake.ts'
import { measurePages, type PagesResult } from './pages.ts'
import { pagesFigures } from './pages-figures.ts'
import { lateGoodsFigures, measureLateGoods, measureRecalls, recallFigures } from './recalls.ts'
import { judge, machine, rounded, tableOf } from './report.ts'
import { measureRules, rulesFigures } from './rules.ts'
import { measureSimulators, simulatorFigures } from './simulators.ts'
import { measureTrace } from './trace.ts'
import { webhookFigures } from './webhook-figures.ts'
import { measureWebhooks, type WebhookResult } from './webhooks.ts'

const help = `Usage: npm run bench -- [options]

  --seconds N   of the load without a pause (default: 60), or while InfluxDB is down (10)
  --rounds N    in turns with the baselines (default: 5)
  --rows LIST   trail rows at which traces are measured (default: 1000000,5000000; of InfluxDB
                1000000,10000000)
  --only PART   intake, simulators, trace, identifiers, rules, recalls, late, webhooks or
                pages; of
                InfluxDB writes, telemetry, drain or walks
  --store influx  the store in InfluxDB beside bare writes to it, and nothing else
  --quick       a first impression in about a minute: short rounds, 200000 rows
  --help
`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    rows: { type: 'string' },
    only: { type: 'string' },
    store: { type: 'string' },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) process.stdout.write(help)
else await bench()

async function bench(): Promise<void> {
  const started = new Date()
  const on = machine()
  const { figures, ...measured } =
    values.store === 'influx' ? await measureStore() : await measureAll()
  const judged = figures.map(judge)
  const loadAfter = rounded(loadavg()[0] ?? 0)
  process.stdout.write(`${JSON.stringify({ ...on, loadAfter })}\n${tableOf(judged)}\n`)
  const folder = fileURLToPath(new URL('../../bench-results', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${started.toISOString().replace(/[:.]/g, '-')}.json`)
  const all = {
    machine: on,
    loadAfter,
    started: started.toISOString(),
    figures: judged,
    ...measured,
  }
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`)
  tell(`written to ${file}`)
}

async function measureAll() {
  const quick = { seconds: '10', rounds: '1', rows: '200000' }
  const full = { seconds: '60', rounds: '5', rows: '1000000,5000000' }
  const { seconds, rounds, rows } = { ...(values.quick ? quick : full), ...values }
  const isAsked = (part: string) => (values.only ?? part) === part
  const intakeOptions = {
    rounds: Number(rounds),
    roundSeconds: values.quick ? 3 : 10,
    sustainedSeconds: Number(seconds),
    onProgress: tell,
  }
  const traceOptions = { rowCounts: rows.split(',').map(Number), onProgress: tell }
  const intake = isAsked('intake') ? await measureIntake(intakeOptions) : undefined
  const trace = isAsked('trace') ? await measureTrace(traceOptions) : undefined
  const reads = isAsked('identifiers') ? await measureReads(values.quick) : undefined
  const simulators = isAsked('simulators')
    ? await measureAllSimulators(values.quick, Number(rounds))
    : undefined
  const recalls = isAsked('recalls') ? await measureAllRecalls(values.quick) : []
  const late = isAsked('late') ? await measureAllLateGoods(values.quick) : []
  const rules = isAsked('rules') ? await measureAllRules(values.quick, Number(rounds)) : undefined
  const webhooks = isAsked('webhooks') ? await measureAllWebhooks(values.quick) : []
  const pages = isAsked('pages') ? await measureAllPages(values.quick) : undefined
  const figures = [
    ...figuresOf(intake, trace, reads),
    ...(simulators ? simulatorFigures(simulators) : []),
    ...recallFigures(recalls),
    ...lateGoodsFigures(late),
    ...(rules ? rulesFigures(rules) : []),
    ...webhookFigures(webhooks),
    ...(pages ? pagesFigures(pages) : []),
  ]
  return { figures, intake, trace, reads, simulators, recalls, late, rules, webhooks, pages }
}

function measureAllSimulators(
  quick: boolean,
  rounds: number,
): ReturnType<typeof measureSimulators> {
  return measureSimulators({ rounds, items: quick ? 5000 : 20_000, onProgress: tell })
}

function measureAllRecalls(quick: boolean): ReturnType<typeof measureRecalls> {
  return measureRecalls({ sizes: quick ? [10_000] : [100_000, 1_000_000], onProgress: tell })
}

function measureAllLateGoods(quick: boolean): ReturnType<typeof measureLateGoods> {
  return measureLateGoods({ counts: [0, 1, 20], events: quick ? 5_000 : 20_000, onProgress: tell })
}

function measureAllRules(quick: boolean, rounds: number): ReturnType<typeof measureRules> {
  const events = quick ? 20_000 : 100_000
  const items = quick ? 100_000 : 1_000_000
  return measureRules({ rounds, events, items, onProgress: tell })
}

async function measureAllWebhooks(quick: boolean): Promise<WebhookResult[]> {
  const results: WebhookResult[] = []
  for (const oneOf of [20, 2]) {
    tell(`webhooks: one of ${oneOf} events is an alert`)
    const seconds = quick ? 5 : 20
    results.push(await measureWebhooks({ eventsPerSecond: 1000, oneOf, seconds }))
  }
  return results
}

function measureAllPages(quick: boolean): Promise<PagesResult> {
  const much = { rounds: 5, nodes: 5000, readings: 100_000, alerts: 1000 }
  const little = { rounds: 1, nodes: 2000, readings: 20_000, alerts: 100 }
  return measurePages({ ...(quick ? little : much), onProgress: tell })
}

async function measureStore() {
  const { quick } = values
  const rows = values.rows ?? (quick ? '200000' : '1000000,10000000')
  const options: InfluxOptions = {
    only: influxParts.find((part) => part === values.only),
    rounds: Number(values.rounds ?? (quick ? 3 : 5)),
    batchesOfRound: quick ? 6 : 48,
    rowCounts: rows.split(',').map(Number),
    telemetry: quick ? { seconds: 120, daysOf: 2 } : { seconds: 600, daysOf: 5 },
    outageSeconds: Number(values.seconds ?? (quick ? 3 : 10)),
    onProgress: tell,
  }
  const influx = await measureInflux(options)
  return { figures: influxFigures(influx), influx }
}

async function measureReads(quick: boolean): Promise<IdentifierReads[]> {
  tell('reading identifiers')
  const options: IdentifierOptions = { rounds: quick ? 3 : 9, roundMs: quick ? 100 : 300 }
  return run(new URL('./identifier-reads.ts', import.meta.url), options)
}

function tell(what: string): void {
  process.stderr.write(`${what}\n`)
}
