/**
 * The bodies of events as they came, packed by the dozen: bodies are much alike, and a deflated
 * block of 32 takes a third of their single sizes. A block holds the bodies of consecutive events;
 * the last one is written again with each batch until it is full. Reading one body inflates its
 * block, so a block is also bounded in size: a large body may fill one alone.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Database, Statement } from './database.ts'
import { prepareArrays } from './rows.ts'

const blockEvents = 32
const blockLength = 65_536
/** zlib's growth step when inflating: one for a usual block. */
const chunkSize = blockLength
/** Its fastest: 4 us a body, and higher levels gain little on text so much alike. */
const level = 1

interface Block {
  /** The number of the first event in it. */
  readonly first: number
  readonly bodies: readonly string[]
}

type BlockRow = [first: number, block: Uint8Array]

export class Bodies {
  readonly #select: Statement
  /** The block that was read last: events are read part by part, and a part ends within one. */
  #last: Block | undefined

  constructor(database: Database) {
    this.#select = prepareArrays(
      database,
      'SELECT first, block FROM body WHERE first <= ? ORDER BY first DESC LIMIT 1',
    )
  }

  /** The bodies of some events, in the order asked for. An unknown number is a bug and throws. */
  read(seqs: readonly number[]): string[] {
    const bodies = new Map<number, string>()
    // In their order in the file, so that each block is inflated once.
    for (const seq of [...seqs].sort((a, b) => a - b)) {
      if (!isIn(this.#last, seq)) this.#last = this.blockOf(seq)
      const body = this.#last?.bodies[seq - this.#last.first]
      if (body === undefined) throw new RangeError(`there is no body of event ${seq}`)
      bodies.set(seq, body)
    }
    return seqs.map((seq) => bodies.get(seq) ?? '')
  }

  /** What was read may not be so any more: a batch that failed is taken back. */
  protected forget(): void {
    this.#last = undefined
  }

  protected blockOf(seq: number): Block | undefined {
    const row: BlockRow | undefined = this.#select.get(seq)
    return row && { first: row[0], bodies: unpack(row[1]) }
  }
}

/** Bodies are only ever added to a block: those that were read stay what they are. */
function isIn(block: Block | undefined, seq: number): boolean {
  return block !== undefined && block.first <= seq && seq < block.first + block.bodies.length
}

/** The bodies of the one connection that writes. */
export class WritableBodies extends Bodies {
  readonly #replace: Statement

  constructor(database: Database) {
    super(database)
    this.#replace = database.prepare('INSERT OR REPLACE INTO body (first, block) VALUES (?, ?)')
  }

  /**
   * Adds the bodies of the events from number `first` on, which is the one behind the last that was
   * added. To be called in a transaction.
   */
  add(first: number, bodies: readonly string[]): void {
    this.forget()
    const last = this.blockOf(first)
    let start = last?.first ?? first
    let block = [...(last?.bodies ?? [])]
    let length = block.reduce((sum, body) => sum + body.length, 0)
    for (const [at, body] of bodies.entries()) {
      if (isFull(block.length, length)) {
        this.#replace.run(start, pack(block))
        start = first + at
        block = []
        length = 0
      }
      block.push(body)
      length += body.length
    }
    this.#replace.run(start, pack(block))
  }
}

function isFull(events: number, length: number): boolean {
  return events >= blockEvents || length >= blockLength
}

/** The lengths in UTF-16 units, a line feed, the bodies. */
function pack(bodies: readonly string[]): Buffer {
  const lengths = bodies.map((body) => body.length).join()
  return deflateRawSync(`${lengths}\n${bodies.join('')}`, { level })
}

function unpack(block: Uint8Array): string[] {
  const text = inflateRawSync(block, { chunkSize }).toString()
  let end = text.indexOf('\n') + 1
  const lengths = text.slice(0, end).split(',').map(Number)
  return lengths.map((length) => {
    end += length
    return text.slice(end - length, end)
  })
}
