/** How an item goes out: to those who may see its trail, and to whoever buys it. */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import type { Candidate } from '#epcis/understood.ts'
import type { KeptReport, Scans } from '#store/field.ts'
import {
  type Location,
  locationSchema,
  type Product,
  productSchema,
} from '#store/registry/schema.ts'
import type { Registry } from '#store/registry.ts'
import type { Stretch } from '#trace/carriers.ts'
import { eventToJson } from '#trace/chain.ts'
import type { Exposure } from '#trace/exposure.ts'
import { CERTAINTIES } from '#trace/parts.ts'
import type { Stated } from '#trace/state.ts'
import { aliasesTold } from './aliases.ts'
import type { KnownItem } from './item.ts'
import { comparedWith, salesOf } from './item-compared.ts'
import { type Fact, recallFacts } from './item-facts.ts'
import type { ItemTold } from './item-state.ts'
import { verdictOf, verdictSchema } from './item-verdict.ts'
import { candidateSchema, candidateTold } from './reading.ts'
import { type Recalled, recalledShape } from './recalled.ts'
import { keptReportSchema, keptReportView } from './report-view.ts'

const textSchema = z.object({ zh: z.string(), en: z.string() })
const factSchema = z.object({
  fact: z.string().meta({ description: 'Such as recalled, expired, ended, not_commissioned' }),
  key: z.string().meta({ description: 'The item, or a lot that it belongs to' }),
  value: z.string().optional(),
  time: z.iso.datetime().optional(),
  eventID: z.string().optional(),
  title: textSchema.optional(),
  text: textSchema.optional(),
  certainty: z.enum(CERTAINTIES).optional(),
})

const comparedSchema = z.object({
  what: z.enum(['lot', 'expiry']),
  scanned: z.string(),
  recorded: z.string().optional().meta({ description: 'Absent where nothing is recorded' }),
  agrees: z.boolean().optional().meta({ description: 'Absent where nothing is recorded' }),
})

const scansSchema = z
  .object({ count: z.int(), first: z.iso.datetime(), last: z.iso.datetime() })
  .meta({ description: 'How often its code was looked up here, with this time' })

const common = {
  key: z.string(),
  kind: z.string(),
  recalls: recalledShape.recalls,
  warnings: z.array(z.string()),
  understood: candidateSchema.meta({ description: 'How the identifier that was sent was read' }),
  others: z
    .array(candidateSchema)
    .meta({ description: 'What else it can name that there are events of' }),
  aliases: z
    .array(
      z.object({
        key: z.string(),
        party: z.string().optional(),
        declaredAt: z.iso.datetime(),
      }),
    )
    .meta({ description: 'Its other keys, and who declared them' }),
  lots: z.array(z.string()),
  facts: z.array(factSchema),
  verdict: verdictSchema,
  compared: z.array(comparedSchema).meta({ description: 'The code as scanned against the record' }),
  scans: scansSchema.optional(),
  sales: z.int().optional().meta({ description: 'How often it was recorded as sold' }),
}

const consumerSchema = z
  .object({
    ...common,
    product: productSchema.pick({ name: true, names: true, description: true }).optional(),
    producer: z.string().optional(),
    place: locationSchema
      .pick({ name: true, names: true, address: true })
      .optional()
      .meta({ description: 'Of a place' }),
    firstSeen: z.iso.datetime().optional(),
    itemExpirationDate: z.string().optional(),
  })
  .meta({ id: 'ItemForConsumers' })

const statedSchema = z
  .object({
    value: z.string(),
    time: z.iso.datetime(),
    eventID: z.string(),
    certainty: z.enum(['observed', 'inferred']),
    via: z.array(z.string()).meta({ description: 'Containers through which it holds' }),
  })
  .meta({ id: 'Stated' })

const stretch = {
  fromTime: z.iso.datetime().optional(),
  toTime: z.iso.datetime().optional(),
  certainty: z.enum(['observed', 'inferred']),
  via: z.array(z.string()),
}

