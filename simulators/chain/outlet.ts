/**
 * The outlets: they take a cage in, open cases, stock the shelf, and sell, dispense or build in
 * what is on it. Some goes back to the hub.
 */
import { assetKey, drugCodeKey } from '#simulators/keys.ts'
import type { Chance } from '#simulators/random.ts'
import { report } from '#simulators/report.ts'
import type { Place, Step } from '#simulators/script.ts'
import type { Act } from '#simulators/stage.ts'
import type { ItemLine } from '#simulators/truth.ts'
import { type Batch, consignment, hours, type Item, momentUs, thing, type Unit } from './batch.ts'
import type { Delivery } from './carriage.ts'
import type { Outlet } from './cast.ts'
import { tellFault } from './fault.ts'
import { misdeeds, type Sold, sale } from './misdeed.ts'

/** Share of an outlet's units that stay shut, and of its shelf that goes within two days. */
const leftShut = 0.15
const goneShare = 0.8
const mostInOne = 3

/** What is left on the shelf, for what goes wrong later. */
export interface Leftover {
  readonly outlet: Outlet
  readonly items: readonly Item[]
}

export function* retail(
  batch: Batch,
  delivery: Delivery,
  isFirst: boolean,
  ends: ItemLine[],
): Generator<Step, Leftover> {
  const { outlet, units } = delivery
  const chance = batch.chance(`outlet/${outlet.firm.slug}`)
  yield* take(batch, delivery, isFirst)
  const hasCases = batch.goods.product.case !== undefined
  const [shut, opened] = split(units, () => chance.happens(leftShut))
  yield* stock(batch, outlet, opened, hasCases)
  const [going, staying] = split(itemsOf(opened), () => chance.happens(goneShare))
  const [returned, shelved] = split(staying, () => {
    return chance.happens(batch.cast.recipe.returnShare / (1 - goneShare))
  })
  ends.push(...ended(batch, itemsOf(shut), 'stored', outlet.store))
  ends.push(...ended(batch, going, 'sold', outlet.floor))
  ends.push(...ended(batch, shelved, 'on_shelf', outlet.floor))
  ends.push(...ended(batch, returned, 'stored', batch.cast.hub.inbound))
  yield* endings(batch, outlet, { items: going, chance, isFirst })
  yield* giveBack(batch, outlet, returned)
  return { outlet, items: shelved }
}

function split<T>(list: readonly T[], takes: () => boolean): [T[], T[]] {
  const taken = list.map(takes)
  return [list.filter((_, at) => taken[at]), list.filter((_, at) => !taken[at])]
}

function itemsOf(units: readonly Unit[]): Item[] {
  return units.flatMap(({ items }) => items)
}

/** The cage comes in at the door, its load is read, and is emptied into the store. */
function* take(batch: Batch, delivery: Delivery, isFirst: boolean): Generator<Step> {
  const { stage, lane, faults, number } = batch
  const { outlet, meantFor, load, cage, arrivingUs } = delivery
  const { door, store, doorReader, firm } = outlet
  const where = { readPoint: door.key, bizLocation: door.key, disposition: 'in_progress' }
  const unloading = { ...where, atUs: arrivingUs, bizStep: 'unloading' }
  yield* report(doorReader, stage.unpack(lane.van.key, unloading, [{ key: cage }]))
  const receivedUs = arrivingUs + 180e6
  const received = stage.receive([{ key: load }], door.key, {
    ...where,
    atUs: receivedUs,
    bizStep: 'receiving',
    more: consignment(batch, batch.cast.hub.firm, firm),
  })
  const isMissing = isFirst && faults.has('missing_receipt')
  if (isMissing) yield* unreported(received, batch)
  else yield* report(doorReader, received)
  if (outlet !== meantFor) {
    yield* tellFault(receivedUs, {
      fault: 'diversion',
      id: `diversion-${number}`,
      subject: load,
      happenedUs: receivedUs,
      knowableUs: receivedUs,
      acts: [received],
      note: `meant for ${meantFor.firm.slug}, received by ${firm.slug}`,
      items: itemsOf(delivery.units).map(({ key }) => key),
    })
  }
  const emptying = { ...where, bizStep: 'unpacking' }
  const lifted = stage.unpack(cage, { ...emptying, atUs: arrivingUs + 840e6 })
  const emptied = stage.unpack(load, {
    ...emptying,
    atUs: arrivingUs + 900e6,
    bizLocation: store.key,
  })
  yield* report(doorReader, lifted, emptied)
}

/** It happened, and its truth is told, and nobody sends the event. */
function* unreported(act: Act, { number }: Batch): Generator<Step> {
  const { atUs, event, truth } = act
  for (const line of truth) yield { kind: 'truth', atUs, line }
  const { eventID } = event
  yield { kind: 'truth', atUs, line: { kind: 'field', what: 'missing-receipt', eventID } }
  const moved = truth.find((line) => line.kind === 'moves')
  yield* tellFault(atUs, {
    fault: 'missing_receipt',
    id: `missing_receipt-${number}`,
    subject: moved?.unit ?? eventID,
    happenedUs: atUs,
    // Seven days after it was shipped, where a lane has no history of its own.
    knowableUs: atUs + 7 * 86_400e6,
    note: 'received, and never reported',
  })
}

