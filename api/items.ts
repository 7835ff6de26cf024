/**
 * An item at a glance: what an inspector sees first. What it is, how it stands, where it is, the
 * facts that speak against it, and its history in short. The public sees what concerns a consumer.
 */
import { z } from 'zod'
import { productKeyOf } from '#epcis/product-key.ts'
import type { AlertReader } from '#store/alerts/reader.ts'
import type { Calibrations } from '#store/calibration.ts'
import type { FieldBook } from '#store/field.ts'
import type { Product } from '#store/registry/schema.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import { exposureOf } from '#trace/exposure.ts'
import { type Mounted, Surroundings } from '#trace/surroundings.ts'
import type { Caller } from './caller.ts'
import { knownItem } from './item.ts'
import {
  alertFacts,
  calibrationFacts,
  factsOf,
  fieldFacts,
  recallFacts,
  spoolFacts,
} from './item-facts.ts'
import { type ItemTold, itemTold, lotsTold } from './item-state.ts'
import {
  consumerView,
  fullView,
  itemSchema,
  type RegisteredFound,
  registeredView,
} from './item-view.ts'
import { count, moment } from './parameters.ts'
import { Problem } from './problem.ts'
import { type ReadIdentifier, textsOfPath } from './reading.ts'
import {
  type Recalled,
  type RecalledParts,
  recalledBy,
  withAliases,
  withInside,
} from './recalled.ts'
import { contentsRecalled } from './recalled-contents.ts'
import type { Router } from './route.ts'
import { trailFor } from './visible.ts'

export interface ItemsParts {
  readonly trail: TrailReader
  readonly registry: Registry
  readonly read: ReadIdentifier
  readonly mounted: Mounted
  readonly calibrations: Calibrations
  readonly alerts: Pick<AlertReader, 'openAbout' | 'concerns'>
  readonly field: Pick<FieldBook, 'about' | 'countScan' | 'scansOf'>
  readonly recalls: RecalledParts['recalls']
  readonly nowUs: () => number
}

/** What may be asked of an item beside what it is. */
export interface ItemQuery {
  readonly at: number | undefined
  readonly history: number
  /** Whether somebody has the goods in hand: this is one more look-up of their code. */
  readonly isScan: boolean
}

export const itemQuery = {
  at: moment.optional().meta({ description: 'The item as it was at that time' }),
  history: count.default(30).meta({ description: 'How many of its last events to tell' }),
  scanned: z
    .literal('1')
    .optional()
    .meta({ description: '1: somebody has the goods in hand; look-ups of a code are counted' }),
}

const MOST_REPORTS = 50

export function serveItems(router: Router, parts: ItemsParts) {
  const one = router.serve(
    {
      method: 'get',
      path: '/v1/items/{id}',
      tail: true,
      may: 'read items',
      tag: 'Trace',
      summary: 'An item at a glance',
      description:
        'Without a key, and for devices: what is printed on the goods or concerns who buys them. ' +
        '`verdict` says whether it may be sold, and why; `recalls` which recalls hold it.',
      query: itemQuery,
      answers: { 200: { description: 'The item', schema: itemSchema } },
    },
    async (c, { caller, params, rawParams, query: { at, history, scanned } }) => {
      const texts = textsOfPath(params, rawParams, 'id')
      const isScan = scanned !== undefined
      return c.json(await itemAnswer(parts, caller, texts, { at, history, isScan }))
    },
  )
  return [one]
}

