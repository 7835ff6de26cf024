/**
 * Finds out the scopes that are asked for, one after the other: what came of what is suspected,
 * then who has it. Both are written as they are found, so that a million items are never held. A
 * crash in between costs what was found of that one scope: it is begun anew.
 */
import { recallScope, type ScopeCut, type ScopeItem } from '#risk/recall-scope.ts'
import { siteOf } from '#risk/reference.ts'
import { aliasedTrail, keysOfAll } from '#store/aliased.ts'
import type { ScopePlace } from '#store/recalls/recall.ts'
import type { RecallWriter, ScopeJob } from '#store/recalls/writer.ts'
import { type RegistryReference, referenceOf } from '#store/reference.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import { Holders } from './holders.ts'
import { LateFollower, lastEventOf } from './late-follower.ts'
import { scopeSource } from './scope-source.ts'

export interface TracerParts {
  readonly trail: TrailReader
  readonly recalls: RecallWriter
  readonly registry: Registry
  readonly nowUs: () => number
  /** Whether to stop between two batches: what is under way is begun anew by who comes next. */
  readonly isStopped?: () => boolean
}

/** One commit: bounds memory, and how long a step that somebody takes has to wait. */
const ITEMS_AT_ONCE = 2_000
/** Suspects of one scope: what is beyond has to be another recall. */
const MOST_SUSPECTS = 100_000

export class RecallTracer {
  readonly #parts: TracerParts
  readonly #trail: TrailReader
  readonly #referenceNow: () => RegistryReference
  readonly #late: LateFollower

  constructor(parts: TracerParts) {
    this.#parts = parts
    this.#trail = aliasedTrail(parts.trail, parts.registry.aliases)
    this.#referenceNow = referenceOf(parts.registry)
    const { recalls, nowUs } = parts
    this.#late = new LateFollower({ trail: this.#trail, recalls, nowUs, ...this.#names })
  }

  /** Whatever there is to do, once; false where there was nothing. */
  async advance(): Promise<boolean> {
    const { recalls, nowUs } = this.#parts
    // What has a scope already comes first: its goods are on their way.
    if (await this.#late.advance()) return true
    const lastEvent = recalls.isAsked() ? await lastEventOf(this.#trail) : undefined
    const job = lastEvent === undefined ? undefined : recalls.begin(nowUs(), lastEvent)
    if (!job) return recalls.sweep(ITEMS_AT_ONCE)
    const found = await this.#trace(job)
    if (!found || !(await this.#findHolders(job))) return true
    recalls.finish(job, found, nowUs())
    return true
  }

  readonly #names = {
    siteOf: (key: string) => siteOf(this.#referenceNow(), key),
    productsOf: (product: string) => keysOfAll([product], this.#parts.registry.aliases),
  }

  #isStopped(): boolean {
    return this.#parts.isStopped?.() ?? false
  }

  /** Finds the items of a scope; undefined where it was given up. */
  async #trace(job: ScopeJob): Promise<{ suspects: number; cuts: ScopeCut[] } | undefined> {
    const { recalls, nowUs } = this.#parts
    const { suspects, assume } = job.version
    const source = scopeSource({ trail: this.#trail, assume, ...this.#names })
    const cuts: ScopeCut[] = []
    let batch: ScopeItem[] = []
    for await (const part of recallScope(source, suspects, { mostSuspects: MOST_SUSPECTS })) {
      if (part.part === 'item') {
        batch.push(part)
        if (batch.length < ITEMS_AT_ONCE) continue
        if (this.#isStopped() || !recalls.addItems(job, batch)) return undefined
        batch = []
        await this.#late.advance()
      } else if (part.part === 'cut') {
        cuts.push(part)
      } else if (part.part === 'refused') {
        recalls.fail(job, part.code, part.message, nowUs())
        return undefined
      } else {
        if (!recalls.addItems(job, batch)) return undefined
        return { suspects: part.suspects, cuts }
      }
    }
    return undefined
  }

  /** Finds who has the items; false where it was given up. */
  async #findHolders(job: ScopeJob): Promise<boolean> {
    const { recalls } = this.#parts
    const holders = new Holders({ trail: this.#trail, reference: this.#referenceNow })
    let after: ScopePlace | undefined
    for (;;) {
      const items = recalls.reader.items(job.recall, job.version.version, {
        limit: ITEMS_AT_ONCE,
        after,
      })
      if (items.length === 0) return true
      const found = await holders.of(items.map(({ key }) => key))
      if (this.#isStopped() || !recalls.addHoldings(job, items.length, found)) return false
      after = items.at(-1)?.at
      await this.#late.advance()
    }
  }
}
