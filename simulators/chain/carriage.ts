/**
 * From the plant to the outlets: pallets go by truck to the hub, are broken up there, some cases
 * are repacked, and cages are filled for the outlets, which a van brings round.
 */
import { returnableKey } from '#simulators/keys.ts'
import { report } from '#simulators/report.ts'
import type { Step } from '#simulators/script.ts'
import {
  type Batch,
  consignment,
  hours,
  type Lane,
  momentUs,
  type Pallet,
  thing,
  type Unit,
} from './batch.ts'
import type { Cast, Outlet } from './cast.ts'
import { tellFault } from './fault.ts'
import { caseKeyOf, itemsOn, unitKeyOf } from './plant.ts'

/** Share of the units of a batch that stay at the hub. */
const leftAtHub = 0.08
/** Outlets that one batch goes to. */
export const stops = 4
const cageSets = 4
/** Numbers of new cases begin here, above those of the plant. */
const repackedFrom = 50_000

export interface Delivery {
  /** Who was to get it, and who does. */
  readonly meantFor: Outlet
  readonly outlet: Outlet
  /** What is shipped: its cases, under one SSCC, in a cage that comes back. */
  readonly load: string
  readonly cage: string
  readonly units: readonly Unit[]
  readonly arrivingUs: number
}

/** Pallets are stored, loaded and shipped, and received at the hub. */
export function* haul(batch: Batch, pallets: readonly Pallet[]): Generator<Step> {
  const { stage, lane } = batch
  const { plant, hub } = batch.cast
  const goods = pallets.map(thing)
  const { truck } = hours
  const stored = stage.see(goods, {
    atUs: momentUs(batch, hours.storing),
    bizStep: 'storing',
    disposition: 'in_progress',
    readPoint: plant.store.key,
    bizLocation: plant.store.key,
  })
  yield* report(plant.storePortal, stored)
  const readPoint = plant.dock.key
  const loaded = stage.pack(lane.truck.key, goods, {
    atUs: momentUs(batch, truck.loading),
    bizStep: 'loading',
    disposition: 'in_progress',
    readPoint,
  })
  yield* report(plant.dockReader, loaded)
  const shipped = stage.ship(goods, readPoint, {
    atUs: momentUs(batch, truck.leaving),
    bizStep: 'shipping',
    disposition: 'in_transit',
    readPoint,
    more: consignment(batch, plant.firm, hub.firm),
  })
  yield* report(plant.dockReader, shipped)
  const { inbound, inboundReader } = hub
  const where = { readPoint: inbound.key, bizLocation: inbound.key, disposition: 'in_progress' }
  const arriving = momentUs(batch, truck.arriving)
  const unloading = { ...where, atUs: arriving, bizStep: 'unloading' }
  yield* report(inboundReader, stage.unpack(lane.truck.key, unloading, goods))
  const received = stage.receive(goods, inbound.key, {
    ...where,
    atUs: arriving + 600e6,
    bizStep: 'receiving',
    more: consignment(batch, plant.firm, hub.firm),
  })
  yield* report(inboundReader, received)
}

/** Every second unpacking names no children, which means all of them [EPCIS 7.4.3]. */
export function* breakUp(batch: Batch, pallets: readonly Pallet[]): Generator<Step, Unit[]> {
  const { stage } = batch
  const { store, sorter } = batch.cast.hub
  const where = { readPoint: store.key, bizLocation: store.key, disposition: 'in_progress' }
  const everySeconds = Math.floor(5400 / pallets.length)
  for (const [at, { key, units }] of pallets.entries()) {
    const atUs = momentUs(batch, hours.breaking, at * everySeconds)
    const named = at % 2 === 0 ? units.map(thing) : undefined
    yield* report(sorter, stage.unpack(key, { ...where, atUs, bizStep: 'unpacking' }, named))
  }
  return yield* repack(
    batch,
    pallets.flatMap(({ units }) => units),
  )
}

/** Some cases are opened and their items go into new ones. */
function* repack(batch: Batch, units: readonly Unit[]): Generator<Step, Unit[]> {
  const { stage, goods, rates } = batch
  if (goods.product.case === undefined) return [...units]
  const { store, sorter } = batch.cast.hub
  const where = { readPoint: store.key, bizLocation: store.key, disposition: 'in_progress' }
  const chance = batch.chance('repacking')
  const result: Unit[] = []
  for (const unit of units) {
    if (!chance.happens(rates.repacking)) {
      result.push(unit)
      continue
    }
    const atUs = momentUs(batch, hours.repacking, Math.floor((result.length * 3600) / units.length))
    const fresh = { ...unit, key: caseKeyOf(batch, repackedFrom + result.length) }
    const opened = stage.unpack(unit.key, { ...where, atUs, bizStep: 'unpacking' })
    const tagging = { ...where, atUs: atUs + 1e6, bizStep: 'commissioning', disposition: 'active' }
    const packing = { ...where, atUs: atUs + 2e6, bizStep: 'repackaging' }
    const tagged = stage.make([thing(fresh)], tagging)
    yield* report(sorter, opened, tagged, stage.pack(fresh.key, unit.items.map(thing), packing))
    result.push(fresh)
  }
  return result
}

