/**
 * Amounts of an item: how much of it each event tells of, and the transformations it came from and
 * went into, with what went in against what came out.
 */
import { z } from 'zod'
import { identify } from '#epcis/identifier.ts'
import { productKeyOf } from '#epcis/product-key.ts'
import { formatTimeUs } from '#epcis/time.ts'
import { kilogramsOf } from '#risk/mass-balance.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import type { EventMember, EventSummary, ItemRef, TrailSource } from '#trace/source.ts'
import { knownItem } from './item.ts'
import { type ReadIdentifier, textsOfPath } from './reading.ts'
import type { Router } from './route.ts'
import { trailFor } from './visible.ts'

/** Events of one item, and members of its transformations, that are looked at. */
const MOST_EVENTS = 1000
const MOST_MEMBERS = 20_000
const SHOWN = 100

const amountSchema = z.object({
  key: z.string(),
  quantity: z.number().optional().meta({ description: 'Absent where the event tells none' }),
  uom: z.string().optional().meta({ description: 'Absent for a count of pieces' }),
})
const sideSchema = z.object({
  amounts: z.array(amountSchema),
  count: z.int().meta({ description: 'All of them; amounts holds the first' }),
  kg: z.number().optional().meta({ description: 'Absent where some weight is not known' }),
  pieces: z.number().optional().meta({ description: 'Where all are counted, and serials' }),
})

const balanceSchema = z
  .object({
    key: z.string(),
    events: z.array(
      z.object({
        eventID: z.string(),
        eventTime: z.iso.datetime(),
        bizStep: z.string().optional(),
        party: z.string(),
        role: z.string(),
        quantity: z.number().optional(),
        uom: z.string().optional(),
      }),
    ),
    runs: z.array(
      z.object({
        as: z.enum(['output', 'input']).meta({ description: 'What the item was in it' }),
        eventIDs: z.array(z.string()),
        eventTime: z.iso.datetime(),
        inputs: sideSchema,
        outputs: sideSchema,
      }),
    ),
    complete: z.boolean().meta({ description: 'False where there was more than is looked at' }),
  })
  .meta({ id: 'Balance' })

export interface BalanceParts {
  readonly trail: TrailReader
  readonly registry: Pick<Registry, 'products'>
  readonly read: ReadIdentifier
}

export function serveBalance(router: Router, { trail, registry, read }: BalanceParts) {
  const balance = router.serve(
    {
      method: 'get',
      path: '/v1/balance/{id}',
      tail: true,
      may: 'trace',
      tag: 'Trace',
      summary: 'Amounts of an item, and what went in against what came out',
      answers: { 200: { description: 'They', schema: balanceSchema } },
    },
    async (c, { caller, params, rawParams }) => {
      const source = trailFor(trail, caller)
      const { key } = await knownItem(source, read, textsOfPath(params, rawParams, 'id'))
      return c.json(await balanceOf(source, registry, key))
    },
  )
  return [balance]
}

async function balanceOf(
  source: TrailSource,
  registry: Pick<Registry, 'products'>,
  key: string,
): Promise<z.output<typeof balanceSchema>> {
  const own = await eventsOf(source, key)
  const roles = ['object', 'child', 'input', 'output', 'lot', 'transformation'] as const
  const members = await membersOf(source, own.refs, roles)
  const summaries = await summariesOf(source, own.refs)
  const its = members.all.filter(({ item, role }) => item.key === key && role !== 'lot')
  const runs = await runsOf(source, members, its, summaries)
  const weightOf = weights(registry)
  return {
    key,
    events: its.flatMap(({ eventRef, role, quantity, uom }) => {
      const event = summaries.get(eventRef)
      return event ? [{ ...told(event), role, ...amount(quantity, uom) }] : []
    }),
    runs: runs.all.map(({ as, events, inputs, outputs }) => ({
      as,
      eventIDs: events.map(({ eventID }) => eventID),
      eventTime: formatTimeUs(Math.min(...events.map(({ eventTimeUs }) => eventTimeUs))),
      inputs: sideOf(inputs, weightOf),
      outputs: sideOf(outputs, weightOf),
    })),
    complete: own.isWhole && members.isWhole && runs.isWhole,
  }
}

async function eventsOf(source: TrailSource, key: string) {
  const items = (await source.find([key])).filter((item) => item !== undefined)
  const refs = new Set<number>()
  for await (const rows of source.trail(items)) {
    for (const { eventRef, voidedAtUs } of rows) {
      if (voidedAtUs === undefined) refs.add(eventRef)
      if (refs.size > MOST_EVENTS) return { refs: [...refs].slice(0, MOST_EVENTS), isWhole: false }
    }
  }
  return { refs: [...refs], isWhole: true }
}

