/** Rules of family E: amounts that have to add up. */
import { DOMAINS, number, type RuleSpec, text } from '#risk/rule.ts'

export const QUANTITY = {
  E1: {
    version: 1,
    title: text('物料平衡异常', 'Yield out of balance'),
    action: text('核对投料、产出与损耗记录。', 'Check what went in, came out and was lost.'),
    severity: 'warning',
    subject: 'process',
    profiles: DOMAINS,
    source: 'Median and MAD of the process; tolerance 2 % dry packing, 5 % else (BRCGS practice)',
    parameters: {
      tolerance: number(5, 'percent', [0.1, 50], '容差', 'Difference that is always allowed'),
      mads: number(3, 'ratio', [1, 10], '偏差倍数', 'Standard deviations, from the MAD'),
      least: number(5, 'count', [1, 200], '最少历史次数', 'Runs needed to know what is usual'),
      physicalMost: number(
        100,
        'percent',
        [50, 1000],
        '物理上限',
        'More than this of the input cannot come out',
      ),
      keep: number(50, 'count', [5, 200], '保留历史次数', 'Runs that are remembered'),
    },
    texts: {
      unusual: text(
        '得率 {yield}，偏离常值 {usual} 达 {deviation}（限 {deviation.limit}）。',
        'Yield {yield}, {deviation} from the usual {usual} (limit {deviation.limit}).',
      ),
      impossible: text(
        '产出为投入的 {yield}（上限 {yield.limit}）：疑似掺杂。',
        '{yield} of the input came out (at most {yield.limit}): something was added.',
      ),
    },
  },
  E2: {
    version: 2,
    title: text('批次收支不平', 'Lot does not balance'),
    action: text('盘点并更正记录。', 'Count the stock and correct the records.'),
    severity: 'warning',
    subject: 'lot',
    profiles: DOMAINS,
    source: 'Six-step mass balance; auditors accept 99.5 to 105 %',
    parameters: {
      least: number(99.5, 'percent', [0, 100], '最低', 'Least that has to be accounted for'),
      most: number(105, 'percent', [100, 200], '最高', 'Most that may be accounted for'),
    },
    texts: {
      low: text(
        '仅能说明 {recovery}（限 {recovery.limit}）。',
        'Only {recovery} is accounted for (limit {recovery.limit}).',
      ),
      high: text(
        '说明了 {recovery}（限 {recovery.limit}）。',
        '{recovery} is accounted for (limit {recovery.limit}).',
      ),
      tooMany: text(
        '移动或容器超过 {count.limit} 笔，未核算收支。',
        'More than {count.limit} movements or containers: its balance was not told.',
      ),
    },
  },
  E3: {
    version: 3,
    title: text('超量发货', 'More shipped than there was'),
    action: text(
      '停止发货，核查认证面积或产量。',
      'Stop shipping; check certified area and output.',
    ),
    severity: 'critical',
    subject: 'lot',
    profiles: DOMAINS,
    source: 'Sign of false organic goods; design',
    parameters: {
      tolerance: number(0.5, 'percent', [0, 20], '容差', 'Difference that does not count'),
      graceHours: number(
        24,
        'hours',
        [0, 720],
        '等待时长',
        'How late it may be told what was made',
      ),
    },
    texts: {
      oversold: text(
        '发货 {shipped}，产出或额度 {shipped.limit}。',
        'Shipped {shipped}; produced or permitted {shipped.limit}.',
      ),
      tooMany: text(
        '移动或容器超过 {count.limit} 笔，未核算发货总量。',
        'More than {count.limit} movements or containers: what was shipped was not added up.',
      ),
    },
  },
  E4: {
    version: 3,
    title: text('收发差异', 'Received is not what was shipped'),
    action: text('开差异单，由收发双方核对。', 'Open a case between sender and receiver.'),
    severity: 'warning',
    subject: 'event',
    profiles: DOMAINS,
    source: 'GS1 US exception scenarios 1-1 to 1-4',
    parameters: {
      graceHours: number(72, 'hours', [0, 720], '等待时长', 'How long the rest is waited for'),
    },
    texts: {
      shortage: text('少收 {missing} 件。', '{missing} missing.'),
      overage: text('多收 {extra} 件。', '{extra} more than were shipped.'),
      both: text('少收 {missing} 件，多收 {extra} 件。', '{missing} missing and {extra} too many.'),
      tooMany: text(
        '单次运输超过 {count.limit} 项，未比对收发。',
        'More than {count.limit} events or items: both sides were not compared.',
      ),
    },
  },
} as const satisfies Record<string, RuleSpec>
