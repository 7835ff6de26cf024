/** What figures of rules and alerts are called, and their units, as people write them. */
import type { Alert } from '../alerts/alert-detail.tsx'
import type { Language } from './language.ts'

type Unit = Alert['why']['measures'][number]['unit']

const UNITS: Readonly<Record<Unit, readonly [zh: string, en: string]>> = {
  celsius: ['℃', '°C'],
  'celsius-a-minute': ['℃/分钟', '°C/min'],
  minutes: ['分钟', 'min'],
  hours: ['小时', 'h'],
  days: ['天', 'days'],
  months: ['个月', 'months'],
  seconds: ['秒', 's'],
  percent: ['%', '%'],
  kilometres: ['公里', 'km'],
  'kilometres-an-hour': ['公里/小时', 'km/h'],
  kilograms: ['千克', 'kg'],
  'kilojoules-a-mole': ['千焦/摩尔', 'kJ/mol'],
  'kilojoules-a-mole-kelvin': ['千焦/(摩尔·开)', 'kJ/(mol·K)'],
  count: ['', ''],
  ratio: ['', ''],
}

/** What stands in the sentences of rules: figures, and words such as a step or a lot. */
const FIGURES: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  affected: ['受影响件数', 'items affected'],
  batches: ['批次数', 'lots'],
  battery: ['电量', 'battery'],
  by: ['收货方', 'receiver'],
  child: ['内装物', 'content'],
  childLevel: ['内装级别', 'level of the content'],
  cite: ['条款', 'clause'],
  class: ['品种', 'class of goods'],
  count: ['次数', 'count'],
  cte: ['关键事件', 'tracking event'],
  days: ['天数', 'days'],
  deviation: ['偏差', 'deviation'],
  distance: ['距离', 'distance'],
  doors: ['开门次数', 'door openings'],
  drift: ['漂移', 'drift'],
  due: ['时限', 'due time'],
  duration: ['时长', 'duration'],
  end: ['终止步骤', 'ending step'],
  expiry: ['有效期', 'expiry'],
  extra: ['多出量', 'surplus'],
  fields: ['字段', 'fields'],
  first: ['首次时间', 'first time'],
  key: ['编码', 'code'],
  later: ['较晚批次数', 'later lots'],
  left: ['剩余', 'time left'],
  level: ['水平', 'level'],
  lot: ['批号', 'lot'],
  market: ['市场', 'market'],
  master: ['登记值', 'registered value'],
  missing: ['缺少量', 'what is missing'],
  mkt: ['平均动力学温度', 'mean kinetic temperature'],
  more: ['未列出件数', 'items not named'],
  overdue: ['超期', 'time overdue'],
  parent: ['外包装', 'outer pack'],
  parentLevel: ['外包装级别', 'level of the pack'],
  party: ['企业', 'party'],
  place: ['地点', 'place'],
  probability: ['概率', 'probability'],
  proven: ['已证实件数', 'items proven'],
  rate: ['比率', 'rate'],
  recall: ['召回', 'recall'],
  recovery: ['回收率', 'recovery'],
  result: ['结果', 'result'],
  seen: ['实际值', 'value seen'],
  shipped: ['发货量', 'shipped'],
  slack: ['容差', 'tolerance'],
  speed: ['速度', 'speed'],
  start: ['开始日期', 'first day'],
  step: ['步骤', 'step'],
  sum: ['合计', 'sum'],
  temperature: ['温度', 'temperature'],
  test: ['检验项目', 'test'],
  to: ['发往', 'consignee'],
  transports: ['运输次数', 'transports'],
  upper: ['置信上限', 'upper bound'],
  usual: ['常值', 'usual value'],
  waited: ['已等待', 'time waited'],
  yield: ['得率', 'yield'],
}

const at = (language: Language) => (language === 'zh' ? 0 : 1)

/** A unit without a word here is told as it is. */
export function unitText(unit: string, language: Language): string {
  return Object.hasOwn(UNITS, unit) ? UNITS[unit as Unit][at(language)] : unit
}

/** A figure without a word here is told by its name. */
export function figureText(name: string, language: Language): string {
  return FIGURES[name]?.[at(language)] ?? name
}

const PLACE = /\{([a-zA-Z]{1,20})(\.limit)?\}/g

/** The sentence of a rule, with the name of what will stand there in each of its places. */
export function sentenceText(template: string, language: Language): string {
  const limit = language === 'zh' ? '限值' : ' limit'
  return template.replace(
    PLACE,
    (_, name: string, isLimit?: string) =>
      `〔${figureText(name, language)}${isLimit === undefined ? '' : limit}〕`,
  )
}