/** What goes to whom, and what stays at the hub. */
export function assign(batch: Batch, units: readonly Unit[]) {
  const { cast, ordinal, faults, lane, day } = batch
  const chance = batch.chance('sorting')
  const count = Math.min(stops, cast.outlets.length)
  const chosen = Array.from({ length: count }, (_, at) => {
    return cast.outlets[(ordinal * count + at) % cast.outlets.length] ?? cast.greyOutlet
  })
  const staysHere = -1
  const goesTo = units.map(() =>
    chance.happens(leftAtHub) ? staysHere : chance.whole(0, count - 1),
  )
  const unitsOf = (target: number) => units.filter((_, at) => goesTo[at] === target)
  const deliveries = chosen.map((meantFor, at): Delivery => {
    const isDiverted = at === count - 1 && faults.has('diversion')
    return {
      meantFor,
      outlet: isDiverted ? cast.greyOutlet : meantFor,
      load: unitKeyOf(batch, cast.hub.firm, at),
      cage: cageOf(cast, lane, day, at),
      units: unitsOf(at),
      arrivingUs: momentUs(batch, hours.van.firstStop + (at * hours.stops) / count),
    }
  })
  return {
    deliveries: deliveries.filter((delivery) => delivery.units.length > 0),
    kept: unitsOf(staysHere),
  }
}

/** A cage is back and filled again four days later. */
function cageOf(cast: Cast, lane: Lane, day: number, stop: number): string {
  const serial = `${lane.name}-${day % cageSets}-${stop + 1}`
  return returnableKey(cast.hub.firm.prefix, 1, serial)
}

export function cagesOf(cast: Cast, lane: Lane): string[] {
  const sets = Array.from({ length: cageSets }, (_, set) => set)
  const perSet = Array.from({ length: Math.min(stops, cast.outlets.length) }, (_, stop) => stop)
  return sets.flatMap((set) => perSet.map((stop) => cageOf(cast, lane, set, stop)))
}

/** Loads are made up in cages, put in the van and shipped. */
export function* send(batch: Batch, deliveries: readonly Delivery[]): Generator<Step> {
  const { stage, lane, cast } = batch
  const { store, sorter, outbound, outboundReader, firm } = cast.hub
  if (deliveries.length === 0) return
  const where = { readPoint: store.key, bizLocation: store.key }
  const packing = { ...where, bizStep: 'packing', disposition: 'in_progress' }
  for (const [at, { load, cage, units }] of deliveries.entries()) {
    const atUs = momentUs(batch, hours.filling, at * 600)
    const tagging = { ...where, atUs, bizStep: 'commissioning', disposition: 'active' }
    const tagged = stage.make([{ key: load }], tagging)
    const loaded = stage.pack(load, units.map(thing), { ...packing, atUs: atUs + 60e6 })
    const filled = stage.pack(cage, [{ key: load }], { ...packing, atUs: atUs + 120e6 })
    yield* report(sorter, tagged, loaded, filled)
  }
  const readPoint = outbound.key
  const cages = deliveries.map(({ cage }) => ({ key: cage }))
  const atUs = momentUs(batch, hours.van.loading)
  const loading = { atUs, bizStep: 'loading', disposition: 'in_progress', readPoint }
  yield* report(outboundReader, stage.pack(lane.van.key, cages, loading))
  for (const [at, { load, meantFor }] of deliveries.entries()) {
    const shipped = stage.ship([{ key: load }], readPoint, {
      atUs: momentUs(batch, hours.van.leaving, at),
      bizStep: 'shipping',
      disposition: 'in_transit',
      readPoint,
      more: consignment(batch, firm, meantFor.firm),
    })
    yield* report(outboundReader, shipped)
  }
}

/** What was in the van, and what was in the pallet that its logger saw warm. */
export function* tellWarmth(
  batch: Batch,
  pallets: readonly Pallet[],
  deliveries: readonly Delivery[],
): Generator<Step> {
  const { faults, lane, number } = batch
  const [pallet] = pallets
  if (faults.has('hidden_cold_chain_break') && pallet !== undefined && lane.logger) {
    yield* tellFault(momentUs(batch, hours.van.leaving, 30), {
      fault: 'hidden_cold_chain_break',
      id: `hidden_cold_chain_break-${number}`,
      subject: lane.logger.epc,
      happenedUs: momentUs(batch, hours.dockTrouble.from),
      knowableUs: momentUs(batch, hours.truck.arriving, 1200),
      note: `inside ${pallet.key}`,
      items: itemsOn(pallet).map(({ key }) => key),
      packages: [pallet.key, ...casesOf(batch, pallet.units)],
    })
  }
  if (!faults.has('cold_chain_break') || lane.van.sensor === undefined) return
  const inVan = deliveries.flatMap(({ units }) => units.flatMap(({ items }) => items))
  yield* tellFault(momentUs(batch, hours.van.leaving, 30), {
    fault: 'cold_chain_break',
    id: `cold_chain_break-${number}`,
    subject: lane.van.sensor.epc,
    happenedUs: momentUs(batch, hours.van.leaving),
    // Warm for half an hour.
    knowableUs: momentUs(batch, hours.van.leaving + 1),
    note: `the cooling of ${lane.van.key} fails until the end of its round`,
    items: inVan.map(({ key }) => key),
    packages: deliveries.flatMap(({ load, cage, units }) => [load, cage, ...casesOf(batch, units)]),
  })
}

function casesOf({ goods }: Batch, units: readonly Unit[]): string[] {
  return goods.product.case === undefined ? [] : units.map(({ key }) => key)
}
