/**
 * Aliases: that one thing goes under several keys, and who declared it when. An alias is of one
 * other key, which may be an alias itself; what all of a chain comes to is its primary, and all
 * that comes to one primary is a group.
 *
 * Each row holds its primary beside what was declared, so that either way is one look-up. A group
 * is bounded, and so is what a change has to rewrite.
 */
import { identify } from '#epcis/identifier.ts'
import { formatTimeUs } from '#epcis/time.ts'
import type { Aliases as AliasesOfTrail } from '#trace/aliased.ts'
import type { Database } from '../sqlite/database.ts'
import { inParts, prepareBulk } from '../sqlite/rows.ts'
import { type Commit, type Listing, type Page, type Refusal, refusal } from './collection.ts'
import { membersWithLots, resolveWithLots } from './lot-aliases.ts'
import type { AliasDeclaration } from './schema.ts'

/** A declaration as it is kept. Keys are canonical. */
export interface Alias {
  readonly alias: string
  readonly of: string
  /** What it comes to in the end. */
  readonly primary: string
  /** The slug of the party that declared it; undefined where it was an authority. */
  readonly party: string | undefined
  /** The id of the key that it was declared with. */
  readonly declaredBy: string
  readonly declaredAtUs: number
  readonly reason: string | undefined
}

/** Who declares, and when. */
export interface Declarer {
  readonly party: string | undefined
  readonly keyId: string
  readonly nowUs: number
}

/** A declaration that was made, or taken back, in the order of `seq`. */
export interface AliasChange {
  readonly seq: number
  readonly alias: string
  readonly of: string
}

export interface AliasPage extends Page {
  /** Only what resolves together with this canonical key. */
  readonly key?: string | undefined
}

export interface Aliases extends AliasesOfTrail {
  get(alias: string): Alias | undefined
  /** In the order of their keys. */
  list(page: AliasPage): Listing<Alias>
  /** All that resolve together with a key, in the order of their keys. */
  group(key: string): readonly Alias[]
  /** Declares an alias; of what is declared already nothing changes. Durable on return. */
  declare(
    declaration: AliasDeclaration,
    declarer: Declarer,
  ): { ok: true; created: boolean; alias: Alias } | Refusal
  /** What came to the primary through it now comes to it. Durable on return. */
  remove(alias: string): { ok: true; removed: boolean }
  /** Those behind a number, 0 for all, at most `limit`. */
  changesAfter(seq: number, limit: number): readonly AliasChange[]
}

/** Steps from an alias to its primary. */
const MOST_STEPS = 16
/** Keys that come to one primary, itself included. */
const MOST_KEYS = 1000
const keysAtOnce = 512

export const aliasTable = `
  CREATE TABLE alias (
    alias TEXT PRIMARY KEY, ofKey TEXT NOT NULL, primaryKey TEXT NOT NULL, party TEXT,
    keyId TEXT NOT NULL, declaredAtUs INTEGER NOT NULL, reason TEXT
  ) WITHOUT ROWID;
  CREATE INDEX alias_primary ON alias (primaryKey);
  CREATE INDEX alias_party ON alias (party) WHERE party IS NOT NULL;
`

/** Whoever rests on aliases follows it; what was declared before it was kept comes first. */
export const aliasChangeTable = `
  CREATE TABLE alias_change (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, alias TEXT NOT NULL, ofKey TEXT NOT NULL
  );
  INSERT INTO alias_change (alias, ofKey) SELECT alias, ofKey FROM alias;
`

interface AliasRow {
  alias: string
  ofKey: string
  primaryKey: string
  party: string | null
  keyId: string
  declaredAtUs: number
  reason: string | null
}

const columns = 'alias, ofKey, primaryKey, party, keyId, declaredAtUs, reason'

