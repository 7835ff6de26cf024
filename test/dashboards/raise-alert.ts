import { expect } from 'vitest'
import { stage } from './browser.ts'

/** Sends a serial into the world twice: rule C2, at once. */
export async function raiseAlert(name: string): Promise<void> {
  const { url = '', adminKey = '' } = stage ?? {}
  const post = (path: string, key: string, body: object, method = 'POST') =>
    fetch(url + path, {
      method,
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
  const parties = (await (
    await fetch(`${url}/v1/products?perPage=1`, {
      headers: { Authorization: `Bearer ${adminKey}` },
    })
  ).json()) as { items: { key: string; party: string }[] }
  const [product] = parties.items
  if (!product) throw new Error('there is no product')
  const grant = { role: 'enterprise', party: product.party, label: name }
  const { secret } = (await (await post('/v1/keys', adminKey, grant)).json()) as { secret: string }
  for (const eventTime of ['2026-03-01T08:00:00Z', '2026-03-02T08:00:00Z']) {
    const event = {
      '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
      type: 'ObjectEvent',
      eventTime,
      eventTimeZoneOffset: '+00:00',
      epcList: [`${product.key}/21/${name}-${Date.now()}`.replace(/-\d+$/, '')],
      action: 'ADD',
      bizStep: 'commissioning',
    }
    expect((await post('/epcis/events', secret, event)).status).toBe(201)
  }
}
