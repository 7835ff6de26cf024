/**
 * The firms of the milk chain: who they are, where they are, what they sell. All are invented; the
 * districts of Shenzhen they stand in are real.
 */
import { companyPrefix, gtin14, gtinKey, partyKey, placeKey } from '#simulators/keys.ts'
import type { Names, Party, Place, Product } from '#simulators/script.ts'

interface Where {
  readonly district: Names
  readonly latitude: number
  readonly longitude: number
}

export interface Firm extends Party, Where {
  readonly prefix: string
  /** How its devices write identifiers. */
  readonly spelling: 'urn' | 'digital-link'
}

function firm(n: number, slug: string, names: Names, at: Where, spelling: Firm['spelling']): Firm {
  const prefix = companyPrefix(n)
  return { slug, names, prefix, pgln: partyKey(prefix), spelling, ...at }
}

const pingshan = { district: { zh: '坪山区', en: 'Pingshan' }, latitude: 22.65, longitude: 114.34 }
const longgang = { district: { zh: '龙岗区', en: 'Longgang' }, latitude: 22.72, longitude: 114.25 }
const dapeng = { district: { zh: '大鹏新区', en: 'Dapeng' }, latitude: 22.63, longitude: 114.41 }
const guangming = {
  district: { zh: '光明区', en: 'Guangming' },
  latitude: 22.75,
  longitude: 113.93,
}
const longhua = { district: { zh: '龙华区', en: 'Longhua' }, latitude: 22.7, longitude: 114.04 }
const futian = { district: { zh: '福田区', en: 'Futian' }, latitude: 22.53, longitude: 114.05 }
const luohu = { district: { zh: '罗湖区', en: 'Luohu' }, latitude: 22.55, longitude: 114.13 }
const nanshan = { district: { zh: '南山区', en: 'Nanshan' }, latitude: 22.53, longitude: 113.93 }

const dairyNames = { zh: '禾澄乳业', en: 'Hecheng Dairy' }
export const dairy = firm(4, 'hecheng-dairy', dairyNames, guangming, 'urn')

const centreNames = { zh: '岭汇冷链配送中心', en: 'Linghui Cold Chain' }
export const centre = firm(5, 'linghui-cold-chain', centreNames, longhua, 'digital-link')

const helinNames = { zh: '禾邻便利', en: 'Helin Mart' }
const helin = firm(6, 'helin-mart', helinNames, futian, 'digital-link')

const xiaomanNames = { zh: '小满鲜生', en: 'Xiaoman Grocers' }
const xiaoman = firm(7, 'xiaoman-grocers', xiaomanNames, luohu, 'digital-link')

export interface Shop {
  readonly firm: Firm
  readonly site: string
  readonly backDoor: Place
  readonly chiller: Place
  readonly floor: Place
  readonly till: Place
}

function place(owner: Firm, reference: number, names: Names, at: Where = owner): Place {
  const { district, latitude, longitude } = at
  return {
    key: placeKey(owner.prefix, reference),
    party: owner.slug,
    names: { zh: `${owner.names.zh}${names.zh}`, en: `${owner.names.en}, ${names.en}` },
    address: `深圳市${district.zh}（模拟地址） ${district.en}, Shenzhen (simulated)`,
    latitude,
    longitude,
  }
}

function shop(owner: Firm, site: string, reference: number, at: Where): Shop {
  const part = (offset: number, names: Names) => {
    const { zh, en } = at.district
    const whole = { zh: `${zh}店${names.zh}`, en: `${en} shop, ${names.en}` }
    return place(owner, reference + offset, whole, at)
  }
  return {
    firm: owner,
    site,
    backDoor: part(1, { zh: '后门', en: 'back door' }),
    chiller: part(2, { zh: '冷藏间', en: 'chiller' }),
    floor: part(3, { zh: '卖场', en: 'sales floor' }),
    till: part(4, { zh: '收银台', en: 'till' }),
  }
}