/** The item that one of some texts names, as this caller may see it. Throws as knownItem does. */
export async function itemAnswer(
  parts: ItemsParts,
  caller: Caller,
  texts: readonly string[],
  { at, history, isScan }: ItemQuery,
): Promise<z.output<typeof itemSchema>> {
  const { trail, registry, read, mounted, alerts, field, nowUs } = parts
  const source = trailFor(trail, caller)
  const registered = registeredOf(parts, caller, texts)
  const item = await knownItem(source, read, texts).catch(async (problem: unknown) => {
    if (!(problem instanceof Problem) || problem.status !== 404) throw problem
    if (registered) return undefined
    throw withRecalls(problem, await recalledUnseen(parts, caller, keysNamed(parts, texts)))
  })
  if (item === undefined) {
    if (registered === undefined) throw new Error('what is not registered was not found')
    const recalled = recalledBy(parts, caller, keysNamed(parts, texts))
    return registeredView({ ...registered, recalled }, registry)
  }
  const asItIs = await itemTold(trail, trail, item.key, at)
  const told = source === trail ? asItIs : await itemTold(trail, source, item.key, at)
  if (asItIs === undefined || told === undefined) throw new Error(`${item.key} was known just now`)
  const adverseTo = [asItIs, ...(await lotsTold(trail, asItIs, at))]
  const itself = factsOf(told, adverseTo, at ?? nowUs())
  if (isScan && at === undefined) field.countScan(item.key, nowUs())
  const { lot } = item.understood
  const own = [item.key, ...asItIs.state.lots, ...(lot === undefined ? [] : [lot])]
  const keys = withAliases(registry, own)
  const raised = at === undefined ? alertFacts(alerts, caller, keys) : []
  const reports = at === undefined ? field.about(keys, MOST_REPORTS) : []
  const itsRecalls = recalledBy(parts, caller, keys)
  const inIt = await insideOf(parts, caller, asItIs, at)
  const recalled = withInside(itsRecalls, inIt.recalls)
  const held = [...recallFacts(itsRecalls), ...inIt.facts]
  const found = [...itself, ...held, ...raised, ...fieldFacts(reports, caller)]
  // Asked behind what was read: what has left the spool by now is as whatever was just stored.
  const facts = [...found, ...spoolFacts(adverseTo, await trail.spooledAfter())]
  const product = productOf(registry, item.key)
  const about = { reports, scans: field.scansOf(item.key) }
  const whole = { item, told, facts, product, recalled, field: about }
  if (caller.reach === 'consumer') return consumerView(whole, registry)
  const exposure = await exposureOf(told.history, new Surroundings(source, mounted, at))
  const doubts = calibrationFacts(exposure, parts.calibrations)
  return fullView({ ...whole, facts: [...facts, ...doubts] }, exposure, history, registry)
}

/** What is recalled of what is in an item, where anything is in it. */
async function insideOf(
  { trail, registry, recalls }: ItemsParts,
  caller: Caller,
  { history: { contents, item } }: ItemTold,
  at: number | undefined,
): Promise<Awaited<ReturnType<typeof contentsRecalled>>> {
  if (contents === 0) return { recalls: [], facts: [] }
  return await contentsRecalled({ trail, registry, recalls }, caller, item, at)
}

/** All keys that some texts can mean, and those of the lots that they name beside them. */
function keysNamed({ read }: ItemsParts, texts: readonly string[]): string[] {
  return texts.map(read).flatMap((reading) => {
    if (!reading.ok) return []
    return reading.candidates.flatMap(({ key, lot }) => (lot === undefined ? [key] : [key, lot]))
  })
}

/** Recalls of what somebody may not see the events of, or nobody has, and of what is in it. */
async function recalledUnseen(
  parts: ItemsParts,
  caller: Caller,
  keys: readonly string[],
): Promise<Recalled> {
  const own = recalledBy(parts, caller, keys)
  const inside: Recalled['recalls'] = []
  for (const item of await parts.trail.find(keys)) {
    if (item) inside.push(...(await contentsRecalled(parts, caller, item, undefined)).recalls)
  }
  return withInside(own, inside)
}

/** What nobody has seen may still be of a recalled lot: then its refusal says so. */
function withRecalls(problem: Problem, recalled: Recalled): Problem {
  if (recalled.recalls.length === 0) return problem
  const { code, detail, understood, candidates } = problem.body
  const known = { code: String(code), detail: String(detail) }
  return new Problem('not_found', { ...known, more: { understood, candidates, ...recalled } })
}

/** The product or the place that a text names, where no event names it by itself. */
function registeredOf(
  { registry, read }: ItemsParts,
  { reach }: Caller,
  texts: readonly string[],
): Omit<RegisteredFound, 'recalled'> | undefined {
  for (const reading of texts.map(read)) {
    for (const understood of reading.ok ? reading.candidates : []) {
      const product = understood.kind === 'class' ? productOf(registry, understood.key) : undefined
      // Where firms have their places is not the public's.
      const place = reach === 'consumer' ? undefined : registry.locations.get(understood.key)
      if (product || place) return { understood, product, place }
    }
  }
  return undefined
}

/** The product of an item, under whichever of its codes it is registered. */
function productOf({ products, aliases }: Registry, key: string): Product | undefined {
  for (const each of [key, ...aliases.group(key).map(({ alias }) => alias)]) {
    const product = products.get(productKeyOf(each) ?? each)
    if (product) return product
  }
  return undefined
}
