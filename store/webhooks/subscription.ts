/**
 * Who asked to be told, where, and of what. Settings are what its holder says; the rest of a
 * subscription is what became of it.
 */
import { z } from 'zod'
import { DOMAINS, SEVERITIES } from '#risk/rule.ts'
import { productKeySchema, slugSchema } from '../registry/schema.ts'

const MOST_VALUES = 100

const typeSchema = z
  .string()
  .max(100)
  .regex(/^[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?$/, 'must be a type such as suyuan.alert.raised')
  .describe('A type of events, or the beginning of some with .* behind it')
  .meta({ example: 'suyuan.alert.*' })

/** GB/T 2260: a province, a city in it, a county in that. */
export const regionSchema = z
  .string()
  .regex(/^\d{2}(\d{2}){0,2}$/, 'must be 2, 4 or 6 digits of GB/T 2260')
  .meta({ example: '3301' })

const listOf = <T extends z.ZodType>(schema: T) => z.array(schema).min(1).max(MOST_VALUES)

/** What is sent: events that one value of each list goes with; all where there is no list. */
export const filtersSchema = z.strictObject({
  types: listOf(typeSchema).optional(),
  severities: listOf(z.enum(SEVERITIES)).optional(),
  domains: listOf(z.enum(DOMAINS)).optional(),
  regions: listOf(regionSchema).optional().describe('With all that lies in them'),
  parties: listOf(slugSchema).optional().describe('Whom the event concerns'),
  products: listOf(productKeySchema).optional(),
})
export type Filters = z.output<typeof filtersSchema>

export const webhookSettingsSchema = z.strictObject({
  url: z.string().min(1).max(2048).meta({ example: 'https://receiver.example/suyuan' }),
  description: z.string().max(200).default(''),
  paused: z.boolean().default(false).describe('Nothing is sent; what there is to send waits'),
  filters: filtersSchema.default({}),
  ratePerMinute: z
    .int()
    .min(1)
    .max(60_000)
    .optional()
    .describe('At most so many requests; the receiver may allow fewer'),
})
export type WebhookSettings = z.output<typeof webhookSettingsSchema>

/** Why nothing more is sent until the receiver has been asked again. */
export const DISABLED_FOR = ['gone', 'failing', 'no_party'] as const
export type DisabledFor = (typeof DISABLED_FOR)[number]

export interface Subscription {
  readonly id: string
  /** The party that it tells what concerns it; undefined tells everything. */
  readonly party: string | undefined
  readonly settings: WebhookSettings
  /** Role and key of who made it. */
  readonly createdBy: string
  readonly createdUs: number
  readonly changedUs: number
  /** The receiver has said that it wants this. */
  readonly isVerified: boolean
  /** Requests a minute that the receiver allows; undefined without a limit. */
  readonly allowedRate: number | undefined
  readonly disabledFor: DisabledFor | undefined
  /** Since when nothing has arrived; undefined while all is well. */
  readonly failingSinceUs: number | undefined
  /** The receiver asked to be left alone until then. */
  readonly notBeforeUs: number
}

export const STATUSES = ['unverified', 'active', 'paused', 'disabled'] as const
export type Status = (typeof STATUSES)[number]

export function statusOf({ isVerified, disabledFor, settings }: Subscription): Status {
  if (disabledFor !== undefined) return 'disabled'
  if (!isVerified) return 'unverified'
  return settings.paused ? 'paused' : 'active'
}

/**
 * Whose eyes an event is told for: `all`, or `party:` with the slug of one that is told what
 * concerns it.
 */
export function audienceOf({ party }: Pick<Subscription, 'party'>): string {
  return party === undefined ? 'all' : `party:${party}`
}

/** `v1` is HMAC-SHA256 with a shared secret, `v1a` ed25519. [Standard Webhooks 1.0.0] */
export type KeyKind = 'v1' | 'v1a'

export interface SigningKey {
  readonly kind: KeyKind
  /** 32 bytes: the shared secret, or the seed of the private key. */
  readonly secret: Uint8Array
  readonly createdUs: number
  /** It signs beside the one that took its place until then. */
  readonly endsUs: number | undefined
}
