/**
 * Drugs: makers of the active ingredient, a manufacturer who packs serialised packs in cartons on
 * pallets, a wholesaler, hospitals and shops. One product carries 20-digit drug codes, the other
 * SGTINs, whose packs bear a drug code beside.
 */
import type { Recipe } from './recipe.ts'

const steps = {
  raw: { zh: '原料药', en: 'Active ingredient' },
  prepared: { zh: '称量后的原料药', en: 'Active ingredient, weighed' },
  mixed: { zh: '待包装品', en: 'Bulk, to be packed' },
  itemsPerCase: 20,
  unitsPerPallet: 10,
  gramsPerItem: 40,
  ingredientShare: 700,
  shelfLifeDays: 730,
} as const

export const drugs: Recipe = {
  name: 'drugs',
  domain: 'drugs',
  uom: 'KGM',
  firstPrefix: 202,
  sourceSlug: 'api-maker',
  sources: [
    { zh: '青岩原料药', en: 'Qingyan Fine Chemicals' },
    { zh: '澜合生化', en: 'Lanhe Biochemicals' },
    { zh: '同泽原料药', en: 'Tongze Actives' },
  ],
  ingredientMaker: { zh: '素白辅料', en: 'Subai Excipients' },
  ingredient: { zh: '注射用甘露醇', en: 'Mannitol for injection' },
  plant: { zh: '康澄制药', en: 'Kangcheng Pharma' },
  hub: { zh: '康岭医药批发', en: 'Kangling Wholesale' },
  laboratory: { zh: '药品检验研究院（模拟）', en: 'Drug Control Institute (simulated)' },
  outletKinds: [
    { slug: 'hospital', names: { zh: '医院药房', en: 'Hospital pharmacy' }, ending: 'dispensed' },
    { slug: 'drugstore', names: { zh: '零售药店', en: 'Drugstore' }, ending: 'sold' },
  ],
  products: [
    {
      ...steps,
      item: { zh: '注射用疫苗（模拟）', en: 'Vaccine for injection (simulated)' },
      case: { zh: '疫苗 20 支装', en: 'Vaccine, carton of 20' },
      drugCodes: { item: '8952001', case: '8952002' },
    },
    {
      ...steps,
      item: { zh: '胰岛素注射液（模拟）', en: 'Insulin injection (simulated)' },
      case: { zh: '胰岛素 20 支装', en: 'Insulin, carton of 20' },
      alias: { code: '8952011', share: 0.03 },
    },
  ],
  yields: { preparing: 999, mixing: 985, packing: 997 },
  steps: { preparing: 'picking', mixing: 'creating_class_instance' },
  storageCelsius: { min: 2, max: 8 },
  returnShare: 0.04,
  samples: false,
  licenceScope: { source: '原料药生产', plant: '药品生产', trade: '药品经营' },
}
