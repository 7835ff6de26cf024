/** What rules cost: events a second of ingest's work alone, and of the follower over them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { decodeEpcis } from '#ingest/decode-epcis.ts'
import { AlertFollower } from '#ingest/watch/follower.ts'
import { AlertWriter } from '#store/alerts/writer.ts'
import { openRegistry } from '#store/registry.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'

const EVENTS = 40_000
const AT_ONCE = 1_000
const SERIALS_AN_EVENT = 2

export interface WatchFigures {
  readonly events: number
  /** Decoding and storing them. */
  readonly storedPerSecond: number
  /** Rules looking at them, in a thread of their own. */
  readonly watchedPerSecond: number
  readonly alerts: number
  readonly bytesPerItem: number
}

export async function watchFigures(): Promise<WatchFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-watch-'))
  const nowUs = () => Date.now() * 1000
  const trail = openSqliteTrail(join(folder, 'trail.db'), 'write')
  const registry = openRegistry(join(folder, 'registry.db'), { nowUs })
  registry.parties.put({ slug: 'bench', name: 'b', domain: 'food' })
  const alerts = new AlertWriter(join(folder, 'alerts.db'))
  try {
    const storeMs = await timed(async () => {
      for (let first = 0; first < EVENTS; first += AT_ONCE) {
        const text = JSON.stringify(documentOf(first))
        const recordTimeUs = nowUs()
        const origin = {
          party: 'bench',
          sensor: undefined,
          receivedAtUs: recordTimeUs,
          recordTimeUs,
        }
        const { events, readings } = decodeEpcis(text, JSON.parse(text), origin)
        await trail.apply({
          events: events.map(({ event }) => event),
          readings,
          follower: 'ingest',
          to: first + 1,
        })
      }
    })
    // What these events lack would be an alert of most of them: what rules cost is asked for.
    const off = { revision: 'off', rule: 'C13', enabled: false, fromUs: 0, author: '', reason: '' }
    alerts.setRules(0, { atUs: 0, by: '', reason: '', changes: [off] }, false)
    const follower = new AlertFollower({ trail, alerts, registry, nowUs })
    const watchMs = await timed(async () => {
      while (await follower.advance());
    })
    const items = (EVENTS / STEPS.length) * SERIALS_AN_EVENT
    return {
      events: EVENTS,
      storedPerSecond: Math.round((EVENTS / storeMs) * 1000),
      watchedPerSecond: Math.round((EVENTS / watchMs) * 1000),
      alerts: alerts.reader.counts().alerts,
      bytesPerItem: Math.round(alerts.bytes() / items),
    }
  } finally {
    alerts.close()
    registry.close()
    await trail.close()
    rmSync(folder, { recursive: true })
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

const STEPS = ['commissioning', 'packing', 'shipping', 'receiving', 'stocking'] as const

/** The lives of serials, step by step, those of a few hundred at a time. */
function documentOf(first: number): object {
  const eventList = Array.from({ length: AT_ONCE }, (_, at) => {
    const n = first + at
    const life = Math.floor(n / (STEPS.length * 100)) * 100 + (n % 100)
    const step = Math.floor((n % (STEPS.length * 100)) / 100)
    const serials = Array.from({ length: SERIALS_AN_EVENT }, (_, k) => `${life}-${k}`)
    return {
      type: 'ObjectEvent',
      eventTime: new Date(Date.UTC(2026, 2, 1) + n * 1000).toISOString(),
      eventTimeZoneOffset: '+08:00',
      epcList: serials.map((serial) => `https://id.gs1.org/01/09521321000018/21/${serial}`),
      action: step === 0 ? 'ADD' : 'OBSERVE',
      bizStep: STEPS[step],
      readPoint: { id: `https://id.gs1.org/414/952132100000${step < 3 ? 1 : 2}` },
    }
  })
  return {
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    ...{ type: 'EPCISDocument', schemaVersion: '2.0', creationDate: '2026-03-04T08:15:42.000Z' },
    epcisBody: { eventList },
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(`${JSON.stringify(await watchFigures())}\n`)
}
