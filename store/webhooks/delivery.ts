/** What is sent to whom, what became of it, and each attempt. */

/**
 * `ready`: to be sent once it is due. `waiting`: an earlier one of its subject goes first. `dead`:
 * given up, and kept so that it can be sent again on request.
 */
export const DELIVERY_STATES = ['ready', 'waiting', 'delivered', 'dead'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** What became of one attempt. Codes are only ever added. */
export const ATTEMPT_CODES = {
  delivered: 'The receiver answered 2xx.',
  refused: 'It answered with another status than 2xx.',
  redirected: 'It answered 3xx; redirects are not followed.',
  gone: 'It answered 410: the webhook is disabled.',
  throttled: 'It answered 429, 502, 503 or 504, and is left alone for a while.',
  timeout: 'There was no whole answer in time.',
  cut: 'The connection ended before the answer did.',
  malformed: 'What it answered is no HTTP.',
  connection: 'It could not be reached.',
  tls: 'There is no secure connection to it: the certificate does not hold, or no TLS.',
  unknown_host: 'Its name has no address.',
  name_server: 'The name servers do not answer.',
  private_address: 'Its name leads to an address that is not public.',
  https_required: 'A public address is sent to over https only.',
  port_refused: 'A public address is sent to at port 443 and those from 1024 on only.',
} as const
export type AttemptCode = keyof typeof ATTEMPT_CODES

/** Why a delivery is dead that no attempt ended. */
export const DEAD_CODES = {
  exhausted: 'All attempts failed.',
  expired: 'It could not be delivered within four days.',
  disabled: 'The webhook was disabled.',
} as const
export type DeadCode = keyof typeof DEAD_CODES

export interface Attempt {
  /** 1 is the first. */
  readonly n: number
  readonly atUs: number
  readonly ms: number
  readonly code: AttemptCode
  /** Of the answer, where there was one. */
  readonly status: number | undefined
}

export interface Delivery {
  readonly seq: number
  readonly subscription: string
  /** The webhook-id. */
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly state: DeliveryState
  readonly attempts: number
  /** Of the last attempt, or why it is dead. */
  readonly code: AttemptCode | DeadCode | undefined
  readonly createdUs: number
  /** When the next attempt may be made, while there is one to come. */
  readonly dueUs: number
  readonly doneUs: number | undefined
}

/** One that may be sent. */
export interface Ready {
  readonly seq: number
  readonly id: string
  readonly attempts: number
  readonly createdUs: number
  readonly body: string
}

/** What an attempt comes to. */
export interface Outcome {
  readonly delivery: Ready
  readonly attempt: Omit<Attempt, 'n'>
  /** `again` has to be tried once more at `dueUs`. */
  readonly verdict:
    | { readonly kind: 'delivered' }
    | { readonly kind: 'again'; readonly dueUs: number }
    | { readonly kind: 'dead'; readonly code: DeadCode }
  /** Until when the receiver asks to be left alone; 0 where it does not. */
  readonly restUntilUs: number
}
