/** Capturing one event by hand. */
import { Refused } from '../server/api.ts'

const TWO = 2

/** A beginning to go on from. */
export function exampleEvent(now: Date): string {
  const event = {
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    type: 'ObjectEvent',
    eventTime: now.toISOString(),
    eventTimeZoneOffset: '+08:00',
    epcList: ['https://id.gs1.org/01/09521321000018/21/TRY-1'],
    action: 'OBSERVE',
    bizStep: 'inspecting',
  }
  return JSON.stringify(event, undefined, TWO)
}

/** What is wrong with a text that should be JSON; undefined where nothing is. */
export function jsonFault(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** An item that an event names. */
export function firstItemOf(text: string): string | undefined {
  const event: unknown = JSON.parse(text)
  if (typeof event !== 'object' || event === null) return undefined
  for (const name of ['epcList', 'outputEPCList', 'childEPCs', 'inputEPCList']) {
    const list: unknown = Reflect.get(event, name)
    if (Array.isArray(list) && typeof list[0] === 'string') return list[0]
  }
  return undefined
}

/** Gives the eventID under which it is stored. Throws Refused. */
export async function captureEvent(text: string): Promise<string> {
  const answer = await fetch('/epcis/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: text,
  }).catch(() => undefined)
  if (answer === undefined) throw new Refused(0, { code: 'no_answer' })
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})))
  const place = answer.headers.get('Location') ?? ''
  return decodeURIComponent(place.slice(place.lastIndexOf('/') + 1))
}
