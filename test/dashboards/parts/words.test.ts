import { describe, expect, it } from 'vitest'
import { RECALL_EVENTS } from '#api/webhooks/recall-source.ts'
import { VOCABULARIES } from '#epcis/cbv.ts'
import { chineseOf } from '#epcis/cbv-names.ts'
import { FAILURES } from '#epcis/failure.ts'
import { NOTES } from '#epcis/understood.ts'
import { RULE_IDS, ruleOf } from '#risk/table.ts'
import { UNIT_NAMES } from '#risk/words.ts'
import { ATTEMPT_CODES, DEAD_CODES } from '#store/webhooks/delivery.ts'
import { happeningText, outcomeText } from '../../../dashboards/words/deliveries.ts'
import { figureText, sentenceText, unitText } from '../../../dashboards/words/figures.ts'
import { whoText } from '../../../dashboards/words/people.ts'
import { readable } from '../../../dashboards/words/readable.ts'
import { refusalText } from '../../../dashboards/words/refusals.ts'
import { dispositionText, stepText } from '../../../dashboards/words/steps.ts'

/** Those of some names that are told as they are. */
const untold = (names: Iterable<string>, tell: (name: string) => string) =>
  [...names].filter((name) => tell(name) === name)

const texts = RULE_IDS.flatMap((id) => Object.values(ruleOf(id).texts))

describe('words of the server have words of people', () => {
  it('steps and dispositions of the vocabulary', () => {
    expect(untold(VOCABULARIES.bizStep.words, (word) => stepText(word, 'zh'))).toEqual([])
    expect(untold(VOCABULARIES.disposition.words, (word) => dispositionText(word, 'zh'))).toEqual(
      [],
    )
    const words = [...VOCABULARIES.bizStep.words, ...VOCABULARIES.disposition.words]
    expect(words.filter((word) => chineseOf(word) === undefined)).toEqual([])
  })

  it('figures in the sentences of rules, and their units', () => {
    const figures = new Set(
      texts.flatMap(({ en }) => [...en.matchAll(/\{(\w+)/g)].map(([, name = '']) => name)),
    )
    expect(figures.size).toBeGreaterThan(20)
    expect(untold(figures, (name) => figureText(name, 'zh'))).toEqual([])
    expect(untold(UNIT_NAMES, (unit) => unitText(unit, 'zh'))).toEqual([])
    for (const { zh, en } of texts) {
      expect(sentenceText(zh, 'zh')).not.toMatch(/[{}]/)
      expect(sentenceText(en, 'en')).not.toMatch(/[{}]/)
    }
  })

  it('why a message is refused, and what is noticed about a code', () => {
    const codes = [...Object.keys(FAILURES), ...Object.keys(NOTES)]
    expect(untold(codes, (code) => refusalText(code, code, 'zh'))).toEqual([])
    expect(refusalText('type_wrong', 'The type is wrong. Found 7.', 'zh')).toMatch(/实为：7$/)
  })

  it('what webhooks tell of, and what became of an attempt', () => {
    const codes = [...Object.keys(ATTEMPT_CODES), ...Object.keys(DEAD_CODES)]
    expect(untold(codes, (code) => outcomeText(code, 'zh'))).toEqual([])
    const types = Object.values(RECALL_EVENTS).map((event) => `suyuan.recall.${event}`)
    expect(untold(types, (type) => happeningText(type, 'zh'))).toEqual([])
  })
})

describe('a sentence for people', () => {
  const names = {
    party: (slug: string) => (slug === 'north-farm' ? '北岭养殖场' : slug),
    place: (key: string) => (key.endsWith('0002') ? '城西冷库' : key),
  }

  it('names parties and places, and cuts other keys short', () => {
    const told = (text: string) => readable(text, names)
    expect(told('party:north-farm 的许可已到期。')).toBe('北岭养殖场 的许可已到期。')
    expect(told('已在 https://id.gs1.org/414/9520153000002 售出，其间无退货。')).toBe(
      '已在 城西冷库 售出，其间无退货。',
    )
    expect(told('Received by https://id.gs1.org/414/9520153000012.')).toBe('Received by …53000012.')
    expect(told('用到不合格批次 https://id.gs1.org/01/09520121000013/10/G9420。')).toBe(
      '用到不合格批次 G9420。',
    )
  })

  it('says who took a step', () => {
    expect(whoText('inspector:k7', 'zh')).toBe('检查员 k7')
    expect(whoText('public:', 'en')).toBe('public')
    expect(whoText('rules', 'zh')).toBe('系统规则')
    expect(whoText('somebody', 'zh')).toBe('somebody')
  })
})
