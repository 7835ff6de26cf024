import { createPublicKey, verify } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { signatureHeaders, spelled } from '#api/webhooks/sign.ts'

const vectors = fileURLToPath(
  new URL('../../../../shared/data/golden_vectors.json', import.meta.url),
)
const hasVectors = existsSync(vectors)
if (!hasVectors) console.warn('skipped: vectors of Standard Webhooks, which are not here')

const message = { id: 'evt_1', timestamp: 1_700_000_000, body: '{"a":"ä"}' }
const secret = Buffer.alloc(32, 7)

describe('signatures', () => {
  it.skipIf(!hasVectors)('are those that Standard Webhooks publishes', () => {
    const { standard_webhooks: vector } = JSON.parse(readFileSync(vectors, 'utf8'))
    const key = Buffer.from(vector.secret.replace('whsec_', ''), 'base64')
    const signed = {
      id: vector['webhook-id'],
      timestamp: Number(vector['webhook-timestamp']),
      body: vector.body,
    }
    expect(signatureHeaders(signed, [{ kind: 'v1', secret: key }])).toEqual({
      'webhook-id': vector['webhook-id'],
      'webhook-timestamp': vector['webhook-timestamp'],
      'webhook-signature': vector['webhook-signature'],
    })
    expect(spelled({ kind: 'v1', secret: key })).toBe(vector.secret)
  })

  it('are made with every key that holds, in the order in which they are given', () => {
    const other = Buffer.alloc(32, 8)
    const keys = [
      { kind: 'v1', secret },
      { kind: 'v1', secret: other },
      { kind: 'v1a', secret },
    ] as const
    const header = signatureHeaders(message, keys)['webhook-signature'] ?? ''
    const alone = keys.map((key) => signatureHeaders(message, [key])['webhook-signature'])
    expect(header.split(' ')).toEqual(alone)
    expect(alone.map((each) => each?.split(',')[0])).toEqual(['v1', 'v1', 'v1a'])
  })

  it('of ed25519 hold by the public key that is told, and by no other message', () => {
    const key = { kind: 'v1a', secret } as const
    const raw = Buffer.from(spelled(key).replace('whpk_', ''), 'base64')
    expect(raw).toHaveLength(32)
    const publicKey = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
      format: 'jwk',
    })
    const header = signatureHeaders(message, [key])['webhook-signature'] ?? ''
    const signature = Buffer.from(header.replace('v1a,', ''), 'base64')
    const holds = (text: string) => verify(null, Buffer.from(text), publicKey, signature)
    expect(holds(`evt_1.1700000000.${message.body}`)).toBe(true)
    expect(holds(`evt_1.1700000001.${message.body}`)).toBe(false)
  })
})
