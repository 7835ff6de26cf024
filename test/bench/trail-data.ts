/**
 * A seeded stream of events as a trail store gets them: lots of a farm become ingredients, those a
 * product, its serials go into cases, cases onto pallets, pallets away, and some serials are seen
 * again in a shop. Many lines run at once, so that what belongs together does not come together.
 *
 * An event has 4 members on average, one in 380 has 501, and a body of about 700 bytes. Going back
 * from a serial meets some 200 lots and carriers.
 */
import { createHash } from 'node:crypto'
import type { Kind } from '#epcis/identifier.ts'
import { type Chance, chanceOf } from '#simulators/random.ts'
import type { NewEvent, NewMember } from '#store/trail.ts'

const linesAtOnce = 20
const serialsOfRun = 500
const serialsInCase = 10
const casesOnPallet = 10
const soldOfRun = 250
const startUs = Date.UTC(2025, 0, 1) * 1000
const stepUs = 20_000

type What = Pick<NewEvent, 'type' | 'action' | 'bizStep' | 'disposition' | 'members'>

/** Endless; the same seed gives the same events. */
export function* trailEvents({ seed }: { readonly seed: string }): Generator<NewEvent, never> {
  const chance = chanceOf(seed, 'trail-data')
  const world = new World(chance)
  const lines = Array.from({ length: linesAtOnce }, () => world.run())
  for (let count = 0; ; ) {
    const line = chance.whole(0, linesAtOnce - 1)
    const next = lines[line]?.next()
    if (next === undefined || next.done) lines[line] = world.run()
    else yield eventOf(next.value, count++, line)
  }
}

/** Lots of one tier that are still there to be used. */
interface Pool {
  readonly name: string
  readonly lots: string[]
}

const pooled = 600

class World {
  readonly #chance: Chance
  readonly #seeds: Pool = { name: 'SEED', lots: [] }
  readonly #crops: Pool = { name: 'CROP', lots: [] }
  readonly #ingredients: Pool = { name: 'INGREDIENT', lots: [] }
  #runs = 0
  #lots = 0
  #carriers = 0

  constructor(chance: Chance) {
    this.#chance = chance
  }

  /** All events of one product lot, in the order of time. */
  *run(): Generator<What> {
    const number = this.#runs++
    for (let made = 0; made < 3; made += 1) {
      yield* this.#grow(this.#seeds, [])
      yield* this.#grow(this.#crops, this.#some(this.#seeds, 5))
      yield* this.#grow(this.#ingredients, this.#some(this.#crops, 6))
    }
    const product = `095213210${String(number % 1000).padStart(4, '0')}9`
    const lot = lotKey(product, `L${number}`)
    yield transformation(this.#some(this.#ingredients, 6), lot)
    const serials = Array.from({ length: serialsOfRun }, (_, at) => {
      const serial = String(number * serialsOfRun + at).padStart(12, '0')
      return `https://id.gs1.org/01/${product}/21/${serial}`
    })
    yield object('ADD', 'commissioning', serials, [member(lot, 'lot', 'lot')])
    yield* this.#ship(serials)
    for (const serial of serials.slice(0, soldOfRun))
      yield object('OBSERVE', 'retail_selling', [serial])
  }

  *#grow(pool: Pool, inputs: readonly string[]): Generator<What> {
    const lot = lotKey('09521321111114', `${pool.name}${this.#lots++}`)
    if (inputs.length === 0) {
      const members = [{ quantity: 1200.5, uom: 'KGM', ...member(lot, 'lot', 'object') }]
      yield object('ADD', 'commissioning', [], members)
    } else {
      yield transformation(inputs, lot)
    }
    pool.lots.push(lot)
    if (pool.lots.length > pooled) pool.lots.shift()
  }

