/**
 * Building materials: cement, rebar and panels, each batch with its delivery to sites, a sample
 * drawn there before witnesses, the laboratory's report, and the place where it is built in.
 */
import type { Recipe } from './recipe.ts'

export const materials: Recipe = {
  name: 'materials',
  domain: 'building_materials',
  uom: 'KGM',
  firstPrefix: 303,
  sourceSlug: 'raw-works',
  sources: [
    { zh: '石岭原料', en: 'Shiling Raw Works' },
    { zh: '铁湾原料', en: 'Tiewan Raw Works' },
    { zh: '白坑原料', en: 'Baikeng Raw Works' },
  ],
  ingredientMaker: { zh: '固成助剂', en: 'Gucheng Additives' },
  ingredient: { zh: '助剂', en: 'Additive' },
  plant: { zh: '垒安建材', en: 'Leian Building Materials' },
  hub: { zh: '垒安中转场', en: 'Leian Yard' },
  laboratory: { zh: '建材检测中心（模拟）', en: 'Materials Laboratory (simulated)' },
  outletKinds: [{ slug: 'site', names: { zh: '工地', en: 'Building site' }, ending: 'installed' }],
  products: [
    {
      raw: { zh: '熟料', en: 'Clinker' },
      prepared: { zh: '粉磨料', en: 'Ground clinker' },
      mixed: { zh: '水泥（散装）', en: 'Cement, bulk' },
      item: { zh: '水泥 50 千克袋', en: 'Cement, bag of 50 kg' },
      itemsPerCase: 1,
      unitsPerPallet: 40,
      gramsPerItem: 50_000,
      ingredientShare: 50,
      shelfLifeDays: 90,
      ending: 'poured',
    },
    {
      raw: { zh: '钢坯炉次', en: 'Billets of a heat' },
      prepared: { zh: '加热坯', en: 'Reheated billets' },
      mixed: { zh: '轧制钢筋', en: 'Rolled rebar' },
      item: { zh: '钢筋捆 1 吨', en: 'Rebar, bundle of 1 t' },
      itemsPerCase: 1,
      unitsPerPallet: 10,
      gramsPerItem: 1_000_000,
      ingredientShare: 2,
      shelfLifeDays: 3650,
    },
    {
      raw: { zh: '岩棉', en: 'Rock wool' },
      prepared: { zh: '岩棉芯', en: 'Rock wool cores' },
      mixed: { zh: '复合板（待切）', en: 'Composite, to be cut' },
      item: { zh: '外墙保温板', en: 'Insulation panel' },
      itemsPerCase: 1,
      unitsPerPallet: 30,
      gramsPerItem: 12_000,
      ingredientShare: 150,
      shelfLifeDays: 1825,
    },
  ],
  yields: { preparing: 980, mixing: 990, packing: 998 },
  steps: { preparing: 'other', mixing: 'creating_class_instance' },
  returnShare: 0,
  samples: true,
  licenceScope: { source: '建材原料', plant: '建材生产', trade: '建材经营' },
}
