import { expect } from 'vitest'
import { keyOf, stage } from './browser.ts'

const PARTY = 'pork-plant'
const CONTEXT = ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld']
const HOUR_MS = 3_600_000

/**
 * What a line office looks at in the morning: packs that left and that nobody has received, and an
 * event that was refused, of the enterprise that keys are of where nothing else is said.
 */
export async function plantToday(): Promise<void> {
  if (stage === undefined) return
  const { url } = stage
  const key = await keyOf('enterprise', stage, PARTY)
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
  const listed = await fetch(`${url}/v1/products?perPage=1000`, { headers })
  const { items } = (await listed.json()) as {
    items: { key: string; party: string; serialised?: boolean }[]
  }
  const product = items.find(({ party, serialised }) => party === PARTY && serialised === true)
  const packs = [1, 2, 3].map((number) => `${product?.key}/21/77000000000${number}`)
  const at = (hoursAgo: number) => new Date(Date.now() - hoursAgo * HOUR_MS).toISOString()
  const event = (more: object) => ({
    '@context': CONTEXT,
    type: 'ObjectEvent',
    eventTimeZoneOffset: '+08:00',
    epcList: packs,
    ...more,
  })
  const send = async (more: object) => {
    const body = JSON.stringify(event(more))
    return (await fetch(`${url}/epcis/events`, { method: 'POST', headers, body })).status
  }
  const made = { eventTime: at(30), action: 'ADD', bizStep: 'commissioning' }
  expect(await send(made)).toBe(201)
  expect(await send({ eventTime: at(26), action: 'OBSERVE', bizStep: 'shipping' })).toBe(201)
  const wrong = { eventTime: '2026-11-26 07:40', action: 'OBSERVE', bizStep: 'shipping' }
  const document = {
    '@context': CONTEXT,
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: at(0),
    epcisBody: { eventList: [event(wrong)] },
  }
  const body = JSON.stringify(document)
  const answer = await fetch(`${url}/epcis/capture`, { method: 'POST', headers, body })
  expect(answer.status).toBe(202)
}
