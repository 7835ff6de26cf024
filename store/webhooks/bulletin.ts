/** What the public is told: messages that are never changed, each in a thread of its own matter. */

/** A message, and what it takes to write the next one of its thread. */
export interface Bulletin {
  /** Safe in a path. */
  readonly id: string
  /** The matter: the identity of an alert, for one. */
  readonly thread: string
  readonly sentUs: number
  readonly about: BulletinAbout
  /** The CAP 1.2 document. */
  readonly document: string
}

export interface BulletinAbout {
  readonly sender: string
  readonly identifier: string
  readonly status: 'Actual' | 'Exercise'
  readonly msgType: 'Alert' | 'Update' | 'Cancel'
  readonly title: { readonly zh: string; readonly en: string }
  readonly severity: string
  /** Six digits of GB/T 2260 each. */
  readonly regions: readonly string[]
  readonly domain: string | undefined
  /** What was told to the public beside what the alert says; held for its updates. */
  readonly notice: { readonly zh: string; readonly en: string } | undefined
}

/** A message with its number, which rises. */
export interface Published extends Bulletin {
  readonly seq: number
}
