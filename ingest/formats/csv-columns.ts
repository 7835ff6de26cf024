/**
 * What the columns of a table measure, by their headings: `temperature`, `Temperature °C`,
 * `温度(℃)`, `probe 2 [°C]`, `Humidity 2`. A heading that is like those and none of them is told,
 * as its numbers would be lost silently.
 */
import { halfWidth, isOfTime, MAX_HEADING } from './csv-time.ts'
import { isMeasure, isUnit, measureOf } from './measure.ts'

/** A column that is measured. */
export interface Column {
  readonly place: number
  /** What it is called in measure.ts, where that has it. */
  readonly name: string
  readonly unit: string | undefined
  readonly component: string
}

const chinese = new Map<string, string>(
  Object.entries({
    ...{ 温度: 'temperature', 环境温度: 'temperature', 空气温度: 'temperature' },
    ...{ 湿度: 'humidity', 相对湿度: 'humidity', 空气湿度: 'humidity' },
    ...{ 电量: 'battery', 电池电量: 'battery', 电压: 'voltage', 电池电压: 'voltage' },
    ...{ 气压: 'pressure', 大气压: 'pressure', 光照: 'illuminance', 光照度: 'illuminance' },
    ...{ 二氧化碳: 'co2', 门磁: 'door', 门状态: 'door' },
  }),
)

/** The columns that are measured; two of one measure are told apart by what they are called. */
export function measuredColumns(head: readonly string[]): Column[] {
  const seen = new Set<string>()
  return head.flatMap((title, place) => {
    const column = measuredColumn(halfWidth(title).trim(), place)
    if (column === undefined) return []
    const key = JSON.stringify([measureOf(column.name, column.unit).type, column.component])
    const isFirst = !seen.has(key)
    seen.add(key)
    return [isFirst ? column : { ...column, component: title.trim().slice(0, 100) }]
  })
}

/** Whether a heading that is none of them has the name of something that is measured in it. */
export function isLikeMeasure(title: string): boolean {
  if (isOfTime(title)) return false
  // A heading is a name: of what is longer, nothing is expected.
  if (title.length > MAX_HEADING) return false
  const words = title.split(/[^A-Za-z0-9]+/).filter((word) => word.length > 1)
  const inChinese = [...chinese.keys()].some((name) => title.includes(name))
  return inChinese || words.some((word) => isMeasure(word.replace(/\d+$/, '')) || isMeasure(word))
}

const IN_BRACKETS = /^(.{1,100}?)[\s,:]*[[(](.{1,20})[\])]$/
/** Signs that stand for a unit wherever they stand. */
const BEHIND = /^(.{1,100}?)[\s,_]*(°\s?[CF]|º\s?[CF]|℃|℉|%\s?RH|%)$/i
const LAST_WORD = /^(.{1,100}?)[\s,_]+(\S{1,20})$/

function measuredColumn(title: string, place: number): Column | undefined {
  if (title.length > MAX_HEADING) return undefined
  const [, own = title, unit] =
    IN_BRACKETS.exec(title) ?? BEHIND.exec(title) ?? wordForUnit(title) ?? []
  const { name, isNumbered } = nameOf(own)
  // Of a column that is no measure by its name, what stands in brackets may be anything.
  const isMeasured = isMeasure(name) || (unit !== undefined && isUnit(name, unit))
  if (!isMeasured) return undefined
  const isAlone = isMeasure(name) && !isNumbered
  return { place, name, unit, component: isAlone ? '' : own }
}

/** `Pressure hPa`: the last word is a unit of what the others say. A letter may name a probe. */
function wordForUnit(title: string): RegExpExecArray | undefined {
  const split = LAST_WORD.exec(title)
  const [, own = '', unit = ''] = split ?? []
  const { name } = nameOf(own)
  if (split === null || !isMeasure(name)) return undefined
  const { type } = measureOf(name)
  const isOfIt = measureOf('', unit).type === type
  return isOfIt || (type === 'Temperature' && /^[CF]$/.test(unit)) ? split : undefined
}

const NUMBERED = /^(.{1,100}?)[\s_#-]*\d{1,3}$/

/** The name of a measure in English, with or without the number of a probe behind it. */
function nameOf(own: string): { name: string; isNumbered: boolean } {
  const name = chinese.get(own) ?? own
  if (isMeasure(name)) return { name, isNumbered: false }
  const [, bare = ''] = NUMBERED.exec(own) ?? []
  const numbered = chinese.get(bare) ?? bare
  return isMeasure(numbered) ? { name: numbered, isNumbered: true } : { name, isNumbered: false }
}
