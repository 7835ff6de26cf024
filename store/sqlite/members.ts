/** Reads what took part in events. */
import type { EventMember, Role } from '#trace/source.ts'
import { type PackedMember, roleMask, unpackMembers } from './codes.ts'
import type { Database, Statement } from './database.ts'
import type { Items } from './items.ts'
import { type Pace, sliceRows } from './pace.ts'
import { inParts, prepareArrays } from './rows.ts'
import type { Words } from './words.ts'

const eventsAtOnce = 64
/** Members are 3 bytes or more; those of other roles are looked at, too. */
const bytesOfRow = 16

type Row = [seq: number, members: Uint8Array]
type Named = PackedMember & { readonly eventRef: number }

export class Members {
  readonly #select: Statement
  readonly #items: Items
  readonly #words: Words
  readonly #pace: Pace

  constructor(database: Database, items: Items, words: Words, pace: Pace) {
    this.#select = prepareArrays(
      database,
      `SELECT event.seq, event.members FROM json_each(?) AS wanted
       CROSS JOIN event ON event.seq = wanted.value`,
    )
    this.#items = items
    this.#words = words
    this.#pace = pace
  }

  /** The members of some events that play one of some roles, in the order asked for. */
  async *read(
    seqs: readonly number[],
    roles: readonly Role[],
  ): AsyncIterable<readonly EventMember[]> {
    const mask = roleMask(roles)
    let held: Named[] = []
    for (const some of inParts(seqs, eventsAtOnce)) {
      const rows: Row[] = this.#select.all(JSON.stringify(some))
      for (const [eventRef, packed] of rows) {
        unpackMembers(packed, mask, (item, role, quantity, uom) => {
          held.push({ eventRef, item, role, quantity, uom })
        })
        await this.#pace.after(1 + packed.length / bytesOfRow)
        if (held.length < sliceRows) continue
        yield* this.#parts(held)
        held = []
      }
    }
    yield* this.#parts(held)
  }

  async *#parts(members: readonly Named[]): AsyncIterable<readonly EventMember[]> {
    for (const some of inParts(members, sliceRows)) {
      const items = this.#items.resolve(some.map(({ item }) => item))
      yield some.map(({ eventRef, item, role, quantity, uom }) => ({
        eventRef,
        item: items.get(item) ?? unresolved(item),
        role,
        quantity,
        uom: this.#words.text(uom),
      }))
      await this.#pace.after(some.length)
    }
  }
}

function unresolved(item: number): never {
  throw new RangeError(`there is no item ${item}`)
}
