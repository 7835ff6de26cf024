/** A small dairy for the tests of recalls: three firms, and what they did in a few words. */
import { amount, hour, lot, pallet, place, product, serial, type Thing } from '../trace/world.ts'
import { event, startWorld, type World } from './world.ts'

export interface Dairy {
  readonly world: World
  /** Keys of enterprises. */
  readonly maker: string
  readonly depot: string
  readonly shop: string
  /** Keys of two people of the authority, and of one who only looks. */
  readonly first: string
  readonly second: string
  readonly inspector: string
}

const at = (hours: number) => new Date(hour(hours) / 1000).toISOString()
const epcs = (things: readonly Thing[]) => things.filter((thing) => typeof thing === 'string')
const amounts = (things: readonly Thing[]) => things.filter((thing) => typeof thing !== 'string')

export async function startDairy(): Promise<Dairy> {
  const world = await startWorld()
  const [maker, depot, shop] = ['maker', 'depot', 'shop'].map((slug) => world.party(slug))
  for (const [index, party] of ['maker', 'depot', 'shop'].entries()) {
    world.registry.locations.put({ key: place(index + 1), party, name: party })
  }
  world.registry.products.put({ key: product(1), party: 'maker', name: 'Milk', domain: 'food' })
  const key = (role: 'regulator' | 'inspector', label: string) => world.key({ role, label })
  return {
    world,
    maker: maker ?? '',
    depot: depot ?? '',
    shop: shop ?? '',
    first: key('regulator', 'first'),
    second: key('regulator', 'second'),
    inspector: key('inspector', ''),
  }
}

/** An object event of some things at the n-th place. */
export function seen(
  hours: number,
  bizStep: string,
  where: number,
  things: readonly Thing[],
  more: Record<string, unknown> = {},
): object {
  const list = amounts(things)
  return event({
    eventTime: at(hours),
    bizStep,
    epcList: epcs(things),
    ...(list.length > 0 && { quantityList: list }),
    readPoint: { id: place(where) },
    bizLocation: { id: place(where) },
    ...more,
  })
}

export function made(hours: number, things: readonly Thing[], lotNumber?: string): object {
  const ilmd = lotNumber === undefined ? {} : { ilmd: { 'cbvmda:lotNumber': lotNumber } }
  return seen(hours, 'commissioning', 1, things, { action: 'ADD', ...ilmd })
}

export function packed(
  hours: number,
  where: number,
  parentID: string,
  children: readonly Thing[],
  action = 'ADD',
): object {
  const list = amounts(children)
  return event({
    type: 'AggregationEvent',
    epcList: undefined,
    eventTime: at(hours),
    bizStep: action === 'ADD' ? 'packing' : 'unpacking',
    action,
    parentID,
    childEPCs: epcs(children),
    ...(list.length > 0 && { childQuantityList: list }),
    readPoint: { id: place(where) },
    bizLocation: { id: place(where) },
  })
}

export function became(hours: number, inputs: readonly Thing[], outputs: readonly Thing[]): object {
  const lists = (name: string, things: readonly Thing[]) => ({
    ...(epcs(things).length > 0 && { [`${name}EPCList`]: epcs(things) }),
    ...(amounts(things).length > 0 && { [`${name}QuantityList`]: amounts(things) }),
  })
  return event({
    type: 'TransformationEvent',
    epcList: undefined,
    action: undefined,
    eventTime: at(hours),
    bizStep: 'commissioning',
    ...lists('input', inputs),
    ...lists('output', outputs),
    readPoint: { id: place(1) },
  })
}

/** Milk of lot L1 in cartons c1 to c4, on pallet 1, of which the shop has unpacked two. */
export async function captureMilk({ world, maker, depot, shop }: Dairy): Promise<void> {
  const cartons = [1, 2, 3, 4].map((n) => serial(`c${n}`, 2))
  await world.capture(
    maker,
    made(0, [amount(lot('L1'), 100, 'LTR')]),
    became(5, [amount(lot('L1'), 40, 'LTR')], cartons),
    packed(6, 1, pallet(1), cartons),
    seen(7, 'shipping', 1, [pallet(1)]),
  )
  await world.capture(depot, seen(10, 'receiving', 2, [pallet(1)]))
  await world.capture(
    depot,
    packed(11, 2, pallet(1), [serial('c1', 2), serial('c2', 2)], 'DELETE'),
    seen(12, 'shipping', 2, [serial('c1', 2), serial('c2', 2)]),
  )
  await world.capture(
    shop,
    seen(15, 'receiving', 3, [serial('c1', 2), serial('c2', 2)]),
    seen(20, 'retail_selling', 3, [serial('c2', 2)]),
  )
}

/** A recall of that milk whose scope is approved; gives its id. */
export async function approvedMilk(dairy: Dairy, more: object = {}): Promise<string> {
  await captureMilk(dairy)
  return new Desk(dairy).approved([{ lot: lot('L1') }], more)
}

/** The same, once those who have it were told. */
export async function notifiedMilk(dairy: Dairy, more: object = {}): Promise<string> {
  const id = await approvedMilk(dairy, more)
  await new Desk(dairy).taken(id, { action: 'notify' })
  return id
}

/** What makes a recall of some suspects. */
export function newRecall(from: readonly object[], more: object = {}): object {
  return {
    title: 'Listeria in milk',
    reason: 'found in a sample',
    instructions: 'do not drink it',
    class: 'I',
    from,
    ...more,
  }
}

/** An authority at work, by the first of its people where nothing else is said. */
export class Desk {
  readonly #dairy: Dairy

  constructor(dairy: Dairy) {
    this.#dairy = dairy
  }

  /** Without a key where that is ''. */
  get(path: string, key = this.#dairy.first) {
    return this.#dairy.world.call(path, { key: key === '' ? undefined : key })
  }

  post(path: string, body: unknown, key = this.#dairy.first) {
    return this.#dairy.world.call(path, { method: 'POST', key, body })
  }

  /** Makes a recall and finds out its scope; gives its id. */
  async make(from: readonly object[], more: object = {}): Promise<string> {
    const { status, json, text } = await this.post('/v1/recalls', newRecall(from, more))
    if (status !== 201) throw new Error(text)
    await this.#dairy.world.traced()
    return String(json['id'])
  }

  /** Makes a recall and puts its scope in force; gives its id. */
  async approved(from: readonly object[], more: object = {}): Promise<string> {
    const id = await this.make(from, more)
    await this.taken(id, { action: 'approve', version: 1 })
    return id
  }

  /** Takes a step, by the second of its people. */
  step(id: string, body: object, key = this.#dairy.second) {
    return this.post(`/v1/recalls/${id}/steps`, { reason: 'x', ...body }, key)
  }

  /** A step that has to be possible. */
  async taken(id: string, body: object): Promise<void> {
    const { status, text } = await this.step(id, body)
    if (status !== 201) throw new Error(text)
  }

  async verdict(text: string, key = ''): Promise<unknown> {
    return verdictIn((await this.get(`/v1/items/${encodeURIComponent(text)}`, key)).json)
  }
}

/** What an answer about an item says of selling it; a refusal has the word of its recalls alone. */
export function verdictIn({ verdict }: Readonly<Record<string, unknown>>): unknown {
  return typeof verdict === 'object' && verdict !== null ? Reflect.get(verdict, 'verdict') : verdict
}
