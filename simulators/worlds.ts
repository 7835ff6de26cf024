/** The worlds there are, by name, and the presets that run them. */
import { drugs } from './chain/drugs.ts'
import { materials } from './chain/materials.ts'
import { milk } from './chain/milk.ts'
import { pork } from './chain/pork.ts'
import { type ChainOptions, chainWorld, faultsFor } from './chain/world.ts'
import { allFaults, type Fault } from './faults.ts'
import { type FieldRates, field, isQuiet, quietField } from './field/field.ts'
import { merge, type World } from './script.ts'
import { withSilence } from './silence.ts'

export const worldNames = ['milk', 'pork', 'food', 'drugs', 'materials'] as const
export type WorldName = (typeof worldNames)[number]

export const aboutWorlds: Readonly<Record<WorldName, string>> = {
  milk: 'farms, a dairy that pasteurises and fills, a cold hub, shops and school kitchens',
  pork: 'farms, a slaughterhouse that cuts and packs, cold stores, markets and canteens',
  food: 'milk and pork beside each other, half of the items each',
  drugs: 'active ingredients, serialised packs, a wholesaler, hospitals and shops, 2 to 8 °C',
  materials: 'cement, rebar and panels: samples, laboratory reports, where they are built in',
}

const recipes = { milk, pork, drugs, materials } as const

/** Everything that decides what happens in a run. */
export interface WorldOptions extends ChainOptions {
  readonly world: WorldName
  readonly field: FieldRates
}

export interface Preset {
  readonly about: string
  readonly options: Partial<WorldOptions> & { readonly world: WorldName }
}

const everyFault = { faults: allFaults }
/** What a plain day in the field is like. */
const rough: FieldRates = { ...quietField, missedReads: 0.05, duplicates: 0.1, late: 0.02 }

export const presets: Readonly<Record<string, Preset>> = {
  demo: {
    about: 'what the demonstration shows',
    options: { world: 'milk', seed: 'demo', items: 480 },
  },
  lesson: {
    about: 'every fault, small enough to look at',
    options: { world: 'pork', items: 1200, ...everyFault },
  },
  pharmacy: {
    about: 'every fault, returns and codes of two kinds',
    options: { world: 'drugs', items: 2400, ...everyFault },
  },
  site: {
    about: 'building materials with every fault',
    options: { world: 'materials', items: 1200, ...everyFault },
  },
  rough: {
    about: 'a field of missed reads, repeats and late uploads',
    options: { world: 'pork', items: 2400, field: rough },
  },
  city: {
    about: 'a load test with every fault',
    options: { world: 'food', items: 100_000, ...everyFault },
  },
  flood: {
    about: 'a long load test',
    options: { world: 'drugs', items: 1_000_000, parties: 12 },
  },
}

export const defaults: WorldOptions = {
  world: 'food',
  seed: '1',
  items: 1000,
  parties: 4,
  faults: [],
  rates: { partialPallets: 0.05, repacking: 0.05 },
  field: quietField,
}

/** Faults that a world can let happen. */
export function faultsIn(world: WorldName): Fault[] {
  return faultsFor(recipes[world === 'food' ? 'pork' : world])
}

/** The same options give the same steps to the byte. */
export function worldOf(options: WorldOptions): World {
  const world = asItHappens(options)
  if (isQuiet(options.field)) return world
  const seed = `${options.seed}/${options.items}/${options.world}`
  return { ...world, steps: () => field(world.steps(), options.field, seed) }
}

function asItHappens(options: WorldOptions): World {
  const { world, items } = options
  if (world !== 'food') return toItsEnd(chainWorld(recipes[world], options))
  const half = Math.ceil(items / 2)
  const dairy = chainWorld(milk, { ...options, items: half })
  const meat = items > half ? [chainWorld(pork, { ...options, items: items - half })] : []
  return toItsEnd(beside('food', [dairy, ...meat]))
}

function toItsEnd(world: World): World {
  return { ...world, steps: () => withSilence(world.steps()) }
}

/** Worlds that know nothing of each other, as one. */
function beside(name: string, worlds: readonly World[]): World {
  const fromUs = Math.min(...worlds.map((world) => world.fromUs))
  return {
    name,
    parties: worlds.flatMap(({ parties }) => parties),
    places: worlds.flatMap(({ places }) => places),
    products: worlds.flatMap(({ products }) => products),
    devices: worlds.flatMap(({ devices }) => devices),
    coldPlaces: worlds.flatMap(({ coldPlaces }) => coldPlaces),
    fromUs,
    toUs: Math.max(...worlds.map((world) => world.toUs)),
    steps: () => merge(worlds.map((world) => ({ fromUs, steps: world.steps() }))),
  }
}
