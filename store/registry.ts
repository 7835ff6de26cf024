/**
 * The registry: parties, locations, products, devices, keys, aliases, company prefixes and the
 * calendar of working days, in a file of its own, so that no change here waits for the trail store
 * or holds it up. Every write is one transaction and durable when the call returns. Any number of
 * connections may read it beside the one that writes.
 */
import { randomBytes } from 'node:crypto'
import { type Aliases, aliasChangeTable, aliasTable, openAliases } from './registry/aliases.ts'
import {
  type Collection,
  type Commit,
  collectionTable,
  openCollection,
  type Refusal,
  refusal,
} from './registry/collection.ts'
import {
  type CompanyPrefixes,
  companyPrefixTable,
  openCompanyPrefixes,
} from './registry/company-prefixes.ts'
import { type Keys, keyTable, openKeys } from './registry/keys.ts'
import {
  type Device,
  deviceSchema,
  type KeyGrant,
  type Location,
  locationSchema,
  type Party,
  type Principal,
  type Product,
  partySchema,
  productSchema,
} from './registry/schema.ts'
import { openSessions, type Sessions, sessionTable } from './registry/sessions.ts'
import {
  openWorkCalendars,
  type WorkCalendars,
  workCalendarTable,
} from './registry/work-calendar.ts'
import { type Database, openDatabase, transaction } from './sqlite/database.ts'

export interface Registry {
  readonly parties: Collection<Party>
  readonly locations: Collection<Location>
  readonly products: Collection<Product>
  /** By `{party}/{device}`. */
  readonly devices: Collection<Device>
  readonly keys: Keys
  readonly sessions: Sessions
  readonly aliases: Aliases
  readonly companyPrefixes: CompanyPrefixes
  readonly workCalendars: WorkCalendars
  /** The device whose standing key this is; undefined too when it is disabled or unknown. */
  authenticateDevice(party: string, device: string, password: string): Device | undefined
  device(party: string, device: string): Device | undefined
  /** Who a bearer key speaks for; undefined when it is unknown, revoked or of a disabled device. */
  principal(bearerKey: string): Principal | undefined
  /** Grows with every change, also one made through another connection: what caches compare. */
  version(): number
  close(): void
}

export interface RegistryOptions {
  readonly readOnly?: boolean
  /** Microseconds since 1970. */
  readonly nowUs?: () => number
  readonly random?: (size: number) => Uint8Array
}

const owned = ['locations', 'products', 'devices'] as const

export const migrations: readonly string[] = [
  `${['parties', ...owned].map(collectionTable).join('')}
  ${keyTable}
  CREATE TABLE registry (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL);
  INSERT INTO registry (one, version) VALUES (1, 0);`,
  aliasTable + companyPrefixTable,
  sessionTable,
  workCalendarTable,
  aliasChangeTable,
]

/**
 * Opens `registry.db`, making it where it is missing. A read-only connection needs it to be there.
 */
export function openRegistry(file: string, options: RegistryOptions = {}): Registry {
  const { readOnly = false, nowUs = () => Date.now() * 1000, random = randomBytes } = options
  const database = openDatabase(file, { readOnly, migrations })
  const commit = committer(database)

  const ownedBy = owned.map((table) => ({
    table,
    one: database.prepare(`SELECT key FROM ${table} WHERE party = ? LIMIT 1`),
  }))
  const parties = openCollection<Party>(database, commit, {
    table: 'parties',
    schema: partySchema,
    keyOf: (party) => party.slug,
    partyOf: (party) => party.slug,
    refuseRemove: (slug) => {
      const user = ownedBy.find(({ one }) => one.get(slug) !== undefined)
      return user && refusal('party_in_use', '/slug', `party ${slug} still has ${user.table}`)
    },
    onRemove: (slug) => keys.revokeOf(slug, undefined, nowUs()),
  })
  const needsParty = ({ party }: { party: string }): Refusal | undefined =>
    parties.get(party) === undefined
      ? refusal('unknown_party', '/party', noParty(party))
      : undefined
  const devices = openCollection<Device>(database, commit, {
    table: 'devices',
    schema: deviceSchema,
    keyOf: (device) => deviceKey(device.party, device.device),
    partyOf: (device) => device.party,
    refusePut: needsParty,
    onRemove: (key) => {
      const [party = '', device = ''] = key.split('/')
      keys.revokeOf(party, device, nowUs())
    },
  })
  const needsOwner = (grant: KeyGrant): Refusal | undefined => {
    if (grant.role === 'enterprise') return needsParty(grant)
    if (grant.role !== 'device') return undefined
    const key = deviceKey(grant.party, grant.device)
    const known = devices.get(key) !== undefined
    return known ? undefined : refusal('unknown_device', '/device', `there is no device ${key}`)
  }
  const keys = openKeys(database, commit, random, needsOwner)
  const device = (party: string, slug: string) => devices.get(deviceKey(party, slug))
  const readVersion = database.prepare('SELECT version FROM registry')

  return {
    parties,
    locations: openCollection<Location>(database, commit, {
      table: 'locations',
      schema: locationSchema,
      keyOf: (location) => location.key,
      partyOf: (location) => location.party,
      refusePut: needsParty,
    }),
    products: openCollection<Product>(database, commit, {
      table: 'products',
      schema: productSchema,
      keyOf: (product) => product.key,
      partyOf: (product) => product.party,
      refusePut: needsParty,
    }),
    devices,
    keys,
    sessions: openSessions(database, keys, random),
    aliases: openAliases(database, commit),
    companyPrefixes: openCompanyPrefixes(database, commit),
    workCalendars: openWorkCalendars(database, commit),
    device,
    authenticateDevice(party, slug, password) {
      if (!keys.opensDevice(party, slug, password)) return undefined
      const found = device(party, slug)
      return found?.enabled ? found : undefined
    },
    principal(bearerKey) {
      const principal = keys.principal(bearerKey)
      if (principal?.role !== 'device') return principal
      const { party = '', device: slug = '' } = principal
      return device(party, slug)?.enabled ? principal : undefined
    },
    version: () => readVersion.get().version,
    close: () => database.close(),
  }
}

/** The key of a device in its collection. */
export function deviceKey(party: string, device: string): string {
  return `${party}/${device}`
}

/** Serves every write: all of it and the new version become durable together, or nothing does. */
function committer(database: Database): Commit {
  return (write) =>
    transaction(database, () => {
      const result = write()
      database.exec('UPDATE registry SET version = version + 1')
      return result
    })
}

function noParty(party: string): string {
  return `there is no party ${party}: it is registered first, by PUT /v1/parties/${party}`
}
