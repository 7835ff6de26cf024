/**
 * Who plays in a chain: firms with licences and places, their readers and sensors, their products.
 * All firms are invented; the districts they stand in are real.
 */
import { companyPrefix, gtin14, gtinKey, partyKey, socialCreditCode } from '#simulators/keys.ts'
import type * as script from '#simulators/script.ts'
import type { Names, Party, Place } from '#simulators/script.ts'
import { type District, districts, farAway, nextCity, shenzhen } from './districts.ts'
import type { OutletKind, Product, Recipe } from './recipe.ts'
import {
  type Hub,
  hubOf,
  type Plant,
  place,
  plantOf,
  type Reader,
  reader,
  type Sensor,
  sensorForm,
  shelfForms,
  shelfReaderOf,
  thermometer,
} from './sites.ts'

export interface Firm extends Party {
  readonly prefix: string
  readonly spelling: 'urn' | 'digital-link'
  readonly at: District
}

export interface Source {
  readonly firm: Firm
  readonly yard: Place
  readonly gate: Reader
}

export interface Outlet {
  readonly firm: Firm
  readonly kind: OutletKind
  readonly door: Place
  readonly store: Place
  readonly floor: Place
  readonly doorReader: Reader
  readonly handheld: Reader
  /** Reads the shelf in its maker's own form; without one the handheld tells of it. */
  readonly shelfReader: Reader | undefined
  readonly till: Reader
  readonly sensor: Sensor
}

/** GTINs of what becomes of one product's raw material, up to its case. */
export interface Goods {
  readonly product: Product
  readonly raw: string
  readonly prepared: string
  readonly mixed: string
  readonly item: string
  readonly case: string
  readonly sample: string
}

const validLicence = { validFrom: '2023-01-01', validUntil: '2028-12-31' }
const expiredLicence = { validFrom: '2019-01-01', validUntil: '2023-12-31' }

export class Cast {
  readonly recipe: Recipe
  readonly sources: readonly Source[]
  /** Its licence ran out. */
  readonly rogue: Source
  readonly ingredientMaker: Source
  readonly ingredient: string
  readonly plant: Plant
  readonly hub: Hub
  readonly laboratory: Source
  readonly outlets: readonly Outlet[]
  /** Sells what was meant for others. */
  readonly greyOutlet: Outlet
  /** In a city far away. */
  readonly farOutlet: Outlet
  readonly goods: readonly Goods[]
  #firms: Firm[] = []