const fullSchema = z
  .object({
    ...common,
    product: productSchema.optional(),
    state: z.object({
      firstSeen: statedSchema.optional(),
      lastSeen: statedSchema.optional(),
      location: statedSchema.optional(),
      disposition: statedSchema.optional(),
      persistentDispositions: z.array(statedSchema),
      container: statedSchema.optional(),
      itemExpirationDate: statedSchema.optional(),
      ended: statedSchema.optional(),
    }),
    places: z.array(z.object({ place: z.string(), ...stretch })),
    sensors: z.array(z.object({ device: z.string(), ...stretch })),
    history: z.array(z.looseObject({ eventID: z.string(), eventTime: z.iso.datetime() })),
    historyCount: z.int(),
    evidence: z.object({
      events: z.int(),
      parties: z.int().meta({ description: 'That captured them' }),
      more: z.boolean().meta({ description: 'There are more events than were read' }),
    }),
    reports: z.array(keptReportSchema).meta({ description: 'Of inspectors, the newest first' }),
    names: z.record(z.string(), z.string()).meta({ description: 'Of places and parties' }),
  })
  .meta({ id: 'Item' })

export const itemSchema = z.union([fullSchema, consumerSchema])

/** What there is to tell of an item. */
export interface ItemFound {
  readonly item: KnownItem
  readonly told: ItemTold
  readonly product: Product | undefined
  readonly facts: readonly Fact[]
  readonly field: FieldTold
  readonly recalled: Recalled
}

/** What is told of an item from the field, for everybody. */
export interface FieldTold {
  readonly scans: Scans | undefined
  readonly reports: readonly KeptReport[]
}

/** A product or a place that is registered, and that no event names by itself. */
export interface RegisteredFound {
  readonly understood: Candidate
  readonly product: Product | undefined
  readonly place: Location | undefined
  readonly recalled: Recalled
}

export function registeredView(
  { understood, product, place, recalled }: RegisteredFound,
  registry: Pick<Registry, 'parties' | 'aliases'>,
): z.output<typeof consumerSchema> {
  const { key, kind } = understood
  const facts = recallFacts(recalled)
  return {
    ...readAs({ key, kind, understood, others: [] }),
    recalls: recalled.recalls,
    aliases: aliasesTold(registry, key),
    lots: [],
    facts,
    // A product is no item: nothing is known of the one in hand.
    verdict: verdictOf([...facts, { fact: 'only_product', key }], true),
    compared: [],
    ...productTold(product, registry),
    place: place && { name: place.name, names: place.names, address: place.address },
  }
}

/** What is printed on the goods or concerns whoever buys them: no place, no partner, no event. */
export function consumerView(
  { item, told, product, facts, field, recalled }: ItemFound,
  registry: Pick<Registry, 'parties' | 'aliases'>,
): z.output<typeof consumerSchema> {
  const { state } = told
  const forConsumers = facts.map(({ eventID, ...fact }) => fact)
  return {
    ...readAs(item),
    recalls: recalled.recalls,
    aliases: aliasesTold(registry, item.key),
    lots: [...state.lots],
    facts: forConsumers,
    ...judged(item, told, forConsumers, field, true),
    ...productTold(product, registry),
    firstSeen: state.firstSeen && formatTimeUs(state.firstSeen.timeUs),
    itemExpirationDate: state.itemExpirationDate?.value,
  }
}

function productTold(product: Product | undefined, registry: Pick<Registry, 'parties'>) {
  return {
    product: product && {
      name: product.name,
      names: product.names,
      description: product.description,
    },
    producer: product && registry.parties.get(product.party)?.name,
  }
}

