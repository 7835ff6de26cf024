/**
 * The one verdict on an item: it may be sold, has to be looked at, or must not be sold; or there is
 * no record to judge by. It is made of facts alone, each of which names its event or alert, and the
 * first reason is the gravest. What is merely possible never says "do not sell".
 */
import { z } from 'zod'
import type { Fact } from './item-facts.ts'

export const VERDICTS = ['sell', 'check', 'do_not_sell', 'unknown'] as const
export type VerdictState = (typeof VERDICTS)[number]

const textSchema = z.object({ zh: z.string(), en: z.string() })
type Text = z.output<typeof textSchema>

export const verdictSchema = z
  .object({
    verdict: z.enum(VERDICTS),
    title: textSchema,
    reasons: z
      .array(
        z.object({
          verdict: z.enum(VERDICTS),
          fact: z.string(),
          key: z.string(),
          title: textSchema.optional().meta({ description: 'Of a rule' }),
          text: textSchema,
          value: z.string().optional(),
          time: z.iso.datetime().optional(),
          eventID: z.string().optional(),
        }),
      )
      .meta({ description: 'The gravest first; none where nothing speaks against it' }),
  })
  .meta({ id: 'Verdict' })
export type Verdict = z.output<typeof verdictSchema>

export const TITLES: Readonly<Record<VerdictState, Text>> = {
  sell: { zh: '可以销售', en: 'May be sold' },
  check: { zh: '需要复核', en: 'Check before selling' },
  do_not_sell: { zh: '请勿销售', en: 'Do not sell' },
  unknown: { zh: '没有记录', en: 'No record' },
}

const stop = (zh: string, en: string) => ({ verdict: 'do_not_sell', text: { zh, en } }) as const
const check = (zh: string, en: string) => ({ verdict: 'check', text: { zh, en } }) as const

/** What each fact makes of an item. A fact that is not here, such as a remark, makes nothing. */
const JUDGED: Readonly<Record<string, { readonly verdict: VerdictState; readonly text: Text }>> = {
  recalled: stop('已被召回', 'It has been recalled'),
  perhaps_recalled: check('可能属于被召回的产品', 'It may be of goods that are recalled'),
  holds_recalled: stop('内装被召回的产品', 'There are recalled goods in it'),
  holds_perhaps_recalled: check('内装可能被召回的产品', 'Goods in it may be recalled'),
  contents_not_looked_at: check(
    '内装数量过多，未全部核对是否被召回',
    'There is more in it than was looked at for recalls',
  ),
  sealed: stop('已被查封', 'It has been sealed by an inspector'),
  alert_blocked: stop('因告警停止流通', 'It is held because of an alert'),
  public_warning: stop('主管部门已发布警示', 'An authority warns the public of it'),
  public_notice: check('主管部门已发布提示', 'An authority has told the public of it'),
  held: stop('正在核查，暂停流通', 'It is held until it has been looked into'),
  expired: stop('已过保质期', 'It is past its expiry date'),
  destroyed: stop('记录为已销毁', 'It is recorded as destroyed'),
  disposed: stop('记录为已处置', 'It is recorded as disposed of'),
  damaged: stop('记录为已损坏', 'It is recorded as damaged'),
  non_conformant: stop('不合格', 'It does not conform'),
  stolen: stop('记录为被盗', 'It is recorded as stolen'),
  no_pedigree_match: stop('与来源记录不符', 'It does not match its pedigree'),
  mismatch_class: stop('品种与记录不符', 'It is not the product of the record'),
  mismatch_instance: stop('单品与记录不符', 'It is not the item of the record'),
  mismatch_quantity: check('数量与记录不符', 'Its quantity is not that of the record'),
  needs_replacement: check('需要更换', 'It needs replacement'),
  alert_critical: stop('有未处理的严重告警', 'There is a critical alert that is not resolved'),
  alert_warning: check('有未处理的告警', 'There is an alert that is not resolved'),
  finding_reported: check('检查人员报告了问题', 'An inspector has reported a finding'),
  not_commissioned: check('没有出厂记录', 'Nobody has recorded its making'),
  not_watched_yet: check('最近的记录尚未核对', 'Its latest records have not been checked yet'),
  code_mismatch: check('码上内容与记录不符', 'What is printed is not what is recorded'),
  sold_before: check('记录为已售出', 'It is recorded as sold already'),
  ended: stop('记录为已注销或已销毁', 'It is recorded as ended'),
  only_product: {
    verdict: 'unknown',
    text: { zh: '只登记了产品', en: 'Only its product is known' },
  },
}

const GRAVITY: Readonly<Record<VerdictState, number>> = {
  do_not_sell: 0,
  check: 1,
  unknown: 2,
  sell: 3,
}
/** Of the same gravity: what an authority decided comes before what was found. */
const FIRST = ['recalled', 'holds_recalled', 'sealed', 'alert_blocked', 'public_warning', 'held']

/** `isForBuyer`: whoever bought it is not warned that it was sold. */
export function verdictOf(facts: readonly Fact[], isForBuyer: boolean): Verdict {
  const reasons = facts
    .flatMap((fact) => reasonOf(fact, isForBuyer) ?? [])
    .sort((one, other) => rank(one) - rank(other))
  const verdict = reasons[0]?.verdict ?? 'sell'
  return { verdict, title: TITLES[verdict], reasons }
}

const SALES: ReadonlySet<string | undefined> = new Set(['retail_selling', 'dispensing'])

function reasonOf(given: Fact, isForBuyer: boolean): Verdict['reasons'][number] | undefined {
  const { fact, certainty, text, ...rest } = given
  const isSale = fact === 'ended' && SALES.has(given.value)
  if (isSale && isForBuyer) return undefined
  const judged = JUDGED[isSale ? 'sold_before' : fact]
  if (judged === undefined) return undefined
  const isPossible = judged.verdict === 'do_not_sell' && certainty === 'possible'
  return {
    ...rest,
    fact,
    verdict: isPossible ? 'check' : judged.verdict,
    text: text ?? judged.text,
  }
}

function rank({ verdict, fact }: { verdict: VerdictState; fact: string }): number {
  const place = FIRST.indexOf(fact)
  return GRAVITY[verdict] * 10 + (place < 0 ? FIRST.length : place)
}
