/**
 * Sales that should not be: a code that is sold here and seen in a far city, an item sold twice,
 * one sold after its date, one of a recalled lot.
 */
import { lotKey } from '#simulators/keys.ts'
import { report } from '#simulators/report.ts'
import type { Step } from '#simulators/script.ts'
import type { Act } from '#simulators/stage.ts'
import { type Batch, hours, type Item, momentUs, thing } from './batch.ts'
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

/** What comes when the regular sales are over; takes from the shelf what it needs. */
export function* lateMisdeeds(
  batch: Batch,
  outlet: Outlet,
  items: readonly Item[],
): Generator<Step> {
  const [recalled] = items
  const expired = items.at(-1)
  if (recalled !== undefined && batch.faults.has('recalled_moving')) {
    yield* sellRecalled(batch, outlet, recalled)
  }
  if (expired !== undefined && expired !== recalled && batch.faults.has('expired_sale')) {
    yield* sellExpired(batch, outlet, expired)
  }
}

function* sellRecalled(batch: Batch, outlet: Outlet, item: Item): Generator<Step> {
  const { plant } = batch.cast
  const lot = lotKey(batch.goods.item, batch.lot)
  const recalling = batch.stage.see([{ key: lot, quantity: batch.items }], {
    atUs: momentUs(batch, hours.recalling),
    bizStep: 'holding',
    readPoint: plant.hall.key,
    more: { persistentDisposition: { set: ['recalled'] } },
  })
  yield* report(plant.line, recalling)
  const atUs = momentUs(batch, hours.recalling + 1)
  const sold = sale(batch, outlet, [item], atUs)
  yield* report(outlet.till, sold)
  yield* tellFault(atUs, {
    fault: 'recalled_moving',
    id: `recalled_moving-${batch.number}`,
    subject: item.key,
    happenedUs: atUs,
    knowableUs: atUs,
    acts: [recalling, sold],
    note: `its lot ${lot} was recalled an hour before`,
    items: [item.key],
  })
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
