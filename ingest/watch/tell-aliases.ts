/**
 * What goes under other keys than before. Reports on it, and on the lots of it where it is a
 * product, are told again, as they hold other things now.
 */
import { lotPartsOf, lotUnder } from '#epcis/product-key.ts'
import type { Reason } from '#risk/difference.ts'
import type { FactReader } from '#store/alerts/facts.ts'
import type { Aliases } from '#store/registry/aliases.ts'
import type { Draft } from './draft.ts'

/** How far declarations were followed. */
const MARK = 'aliases'
const CHANGES_AT_ONCE = 100
const THINGS_AT_ONCE = 1_000

/** A key that another one was declared to be of, or is of no more. */
interface Named {
  readonly key: string
  readonly other: string
  /** The last of its lots that was asked for. */
  readonly after: string
}

/** Asks for what has been declared, or taken back, since; whether anything has. */
export function followAliases(
  { facts, known }: Draft,
  aliases: Pick<Aliases, 'changesAfter'>,
): boolean {
  const changes = aliases.changesAfter(known.mark(MARK), CHANGES_AT_ONCE)
  const last = changes.at(-1)
  if (!last) return false
  for (const { alias, of } of changes) {
    facts.ask(ownerOf({ key: alias, other: of, after: '' }), 'reference')
    facts.ask(ownerOf({ key: of, other: alias, after: '' }), 'reference')
  }
  facts.marks.set(MARK, last.seq)
  return true
}

function ownerOf(named: Named): string {
  return `named ${JSON.stringify(named)}`
}

/** `rest`: what is asked for behind the first word of an owner. */
export function tellNamed({ facts, known }: Draft, rest: string, reason: Reason): void {
  const { key, other, after }: Named = JSON.parse(rest)
  if (after === '' && [key, other].some((each) => isTested(known, each))) {
    facts.ask(`tests ${key}`, reason)
  }
  const things = known.reportedOf(key, after, THINGS_AT_ONCE)
  for (const thing of things) {
    facts.ask(`tests ${thing}`, reason)
    const parts = lotPartsOf(thing)
    // Under the other key it may have been told, though no report names it so.
    if (parts) facts.ask(`tests ${lotUnder(parts, other)}`, reason)
  }
  if (things.length < THINGS_AT_ONCE) return
  facts.ask(ownerOf({ key, other, after: things.at(-1) ?? '' }), reason)
}

function isTested(known: FactReader, key: string): boolean {
  return known.reports(key).length + known.samplesOf(key).length + known.sampledFrom(key).length > 0
}
