/**
 * When the last of a lot left a site, as far as events tell: what is picked is compared with older
 * lots that are still there, of however many that came before.
 */
import { stockFrom } from '#risk/movement.ts'
import type { Database, Statement } from '../sqlite/database.ts'
import type { StockReader } from './facts.ts'

/** A lot at a site. */
export interface LotAt {
  readonly lot: string
  readonly site: string
}

const EVER = Number.MAX_SAFE_INTEGER

export class GoneLots {
  readonly #stock: Pick<StockReader, 'amountsOf'>
  readonly #told: Statement
  readonly #isStocked: Statement
  readonly #last: Statement
  readonly #put: Statement

  constructor(database: Database, stock: Pick<StockReader, 'amountsOf'>) {
    this.#stock = stock
    this.#told = database.prepare(
      `SELECT thing AS lot, site FROM movement WHERE event = ?1
       UNION SELECT child, site FROM packing WHERE event = ?1`,
    )
    this.#isStocked = database.prepare('SELECT 1 FROM stocked WHERE lot = ? AND site = ? LIMIT 1')
    this.#last = database.prepare(
      `SELECT max(timeUs) AS timeUs FROM (
         SELECT timeUs FROM movement WHERE thing = ?1 AND site = ?2
         UNION ALL SELECT timeUs FROM packing WHERE child = ?1 AND site = ?2)`,
    )
    this.#put = database.prepare('UPDATE stocked SET goneUs = ?3 WHERE lot = ?1 AND site = ?2')
  }

  /** What an event tells of, as long as its rows are there. */
  toldBy(event: number): LotAt[] {
    return this.#told.all(event)
  }

  /** Looks again at lots of which something has come or gone. To be called in a transaction. */
  update(changed: Iterable<LotAt>): void {
    const distinct = new Map([...changed].map((each) => [`${each.site} ${each.lot}`, each]))
    for (const { lot, site } of distinct.values()) {
      if (this.#isStocked.get(lot, site) === undefined) continue
      const left = stockFrom(this.#stock.amountsOf(lot, site, EVER))
      // Where units mix it is not known what is left.
      const isGone = left !== undefined && left <= 0
      this.#put.run(lot, site, isGone ? this.#last.get(lot, site).timeUs : null)
    }
  }
}
