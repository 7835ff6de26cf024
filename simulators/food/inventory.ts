/**
 * What stays in the chain and is used again: tags on vehicles, cages and thermometers before the
 * first milking, thermometers mounted where they measure, and a last count when everything is over.
 */
import { chanceOf } from '#simulators/random.ts'
import { report } from '#simulators/report.ts'
import type { Step } from '#simulators/script.ts'
import { Stage } from '#simulators/stage.ts'
import { thing } from './batch.ts'
import { assetsOf, centreReaders, type Lane, roomSensors } from './devices.ts'
import { centrePlaces } from './firms.ts'

interface Span {
  readonly fromUs: number
  readonly toUs: number
}

const tagging = { bizStep: 'commissioning', disposition: 'active' }

/** The thermometers of vans are only tagged here: they are mounted for each trip. */
export function* opening(seed: string, all: readonly Lane[], span: Span): Generator<Step> {
  const stage = new Stage(chanceOf(seed, 'opening'))
  let atUs = span.fromUs
  for (const { desk, place, keys } of assetsOf(all)) {
    const where = { readPoint: place.key, bizLocation: place.key }
    const assets = keys.map((key) => ({ key }))
    yield* report(desk, stage.make(assets, { atUs, ...tagging, ...where }))
    atUs += 60e6
  }
  const carried = all.map(({ van }) => van.sensor)
  const mounted = all.flatMap(({ tanker, truck }) => [tanker.sensor, truck.sensor])
  for (const sensor of [...roomSensors, ...mounted, ...carried]) {
    const { epc, asset, desk, mountedAt: readPoint } = sensor
    yield* report(desk, stage.make([{ key: epc }], { atUs, ...tagging, readPoint }))
    atUs += 5e6
    if (carried.includes(sensor)) continue
    yield* report(desk, stage.mount(epc, asset, { atUs, bizStep: 'installing', readPoint }))
    atUs += 5e6
  }
  for (const line of stage.standing()) yield { kind: 'truth', atUs: span.toUs, line }
}

/** The last message of all: the distribution centre counts its trucks and vans. */
export function* closing(seed: string, all: readonly Lane[], atUs: number): Generator<Step> {
  const vehicles = all.flatMap(({ truck, van }) => [truck, van])
  const counted = new Stage(chanceOf(seed, 'closing')).see(vehicles.map(thing), {
    atUs,
    bizStep: 'cycle_counting',
    readPoint: centrePlaces.outbound.key,
    bizLocation: centrePlaces.outbound.key,
  })
  yield* report(centreReaders.outbound, counted)
}