/** The last `length` events are told, the newest first. */
export function fullView(
  { item, told, product, facts, field, recalled }: ItemFound,
  exposure: Exposure,
  length: number,
  registry: Pick<Registry, 'parties' | 'locations' | 'aliases'>,
): z.output<typeof fullSchema> {
  const { happenings } = told.history
  const { lots, persistentDispositions, ...state } = told.state
  const places = exposure.places.map(({ place, ...stay }) => ({ place, ...stretchView(stay) }))
  const sensors = exposure.sensors.map(({ device, ...stay }) => ({ device, ...stretchView(stay) }))
  const history = happenings
    .slice(-length)
    .reverse()
    .map(({ event, path }) => ({
      ...eventToJson(event),
      via: path.map(({ parent }) => parent.key),
    }))
  return {
    ...readAs(item),
    recalls: recalled.recalls,
    aliases: aliasesTold(registry, item.key),
    lots: [...lots],
    facts: [...facts],
    ...judged(item, told, facts, field, false),
    product,
    state: {
      firstSeen: statedView(state.firstSeen),
      lastSeen: statedView(state.lastSeen),
      location: statedView(state.location),
      disposition: statedView(state.disposition),
      persistentDispositions: persistentDispositions.flatMap((one) => statedView(one) ?? []),
      container: statedView(state.container),
      itemExpirationDate: statedView(state.itemExpirationDate),
      ended: statedView(state.ended),
    },
    places,
    sensors,
    history,
    historyCount: happenings.length,
    evidence: {
      events: happenings.length,
      parties: new Set(happenings.map(({ event }) => event.party)).size,
      more: told.history.more,
    },
    reports: field.reports.map(keptReportView),
    names: {
      ...namesOf(registry.locations, [
        ...places.map(({ place }) => place),
        ...history.flatMap(({ readPoint, bizLocation }) => [readPoint, bizLocation]),
        state.location?.value,
      ]),
      ...namesOf(
        registry.parties,
        history.map(({ party }) => party),
      ),
    },
  }
}

/** The verdict, and what of it everybody may see. */
function judged(
  { understood }: KnownItem,
  told: ItemTold,
  facts: readonly Fact[],
  { scans }: FieldTold,
  isForBuyer: boolean,
) {
  const { key } = told.history.item
  const compared = comparedWith(understood, told)
  const mismatch = compared.some(({ agrees }) => agrees === false)
  const all = mismatch ? [...facts, { fact: 'code_mismatch', key }] : facts
  return {
    verdict: verdictOf(all, isForBuyer),
    compared,
    scans: scans && {
      count: scans.count,
      first: formatTimeUs(scans.firstUs),
      last: formatTimeUs(scans.lastUs),
    },
    sales: salesOf(told),
  }
}

function readAs({ key, kind, understood, others }: KnownItem) {
  return {
    key,
    kind,
    warnings: [...understood.notes],
    understood: candidateTold(understood),
    others: others.map(candidateTold),
  }
}

function statedView(stated: Stated<string> | undefined): z.output<typeof statedSchema> | undefined {
  if (stated === undefined) return undefined
  const { timeUs, via, ...rest } = stated
  return { ...rest, time: formatTimeUs(timeUs), via: [...via] }
}

/** An end that is not known, or not yet come, is left out. */
function stretchView<Stay extends Stretch & { via: readonly string[] }>(stay: Stay) {
  const { fromUs, toUs, via, ...rest } = stay
  return {
    ...rest,
    ...(Number.isFinite(fromUs) && { fromTime: formatTimeUs(fromUs) }),
    ...(Number.isFinite(toUs) && { toTime: formatTimeUs(toUs) }),
    via: [...via],
  }
}

function namesOf(
  collection: { get(key: string): { name: string } | undefined },
  keys: readonly (string | undefined)[],
): Record<string, string> {
  const names = [...new Set(keys)].flatMap((key) => {
    const name = key === undefined ? undefined : collection.get(key)?.name
    return key === undefined || name === undefined ? [] : [[key, name]]
  })
  return Object.fromEntries(names)
}
