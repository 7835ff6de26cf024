/** What rules cost: the pipeline with them beside the same pipeline without, in turns. */
import { run } from './children.ts'
import { type Figure, median } from './report.ts'
import type { RulesLoadOptions, RulesLoadResult } from './rules-load.ts'
import type { TrackedItems } from './tracked-items.ts'

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
  readonly tracked: TrackedItems
}

const file = new URL('./rules-load.ts', import.meta.url)
const trackedFile = new URL('./tracked-items.ts', import.meta.url)
const SERIALS_AN_EVENT = 2

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
  const tracked = await run<TrackedItems>(trackedFile, { items })
  return { bare, watched, alarming, tracked }
}

const rate = ({ events, doneMs }: RulesLoadResult) => (events / doneMs) * 1000
export function rulesFigures({ bare, watched, alarming, tracked }: RulesResult): Figure[] {
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
    { what: 'tracked items', value: tracked.items, unit: '' },
    { what: '  on disk an item', value: tracked.bytesAnItem, unit: 'bytes' },
    {
      what: '  until a restarted one has looked at its first events',
      value: tracked.firstMs,
      unit: 'ms',
    },
    {
      what: '  memory it takes to look at events of 20,000 of them',
      value: tracked.afterMiB - tracked.beforeMiB,
      unit: 'MiB',
    },
  ]
}
