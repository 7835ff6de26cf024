/**
 * What a run can be told to let go wrong: the words of `--faults`, which are those of the truth,
 * and what a watcher is expected to say of each.
 */

interface FaultKind {
  /** Whether somebody should be told; false for what only looks wrong. */
  readonly alarm: boolean
  readonly critical: boolean
  readonly about: string
}

export const faultKinds = {
  cold_chain_break: {
    alarm: true,
    critical: true,
    about: 'the cooling of a van fails on its round',
  },
  hidden_cold_chain_break: {
    alarm: true,
    critical: true,
    about: 'one pallet warms at the dock; only the logger inside it knows, and tells on arrival',
  },
  door_opening: {
    alarm: false,
    critical: false,
    about: 'a wide door stands open for minutes; the goods stay cold',
  },
  stuck_sensor: {
    alarm: true,
    critical: false,
    about: 'a sensor says the same for hours',
  },
  expired_sale: { alarm: true, critical: true, about: 'an item is sold after its date' },
  cloned_tag: {
    alarm: true,
    critical: true,
    about: 'a code is seen in a far city minutes before its item is sold here',
  },
  second_sale: { alarm: true, critical: true, about: 'an item is sold again elsewhere' },
  diversion: {
    alarm: true,
    critical: true,
    about: 'goods shipped to one outlet are received and sold by another, which is not authorised',
  },
  unlicensed_supplier: {
    alarm: true,
    critical: true,
    about: 'a supplier delivers whose licence has run out',
  },
  dilution: { alarm: true, critical: true, about: 'more comes out of a mixing than went in' },
  lot_swap: {
    alarm: true,
    critical: false,
    about: 'a lot goes on under another number, without a transformation',
  },
  missing_receipt: {
    alarm: true,
    critical: false,
    about: 'a shipment arrives and its receipt is never reported',
  },
  failed_test: {
    alarm: true,
    critical: true,
    about: 'a laboratory fails a lot whose items are in the shops',
  },
  recalled_moving: { alarm: true, critical: true, about: 'an item of a recalled lot is sold' },
  contaminated_ingredient: {
    alarm: true,
    critical: true,
    about: 'an ingredient that went into many lots fails its test',
  },
} as const satisfies Readonly<Record<string, FaultKind>>

export type Fault = keyof typeof faultKinds

export const allFaults = Object.keys(faultKinds).filter(isFault)

export function isFault(text: string): text is Fault {
  return Object.hasOwn(faultKinds, text)
}