export function openAliases(database: Database, commit: Commit): Aliases {
  const statements = prepare(database)
  const { select, selectGroup } = statements
  const get = (alias: string): Alias | undefined => {
    const row = select.get(alias)
    return row === undefined ? undefined : aliasOf(row)
  }
  const groupOf = (primary: string): Alias[] => selectGroup.all(primary).map(aliasOf)
  const primaryOf = (key: string): string => get(key)?.primary ?? key
  const group = (key: string) => groupOf(primaryOf(key))

  return {
    get,
    group,
    isEmpty: () => statements.any.get() === undefined,
    resolve: (keys) => resolveWithLots(keys, (some) => resolved(statements, some)),
    members: (primaries) => membersWithLots(primaries, (some) => membersOf(statements, some)),
    list({ key, party, after = '', limit }) {
      const found = key === undefined ? pageOf(statements, party, after, limit + 1) : group(key)
      const asked = found.filter((each) => {
        return each.alias > after && (party === undefined || each.party === party)
      })
      const items = asked.slice(0, limit)
      return { items, after: asked.length > limit ? items.at(-1)?.alias : undefined }
    },
    declare(declaration, declarer) {
      return commit(() => {
        const known = get(declaration.alias)
        if (known?.of === declaration.of) return { ok: true, created: false, alias: known }
        if (known !== undefined) return clash(known)
        const primary = primaryOf(declaration.of)
        const above = groupOf(primary)
        const below = groupOf(declaration.alias)
        const refused = refuse(declaration, above, below)
        if (refused !== undefined) return refused
        const { party, keyId, nowUs } = declarer
        const { alias, of, reason } = declaration
        statements.move.run(primary, alias)
        statements.insert.run(alias, of, primary, party ?? null, keyId, nowUs, reason ?? null)
        statements.change.run(alias, of)
        const made = { alias, of, primary, party, declaredBy: keyId, declaredAtUs: nowUs, reason }
        return { ok: true, created: true, alias: made }
      })
    },
    changesAfter: (seq, limit) => statements.changes.all(seq, limit),
    remove(alias) {
      return commit(() => {
        const known = get(alias)
        if (known === undefined) return { ok: true, removed: false }
        const all = groupOf(known.primary)
        const steps = stepsOf(all)
        statements.remove.run(alias)
        statements.change.run(alias, known.of)
        for (const each of all) {
          if (each.alias === alias || !pathOf(each.alias, steps).includes(alias)) continue
          statements.moveOne.run(alias, each.alias)
        }
        return { ok: true, removed: true }
      })
    },
  }
}

/** What each of some keys was declared to come to, by its own alias. */
function resolved(statements: Statements, keys: readonly string[]): string[] {
  const primaries = [...keys]
  for (let start = 0; start < keys.length; start += keysAtOnce) {
    const some = JSON.stringify(keys.slice(start, start + keysAtOnce))
    for (const [at, primary] of statements.resolve(some)) primaries[start + at] = primary
  }
  return primaries
}

function membersOf(statements: Statements, primaries: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const some of inParts(primaries, keysAtOnce)) {
    for (const [primary, alias] of statements.members(JSON.stringify(some))) {
      const known = groups.get(primary)
      if (known) known.push(alias)
      else groups.set(primary, [primary, alias])
    }
  }
  return groups
}

function prepare(database: Database) {
  return {
    any: database.prepare('SELECT 1 FROM alias LIMIT 1'),
    select: database.prepare(`SELECT ${columns} FROM alias WHERE alias = ?`),
    selectGroup: database.prepare(
      `SELECT ${columns} FROM alias WHERE primaryKey = ? ORDER BY alias`,
    ),
    page: database.prepare(`SELECT ${columns} FROM alias WHERE alias > ? ORDER BY alias LIMIT ?`),
    pageOfParty: database.prepare(
      `SELECT ${columns} FROM alias WHERE party = ? AND alias > ? ORDER BY alias LIMIT ?`,
    ),
    resolve: prepareBulk<[at: number, primary: string]>(
      database,
      ['wanted.key', 'alias.primaryKey'],
      'FROM json_each(?) AS wanted CROSS JOIN alias ON alias.alias = wanted.value',
    ),
    members: prepareBulk<[primary: string, alias: string]>(
      database,
      ['alias.primaryKey', 'alias.alias'],
      'FROM json_each(?) AS wanted CROSS JOIN alias ON alias.primaryKey = wanted.value',
    ),
    insert: database.prepare(`INSERT INTO alias (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`),
    move: database.prepare('UPDATE alias SET primaryKey = ?1 WHERE primaryKey = ?2'),
    moveOne: database.prepare('UPDATE alias SET primaryKey = ?1 WHERE alias = ?2'),
    remove: database.prepare('DELETE FROM alias WHERE alias = ?'),
    change: database.prepare('INSERT INTO alias_change (alias, ofKey) VALUES (?, ?)'),
    changes: database.prepare(
      'SELECT seq, alias, ofKey AS "of" FROM alias_change WHERE seq > ? ORDER BY seq LIMIT ?',
    ),
  }
}

