/**
 * Sales that should not be: a code that is sold here and seen in a far city, an item sold twice,
 * one sold after its date, one of a recalled lot.
 */
import { lotKey } from '#simulators/keys.ts'
import { report } from '#simulators/report.ts'
import type { Step } from '#simulators/script.ts'
import type { Act } from '#simulators/stage.ts'
import type { ItemLine } from '#simulators/truth.ts'
import { type Batch, consignment, hours, type Item, momentUs, thing } from './batch.ts'
import type { Outlet } from './cast.ts'
import { tellFault } from './fault.ts'

export interface Sold {
  readonly item: Item
  readonly atUs: number
}

const cloneSeenBeforeUs = 1200e6
const soldAgainAfterUs = 3600e6

/** Also of what should not be sold. */
export function sale(batch: Batch, outlet: Outlet, goods: readonly Item[], atUs: number): Act {
  const isSold = outlet.kind.ending !== 'dispensed'
  return batch.stage.see(goods.map(thing), {
    atUs,
    bizStep: isSold ? 'retail_selling' : 'dispensing',
    disposition: isSold ? 'retail_sold' : 'dispensed',
    readPoint: outlet.floor.key,
  })
}

/** What happens beside the regular sales of an outlet. */
export function misdeeds(batch: Batch, outlet: Outlet, sold: readonly Sold[]) {
  const { faults } = batch
  const [first] = sold
  const last = sold.at(-1)
  const doings: { readonly atUs: number; readonly steps: Iterable<Step> }[] = []
  if (first !== undefined && faults.has('cloned_tag')) {
    const atUs = first.atUs - cloneSeenBeforeUs
    doings.push({ atUs, steps: clone(batch, first, atUs) })
  }
  if (last !== undefined && last !== first && faults.has('second_sale')) {
    const atUs = last.atUs + soldAgainAfterUs
    doings.push({ atUs, steps: again(batch, outlet, last, atUs) })
  }
  return doings
}

function* clone(batch: Batch, { item, atUs: soldUs }: Sold, atUs: number): Generator<Step> {
  const far = batch.cast.farOutlet
  const seen = batch.stage.see([thing(item)], {
    atUs,
    bizStep: 'inspecting',
    disposition: 'in_progress',
    readPoint: far.floor.key,
    bizLocation: far.floor.key,
  })
  yield* report(far.till, seen)
  yield* tellFault(atUs, {
    fault: 'cloned_tag',
    id: `cloned_tag-${batch.number}`,
    subject: item.key,
    happenedUs: atUs,
    knowableUs: Math.min(atUs, soldUs),
    acts: [seen],
    note: `a copy is seen at ${far.firm.slug}`,
    items: [item.key],
  })
}

function* again(batch: Batch, outlet: Outlet, { item }: Sold, atUs: number): Generator<Step> {
  const { outlets, greyOutlet } = batch.cast
  const other = outlets.find(({ kind, firm }) => {
    return kind === outlet.kind && firm !== outlet.firm
  })
  const soldAgain = sale(batch, other ?? greyOutlet, [item], atUs)
  yield* report((other ?? greyOutlet).till, soldAgain)
  yield* tellFault(atUs, {
    fault: 'second_sale',
    id: `second_sale-${batch.number}`,
    subject: item.key,
    happenedUs: atUs,
    knowableUs: atUs,
    acts: [soldAgain],
    note: `sold an hour before at ${outlet.firm.slug}`,
    items: [item.key],
  })
}

/** Where something ended that did not stay on its shelf. */
export type Ends = Map<string, Pick<ItemLine, 'state' | 'place'>>

/** What comes when the regular sales are over; takes from the shelf what it needs. */
export function* lateMisdeeds(
  batch: Batch,
  outlet: Outlet,
  items: readonly Item[],
): Generator<Step, Ends> {
  const [recalled] = items
  const expired = items.at(-1)
  const ends: Ends = new Map()
  if (recalled !== undefined && batch.faults.has('recalled_moving')) {
    ends.set(recalled.key, yield* moveRecalled(batch, outlet, recalled))
  }
  if (expired !== undefined && expired !== recalled && batch.faults.has('expired_sale')) {
    yield* sellExpired(batch, outlet, expired)
    ends.set(expired.key, { state: 'sold', place: outlet.floor.key })
  }
  return ends
}

function* moveRecalled(
  batch: Batch,
  outlet: Outlet,
  item: Item,
): Generator<Step, Pick<ItemLine, 'state' | 'place'>> {
  const { plant, recipe } = batch.cast
  const lot = lotKey(batch.goods.item, batch.lot)
  const order = {
    // No event says of which lot a pack with a drug code is: what it was filled from leads to it.
    lots: [lot, lotKey(batch.goods.mixed, `B${batch.number}`)],
    title: `${batch.goods.product.item.zh} ${batch.lot}`,
    reason: '模拟召回 Simulated: the lot is not as it should be.',
    instructions: '停止销售并封存。 Stop selling and hold it.',
  }
  yield { kind: 'recall', atUs: momentUs(batch, hours.recalling), order }
  const recalling = batch.stage.see([{ key: lot, quantity: batch.items }], {
    atUs: momentUs(batch, hours.recalling),
    bizStep: 'holding',
    readPoint: plant.hall.key,
    more: { persistentDisposition: { set: ['recalled'] } },
  })
  yield* report(plant.line, recalling)
  const atUs = momentUs(batch, hours.recalling + 1)
  const next = recipe.samples ? passedOn(batch, outlet, item, atUs) : undefined
  const moved = next?.sent ?? sale(batch, outlet, [item], atUs)
  yield* report(next === undefined ? outlet.till : outlet.handheld, moved)
  yield* tellFault(atUs, {
    fault: 'recalled_moving',
    id: `recalled_moving-${batch.number}`,
    subject: item.key,
    happenedUs: atUs,
    knowableUs: atUs,
    acts: [recalling, moved],
    note: `its lot ${lot} was recalled an hour before`,
    items: [item.key],
  })
  if (next === undefined) return { state: 'sold', place: outlet.floor.key }
  yield* report(next.to.doorReader, next.got)
  return { state: 'stored', place: next.to.door.key }
}

/** Nothing is sold at a building site: what is recalled goes on to another one. */
function passedOn(batch: Batch, outlet: Outlet, item: Item, atUs: number) {
  const { outlets, greyOutlet } = batch.cast
  const to = outlets.find(({ firm }) => firm !== outlet.firm) ?? greyOutlet
  const more = consignment(batch, outlet.firm, to.firm)
  const sent = batch.stage.ship([thing(item)], outlet.door.key, {
    atUs,
    bizStep: 'shipping',
    disposition: 'in_transit',
    readPoint: outlet.door.key,
    more,
  })
  const got = batch.stage.receive([thing(item)], to.door.key, {
    atUs: atUs + 4500e6,
    bizStep: 'receiving',
    disposition: 'in_progress',
    readPoint: to.door.key,
    bizLocation: to.door.key,
    more,
  })
  return { to, sent, got }
}

function* sellExpired(batch: Batch, outlet: Outlet, item: Item): Generator<Step> {
  const atUs = momentUs(batch, hours.expired)
  const sold = sale(batch, outlet, [item], atUs)
  yield* report(outlet.till, sold)
  yield* tellFault(atUs, {
    fault: 'expired_sale',
    id: `expired_sale-${batch.number}`,
    subject: item.key,
    happenedUs: atUs,
    knowableUs: atUs,
    acts: [sold],
    note: 'its date was more than a day before',
    items: [item.key],
  })
}
