/**
 * Recalls as rules see them: drills are none. What came into a scope in force, or left it, is told
 * item by item, numbered over all recalls, without a row for each: a change is of a whole scope,
 * and its items are counted off in the order of their pages.
 */
import { type RecallStep as ClockStep, clockFromUs, type RecallClass } from '#risk/recall-clock.ts'
import type { Consignee } from '#risk/recall-follow.ts'
import type { RecallReader as RulesReader, ScopeChange, WatchedRecall } from '#risk/recalled.ts'
import type { RecallMatch } from '#risk/reference.ts'
import type { Certainty } from '#trace/parts.ts'
import { type Database, openDatabase } from '../sqlite/database.ts'
import { clockSteps } from './clock-steps.ts'
import { type RecallReader, recallReader } from './reader.ts'
import { type Block, isOver, type Recall, type Consignee as Told } from './recall.ts'
import { migrations } from './schema.ts'

const CERTAINTY: Readonly<Record<'proven' | 'inferred' | 'possible', Certainty>> = {
  proven: 'observed',
  inferred: 'inferred',
  possible: 'possible',
}

const RECALLS_AT_ONCE = 500
const MOST_STEPS = 10_000

/** Opens recalls.db for the rules; the writer has to have made it. */
export function openWatchedRecalls(file: string): RulesReader & { close(): void } {
  const database = openDatabase(file, { readOnly: true, migrations })
  return { ...watchedRecalls(database), close: () => database.close() }
}

export function watchedRecalls(database: Database): RulesReader {
  const any = database.prepare('SELECT 1 FROM scope_change LIMIT 1')
  return {
    ...recallsAsWatched(recallReader(database)),
    hasAny: () => any.get() !== undefined,
    changesAfter: changesOf(database),
    lastChange: lastChangeOf(database),
  }
}

/** What is recalled, and by which recalls, as rules see it. */
export function recallsAsWatched(reader: RecallReader): Pick<RulesReader, 'matches' | 'recalls'> {
  return {
    matches: (keys) => matchesOf(reader, keys),
    recalls: (closedSinceUs) => watchedOf(reader, closedSinceUs),
  }
}

function matchesOf(reader: RecallReader, keys: readonly string[]): RecallMatch[] {
  // What moved before a recall was closed had moved all the same; cancelled, it was none.
  const held = reader.blocks(keys).filter(({ isDrill }) => !isDrill)
  const present = held.map((block) => {
    const { recall: id, key, latePath, closedUs } = block
    const recall = reader.recall(id)
    const traced = recall && !latePath ? reader.item(id, recall.version, [key])?.path : undefined
    const match = matchOf(recall, block, latePath ?? traced?.map((step) => step.key) ?? [key])
    return closedUs === undefined ? match : { ...match, untilUs: closedUs }
  })
  // What it holds now it has held since the first version that had it.
  const known = new Set(held.map(({ recall }) => recall))
  const former = reader.former(keys).filter(({ recall }) => !known.has(recall))
  return [
    ...present,
    ...former.map((block) => {
      const { untilUs, recall: id, key } = block
      return { ...matchOf(reader.recall(id), block, [key]), untilUs }
    }),
  ]
}

function matchOf(
  recall: Recall | undefined,
  { recall: id, tier, sinceUs }: Pick<Block, 'recall' | 'tier' | 'sinceUs'>,
  path: readonly string[],
): RecallMatch {
  return {
    recall: `recall:${id}`,
    certainty: CERTAINTY[tier],
    fromUs: sinceUs,
    path,
    returnsTo: recall?.returnsTo ?? [],
  }
}

function lastChangeOf(database: Database): () => number {
  const last = database.prepare(
    'SELECT first + count - 1 AS seq FROM scope_change ORDER BY first DESC LIMIT 1',
  )
  return () => last.get()?.seq ?? 0
}

interface ChangeRow {
  first: number
  count: number
  scope: number
  /** Of late goods: the number of the first. */
  late: number | null
}

