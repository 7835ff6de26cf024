/**
 * An item at a glance: what an inspector sees first. What it is, how it stands, where it is, the
 * facts that speak against it, and its history in short. The public sees what concerns a consumer.
 */
import { gtinOf } from '#epcis/identifier.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import { exposureOf, type Mounted } from '#trace/exposure.ts'
import { knownItem } from './item.ts'
import { factsOf } from './item-facts.ts'
import { itemTold, lotsTold } from './item-state.ts'
import { consumerView, fullView, itemSchema } from './item-view.ts'
import { count, moment } from './parameters.ts'
import type { Router } from './route.ts'
import { trailFor } from './visible.ts'

export interface ItemsParts {
  readonly trail: TrailReader
  readonly registry: Registry
  readonly mounted: Mounted
  readonly nowUs: () => number
}

export function serveItems(router: Router, parts: ItemsParts): void {
  const { trail, registry, mounted, nowUs } = parts
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
      query: {
        at: moment.optional().meta({ description: 'The item as it was at that time' }),
        history: count.default(30).meta({ description: 'How many of its last events to tell' }),
      },
      answers: { 200: { description: 'The item', schema: itemSchema } },
    },
    async (c, { caller, params: { id = '' }, query: { at, history } }) => {
      const source = trailFor(trail, caller)
      const identifier = await knownItem(source, id)
      const { key } = identifier
      const asItIs = await itemTold(trail, trail, key, at)
      const told = source === trail ? asItIs : await itemTold(trail, source, key, at)
      if (asItIs === undefined || told === undefined) throw new Error(`${key} was known just now`)
      const adverseTo = [asItIs, ...(await lotsTold(trail, asItIs, at))]
      const facts = factsOf(told, adverseTo, at ?? nowUs())
      const gtin = gtinOf(key)
      const classKey = gtin === undefined ? key : `https://id.gs1.org/01/${gtin}`
      const product = registry.products.get(classKey)
      const found = { identifier, told, facts, product }
      if (caller.reach === 'consumer') return c.json(consumerView(found, registry))
      const exposure = await exposureOf(source, told.history, mounted, at)
      return c.json(fullView(found, exposure, history, registry))
    },
  )
}
