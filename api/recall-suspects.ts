/**
 * What a recall begins from, as a request spells it: alerts, items, lots, ranges of lots, times of
 * making. What is not known, or is too much, is refused with its place and reason.
 */
import { z } from 'zod'
import { beginningUnder, productKeyOf } from '#epcis/product-key.ts'
import type { Domain } from '#risk/rule.ts'
import { checkSuspect, type Suspect } from '#risk/suspect.ts'
import type { AlertReader } from '#store/alerts/reader.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import { knownItem } from './item.ts'
import { moment } from './parameters.ts'
import { Problem } from './problem.ts'
import type { ReadIdentifier } from './reading.ts'

const textSchema = z.string().min(1).max(2048)
const lotSchema = z.string().min(1).max(200)

const fromSchema = z.union([
  z.strictObject({ alert: z.string().min(1).max(100) }),
  z.strictObject({ item: textSchema.describe('Any spelling') }),
  z.strictObject({ lot: textSchema.describe('Any spelling of a product with its lot') }),
  z.strictObject({ product: textSchema, fromLot: lotSchema, toLot: lotSchema }),
  z.strictObject({
    product: textSchema,
    madeFrom: moment,
    madeTo: moment.meta({ description: 'Up to and without' }),
    site: textSchema.optional(),
  }),
])

export const suspectsSchema = z
  .array(fromSchema)
  .min(1)
  .max(100)
  .meta({ description: 'What is suspected: alerts, items, lots, ranges of lots, times of making' })

export const assumeSchema = z
  .strictObject({
    sameLineAndDay: z
      .boolean()
      .default(true)
      .describe('Lots of the product made at the same place on the same day may be as bad'),
    carryOverHours: z
      .int()
      .min(0)
      .max(168)
      .default(0)
      .describe('What was left in a tank may get into what follows within so many hours'),
  })
  .default({ sameLineAndDay: true, carryOverHours: 0 })

export interface SuspectParts {
  readonly trail: TrailReader
  readonly registry: Pick<Registry, 'products' | 'locations'>
  readonly alerts: Pick<AlertReader, 'alert'>
  readonly read: ReadIdentifier
}

export interface Suspected {
  readonly suspects: readonly Suspect[]
  readonly alerts: readonly string[]
  /** Key of the product of the first of them, and its domain, where they are known. */
  readonly product: string | undefined
  readonly domain: Domain | undefined
}

type From = z.output<typeof fromSchema>

/** Reads what is suspected. Throws the problem of the first that is refused. */
export async function suspectsOf(parts: SuspectParts, asked: readonly From[]): Promise<Suspected> {
  const suspects: Suspect[] = []
  const alerts: string[] = []
  let domain: Domain | undefined
  for (const [at, from] of asked.entries()) {
    const path = `/from/${at}`
    if ('alert' in from) {
      const alert = parts.alerts.alert(from.alert)
      if (!alert) throw bad('unknown_alert', path, `there is no alert ${from.alert}`)
      alerts.push(from.alert)
      domain ??= alert.domain
      suspects.push(...ofAlert(alert.finding, path))
    } else {
      suspects.push(await suspectOf(parts, from, path))
    }
  }
  for (const [at, suspect] of suspects.entries()) {
    const wrong = checkSuspect(suspect)
    if (wrong) throw bad(wrong.code, `/from/${Math.min(at, asked.length - 1)}`, wrong.message)
  }
  const [first] = suspects
  const product = first && productKeyOf(first.kind === 'key' ? first.key : first.product)
  const registered = product === undefined ? undefined : parts.registry.products.get(product)
  return { suspects, alerts, product, domain: registered?.domain ?? domain }
}

const GOODS = /\/(?:01|8006)\/|\/00\//

/** The item an alert speaks of; where that is none, the items that it concerns. */
function ofAlert(
  { subject, affected }: { subject: string; affected: readonly { readonly key: string }[] },
  path: string,
): Suspect[] {
  const keys = GOODS.test(subject) ? [subject] : affected.map(({ key }) => key)
  const goods = [...new Set(keys)].filter((key) => GOODS.test(key))
  if (goods.length === 0) {
    throw bad('alert_names_no_item', path, 'the alert speaks of no item; name what is suspected')
  }
  return goods.map((key) => ({ kind: 'key', key }))
}

async function suspectOf(
  parts: SuspectParts,
  from: Exclude<From, { alert: string }>,
  path: string,
): Promise<Suspect> {
  if ('item' in from) return { kind: 'key', key: await knownKey(parts, from.item, path) }
  if ('lot' in from) {
    const key = await knownKey(parts, from.lot, path)
    if (parts.read(key).ok && key.includes('/10/')) return { kind: 'key', key }
    throw bad('not_a_lot', path, `${key} names no lot`)
  }
  const product = await knownProduct(parts, from.product, path)
  if ('fromLot' in from) {
    return { kind: 'lot-range', product, from: from.fromLot, to: from.toLot }
  }
  const { madeFrom: fromUs, madeTo: toUs } = from
  if (from.site === undefined) return { kind: 'made-between', product, fromUs, toUs }
  const reading = parts.read(from.site)
  if (!reading.ok) throw bad('unknown_place', path, `${from.site} names no place`)
  const place = reading.candidates.find(({ kind }) => kind === 'place') ?? reading.candidates[0]
  return { kind: 'made-between', product, fromUs, toUs, site: place.key }
}

async function knownKey({ trail, read }: SuspectParts, text: string, path: string) {
  try {
    return (await knownItem(trail, read, [text])).key
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw bad(String(error.body['code']), path, error.message)
  }
}

/** A product that is registered, or of which events name something. */
async function knownProduct(
  { trail, registry, read }: SuspectParts,
  text: string,
  path: string,
): Promise<string> {
  const reading = read(text)
  for (const { key, kind } of reading.ok ? reading.candidates : []) {
    if (kind !== 'class') continue
    if (registry.products.get(key) || (await isNamed(trail, key))) return key
  }
  throw bad('unknown_product', path, `no product is known as ${text.slice(0, 100)}`)
}

async function isNamed(trail: TrailReader, product: string): Promise<boolean> {
  for (const what of ['lots', 'serials'] as const) {
    const beginning = beginningUnder(product, what)
    if (beginning === undefined) return false
    if ((await trail.keysUnder(beginning, '', 1)).length > 0) return true
  }
  return false
}

function bad(code: string, path: string, detail: string): Problem {
  return new Problem('invalid_input', { code, path, detail })
}
