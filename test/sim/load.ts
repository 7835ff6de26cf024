/**
 * Load on a program that comes and goes: every sender sends again what was not acknowledged, and
 * notes what was.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { MqttClient } from 'mqtt'

/** EPCs that each event names; no two events share one. */
export const EPCS_PER_EVENT = 3
/** Messages that a device has on their way at a time. */
const WINDOW = 20
/** One message of so many is no JSON. */
const MALFORMED_EVERY = 25
const RETRY_MS = 50

export class Load {
  /** eventIDs of acknowledged messages. */
  readonly acknowledged = new Set<string>()
  /** Acknowledged messages that were no JSON. */
  readonly malformed = new Set<string>()
  #sent = 0
  #isOver = false
  readonly #senders: Promise<void>[] = []

  /** Publishes without pause; the client itself sends again. */
  publish(client: MqttClient, topic: string): void {
    for (let sender = 0; sender < WINDOW; sender += 1) {
      this.#start(async () => {
        const { eventID, event } = this.#event()
        const isMalformed = this.#sent % MALFORMED_EVERY === 0
        const payload = isMalformed ? `{"${eventID}` : JSON.stringify(event)
        await publish(client, topic, payload)
        if (isMalformed) this.malformed.add(payload)
        else this.acknowledged.add(eventID)
      })
    }
  }

  /** Captures documents of a few events without pause. */
  capture(apiUrl: string, key: string): void {
    this.#start(async () => {
      const events = [this.#event(), this.#event(), this.#event()]
      await post(`${apiUrl}/epcis/capture`, key, 202, {
        '@context': 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
        type: 'EPCISDocument',
        schemaVersion: '2.0',
        creationDate: new Date().toISOString(),
        epcisBody: { eventList: events.map(({ event }) => event) },
      })
      for (const { eventID } of events) this.acknowledged.add(eventID)
    })
  }

  /** Captures single events, each once the one before it is stored. */
  captureOne(apiUrl: string, key: string): void {
    this.#start(async () => {
      const { eventID, event } = this.#event()
      await post(`${apiUrl}/epcis/events`, key, 201, event)
      this.acknowledged.add(eventID)
    })
  }

  /** Resolves when all that was sent is acknowledged. The program has to be up for that. */
  async end(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#senders)
  }

  #start(sendOne: () => Promise<void>): void {
    const sendAll = async () => {
      while (!this.#isOver) await sendOne()
    }
    this.#senders.push(sendAll())
  }

  /** An event that nobody has sent before. */
  #event(): { eventID: string; event: object } {
    this.#sent += 1
    const serial = this.#sent * EPCS_PER_EVENT
    const eventID = `urn:suyuan:crash:${this.#sent}`
    const epcList = [...Array(EPCS_PER_EVENT).keys()].map(
      (at) => `urn:epc:id:sgtin:6901234.000001.${serial + at}`,
    )
    const when = { eventTime: new Date().toISOString(), eventTimeZoneOffset: '+00:00' }
    const what = { type: 'ObjectEvent', action: 'OBSERVE', bizStep: 'shipping', epcList }
    return { eventID, event: { eventID, ...what, ...when } }
  }
}

/**
 * Publishes until it is acknowledged. mqtt.js sends again by itself, except for what it was given
 * while it was sending again when the connection broke: that it gives back with an error.
 */
async function publish(client: MqttClient, topic: string, payload: string): Promise<void> {
  while (!(await client.publishAsync(topic, payload, { qos: 1 }).then(isTrue, isFalse))) {
    await sleep(RETRY_MS)
  }
}

const isTrue = (): boolean => true
const isFalse = (): boolean => false

/**
 * Posts until it is answered as it should be: a broken connection and a busy server are tried
 * again.
 */
async function post(url: string, key: string, expected: number, body: object): Promise<void> {
  for (;;) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).catch(() => undefined)
    if (response?.status === expected) return
    if (response !== undefined && response.status !== 503) {
      throw new Error(`POST ${url}: ${response.status} ${await response.text()}`)
    }
    await sleep(RETRY_MS)
  }
}
