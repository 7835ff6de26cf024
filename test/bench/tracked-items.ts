/**
 * What many tracked items cost the program that watches them: their states are made by the rules,
 * written as the follower writes them, and then it starts beside them and looks at events of some
 * of them. Options and result are JSON.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeEpcis } from '#ingest/decode-epcis.ts'
import { Draft } from '#ingest/watch/draft.ts'
import { AlertFollower } from '#ingest/watch/follower.ts'
import { factsOf, happeningsOf } from '#risk/facts.ts'
import { ItemRules } from '#risk/item-machine.ts'
import { type ItemState, UNBORN } from '#risk/item-state.ts'
import { RuleSet } from '#risk/rule-set.ts'
import { AlertWriter } from '#store/alerts/writer.ts'
import { dataFolder } from '#store/folder.ts'
import { referenceOf } from '#store/reference.ts'
import { openRegistry } from '#store/registry.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import { residentOf } from './children.ts'

export interface TrackedItems {
  readonly items: number
  readonly bytesAnItem: number
  /** From opening the files to having looked at the first events, and to all of them. */
  readonly firstMs: number
  readonly allMs: number
  readonly events: number
  /** Of the process, before it opened the files and afterwards. */
  readonly beforeMiB: number
  readonly afterMiB: number
}

const AT_ONCE = 10_000
const EVENTS = 20_000
const EVENTS_A_BATCH = 500
const STEPS = ['commissioning', 'packing', 'shipping', 'receiving', 'stocking'] as const
const serial = (n: number) => `https://id.gs1.org/01/09521321000018/21/${n}`

export async function trackedItems({ items }: { readonly items: number }): Promise<TrackedItems> {
  const directory = mkdtempSync(join(tmpdir(), 'suyuan-tracked-'))
  const folder = dataFolder(directory)
  const nowUs = () => Date.now() * 1000
  const registry = openRegistry(folder.registry, { nowUs })
  registry.parties.put({ slug: 'bench', name: 'b', domain: 'drugs' })
  const trail = openSqliteTrail(folder.trail, 'write')
  try {
    fill(folder.alerts, items, lifeOf(registry))
    for (let first = 0; first < EVENTS; first += EVENTS_A_BATCH) {
      const text = JSON.stringify(documentOf(first, items))
      const origin = { party: 'bench', sensor: undefined, receivedAtUs: nowUs() }
      const recordTimeUs = nowUs()
      const { events, readings } = decodeEpcis(text, JSON.parse(text), { ...origin, recordTimeUs })
      await trail.apply({
        events: events.map(({ event }) => event),
        ...{ readings, follower: 'ingest', to: first + 1 },
      })
    }
    globalThis.gc?.()
    const beforeMiB = residentOf(process.pid)?.nowMiB ?? 0
    const startMs = performance.now()
    const alerts = new AlertWriter(folder.alerts)
    const follower = new AlertFollower({ trail, alerts, registry, nowUs })
    await follower.advance()
    const firstMs = Math.round(performance.now() - startMs)
    while (await follower.advance());
    const allMs = Math.round(performance.now() - startMs)
    const afterMiB = residentOf(process.pid)?.nowMiB ?? 0
    alerts.close()
    const bytesAnItem = Math.round(statSync(folder.alerts).size / items)
    return { items, bytesAnItem, firstMs, allMs, events: EVENTS, beforeMiB, afterMiB }
  } finally {
    registry.close()
    await trail.close()
    rmSync(directory, { recursive: true })
  }
}

/** The state of a serial after five steps, as the rules make it. */
function lifeOf(registry: Parameters<typeof referenceOf>[0]): ItemState {
  const rules = new ItemRules({ rules: new RuleSet(), reference: referenceOf(registry)() })
  let state = UNBORN
  for (const [at, bizStep] of STEPS.entries()) {
    const eventTime = new Date(Date.UTC(2026, 2, 1, at)).toISOString()
    const facts = factsOf(
      {
        type: 'ObjectEvent',
        ...{ eventTime, eventTimeZoneOffset: '+08:00', epcList: [serial(1)], bizStep },
        action: at === 0 ? 'ADD' : 'OBSERVE',
        readPoint: { id: `https://id.gs1.org/414/952132100000${at < 3 ? 1 : 2}` },
      },
      {
        eventID: `ni:///sha-256;${'0'.repeat(64)}?ver=CBV2.0`,
        party: 'bench',
        recordTimeUs: Date.UTC(2026, 2, 1, at) * 1000,
      },
    )
    for (const { item, kind, happening } of facts ? happeningsOf(facts) : []) {
      state = rules.step({ item, kind }, state, happening).state
    }
  }
  return state
}

function fill(file: string, items: number, life: ItemState): void {
  const alerts = new AlertWriter(file)
  const off = { revision: 'off', rule: 'C13', enabled: false, fromUs: 0, author: '', reason: '' }
  alerts.setRules(0, { atUs: 0, by: '', reason: '', changes: [off] }, false)
  const state = JSON.stringify(life)
  const lastUs = life.knownUs
  for (let first = 0; first < items; first += AT_ONCE) {
    const memories = Array.from({ length: Math.min(AT_ONCE, items - first) }, (_, at) => {
      const key = serial(first + at)
      return { key, kind: 'instance' as const, lastUs, through: 0, dueUs: undefined, state }
    })
    const from = alerts.ledger.progress()
    const { told, concerns, facts } = new Draft(alerts.ledger, alerts.facts)
    alerts.commit({ progress: from, items: memories, sensors: [], told, concerns, facts }, from, 0)
  }
  alerts.close()
}

/** Each of some items, far from each other, is seen once more. */
function documentOf(first: number, items: number): object {
  const eventList = Array.from({ length: EVENTS_A_BATCH }, (_, at) => ({
    type: 'ObjectEvent',
    eventTime: new Date(Date.UTC(2026, 3, 1) + (first + at) * 1000).toISOString(),
    eventTimeZoneOffset: '+08:00',
    epcList: [serial(((first + at) * 7919) % items)],
    ...{ action: 'OBSERVE', bizStep: 'inspecting' },
    readPoint: { id: 'https://id.gs1.org/414/9521321000002' },
  }))
  return {
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    ...{ type: 'EPCISDocument', schemaVersion: '2.0', creationDate: '2026-04-04T08:15:42.000Z' },
    epcisBody: { eventList },
  }
}

const [, , options] = process.argv
if (options !== undefined) {
  process.stdout.write(`${JSON.stringify(await trackedItems(JSON.parse(options)))}\n`)
}