export const shops: readonly Shop[] = [
  shop(helin, 'futian', 10, futian),
  shop(helin, 'nanshan', 20, nanshan),
  shop(xiaoman, 'luohu', 10, luohu),
]

export interface Farm {
  readonly firm: Firm
  readonly barn: Place
  /** GTIN of its milk; every milking is a lot. */
  readonly rawMilk: string
}

function farm(n: number, slug: string, names: Names, at: Where): Farm {
  const owner = firm(n, slug, names, at, 'urn')
  return {
    firm: owner,
    barn: place(owner, 1, { zh: '挤奶厅', en: 'milking parlour' }),
    rawMilk: gtin14(owner.prefix, 0, 1),
  }
}

const qingyuan = farm(1, 'qingyuan-farm', { zh: '青源牧场', en: 'Qingyuan Dairy Farm' }, pingshan)
const yunxi = farm(2, 'yunxi-farm', { zh: '云溪牧场', en: 'Yunxi Dairy Farm' }, longgang)
const chenlu = farm(3, 'chenlu-farm', { zh: '晨露牧场', en: 'Chenlu Dairy Farm' }, dapeng)

export const farms: readonly Farm[] = [qingyuan, yunxi, chenlu]

/** Whose milk is mixed in each half of a day's production: one farm is in both. */
export const mixes: readonly (readonly [Farm, Farm])[] = [
  [qingyuan, yunxi],
  [yunxi, chenlu],
]

export const firms: readonly Firm[] = [
  ...farms.map((one) => one.firm),
  dairy,
  centre,
  helin,
  xiaoman,
]

export const dairyPlaces = {
  intake: place(dairy, 1, { zh: '收奶站', en: 'milk intake' }),
  hall: place(dairy, 2, { zh: '生产车间', en: 'process hall' }),
  coldStore: place(dairy, 3, { zh: '冷库', en: 'cold store' }),
  dock: place(dairy, 4, { zh: '发货口', en: 'dock' }),
}

export const centrePlaces = {
  inbound: place(centre, 1, { zh: '收货口', en: 'inbound dock' }),
  coldStore: place(centre, 2, { zh: '冷库', en: 'cold store' }),
  outbound: place(centre, 3, { zh: '发货口', en: 'outbound dock' }),
}

export const places: readonly Place[] = [
  ...farms.map(({ barn }) => barn),
  ...Object.values(dairyPlaces),
  ...Object.values(centrePlaces),
  ...shops.flatMap(({ backDoor, chiller, floor, till }) => [backDoor, chiller, floor, till]),
]

const storageCelsius = { min: 2, max: 6 }

export const pasteurised = gtin14(dairy.prefix, 0, 1)
export const carton = gtin14(dairy.prefix, 0, 2)
export const caseOfCartons = gtin14(dairy.prefix, 1, 2)

/** What is in a carton, and how many cartons are in a full case and cases on a full pallet. */
export const cartonMl = 950
export const cartonsPerCase = 12
export const casesPerPallet = 10

export const products: readonly Product[] = [
  ...farms.map(({ firm: { slug }, rawMilk }) => ({
    key: gtinKey(rawMilk),
    party: slug,
    names: { zh: '生鲜乳', en: 'Raw milk' },
    storageCelsius,
  })),
  {
    key: gtinKey(pasteurised),
    party: dairy.slug,
    names: { zh: '巴氏杀菌乳（散装）', en: 'Pasteurised milk, bulk' },
    storageCelsius,
  },
  {
    key: gtinKey(carton),
    party: dairy.slug,
    names: { zh: '禾澄鲜牛奶 950 毫升', en: 'Hecheng fresh milk 950 ml' },
    netContent: '950 ml',
    shelfLifeDays: 7,
    storageCelsius,
  },
  {
    key: gtinKey(caseOfCartons),
    party: dairy.slug,
    names: { zh: '禾澄鲜牛奶 12 盒装', en: 'Hecheng fresh milk, case of 12' },
    netContent: '12 x 950 ml',
    shelfLifeDays: 7,
    storageCelsius,
  },
]
