/**
 * From the cows to the dairy: every farm's milking of a day is a lot; a tanker collects the lots,
 * and the dairy's intake takes the temperature of each.
 */
import { formatTimeUs } from '#epcis/time.ts'
import { lotKey } from '#simulators/keys.ts'
import { report } from '#simulators/report.ts'
import type { Step } from '#simulators/script.ts'
import { type Batch, consignment, hours, litres, momentUs } from './batch.ts'
import { dairyReaders, milkingLine } from './devices.ts'
import { dairy, dairyPlaces, type Farm } from './firms.ts'

/** What one farm gives on the day of a batch. */
export interface RawLot {
  readonly farm: Farm
  readonly ml: number
}

export function rawLotKey(batch: Batch, farm: Farm): string {
  return lotKey(farm.rawMilk, `M${batch.number}`)
}

/** The lots are made, collected in this order, and stand at the dairy's intake. */
export function* milkFrom(batch: Batch, lots: readonly RawLot[]): Generator<Step> {
  const { stage, lane } = batch
  const amountOf = ({ farm, ml }: RawLot) => [litres(rawLotKey(batch, farm), ml)]
  for (const [index, lot] of lots.entries()) {
    const { barn } = lot.farm
    const made = stage.make(amountOf(lot), {
      atUs: momentUs(batch, hours.milking, index * 420),
      bizStep: 'commissioning',
      disposition: 'active',
      readPoint: barn.key,
      bizLocation: barn.key,
      more: { ilmd: { 'cbvmda:countryOfOrigin': 'CN' } },
    })
    yield* report(milkingLine(lot.farm), made)
  }
  for (const [index, lot] of lots.entries()) {
    const { barn, firm } = lot.farm
    const stop = hours.tanker.firstStop + index
    const loaded = stage.pack(lane.tanker.key, amountOf(lot), {
      atUs: momentUs(batch, stop),
      bizStep: 'loading',
      disposition: 'in_progress',
      readPoint: barn.key,
    })
    const shipped = stage.ship(amountOf(lot), barn.key, {
      atUs: momentUs(batch, stop, 600),
      bizStep: 'shipping',
      disposition: 'in_transit',
      readPoint: barn.key,
      more: consignment(batch, firm, dairy),
    })
    yield* report(milkingLine(lot.farm), loaded)
    yield* report(milkingLine(lot.farm), shipped)
  }
  const intake = dairyPlaces.intake.key
  const chance = batch.chance('intake')
  for (const [index, lot] of lots.entries()) {
    const atUs = momentUs(batch, hours.tanker.intake, index * 300)
    const where = { readPoint: intake, bizLocation: intake, disposition: 'in_progress' }
    const unloading = { ...where, atUs, bizStep: 'unloading' }
    const emptied = stage.unpack(lane.tanker.key, unloading, amountOf(lot))
    const received = stage.receive(amountOf(lot), intake, {
      ...where,
      atUs: atUs + 60e6,
      bizStep: 'receiving',
      more: {
        ...consignment(batch, lot.farm.firm, dairy),
        sensorElementList: [dipped(batch, atUs, 3.8 + chance.around(0.2))],
      },
    })
    yield* report(dairyReaders.intake, emptied)
    yield* report(dairyReaders.intake, received)
  }
}

/** What the tanker's own thermometer shows while it is emptied, as EPCIS writes it. */
function dipped(batch: Batch, atUs: number, celsius: number): Record<string, unknown> {
  return {
    sensorMetadata: { time: formatTimeUs(atUs), deviceID: batch.lane.tanker.sensor.epc },
    sensorReport: [{ type: 'Temperature', value: Math.round(celsius * 10) / 10, uom: 'CEL' }],
  }
}
