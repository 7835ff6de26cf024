/**
 * What one event names, each identifier with the part it plays, and what its sensors measured. The
 * trail rows of a store are made of this, so an item that is not found here has no history.
 *
 * It runs for every event that comes in: no schema, no copies, one look-up an identifier.
 */
import { bareWord } from '#epcis/cbv.ts'
import type { EpcisEvent, QuantityElement } from '#epcis/event.ts'
import type { WarningCode } from '#epcis/failure.ts'
import type { JsonContext } from '#epcis/fields.ts'
import { type Identifier, identify, type Kind } from '#epcis/identifier.ts'
import { lotOfProduct, productKeyOf } from '#epcis/product-key.ts'
import { parseTimeUs } from '#epcis/time.ts'
import { masterDatum } from './ilmd.ts'
import type { Role } from './source.ts'

/** One identifier in one role. A key comes once a role; amounts of the same unit are added up. */
export interface Member {
  readonly key: string
  readonly kind: Kind
  readonly role: Role
  /**
   * The amount of a class or lot in a quantityList. On role `lot`: how many of the event's
   * serials of this product belong to the lot, given only where not all of them do.
   */
  readonly quantity: number | undefined
  readonly uom: string | undefined
}

export interface Members {
  readonly members: readonly Member[]
  /** What is odd about an identifier and kept all the same, each code once. */
  readonly warnings: readonly WarningCode[]
}

/** Who takes part in an event. `context`: the @context of the document it came in. */
export function membersOf(event: EpcisEvent, context?: JsonContext): Members {
  const found = new Found()
  switch (event.type) {
    case 'ObjectEvent':
      found.list(event.epcList, event.quantityList, 'object')
      found.lots('object', masterDatum(event, 'lotNumber', context))
      break
    case 'AggregationEvent':
    case 'AssociationEvent':
      found.one(event.parentID, 'parent')
      found.list(event.childEPCs, event.childQuantityList, 'child')
      found.lots('child', undefined)
      break
    case 'TransactionEvent':
      found.one(event.parentID, 'parent')
      found.list(event.epcList, event.quantityList, 'object')
      found.lots('object', undefined)
      break
    case 'TransformationEvent':
      found.list(event.inputEPCList, event.inputQuantityList, 'input')
      found.list(event.outputEPCList, event.outputQuantityList, 'output')
      found.lots('output', masterDatum(event, 'lotNumber', context))
      found.one(event.transformationID, 'transformation')
  }
  for (const { sensorMetadata, sensorReport } of event.sensorElementList ?? []) {
    found.one(sensorMetadata?.deviceID, 'device')
    for (const report of sensorReport) found.one(report.deviceID, 'device')
  }
  const members = [...found.byRole.values()].flatMap((named) => [...named.values()])
  return { members, warnings: found.warnings }
}

interface Counted extends Member {
  quantity: number | undefined
}

/** Gathers the members of one event. */
class Found {
  readonly byRole = new Map<Role, Map<string, Counted>>()
  readonly warnings: WarningCode[] = []
  /** Lots that serials of the list named last brought with them, and how many each. */
  readonly #lots = new Map<string, number>()

  one(text: string | undefined, role: Role): void {
    if (text !== undefined) this.#add(identify(text), role)
  }

  list(
    epcs: readonly string[] | undefined,
    amounts: readonly QuantityElement[] | undefined,
    role: Role,
  ): void {
    this.#lots.clear()
    for (const epc of epcs ?? []) {
      const identifier = identify(epc)
      this.#add(identifier, role)
      const { lot } = identifier
      if (lot !== undefined) this.#lots.set(lot, (this.#lots.get(lot) ?? 0) + 1)
    }
    for (const { epcClass, quantity, uom } of amounts ?? []) {
      this.#add(identify(epcClass), role, quantity, uom)
    }
  }

  /**
   * The lots of what plays `role`: those that came with serials, and the lot number of the ilmd,
   * which is of every product named without its lot. [CBV 9.2.2]
   */
  lots(role: Role, lotNumber: string | undefined): void {
    if (this.#lots.size === 0 && lotNumber === undefined) return
    const named = this.byRole.get(role)
    if (!named) return
    const serials = new Map<string, number>()
    for (const { key, kind } of named.values()) {
      const product = kind === 'instance' || kind === 'class' ? productKeyOf(key) : undefined
      if (product) serials.set(product, (serials.get(product) ?? 0) + (kind === 'instance' ? 1 : 0))
    }
    for (const [lot, count] of this.#lots) {
      const all = serials.get(productKeyOf(lot) ?? '') === count
      this.#add({ key: lot, kind: 'lot' }, 'lot', all ? undefined : count)
    }
    if (lotNumber === undefined) return
    for (const product of serials.keys()) {
      const { key, kind } = lotOfProduct(product, lotNumber)
      // A lot number that is none (over 20 characters, other alphabets) gives no lot.
      if (kind === 'lot' && !named.has(key)) this.#add({ key, kind }, 'lot')
    }
  }

  #add(
    identifier: Pick<Identifier, 'key' | 'kind'> & Partial<Identifier>,
    role: Role,
    quantity?: number,
    uom?: string,
  ): void {
    const { key, kind } = identifier
    for (const warning of identifier.warnings ?? []) {
      if (!this.warnings.includes(warning)) this.warnings.push(warning)
    }
    const named = this.byRole.get(role) ?? new Map<string, Counted>()
    if (named.size === 0) this.byRole.set(role, named)
    const known = named.get(key)
    if (!known) {
      named.set(key, { key, kind, role, quantity, uom })
    } else {
      known.quantity = role === 'lot' ? quantity : sum(known, quantity, uom)
    }
  }
}

/** Amounts of different units, or an unknown one, add up to an unknown amount. */
export function sum(
  known: Pick<Member, 'quantity' | 'uom'>,
  quantity: number | undefined,
  uom: string | undefined,
): number | undefined {
  if (known.quantity === undefined || quantity === undefined) return undefined
  return known.uom === uom ? known.quantity + quantity : undefined
}

/** One value of one sensor, as the event gives it. */
export interface SensorValue {
  /** Canonical key of the sensor. */
  readonly device: string
  /** Measurement type, bare where it is a word of the standard: `Temperature`. */
  readonly type: string
  /** '' where there is none. */
  readonly component: string
  readonly uom: string
  readonly timeUs: number
  readonly value: number
}

/**
 * The numbers that known sensors report in an event. A report's own device and time go before
 * those of its element; without any time it was measured when the event happened. [EPCIS 7.3.7]
 */
export function sensorValuesOf(event: EpcisEvent): SensorValue[] {
  const values: SensorValue[] = []
  for (const { sensorMetadata, sensorReport } of event.sensorElementList ?? []) {
    for (const report of sensorReport) {
      const deviceID = report.deviceID ?? sensorMetadata?.deviceID
      const time = report.time ?? sensorMetadata?.time ?? sensorMetadata?.endTime ?? event.eventTime
      const timeUs = parseTimeUs(time)
      if (deviceID === undefined || report.value === undefined || timeUs === undefined) continue
      values.push({
        device: identify(deviceID).key,
        type: bareWord(report.type),
        component: report.component === undefined ? '' : bareWord(report.component),
        uom: report.uom ?? '',
        timeUs,
        value: report.value,
      })
    }
  }
  return values
}
