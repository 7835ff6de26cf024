/** Captures that alerts come of, while the program that takes them is killed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { openAlertReader } from '#store/alerts/reader.ts'
import type { DataFolder } from '#store/folder.ts'
import { openTrail } from '#store/open.ts'

export const EVENTS_A_DOCUMENT = 12

/** From where and to where things are sent. */
export const PLACES = [
  'https://id.gs1.org/414/9521321000018',
  'https://id.gs1.org/414/9521321000025',
] as const

/** Captures documents one after the other, each until it is accepted. */
export class CaptureLoad {
  readonly #url: string
  readonly #key: string
  readonly #running: Promise<void>
  #isOver = false
  #count = 0

  constructor(apiUrl: string, key: string) {
    this.#url = `${apiUrl}/epcis/capture`
    this.#key = key
    this.#running = this.#run()
  }

  async end(): Promise<number> {
    this.#isOver = true
    await this.#running
    return this.#count
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const body = JSON.stringify(documentOf(this.#count))
      while (!(await this.#isTaken(body))) await sleep(100)
      this.#count += 1
    }
  }

  async #isTaken(body: string): Promise<boolean> {
    const headers = { Authorization: `Bearer ${this.#key}`, 'Content-Type': 'application/json' }
    return fetch(this.#url, { method: 'POST', headers, body }).then(
      ({ status }) => status === 202,
      () => false,
    )
  }
}

/**
 * Serials, two of them commissioned twice and some late, a party that nobody knows; lots of which
 * more is shipped than was made, less received than was shipped, and some fail their test; and
 * things that are sent and come, of some the arrival is told first.
 */
function documentOf(n: number): object {
  const event = (at: number, serial: string, hours: number) => ({
    type: 'ObjectEvent',
    eventTime: new Date(Date.UTC(2026, 2, 1) + n * 60_000 + hours * 3_600_000).toISOString(),
    eventTimeZoneOffset: '+00:00',
    epcList: [`https://id.gs1.org/01/09521321000018/21/${serial}`],
    ...{ action: 'ADD', bizStep: 'commissioning' },
    ...(at === 0 && {
      destinationList: [{ type: 'owning_party', destination: 'urn:example:nobody' }],
    }),
  })
  const serials = [`A${n}`, `B${n}`, `C${n}`, `A${n}`, `B${n}`, `A${n - 1}`]
  const hours = [1, 2, 3, 9, 0, 30]
  const amount = (hour: number, bizStep: string, quantity: number, more: object = {}) => ({
    ...event(1, '', hour),
    ...{ epcList: [], action: bizStep === 'commissioning' ? 'ADD' : 'OBSERVE', bizStep },
    quantityList: [{ epcClass: `https://id.gs1.org/01/09521321000018/10/L${n % 5}`, quantity }],
    ...more,
  })
  const paper = (type: string) => ({
    bizTransactionList: [{ type, bizTransaction: `urn:example:${type}:${n % 5}` }],
  })
  const disposition = n % 3 === 0 ? 'non_conformant' : 'conformant'
  const amounts = [
    amount(40, 'commissioning', 10),
    amount(41, 'shipping', 12, paper('desadv')),
    amount(42, 'receiving', 11, paper('desadv')),
    amount(43, 'inspecting', 1, { ...paper('testres'), disposition }),
  ]
  const moved = (of: number, isArrival: boolean) => ({
    ...event(1, `T${of}`, isArrival ? 51 + (of % 7) : 50),
    ...{ action: 'OBSERVE', bizStep: isArrival ? 'receiving' : 'shipping' },
    readPoint: { id: PLACES[isArrival ? 1 : 0] },
    destinationList: [{ type: 'location', destination: PLACES[1] }],
  })
  const transports = [moved(n, n % 4 === 0), moved(n - 1, (n - 1) % 4 !== 0)]
  return {
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    ...{ type: 'EPCISDocument', schemaVersion: '2.0', creationDate: '2026-03-04T08:15:42.000Z' },
    epcisBody: {
      eventList: [
        ...serials.map((serial, at) => event(at, serial, hours[at] ?? 0)),
        ...amounts,
        ...transports,
      ],
    },
  }
}

/** Waits until so many events are stored and looked at, and all that was due is told. */
export async function untilFollowed(folder: DataFolder, events: number): Promise<void> {
  const trail = await openTrail(folder, 'read')
  const alerts = openAlertReader(folder.alerts)
  let stepsBefore = -1
  for (;;) {
    const steps = alerts.lastStep()
    const rest = await trail.eventsAfter(alerts.counts().eventRef, 1)
    const isStored = (await trail.counts()).events >= events
    if (isStored && rest.length === 0 && steps === stepsBefore) break
    stepsBefore = steps
    await sleep(2000)
  }
  alerts.close()
  await trail.close()
}
