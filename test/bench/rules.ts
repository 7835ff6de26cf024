/** What rules cost: the pipeline with them beside the same pipeline without, in turns. */
import { run } from './children.ts'
import { type Figure, median, rounded } from './report.ts'
import type { RulesLoadOptions, RulesLoadResult } from './rules-load.ts'

export interface RulesOptions {
  readonly rounds: number
  /** Of a round. */
  readonly events: number
  /** Items of the large run. */
  readonly items: number
  readonly onProgress: (what: string) => void
}

export interface RulesResult {
  readonly bare: readonly RulesLoadResult[]
  readonly watched: readonly RulesLoadResult[]
  /** Many alerts. */
  readonly alarming: RulesLoadResult
  readonly large: RulesLoadResult
}

const file = new URL('./rules-load.ts', import.meta.url)
const SERIALS_AN_EVENT = 2
/** Of the large run: the states of many items, and not many events. */
const MANY_SERIALS = 20
const STEPS = 5

export async function measureRules(options: RulesOptions): Promise<RulesResult> {
  const { rounds, events, items, onProgress } = options
  const load = (more: Partial<RulesLoadOptions>) =>
    run<RulesLoadResult>(file, { events, serialsAnEvent: SERIALS_AN_EVENT, ...more })
  const bare: RulesLoadResult[] = []
  const watched: RulesLoadResult[] = []
  for (let round = 1; round <= rounds; round += 1) {
    onProgress(`rules, round ${round} of ${rounds}: without`)
    bare.push(await load({}))
    onProgress(`rules, round ${round} of ${rounds}: with, an alert in a hundred events`)
    watched.push(await load({ alertPercent: 1 }))
  }
  onProgress('rules: an alert in five events')
  const alarming = await load({ alertPercent: 20 })
  onProgress(`rules: ${items.toLocaleString('en')} items`)
  const large = await load({
    events: (items / MANY_SERIALS) * STEPS,
    serialsAnEvent: MANY_SERIALS,
    alertPercent: 1,
  })
  return { bare, watched, alarming, large }
}

const rate = ({ events, doneMs }: RulesLoadResult) => (events / doneMs) * 1000
const mib = 1024 * 1024

export function rulesFigures({ bare, watched, alarming, large }: RulesResult): Figure[] {
  const ofAll = (all: readonly RulesLoadResult[], of: (each: RulesLoadResult) => number) =>
    Math.round(median(all.map(of)))
  const without = { what: 'events/s without rules', value: ofAll(bare, rate) }
  const cpu = ({ cpuUsAnEvent }: RulesLoadResult) => cpuUsAnEvent
  return [
    {
      what: 'stored and watched, an alert in 100 events',
      value: ofAll(watched, rate),
      unit: 'events/s',
      beside: without,
      aim: { least: 0.8, ofRatio: true },
    },
    {
      what: '  stored meanwhile',
      value: ofAll(watched, ({ events, storedMs }) => (events / storedMs) * 1000),
      unit: 'events/s',
      beside: without,
    },
    {
      what: '  CPU of it all',
      value: ofAll(watched, cpu),
      unit: 'µs an event',
      beside: { what: 'µs without rules', value: ofAll(bare, cpu) },
    },
    {
      what: 'stored and watched, an alert in 5 events',
      value: Math.round(rate(alarming)),
      unit: 'events/s',
      beside: without,
    },
    {
      what: `${large.items.toLocaleString('en')} items: watched`,
      value: Math.round(rate(large)),
      unit: 'events/s',
    },
    { what: '  memory of the program', value: large.residentMiB, unit: 'MiB' },
    { what: '  on disk an item', value: Math.round(large.alertBytes / large.items), unit: 'bytes' },
    { what: '  until it has caught up after a restart', value: large.restart?.ms ?? 0, unit: 'ms' },
    { what: '  memory it takes then', value: large.restart?.residentMiB ?? 0, unit: 'MiB' },
    { what: '  alerts.db', value: rounded(large.alertBytes / mib), unit: 'MiB' },
  ]
}
