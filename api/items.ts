/**
 * An item at a glance: what an inspector sees first. What it is, how it stands, where it is, the
 * facts that speak against it, and its history in short. The public sees what concerns a consumer.
 */
import type { z } from 'zod'
import { gtinOf } from '#epcis/identifier.ts'
import { drugProductOf } from '#epcis/scheme-code.ts'
import type { AlertReader } from '#store/alerts/reader.ts'
import type { Product } from '#store/registry/schema.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import { exposureOf, type Mounted } from '#trace/exposure.ts'
import type { Caller } from './caller.ts'
import { knownItem } from './item.ts'
import { alertFacts, factsOf } from './item-facts.ts'
import { itemTold, lotsTold } from './item-state.ts'
import { consumerView, fullView, itemSchema } from './item-view.ts'
import { count, moment } from './parameters.ts'
import { type ReadIdentifier, textsOfPath } from './reading.ts'
import type { Router } from './route.ts'
import { trailFor } from './visible.ts'

export interface ItemsParts {
  readonly trail: TrailReader
  readonly registry: Registry
  readonly read: ReadIdentifier
  readonly mounted: Mounted
  readonly alerts: Pick<AlertReader, 'openAbout' | 'concerns'>
  readonly nowUs: () => number
}

/** What may be asked of an item beside what it is. */
export interface ItemQuery {
  readonly at: number | undefined
  readonly history: number
}

export const itemQuery = {
  at: moment.optional().meta({ description: 'The item as it was at that time' }),
  history: count.default(30).meta({ description: 'How many of its last events to tell' }),
}

export function serveItems(router: Router, parts: ItemsParts): void {
  router.serve(
    {
      method: 'get',
      path: '/v1/items/{id}',
      tail: true,
      may: 'read items',
      tag: 'Trace',
      summary: 'An item at a glance',
      description:
        'Without a key, and for devices: what is printed on the goods or concerns who buys them.',
      query: itemQuery,
      answers: { 200: { description: 'The item', schema: itemSchema } },
    },
    async (c, { caller, params, rawParams, query: { at, history } }) => {
      const texts = textsOfPath(params, rawParams, 'id')
      return c.json(await itemAnswer(parts, caller, texts, { at, history }))
    },
  )
}

/** The item that one of some texts names, as this caller may see it. Throws as knownItem does. */
export async function itemAnswer(
  { trail, registry, read, mounted, alerts, nowUs }: ItemsParts,
  caller: Caller,
  texts: readonly string[],
  { at, history }: ItemQuery,
): Promise<z.output<typeof itemSchema>> {
  const source = trailFor(trail, caller)
  const item = await knownItem(source, read, texts)
  const asItIs = await itemTold(trail, trail, item.key, at)
  const told = source === trail ? asItIs : await itemTold(trail, source, item.key, at)
  if (asItIs === undefined || told === undefined) throw new Error(`${item.key} was known just now`)
  const adverseTo = [asItIs, ...(await lotsTold(trail, asItIs, at))]
  const itself = factsOf(told, adverseTo, at ?? nowUs())
  const raised = at === undefined ? alertFacts(alerts, caller, told) : []
  const facts = [...itself, ...raised]
  const product = productOf(registry, item.key)
  const found = { item, told, facts, product }
  if (caller.reach === 'consumer') return consumerView(found, registry)
  const exposure = await exposureOf(source, told.history, mounted, at)
  return fullView(found, exposure, history, registry)
}

/** The product of an item, under whichever of its codes it is registered. */
function productOf({ products, aliases }: Registry, key: string): Product | undefined {
  for (const each of [key, ...aliases.group(key).map(({ alias }) => alias)]) {
    const gtin = gtinOf(each)
    const product = products.get(
      gtin === undefined ? (drugProductOf(each) ?? each) : `https://id.gs1.org/01/${gtin}`,
    )
    if (product) return product
  }
  return undefined
}
