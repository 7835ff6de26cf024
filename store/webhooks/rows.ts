/** Rows of webhooks.db, as they stand there and as they are told. */
import type { Attempt, Delivery } from './delivery.ts'
import type { SigningKey, Subscription } from './subscription.ts'

export interface SubscriptionRow {
  id: string
  party: string | null
  settings: string
  createdBy: string
  createdUs: number
  changedUs: number
  isVerified: number
  allowedRate: number | null
  disabledFor: NonNullable<Subscription['disabledFor']> | null
  failingSinceUs: number | null
  notBeforeUs: number
}

export function subscriptionOf(row: SubscriptionRow): Subscription {
  return {
    ...row,
    party: row.party ?? undefined,
    settings: JSON.parse(row.settings),
    isVerified: row.isVerified === 1,
    allowedRate: row.allowedRate ?? undefined,
    disabledFor: row.disabledFor ?? undefined,
    failingSinceUs: row.failingSinceUs ?? undefined,
  }
}

interface KeyRow {
  kind: SigningKey['kind']
  secret: Uint8Array
  createdUs: number
  endsUs: number | null
}

export function keyOfRow({ endsUs, ...row }: KeyRow): SigningKey {
  return { ...row, endsUs: endsUs ?? undefined }
}

export interface DeliveryRow {
  seq: number
  subscription: string
  id: string
  subject: string
  facets: string
  state: Delivery['state']
  attempts: number
  code: Delivery['code'] | null
  createdUs: number
  dueUs: number
  doneUs: number | null
}

export const DELIVERIES = `
  SELECT delivery.*, event.id, event.facets
  FROM delivery JOIN event ON event.seq = delivery.event`

export function deliveryOf({ facets, code, doneUs, ...row }: DeliveryRow): Delivery {
  return {
    ...row,
    type: JSON.parse(facets).type,
    code: code ?? undefined,
    doneUs: doneUs ?? undefined,
  }
}

export interface AttemptRow extends Omit<Attempt, 'status'> {
  readonly status: number | null
}

export function attemptOf({ status, ...row }: AttemptRow): Attempt {
  return { ...row, status: status ?? undefined }
}
