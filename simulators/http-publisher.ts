/**
 * Pushes a run by EPCIS capture instead of MQTT, each document with the key of the device that saw
 * it. Telemetry has no way over HTTP: it is left out and counted.
 */

import { PublishError, type Publisher, type Sending } from './publisher.ts'
import type { Credential } from './register.ts'
import { request, ServerError } from './server.ts'

export interface HttpPublisherOptions {
  readonly apiUrl: string
  readonly credentials: readonly Credential[]
  /** Captures under way at a time. */
  readonly window: number
}

export interface HttpPublisher extends Publisher {
  /** Messages that cannot be pushed. */
  readonly leftOut: number
}

const gs1Context = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'
const tries = 5

export function openHttpPublisher(options: HttpPublisherOptions): HttpPublisher {
  const { apiUrl, credentials, window } = options
  const keys = new Map(credentials.map(({ device, password }) => [nameOf(device), password]))
  const underWay = new Set<Promise<void>>()
  let failure: PublishError | undefined
  let leftOut = 0

  const push = async ({ device, payload }: Sending, key: string) => {
    const body = documentOf(payload)
    for (let attempt = 1; ; attempt += 1) {
      try {
        await request({ apiUrl, key }, 'POST', '/epcis/capture', body)
        return
      } catch (cause) {
        const isFinal = cause instanceof ServerError && cause.status < 500 && cause.status !== 429
        if (!isFinal && attempt < tries) continue
        failure ??= new PublishError(`${nameOf(device)} could not push`, { cause })
        return
      }
    }
  }
  return {
    async send(message) {
      if (failure !== undefined) throw failure
      const key = keys.get(nameOf(message.device))
      if (key === undefined) throw new PublishError(`${nameOf(message.device)} has no key`)
      if (message.device.channel !== 'epcis') {
        leftOut += 1
        return
      }
      while (underWay.size >= window) await Promise.race(underWay)
      const pushing = push(message, key).finally(() => underWay.delete(pushing))
      underWay.add(pushing)
    },
    async drain() {
      await Promise.all(underWay)
      if (failure !== undefined) throw failure
    },
    async close() {
      await Promise.all(underWay)
    },
    reconnects: 0,
    get leftOut() {
      return leftOut
    },
  }
}

function nameOf({ party, device }: Sending['device']): string {
  return `${party}/${device}`
}

function documentOf(payload: string): unknown {
  const said: unknown = JSON.parse(payload)
  const isDocument = typeof said === 'object' && said !== null && 'epcisBody' in said
  if (isDocument) return said
  return {
    '@context': [gs1Context],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: '2025-01-01T00:00:00Z',
    epcisBody: { eventList: Array.isArray(said) ? said : [said] },
  }
}
