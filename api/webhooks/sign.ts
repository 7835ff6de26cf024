/**
 * Signatures of what is sent, by Standard Webhooks 1.0.0: over `id.timestamp.body`, byte by byte,
 * with every key that holds, so that a receiver may change to a new one at its ease.
 */
import { createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import type { KeyKind, SigningKey } from '#store/webhooks/subscription.ts'

export interface Signed {
  readonly id: string
  /** Seconds since 1970. */
  readonly timestamp: number
  readonly body: string
}

/** The headers that a receiver verifies. */
export function signatureHeaders(
  message: Signed,
  keys: readonly Pick<SigningKey, 'kind' | 'secret'>[],
): Record<string, string> {
  const content = Buffer.from(`${message.id}.${message.timestamp}.${message.body}`)
  const signatures = keys.map(({ kind, secret }) => `${kind},${signatureOf(kind, secret, content)}`)
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': signatures.join(' '),
  }
}

function signatureOf(kind: KeyKind, secret: Uint8Array, content: Uint8Array): string {
  if (kind === 'v1') return createHmac('sha256', secret).update(content).digest('base64')
  return sign(null, content, privateKeyOf(secret)).toString('base64')
}

/** PKCS #8 of an ed25519 key is this and the 32 bytes of its seed. [RFC 8410 7] */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

function privateKeyOf(seed: Uint8Array) {
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
}

/** What its holder needs: the shared secret, to be told once; or the public key. */
export function spelled({ kind, secret }: Pick<SigningKey, 'kind' | 'secret'>): string {
  if (kind === 'v1') return `whsec_${Buffer.from(secret).toString('base64')}`
  const { x = '' } = createPublicKey(privateKeyOf(secret)).export({ format: 'jwk' })
  return `whpk_${Buffer.from(x, 'base64url').toString('base64')}`
}