  /** `parties` sources and as many outlets, three at least. */
  constructor(recipe: Recipe, parties: number) {
    this.recipe = recipe
    const { licenceScope: scope } = recipe
    const count = Math.max(3, Math.min(parties, 400))
    this.sources = Array.from({ length: count }, (_, at) => {
      const names = numbered(recipe.sources, at)
      return this.#source(`${recipe.sourceSlug}-${at + 1}`, names, scope.source)
    })
    const rogueNames = { zh: '无照供货点', en: 'Backyard supplier' }
    this.rogue = this.#source(`${recipe.name}-backyard`, rogueNames, scope.source, expiredLicence)
    const maker = `${recipe.name}-ingredients`
    this.ingredientMaker = this.#source(maker, recipe.ingredientMaker, scope.source)
    this.ingredient = gtin14(this.ingredientMaker.firm.prefix, 0, 1)
    this.laboratory = this.#source(`${recipe.name}-laboratory`, recipe.laboratory, '检验检测')
    this.plant = plantOf(this.#firm(`${recipe.name}-plant`, recipe.plant, scope.plant, 'urn'))
    this.hub = hubOf(this.#firm(`${recipe.name}-hub`, recipe.hub, scope.trade, 'digital-link'))
    const kinds = recipe.outletKinds
    this.outlets = Array.from({ length: count }, (_, at) => this.#outlet(kinds, at))
    this.greyOutlet = this.#outlet(kinds, count, nextCity)
    this.farOutlet = this.#outlet(kinds, count + 1, farAway)
    this.goods = recipe.products.map((product, at) =>
      goodsOf(product, at, this.plant.firm, (this.sources[0] ?? this.rogue).firm),
    )
  }

  get firms(): readonly Firm[] {
    return this.#firms
  }

  get allSources(): readonly Source[] {
    return [...this.sources, this.rogue, this.ingredientMaker, this.laboratory]
  }

  get allOutlets(): readonly Outlet[] {
    return [...this.outlets, this.greyOutlet, this.farOutlet]
  }

  /** Of rooms that are kept cold. */
  get roomSensors(): readonly Sensor[] {
    if (this.recipe.storageCelsius === undefined) return []
    return [this.plant.sensor, this.hub.sensor, ...this.outlets.map(({ sensor }) => sensor)]
  }

  get places(): readonly Place[] {
    const { plant, hub } = this
    return [
      ...this.allSources.map(({ yard }) => yard),
      ...[plant.intake, plant.hall, plant.store, plant.dock, hub.inbound, hub.store, hub.outbound],
      ...this.allOutlets.flatMap(({ door, store, floor }) => [door, store, floor]),
    ]
  }

  get devices(): readonly script.Device[] {
    const { plant, hub } = this
    return [
      ...this.allSources.map(({ gate }) => gate),
      ...[plant.intakeReader, plant.line, plant.packer, plant.storePortal, plant.dockReader],
      ...[hub.inboundReader, hub.sorter, hub.outboundReader],
      ...this.allOutlets.flatMap(({ doorReader, handheld, shelfReader, till }) => {
        return [doorReader, handheld, ...(shelfReader === undefined ? [] : [shelfReader]), till]
      }),
      ...this.roomSensors,
    ]
  }

  get products(): readonly script.Product[] {
    const { domain, ingredient, storageCelsius, rawCelsius, uom } = this.recipe
    const of = (gtin: string, names: Names, more: object = {}) => ({
      key: gtinKey(gtin),
      party: this.plant.firm.slug,
      names,
      domain,
      ...more,
    })
    const cold = storageCelsius === undefined ? {} : { storageCelsius }
    const made = this.goods.flatMap((goods) => {
      const { product } = goods
      const { shelfLifeDays, gramsPerItem } = product
      const sold = { serialised: true, markets: [shenzhen.zh] }
      const packed = { shelfLifeDays, ...cold, ...sold }
      const netContent = `${gramsPerItem} ${uom === 'LTR' ? 'ml' : 'g'}`
      const kgPerUnit = gramsPerItem / 1000
      return [
        of(goods.raw, product.raw, rawCelsius === undefined ? {} : { storageCelsius: rawCelsius }),
        of(goods.prepared, product.prepared, cold),
        of(goods.mixed, product.mixed, cold),
        of(goods.item, product.item, { ...packed, netContent, kgPerUnit }),
        ...(product.case === undefined ? [] : [of(goods.case, product.case, packed)]),
        of(goods.sample, { zh: `${product.item.zh}见证样`, en: `${product.item.en}, sample` }),
        ...drugProducts(goods, of, { ...packed, kgPerUnit }),
      ]
    })
    return [of(this.ingredient, ingredient), ...made]
  }

  #firm(
    slug: string,
    names: Names,
    scope: string,
    spelling: Firm['spelling'],
    at?: District,
    validity = validLicence,
  ): Firm {
    const n = this.recipe.firstPrefix + this.#firms.length * 4
    const prefix = companyPrefix(n % 10_000)
    const number = `SZ-${this.recipe.name.toUpperCase()}-${n}`
    const firm: Firm = {
      slug,
      names,
      pgln: partyKey(prefix),
      domain: this.recipe.domain,
      uscc: socialCreditCode(n),
      licence: { number, scope, ...validity },
      prefix,
      spelling,
      at: at ?? districts[this.#firms.length % districts.length] ?? farAway,
    }
    this.#firms.push(firm)
    return firm
  }

  #source(slug: string, names: Names, scope: string, validity = validLicence): Source {
    const firm = this.#firm(slug, names, scope, 'urn', undefined, validity)
    return {
      firm,
      yard: place(firm, 1, { zh: '发货点', en: 'yard' }),
      gate: reader(firm, 'yard', 'gate', 'Gate terminal'),
    }
  }

  /** Codes that no tag can hold are scanned. */
  #shelfReader(firm: Firm, at: number, { key: bizLocation }: Place): Reader {
    const isScanned = this.recipe.products.some(({ drugCodes }) => drugCodes !== undefined)
    const form = shelfForms[Math.floor(at / 2) % shelfForms.length] ?? 'zebra-rfd'
    const says = { bizLocation, bizStep: 'stocking', disposition: 'sellable_accessible' }
    const plain = reader(firm, 'outlet', 'shelf', 'Shelf reader')
    return shelfReaderOf(plain, isScanned ? 'zebra-rfd' : form, says)
  }

  #outlet(kinds: readonly OutletKind[], at: number, where?: District): Outlet {
    const kind = kinds[at % kinds.length]
    if (kind === undefined) throw new Error('a recipe without outlets')
    const names = { zh: `${kind.names.zh}${at + 1}号`, en: `${kind.names.en} ${at + 1}` }
    const slug = `${this.recipe.name}-${kind.slug}-${at + 1}`
    const firm = this.#firm(slug, names, this.recipe.licenceScope.trade, 'digital-link', where)
    const store = place(firm, 2, { zh: '库房', en: 'store' })
    const floor = place(firm, 3, { zh: '前台', en: 'floor' })
    return {
      firm,
      kind,
      door: place(firm, 1, { zh: '收货口', en: 'door' }),
      store,
      floor: { ...floor, market: firm.at.city.zh },
      doorReader: reader(firm, 'outlet', 'door', 'Door portal'),
      handheld: reader(firm, 'outlet', 'handheld', 'Handheld reader'),
      shelfReader: at % 2 === 1 ? this.#shelfReader(firm, at, floor) : undefined,
      till: reader(firm, 'outlet', 'till', 'Till'),
      sensor: { ...thermometer(firm, 'outlet', 'store-air', store.key), ...sensorForm(at) },
    }
  }
}