function* stock(
  batch: Batch,
  outlet: Outlet,
  units: readonly Unit[],
  hasCases: boolean,
): Generator<Step> {
  const { stage } = batch
  const { store, floor, handheld, shelfReader } = outlet
  const everySeconds = Math.min(30, Math.floor(1500 / Math.max(1, units.length)))
  for (const [at, { key, items }] of units.entries()) {
    const atUs = momentUs(batch, hours.stocking, at * everySeconds)
    const seen = stage.see(items.map(thing), {
      atUs: atUs + 1e6,
      bizStep: 'stocking',
      disposition: 'sellable_accessible',
      readPoint: floor.key,
      bizLocation: floor.key,
    })
    if (!hasCases) {
      yield* report(shelfReader ?? handheld, seen)
      continue
    }
    const opened = stage.unpack(key, {
      atUs,
      bizStep: 'unpacking',
      disposition: 'in_progress',
      readPoint: store.key,
      bizLocation: store.key,
    })
    if (shelfReader === undefined) yield* report(handheld, opened, seen)
    else {
      yield* report(handheld, opened)
      yield* report(shelfReader, seen)
    }
  }
}

/** By ones to threes, between 10 and 21 o'clock of two days. */
function* endings(batch: Batch, outlet: Outlet, plan: EndingsPlan): Generator<Step> {
  const { items, chance, isFirst } = plan
  const doings: { readonly atUs: number; readonly steps: Iterable<Step> }[] = []
  const sold: Sold[] = []
  for (let from = 0, at = 0; from < items.length; at += 1) {
    const goods = items.slice(from, from + chance.whole(1, mostInOne))
    const hour = hours.ending + (chance.happens(0.5) ? 24 : 0)
    const atUs = momentUs(batch, hour, 3600 + chance.whole(0, 10 * 3600))
    doings.push({ atUs, steps: end(batch, outlet, { atUs, goods, at }) })
    sold.push(...goods.map((item) => ({ item, atUs })))
    from += goods.length
  }
  if (isFirst) doings.push(...misdeeds(batch, outlet, sold))
  doings.sort((a, b) => a.atUs - b.atUs)
  for (const { steps } of doings) yield* steps
}

interface EndingsPlan {
  readonly items: readonly Item[]
  readonly chance: Chance
  readonly isFirst: boolean
}

interface Ended {
  readonly atUs: number
  readonly goods: readonly Item[]
  readonly at: number
}

function* end(batch: Batch, outlet: Outlet, ended: Ended): Generator<Step> {
  const ending = batch.goods.product.ending ?? outlet.kind.ending
  if (ending === 'sold' || ending === 'dispensed') {
    yield* report(outlet.till, sale(batch, outlet, ended.goods, ended.atUs))
    yield* confirm(batch, outlet, ended)
    return
  }
  const element = assetKey(outlet.firm.prefix, `EL-${batch.number}-${ended.at + 1}`)
  const { stage } = batch
  const where = { readPoint: outlet.floor.key, bizLocation: outlet.floor.key }
  const goods = ended.goods.map(thing)
  const making = { ...where, bizStep: 'commissioning', disposition: 'active' }
  if (ending === 'poured') {
    const poured = stage.transform(goods, [{ key: element }], { ...making, atUs: ended.atUs })
    yield* report(outlet.handheld, poured)
    return
  }
  const atUs = ended.atUs + 60e6
  const made = stage.make([{ key: element }], { ...making, atUs: ended.atUs })
  const installing = { ...where, atUs, bizStep: 'installing' }
  const installed = ended.goods.map(({ key }) => stage.mount(key, element, installing))
  yield* report(outlet.handheld, made, ...installed)
}

/** A counter reads the other code of some packs again, as it bills them. */
function* confirm(batch: Batch, outlet: Outlet, { goods, atUs, at }: Ended): Generator<Step> {
  const { alias } = batch.goods.product
  const [item] = goods
  const every = alias === undefined ? 0 : Math.round(1 / alias.share)
  if (alias === undefined || item === undefined || at % every !== 0) return
  const other = drugCodeKey(alias.code, item.key.slice(-13))
  const seen = batch.stage.see([{ key: other }], {
    atUs,
    bizStep: 'inspecting',
    disposition: 'conformant',
    readPoint: outlet.floor.key,
  })
  yield* report(outlet.handheld, seen)
  yield { kind: 'truth', atUs, line: { kind: 'alias', key: item.key, alias: other } }
}

/** Unsold goods go back to the hub by parcel. */
function* giveBack(batch: Batch, outlet: Outlet, items: readonly Item[]): Generator<Step> {
  if (items.length === 0) return
  const { stage, cast } = batch
  const { inbound, inboundReader, firm } = cast.hub
  const goods = items.map(thing)
  const atUs = momentUs(batch, hours.returning)
  const shipped = stage.ship(goods, outlet.door.key, {
    atUs,
    bizStep: 'shipping',
    disposition: 'returned',
    readPoint: outlet.door.key,
    more: consignment(batch, outlet.firm, firm),
  })
  yield* report(outlet.handheld, shipped)
  const received = stage.receive(goods, inbound.key, {
    atUs: atUs + 4500e6,
    bizStep: 'receiving',
    disposition: 'returned',
    readPoint: inbound.key,
    bizLocation: inbound.key,
    more: consignment(batch, outlet.firm, firm),
  })
  yield* report(inboundReader, received)
}

export function ended(
  batch: Batch,
  items: readonly Item[],
  state: ItemLine['state'],
  place: Place,
): ItemLine[] {
  return items.map(({ key, lot }) => {
    const containers = batch.stage.containersOf(key)
    return { kind: 'item', key, lot, state, place: place.key, containers }
  })
}
