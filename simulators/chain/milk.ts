/** Milk: farms, a dairy that pasteurises and fills, a cold hub, shops and school kitchens. */
import type { Recipe } from './recipe.ts'

export const milk: Recipe = {
  name: 'milk',
  domain: 'food',
  uom: 'LTR',
  firstPrefix: 400,
  sourceSlug: 'dairy-farm',
  sources: [
    { zh: '青源牧场', en: 'Qingyuan Dairy Farm' },
    { zh: '云溪牧场', en: 'Yunxi Dairy Farm' },
    { zh: '晨露牧场', en: 'Chenlu Dairy Farm' },
  ],
  ingredientMaker: { zh: '禾素营养', en: 'Hesu Nutrition' },
  ingredient: { zh: '维生素 D 预混料', en: 'Vitamin D premix' },
  plant: { zh: '禾澄乳业', en: 'Hecheng Dairy' },
  hub: { zh: '岭汇冷链配送中心', en: 'Linghui Cold Chain' },
  laboratory: { zh: '市乳品检验所（模拟）', en: 'City Dairy Laboratory (simulated)' },
  outletKinds: [
    { slug: 'shop', names: { zh: '便利店', en: 'Shop' }, ending: 'sold' },
    { slug: 'kitchen', names: { zh: '学校厨房', en: 'School kitchen' }, ending: 'dispensed' },
  ],
  products: [
    {
      raw: { zh: '生鲜乳', en: 'Raw milk' },
      prepared: { zh: '净乳', en: 'Clarified milk' },
      mixed: { zh: '巴氏杀菌乳（散装）', en: 'Pasteurised milk, bulk' },
      item: { zh: '鲜牛奶 950 毫升', en: 'Fresh milk 950 ml' },
      case: { zh: '鲜牛奶 12 盒装', en: 'Fresh milk, case of 12' },
      itemsPerCase: 12,
      unitsPerPallet: 10,
      gramsPerItem: 950,
      ingredientShare: 1,
      shelfLifeDays: 7,
    },
  ],
  yields: { preparing: 995, mixing: 990, packing: 995 },
  steps: { preparing: 'other', mixing: 'creating_class_instance' },
  storageCelsius: { min: 2, max: 6 },
  rawCelsius: { min: 2, max: 6 },
  returnShare: 0,
  samples: false,
  licenceScope: { source: '生鲜乳收购', plant: '乳制品生产', trade: '食品经营' },
}