function goodsOf(product: Product, at: number, plant: Firm, source: Firm): Goods {
  const reference = 10 * (at + 1)
  return {
    product,
    raw: gtin14(source.prefix, 0, reference),
    prepared: gtin14(plant.prefix, 0, reference + 1),
    mixed: gtin14(plant.prefix, 0, reference + 2),
    item: gtin14(plant.prefix, 0, reference + 3),
    case: gtin14(plant.prefix, 1, reference + 3),
    sample: gtin14(plant.prefix, 0, reference + 4),
  }
}

function drugProducts(
  { product, item: itemGtin, case: caseGtin }: Goods,
  of: (gtin: string, names: Names, more?: object) => script.Product,
  packed: object,
): script.Product[] {
  const { drugCodes: codes } = product
  if (codes === undefined) return []
  const coded = (code: string, gtin: string, names: Names, more?: object) => {
    return { ...of('', names, more), key: `drugcode:${code}`, sameAs: gtinKey(gtin) }
  }
  return [
    coded(codes.item, itemGtin, product.item, packed),
    coded(codes.case, caseGtin, product.case ?? product.item),
  ]
}

/** Names for any number of firms: the given ones, then these again with a number. */
function numbered(names: readonly Names[], at: number): Names {
  const name = names[at % names.length] ?? { zh: '', en: '' }
  const round = Math.floor(at / names.length)
  return round === 0 ? name : { zh: `${name.zh}${round + 1}场`, en: `${name.en} ${round + 1}` }
}