async function membersOf(
  source: TrailSource,
  refs: readonly number[],
  roles: readonly EventMember['role'][],
) {
  const all: EventMember[] = []
  for await (const chunk of source.members(refs, roles)) {
    all.push(...chunk)
    if (all.length > MOST_MEMBERS) return { all, isWhole: false }
  }
  return { all, isWhole: true }
}

async function summariesOf(source: TrailSource, refs: readonly number[]) {
  const summaries = await source.summaries(refs)
  return new Map(summaries.map((event) => [event.eventRef, event]))
}

interface Run {
  readonly as: 'input' | 'output'
  readonly events: readonly EventSummary[]
  readonly inputs: readonly EventMember[]
  readonly outputs: readonly EventMember[]
}

interface Members {
  readonly all: readonly EventMember[]
  readonly isWhole: boolean
}

/** One for each event, or for all events of a transformationID together. */
async function runsOf(
  source: TrailSource,
  members: Members,
  its: readonly EventMember[],
  summaries: ReadonlyMap<number, EventSummary>,
): Promise<{ all: Run[]; isWhole: boolean }> {
  const runOfEvent = new Map<number, ItemRef>()
  const known = new Map<number, EventMember[]>()
  for (const member of members.all) {
    const { eventRef, role, item } = member
    if (role === 'transformation') runOfEvent.set(eventRef, item)
    const ofEvent = known.get(eventRef)
    if (ofEvent) ofEvent.push(member)
    else known.set(eventRef, [member])
  }
  const parts = new Map<string, { as: Run['as']; refs: readonly number[] }>()
  let isWhole = true
  for (const { role, eventRef } of its) {
    if (role !== 'input' && role !== 'output') continue
    const run = runOfEvent.get(eventRef)
    const name = `${role} ${run?.key ?? eventRef}`
    if (parts.has(name)) continue
    const found = run && (await eventsOf(source, run.key))
    isWhole &&= found?.isWhole ?? true
    parts.set(name, { as: role, refs: found?.refs ?? [eventRef] })
  }
  const all: Run[] = []
  for (const { as, refs } of parts.values()) {
    const [ref = -1] = refs
    const event = refs.length === 1 && members.isWhole ? summaries.get(ref) : undefined
    // A lot may have gone into a thousand: what was read with its events is not read again.
    const found =
      event === undefined
        ? await membersOf(source, refs, ['input', 'output'])
        : { all: known.get(ref) ?? [], isWhole: true }
    isWhole &&= found.isWhole
    all.push({
      as,
      events: event === undefined ? await source.summaries(refs) : [event],
      inputs: found.all.filter(({ role }) => role === 'input'),
      outputs: found.all.filter(({ role }) => role === 'output'),
    })
  }
  return { all, isWhole }
}

/** What a unit of an item weighs, in kg; each product is looked up once. */
function weights({ products }: BalanceParts['registry']): (key: string) => number | undefined {
  const known = new Map<string, number | undefined>()
  return (key) => {
    const product = productKeyOf(key) ?? key
    if (!known.has(product)) known.set(product, products.get(product)?.kgPerUnit)
    return known.get(product)
  }
}

function sideOf(members: readonly EventMember[], weightOf: (key: string) => number | undefined) {
  const weights = members.map(({ item, quantity, uom }) =>
    kilogramsOf(pieces(item, quantity), uom, weightOf(item.key)),
  )
  const counts = members.map(({ item, quantity, uom }) =>
    uom === undefined ? pieces(item, quantity) : undefined,
  )
  const [kg, piecesInAll] = [sumOf(weights), sumOf(counts)]
  return {
    amounts: members.slice(0, SHOWN).map(({ item, quantity, uom }) => ({
      key: item.key,
      ...amount(pieces(item, quantity), uom),
    })),
    count: members.length,
    ...(kg !== undefined && { kg }),
    ...(piecesInAll !== undefined && { pieces: piecesInAll }),
  }
}

/** A serial is one. */
function pieces({ key }: ItemRef, quantity: number | undefined): number | undefined {
  return identify(key).kind === 'instance' ? 1 : quantity
}

function sumOf(values: readonly (number | undefined)[]): number | undefined {
  if (values.length === 0) return undefined
  let sum = 0
  for (const value of values) {
    if (value === undefined) return undefined
    sum += value
  }
  return sum
}

function amount(quantity: number | undefined, uom: string | undefined) {
  return { ...(quantity !== undefined && { quantity }), ...(uom !== undefined && { uom }) }
}

function told({ eventID, eventTimeUs, bizStep, party }: EventSummary) {
  return {
    ...{ eventID, eventTime: formatTimeUs(eventTimeUs), party },
    ...(bizStep !== undefined && { bizStep }),
  }
}