/** Items of the scopes that changed, behind a number; goes on fast where it has stopped. */
function changesOf(database: Database): RulesReader['changesAfter'] {
  const holding = database.prepare(
    `SELECT first, count, scope, late FROM scope_change WHERE first <= ?1
     ORDER BY first DESC LIMIT 1`,
  )
  const following = database.prepare(
    'SELECT first, count, scope, late FROM scope_change WHERE first > ? ORDER BY first LIMIT 1',
  )
  const offset = database.prepare(
    `SELECT tier, assumptions, key FROM scope_item INDEXED BY scope_item_page
     WHERE scope = ?1 ORDER BY tier, assumptions, key LIMIT ?2 OFFSET ?3`,
  )
  const behind = database.prepare(
    `SELECT tier, assumptions, key FROM scope_item INDEXED BY scope_item_page
     WHERE scope = ?1 AND (tier, assumptions, key) > (?2, ?3, ?4)
     ORDER BY tier, assumptions, key LIMIT ?5`,
  )
  const late = database.prepare(
    'SELECT key FROM scope_late WHERE scope = ? AND seq >= ? ORDER BY seq LIMIT ? OFFSET ?',
  )
  type Place = { tier: number; assumptions: number; key: string }
  let last: { readonly seq: number; readonly scope: number; readonly place: Place } | undefined
  return (seq, limit) => {
    const at: ChangeRow | undefined = holding.get(seq + 1)
    const isWithin = at !== undefined && seq + 1 < at.first + at.count
    const change: ChangeRow | undefined = isWithin ? at : following.get(seq + 1)
    if (!change) return []
    const skipped = Math.max(0, seq + 1 - change.first)
    if (change.late !== null) {
      const most = Math.min(limit, change.count - skipped)
      const its: { key: string }[] = late.all(change.scope, change.late, most, skipped)
      return its.map(({ key }, index) => ({ seq: change.first + skipped + index, key }))
    }
    const isNext = last?.seq === seq && last.scope === change.scope && skipped > 0
    const rows: Place[] =
      isNext && last
        ? behind.all(change.scope, last.place.tier, last.place.assumptions, last.place.key, limit)
        : offset.all(change.scope, limit, skipped)
    const from = change.first + skipped
    const place = rows.at(-1)
    if (place) last = { seq: from + rows.length - 1, scope: change.scope, place }
    return rows.map(({ key }, index): ScopeChange => ({ seq: from + index, key }))
  }
}

function watchedOf(reader: RecallReader, closedSinceUs: number): WatchedRecall[] {
  const found: WatchedRecall[] = []
  let after: number | undefined
  for (;;) {
    const page = reader.recalls({ isDrill: false }, { limit: RECALLS_AT_ONCE, after })
    for (const recall of page) {
      if (isOver(recall.state) && recall.changedUs < closedSinceUs) continue
      found.push(watchedRecall(reader, recall))
    }
    after = page.at(-1)?.seq
    if (page.length < RECALLS_AT_ONCE) return found
  }
}

function watchedRecall(reader: RecallReader, recall: Recall): WatchedRecall {
  const { id, domain, law = '', recallClass, state, version } = recall
  const decidedUs = clockFromUs(recall)
  const steps = reader.stepsOf(id, { limit: MOST_STEPS })
  const closed = steps.find(({ step }) => step === 'close' || step === 'cancel')
  const versions = reader.versions(id)
  const present = versions.find((each) => each.version === version) ?? versions.at(-1)
  const done: readonly { readonly step: ClockStep; readonly timeUs: number }[] = clockSteps(steps)
  const its: RecallClass = recallClass
  return {
    ...{ recall: `recall:${id}`, domain, law, recallClass: its, decidedUs, done },
    changedUs: recall.changedUs,
    ...(isOver(state) && closed && { closedUs: closed.atUs }),
    consignees: reader.consignees(id).flatMap(consigneeOf),
    scope: present?.counts && {
      part: 'summary',
      suspects: present.counts.suspects,
      tiers: present.counts.tiers,
      added: Object.fromEntries(
        present.counts.assumptions.map(({ assumption, items }) => [assumption, items]),
      ),
    },
  }
}

/** In pieces, or else in the first unit that there is. */
function consigneeOf({ party, lines, noticeUs, acknowledgedUs }: Told): Consignee[] {
  const line = lines.find(({ uom }) => uom === '') ?? lines[0]
  const { onHand = 0, returned = 0, destroyed = 0, used = 0 } = line?.answered ?? {}
  const shipped = Object.values(line?.expected ?? {}).reduce((sum, each) => sum + each, 0)
  return [
    {
      ...{ key: `party:${party}`, shipped, onHand, returned, destroyed, used },
      ...(noticeUs !== undefined && { notifiedUs: noticeUs }),
      ...(acknowledgedUs !== undefined && { acknowledgedUs }),
    },
  ]
}
