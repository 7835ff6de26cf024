/**
 * What is made for each event, row and reading is of one hidden class of V8. `{ ...copy, more }`
 * makes one for each object: that costs a microsecond a name, and again whoever reads the object.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInThisContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeEpcis } from '#ingest/decode-epcis.ts'
import { factsOf, happeningsOf } from '#risk/facts.ts'
import { advance, type ItemState, UNBORN } from '#risk/item-state.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import type { TrailWriter } from '#store/trail.ts'
import { document, nowUs } from '../ingest/stores.ts'
import { event, reading, serial } from '../store/contract/data.ts'
import { collect } from '../store/contract/store.ts'

setFlagsFromString('--allow-natives-syntax')
const isSame: (one: object, other: object) => boolean = runInThisContext(
  '(one, other) => %HaveSameMap(one, other)',
)

/** V8 learns from the first ones what is in them. */
const MADE = 2_000
const LOOKED_AT = 100

/** How many of the last ones are of another class than the last. */
function others(made: readonly object[]): number {
  expect(made.length).toBeGreaterThanOrEqual(MADE)
  const some = made.slice(-LOOKED_AT)
  const last = some.at(-1) ?? {}
  return some.filter((each) => !isSame(each, last)).length
}

const numbers = Array.from({ length: MADE }, (_, n) => n)

it('the measure tells classes apart', () => {
  const alike = numbers.map((n) => ({ n, of: '' }))
  expect(others(alike)).toBe(0)
  expect(others([...alike, { of: '', n: 0 }])).toBe(LOOKED_AT - 1)
})

describe('of one hidden class', () => {
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-classes-'))
  let trail: TrailWriter
  let refs: number[]
  beforeAll(async () => {
    trail = openSqliteTrail(join(folder, 'trail.db'), 'write')
    const { outcomes } = await trail.apply({
      events: numbers.map((n) => event(n)),
      readings: numbers.map((n) => reading({ timeUs: n * 1_000_000 })),
      ...{ follower: 'ingest', to: 1 },
    })
    refs = outcomes.map(({ eventRef }) => eventRef)
  })
  afterAll(async () => {
    await trail.close()
    rmSync(folder, { recursive: true })
  })

  it('are stored events, with and without their bodies, and their members', async () => {
    expect(others(await trail.events(refs))).toBe(0)
    expect(others(await trail.summaries(refs))).toBe(0)
    expect(others((await collect(trail.members(refs, ['object']))).flat())).toBe(0)
  })

  it('are rows of trails', async () => {
    const items = await trail.find(numbers.map((n) => serial(n)))
    const rows = await collect(trail.trail(items.flatMap((item) => item ?? [])))
    expect(others(rows.flat())).toBe(0)
  })

  it('are points of telemetry', async () => {
    const [device = ''] = await trail.sensors()
    expect(others((await collect(trail.telemetry({ devices: [device] }))).flat())).toBe(0)
  })

  it('are events as ingest makes them', () => {
    const { events } = decoded()
    expect(others(events)).toBe(0)
    expect(others(events.map((each) => each.event))).toBe(0)
  })

  it('are states of items, whatever has happened to them', () => {
    const lives = ['commissioning', 'shipping', 'receiving', 'retail_selling']
    const states = new Map<string, ItemState>()
    const all: ItemState[] = []
    for (const bizStep of lives) {
      const action = bizStep === 'commissioning' ? 'ADD' : 'OBSERVE'
      for (const body of bodies(bizStep, action)) {
        const facts = factsOf(body, { eventID: '', party: 'farm', recordTimeUs: 0 })
        for (const { item, happening } of facts ? happeningsOf(facts) : []) {
          const state = advance(states.get(item) ?? UNBORN, happening)
          states.set(item, state)
          all.push(state)
        }
      }
    }
    // Of each step some.
    const some = all.filter((_, at) => at % 37 === 0)
    expect(others([...all.slice(MADE), ...some])).toBe(0)
  })
})

function bodies(bizStep: string, action: 'ADD' | 'OBSERVE') {
  return numbers.map((n) => ({
    type: 'ObjectEvent' as const,
    eventTime: new Date(1_700_000_000_000 + n).toISOString(),
    eventTimeZoneOffset: '+08:00',
    epcList: [serial(n)],
    action,
    bizStep,
    readPoint: { id: 'https://id.gs1.org/414/9521321000010' },
  }))
}

function decoded() {
  const text = JSON.stringify(document(...bodies('inspecting', 'OBSERVE')))
  const origin = { party: 'farm', sensor: undefined, receivedAtUs: nowUs, recordTimeUs: nowUs }
  return decodeEpcis(text, JSON.parse(text), origin)
}
