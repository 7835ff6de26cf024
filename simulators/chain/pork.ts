/** Pork: farms, a slaughterhouse that cuts and packs, cold stores, markets and canteens. */
import type { Recipe } from './recipe.ts'

export const pork: Recipe = {
  name: 'pork',
  domain: 'food',
  uom: 'KGM',
  firstPrefix: 101,
  sourceSlug: 'pig-farm',
  sources: [
    { zh: '岗背猪场', en: 'Gangbei Pig Farm' },
    { zh: '松坪猪场', en: 'Songping Pig Farm' },
    { zh: '谷仓山猪场', en: 'Gucangshan Pig Farm' },
    { zh: '田头猪场', en: 'Tiantou Pig Farm' },
  ],
  ingredientMaker: { zh: '海沃调味', en: 'Haiwo Seasonings' },
  ingredient: { zh: '腌制液', en: 'Curing brine' },
  plant: { zh: '丰禾屠宰加工', en: 'Fenghe Meat Works' },
  hub: { zh: '冷岭配送中心', en: 'Lengling Cold Hub' },
  laboratory: { zh: '市食品检验所（模拟）', en: 'City Food Laboratory (simulated)' },
  outletKinds: [
    { slug: 'market', names: { zh: '农贸市场', en: 'Market' }, ending: 'sold' },
    { slug: 'canteen', names: { zh: '学校食堂', en: 'School canteen' }, ending: 'dispensed' },
  ],
  products: [
    {
      raw: { zh: '生猪', en: 'Live pigs' },
      prepared: { zh: '白条肉', en: 'Carcasses' },
      mixed: { zh: '分割肉（待包装）', en: 'Cuts, to be packed' },
      item: { zh: '冷鲜猪肉 500 克', en: 'Chilled pork 500 g' },
      case: { zh: '冷鲜猪肉 10 盒装', en: 'Chilled pork, crate of 10' },
      itemsPerCase: 10,
      unitsPerPallet: 12,
      gramsPerItem: 500,
      ingredientShare: 40,
      shelfLifeDays: 6,
    },
  ],
  yields: { preparing: 740, mixing: 930, packing: 995 },
  steps: { preparing: 'killing', mixing: 'creating_class_instance' },
  storageCelsius: { min: 0, max: 6 },
  returnShare: 0,
  samples: false,
  licenceScope: { source: '生猪养殖', plant: '生猪屠宰', trade: '食品经营' },
}