  *#ship(serials: readonly string[]): Generator<What> {
    const cases = [...this.#packed(serials, serialsInCase)]
    for (const { parent, children } of cases) yield aggregation('ADD', parent, children)
    const carriers = cases.map(({ parent }) => parent)
    const pallets = [...this.#packed(carriers, casesOnPallet)]
    for (const { parent, children } of pallets) yield aggregation('ADD', parent, children)
    const parents = pallets.map(({ parent }) => parent)
    for (const step of ['shipping', 'receiving']) {
      for (const pallet of parents) yield object('OBSERVE', step, [pallet])
    }
    for (const { parent, children } of pallets) yield aggregation('DELETE', parent, children)
    for (const { parent } of cases) yield object('OBSERVE', 'storing', [parent])
  }

  *#packed(things: readonly string[], size: number) {
    for (let at = 0; at < things.length; at += size) {
      const number = String(this.#carriers++).padStart(11, '0')
      const parent = `https://id.gs1.org/00/395213${number}5`
      yield { parent, children: things.slice(at, at + size) }
    }
  }

  #some({ lots }: Pool, count: number): string[] {
    const picked = Array.from({ length: count }, () => lots[this.#chance.whole(0, lots.length - 1)])
    return [...new Set(picked)].filter((lot) => lot !== undefined)
  }
}

function lotKey(product: string, lot: string): string {
  return `https://id.gs1.org/01/${product}/10/${lot}`
}

function member(key: string, kind: Kind, role: NewMember['role']): NewMember {
  return { key, kind, role }
}

function kindOf(key: string): Kind {
  if (key.includes('/10/')) return 'lot'
  return key.includes('/00/') ? 'logistic-unit' : 'instance'
}

function members(keys: readonly string[], role: NewMember['role']): NewMember[] {
  return keys.map((key) => member(key, kindOf(key), role))
}

function object(
  action: 'ADD' | 'OBSERVE',
  bizStep: string,
  keys: readonly string[],
  others: readonly NewMember[] = [],
): What {
  const disposition = bizStep === 'shipping' ? 'in_transit' : 'in_progress'
  const all = [...members(keys, 'object'), ...others]
  return { type: 'ObjectEvent', action, bizStep, disposition, members: all }
}

function aggregation(action: 'ADD' | 'DELETE', parent: string, children: readonly string[]): What {
  return {
    type: 'AggregationEvent',
    action,
    bizStep: action === 'ADD' ? 'packing' : 'unpacking',
    disposition: 'in_progress',
    members: [...members([parent], 'parent'), ...members(children, 'child')],
  }
}

function transformation(inputs: readonly string[], output: string): What {
  return {
    type: 'TransformationEvent',
    action: undefined,
    bizStep: 'commissioning',
    disposition: 'active',
    members: [...members(inputs, 'input'), ...members([output], 'output')],
  }
}

function eventOf(what: What, count: number, line: number): NewEvent {
  const digest = createHash('sha256').update(`event ${count}`).digest('hex')
  const eventID = `ni:///sha-256;${digest}?ver=CBV2.0`
  const recordTimeUs = startUs + count * stepUs
  // A line sends what it saw up to two seconds before.
  const eventTimeUs = recordTimeUs - line * 100_000
  const place = `https://id.gs1.org/414/952132100${String(line).padStart(3, '0')}9`
  const body = {
    eventID,
    type: what.type,
    action: what.action,
    eventTime: new Date(eventTimeUs / 1000).toISOString(),
    eventTimeZoneOffset: '+08:00',
    epcList: what.members.map(({ key }) => key),
    bizStep: what.bizStep,
    disposition: what.disposition,
    readPoint: { id: `${place}/254/7` },
    bizLocation: { id: place },
    bizTransactionList: [
      { type: 'po', bizTransaction: `urn:epcglobal:cbv:bt:9521321000010:PO-${count >> 4}` },
    ],
  }
  // What is new first, as all events of ingest are of one hidden class.
  return {
    eventID,
    party: `plant-${line}`,
    recordTimeUs,
    eventTimeUs,
    readPoint: `${place}/254/7`,
    bizLocation: place,
    declaredAtUs: undefined,
    body: JSON.stringify(body),
    context: undefined,
    warnings: [],
    ...what,
  }
}
