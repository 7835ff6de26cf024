/**
 * Who may do what: the one table. A role that a line does not name may not.
 *
 * How far a right reaches: `all` of it; `own`, what the caller's party captured or owns; `near`,
 * its own and, on the trail of each item, what the parties directly before and after it captured;
 * `consumer`, what is printed on the goods or meant for whoever buys them.
 */
import type { Principal } from '#store/registry/schema.ts'

export type Reach = 'all' | 'own' | 'near' | 'consumer'
export type CallerRole = Principal['role'] | 'public'

const everybody = 'all'
const authority = { inspector: 'all', regulator: 'all', admin: 'all' } as const
const records = { enterprise: 'near', ...authority } as const
const ownRecords = { enterprise: 'own', ...authority } as const
const masterData = { enterprise: 'all', ...authority } as const
const ownThings = { enterprise: 'own', admin: 'all' } as const

const rights = {
  'read service': everybody,
  // Without a session there is one to ask for, and none to end.
  'use sessions': everybody,
  'read metrics': { admin: 'all' },
  // Evidence is captured in the name of a party, so the administrator cannot.
  capture: { device: 'own', enterprise: 'own' },
  'read captures': { device: 'own', enterprise: 'own', regulator: 'all', admin: 'all' },
  'read rejections': { enterprise: 'own', regulator: 'all', admin: 'all' },
  'read events': records,
  trace: records,
  'read items': { public: 'consumer', device: 'consumer', ...records },
  'read telemetry': ownRecords,
  'read parties': masterData,
  'write parties': { admin: 'all' },
  'read locations': masterData,
  'write locations': ownThings,
  'read products': masterData,
  'write products': ownThings,
  'read aliases': ownRecords,
  'write aliases': { enterprise: 'own', regulator: 'all', admin: 'all' },
  'read company prefixes': masterData,
  'write company prefixes': { admin: 'all' },
  'read work calendar': masterData,
  'write work calendar': { admin: 'all' },
  // An enterprise sees and answers what concerns its own party.
  'read alerts': ownRecords,
  'act on alerts': { enterprise: 'own', regulator: 'all', admin: 'all' },
  // The public reads notices, a consignee its own line.
  'read recalls': { public: 'consumer', device: 'consumer', enterprise: 'own', ...authority },
  'read recall steps': authority,
  'write recalls': { regulator: 'all', admin: 'all' },
  'read recall items': ownRecords,
  'read consignees': ownRecords,
  'answer recalls': { enterprise: 'own', regulator: 'all', admin: 'all' },
  // An enterprise is told what concerns its own party.
  'read webhooks': { enterprise: 'own', regulator: 'all', admin: 'all' },
  'write webhooks': { enterprise: 'own', regulator: 'all', admin: 'all' },
  'read bulletins': everybody,
  // Of those that are no authority: a problem with goods.
  report: { public: 'consumer', enterprise: 'own', ...authority },
  'read reports': authority,
  'read rules': masterData,
  // They tell who delivers to whom.
  'read lanes': authority,
  'write rules': { regulator: 'all', admin: 'all' },
  'try rules': { regulator: 'all', admin: 'all' },
  'read devices': ownRecords,
  'write devices': ownThings,
  'read keys': ownThings,
  // An enterprise makes and ends the keys of its devices, not those of its people.
  'write keys': ownThings,
} as const satisfies Record<string, 'all' | Partial<Record<CallerRole, Reach>>>

export type Action = keyof typeof rights

/** How far a role may do something; undefined where it may not at all. */
export function reachOf(action: Action, role: CallerRole): Reach | undefined {
  const right: 'all' | Partial<Record<CallerRole, Reach>> = rights[action]
  return right === 'all' ? 'all' : right[role]
}

/** The roles that may do something, for the documentation. */
export function rolesFor(action: Action): readonly CallerRole[] {
  const right = rights[action]
  return right === 'all' ? ['public'] : (Object.keys(right) as CallerRole[])
}