type Statements = ReturnType<typeof prepare>

function pageOf(
  { page, pageOfParty }: Statements,
  party: string | undefined,
  after: string,
  limit: number,
): Alias[] {
  const rows = party === undefined ? page.all(after, limit) : pageOfParty.all(party, after, limit)
  return rows.map(aliasOf)
}

/** What each key of a group is an alias of. */
function stepsOf(group: readonly Alias[]): Map<string, string> {
  return new Map(group.map(({ alias, of }) => [alias, of]))
}

/** From a key to its primary. */
function pathOf(key: string, steps: ReadonlyMap<string, string>): string[] {
  const path: string[] = []
  for (let at: string | undefined = key; at !== undefined; at = steps.get(at)) path.push(at)
  return path
}

/** `above`: the group of what the alias is to be of; `below`: what comes to the alias today. */
function refuse(
  { alias, of }: AliasDeclaration,
  above: readonly Alias[],
  below: readonly Alias[],
): Refusal | undefined {
  if (alias === of) return refusal('alias_same', '/of', `${alias} is that key itself`)
  const path = pathOf(of, stepsOf(above))
  if (path.at(-1) === alias) {
    const round = [alias, ...path].join(' -> ')
    return refusal('alias_cycle', '/of', `it would lead back to itself: ${round}`)
  }
  const [one, other] = [kindOf(alias, below), kindOf(path.at(-1) ?? of, above)]
  if (one !== other && one !== 'other' && other !== 'other') {
    const kinds = `${alias} is of kind ${one}, ${of} of kind ${other}`
    return refusal('alias_kind', '/of', `one thing is of one kind: ${kinds}`)
  }
  const stepsBelow = stepsOf(below)
  const height = Math.max(0, ...below.map((each) => pathOf(each.alias, stepsBelow).length - 1))
  const length = height + path.length
  if (length > MOST_STEPS) {
    const message = `the chain would have ${length} steps; ${MOST_STEPS} are taken`
    return refusal('alias_too_deep', '/of', message)
  }
  const keys = above.length + below.length + 2
  if (keys <= MOST_KEYS) return undefined
  const message = `${keys} keys would be one thing; ${MOST_KEYS} are taken`
  return refusal('alias_group_full', '/of', message)
}

/** The kind of a group: that of a URI which is no GS1 key goes with any. */
function kindOf(primary: string, group: readonly Alias[]): string {
  const kinds = [primary, ...group.map(({ alias }) => alias)].map((key) => identify(key).kind)
  return kinds.find((kind) => kind !== 'other') ?? 'other'
}

function clash({ alias, of, party, declaredBy, declaredAtUs }: Alias): Refusal {
  const by = party === undefined ? `key ${declaredBy}` : `party ${party}`
  const declared = `declared by ${by} at ${formatTimeUs(declaredAtUs)}`
  return refusal('alias_clash', '/alias', `${alias} is an alias of ${of} already, ${declared}`)
}

function aliasOf(row: AliasRow): Alias {
  return {
    alias: row.alias,
    of: row.ofKey,
    primary: row.primaryKey,
    party: row.party ?? undefined,
    declaredBy: row.keyId,
    declaredAtUs: row.declaredAtUs,
    reason: row.reason ?? undefined,
  }
}
