/** Worlds whose rules are watched: a maker, its product, and what is raised. */
import { event, startWorld, type World } from './world.ts'

export const GTIN = 'https://id.gs1.org/01/09521321000018'
export const epc = (name: string) => `${GTIN}/21/${name}`
export const lot = (name: string) => `${GTIN}/10/${name}`
export const sscc = (n: number) =>
  `https://id.gs1.org/00/0952132100000000${n}${[5, 2, 9, 6][n - 1]}`
export const place = (n: number) => ({ id: `https://id.gs1.org/414/952132100000${n}` })

type More = Record<string, unknown>

/** An event on a day and hour of March 2026. */
export const on = (day: number, hour: number, more: More) =>
  event({ eventTime: new Date(Date.UTC(2026, 2, day, hour)).toISOString(), ...more })

export const CONTEXT = [
  'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
  { cbvmda: 'urn:epcglobal:cbv:mda' },
]
/** At the maker's; and the paper of a transport. */
export const AT_SITE = { readPoint: place(1) }
export const PAPER = {
  bizTransactionList: [{ type: 'desadv', bizTransaction: 'urn:test:advice:1' }],
}
export const amount = (name: string, quantity: number, uom?: string) => ({
  ...{ epcClass: lot(name), quantity },
  ...(uom !== undefined && { uom }),
})

/** Some amount of a lot in a step. */
export const some = (day: number, step: string, name: string, quantity: number, more: More = {}) =>
  on(day, 8, {
    ...{ epcList: [], quantityList: [amount(name, quantity)], bizStep: step },
    ...(step === 'commissioning' && { action: 'ADD' }),
    ...more,
  })

/** Serials of a lot are made; `expiry` is a date. */
export const made = (day: number, names: readonly string[], lotNumber: string, expiry?: string) =>
  on(day, 7, {
    ...{ '@context': CONTEXT, epcList: names.map(epc), action: 'ADD', bizStep: 'commissioning' },
    readPoint: place(1),
    ilmd: {
      'cbvmda:lotNumber': lotNumber,
      ...(expiry !== undefined && { 'cbvmda:itemExpirationDate': expiry }),
    },
  })

export const things = (day: number, step: string, keys: readonly string[], more: More = {}) =>
  on(day, 9, { epcList: keys, bizStep: step, readPoint: place(1), ...more })

export const packed = (day: number, action: string, parentID: string, more: More) =>
  on(day, 8, {
    ...{ type: 'AggregationEvent', epcList: undefined, action, parentID },
    ...{ bizStep: action === 'ADD' ? 'packing' : 'unpacking', ...more },
  })

/** A run of a process, of 100 kg. */
export const run = (day: number, outKg: number) =>
  on(day, 8, {
    ...{ type: 'TransformationEvent', epcList: undefined, action: undefined },
    bizStep: 'commissioning',
    inputQuantityList: [amount('IN', 100, 'KGM')],
    outputQuantityList: [amount(`OUT${day}`, outKg, 'KGM')],
  })

/** What a laboratory says of some things. */
export const report = (day: number, number: string, passed: boolean, more: More) =>
  on(day, 12, {
    ...{ epcList: [], bizStep: 'inspecting' },
    disposition: passed ? 'conformant' : 'non_conformant',
    bizTransactionList: [{ type: 'testres', bizTransaction: `urn:test:report:${number}` }],
    ...more,
  })

export const wrong = (what: Record<string, unknown>) => ({
  ...what,
  errorDeclaration: { declarationTime: '2026-04-01T00:00:00Z', reason: 'incorrect_data' },
})

export interface Watched {
  readonly world: World
  /** Keys of enterprises. */
  readonly maker: string
  readonly shop: string
  readonly laboratory: string
  readonly regulator: string
  /** Alerts of a rule that stand, so many hours from now. */
  raised(rule: string, hoursAhead?: number): Promise<Told[]>
  /** All alerts of a rule with their states. */
  states(rule: string): Promise<string[]>
  detail(id: unknown): Promise<Told>
}

export type Told = Record<string, unknown>

/** `domain` of the product and its maker; `product`: more of it. */
export async function startWatched(
  domain: 'food' | 'drugs' | 'building_materials' = 'food',
  product: Record<string, unknown> = {},
  options: Parameters<typeof startWorld>[0] = {},
): Promise<Watched> {
  const world = await startWorld(options)
  const { registry } = world
  const maker = world.party('maker')
  registry.parties.put({ slug: 'maker', name: 'M', domain })
  registry.products.put({ key: GTIN, party: 'maker', name: 'P', domain, ...product })
  const regulator = world.key({ role: 'regulator', label: '' })
  const list = async (query: string) => {
    const { json } = await world.call(`/v1/alerts?${query}`, { key: regulator })
    return json['items'] as Told[]
  }
  return {
    ...{
      world,
      maker,
      regulator,
      shop: world.party('shop'),
      laboratory: world.party('laboratory'),
    },
    async raised(rule, hoursAhead = 24 * 30) {
      world.follower.lookAgain()
      await world.watched(hoursAhead)
      return list(`rule=${rule}`)
    },
    async states(rule) {
      const all = 'state=open|withdrawn|superseded'
      return (await list(`rule=${rule}&${all}`)).map(({ state }) => String(state))
    },
    async detail(id) {
      return (await world.call(`/v1/alerts/${String(id)}`, { key: regulator })).json
    },
  }
}
