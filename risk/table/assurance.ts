/** Rules of family F: tests, suppliers, and what drifts. */
import { DOMAINS, number, type RuleSpec, steps, text } from '#risk/rule.ts'

const part = (value: number, zh: string, en: string) => number(value, 'ratio', [0, 1], zh, en)

export const ASSURANCE = {
  F1: {
    version: 3,
    title: text('检验不合格', 'Failed test'),
    action: text('暂控本批及其全部去向。', 'Hold the lot and all that came of it.'),
    severity: 'critical',
    subject: 'lot',
    profiles: DOMAINS,
    source: '食品安全法 52, 63',
    parameters: {},
    texts: {
      failed: text('{test} 不合格：{result}。', 'Failed {test}: {result}.'),
      failedMany: text(
        '{test} 不合格：{result}。波及 {affected} 件，其中 {more} 件未逐件列出。',
        'Failed {test}: {result}. It reaches {affected}; {more} of them are not named.',
      ),
      failedMost: text(
        '{test} 不合格：{result}。波及至少 {affected} 件，仅列出 {more.limit} 件。',
        'Failed {test}: {result}. It reaches {affected} or more; {more.limit} are named.',
      ),
      contains: text('用到不合格批次 {lot}。', 'Made with {lot}, which failed its test.'),
      installed: text(
        '已安装于 {place}，用到不合格批次 {lot}。',
        'Built in at {place}, made with {lot}, which failed its test.',
      ),
      sibling: text(
        '与不合格批次 {lot} 同原料、产线或日期。',
        'Of the inputs, line or day of {lot}, which failed.',
      ),
    },
  },
  F2: {
    version: 2,
    title: text('未检先放行', 'Released without a passed test'),
    action: text('召回已出部分，补做检验。', 'Get back what has left, and test it.'),
    severity: 'critical',
    subject: 'lot',
    profiles: DOMAINS,
    source: '食品安全法 52; building materials: witnessed test before use',
    parameters: {
      steps: steps(['shipping', 'installing'], '视为放行的步骤', 'Steps by which it is released'),
      graceHours: number(24, 'hours', [0, 720], '等待报告的时长', 'How long a report may be late'),
    },
    // It is delivered to the site, and sampled and tested there before it is built in.
    ofProfile: { building_materials: { steps: ['installing'] } },
    texts: {
      untested: text('{step} 时没有 {test} 报告。', '{step}, and there is no report on {test}.'),
      failed: text('{step} 时 {test} 不合格。', '{step}, though {test} had failed.'),
      later: text('{step} 早于 {test} 合格报告。', '{step} before {test} was passed.'),
      unwitnessed: text('{test} 取样无见证。', 'Nobody witnessed the sampling for {test}.'),
    },
  },
  F3: {
    version: 1,
    title: text('供应商风险', 'Supplier at risk'),
    action: text('提高抽检比例并约谈。', 'Sample more of it, and talk to the supplier.'),
    severity: 'warning',
    subject: 'party',
    profiles: DOMAINS,
    source: 'Beta prior from a pass rate of 98 %; ageing: JCGM 106 and serial lots',
    parameters: {
      accepted: part(0.02, '可接受不合格率', 'Failure rate that is accepted'),
      weight: number(50, 'count', [2, 10_000], '先验样本量', 'Lots that the prior is worth'),
      ageing: number(0.97, 'ratio', [0.5, 1], '每月衰减', 'What a month leaves of old results'),
      probability: part(0.95, '报警概率', 'How sure it has to be'),
    },
    texts: {
      risky: text(
        '不合格率超过 {rate.limit} 的概率为 {probability}（限 {probability.limit}），估计 {rate}。',
        'Fails more than {rate.limit} with probability {probability} (limit {probability.limit}).',
      ),
    },
  },
  F4: {
    version: 2,
    title: text('不合格率漂移', 'Failure rate drifts'),
    action: text('查找工艺或原料变化。', 'Look for what changed in process or inputs.'),
    severity: 'warning',
    subject: 'process',
    profiles: DOMAINS,
    source: 'EWMA chart, NIST handbook 6.3.2.4',
    parameters: {
      lambda: number(0.2, 'ratio', [0.01, 1], '权重', 'Weight of the newest'),
      width: number(2.86, 'ratio', [1, 6], '界限宽度', 'Width of the limits, in deviations'),
      rate: part(0.02, '目标不合格率', 'Failure rate when nothing is wrong'),
      batch: number(50, 'count', [5, 1000], '每批结果数', 'Results that are taken together'),
    },
    texts: {
      high: text(
        '平滑值 {level} 高于界限 {level.limit}。',
        'Smoothed value {level} above {level.limit}.',
      ),
      low: text(
        '平滑值 {level} 低于界限 {level.limit}。',
        'Smoothed value {level} below {level.limit}.',
      ),
    },
  },
  F5: {
    version: 2,
    title: text('持续小偏移', 'Small and lasting shift'),
    action: text('比较偏移前后的批次。', 'Compare lots from before and after the shift.'),
    severity: 'warning',
    subject: 'process',
    profiles: DOMAINS,
    source: 'CUSUM, k = 0.5, h = 5; Bernoulli form with odds ratio 2 for rare failures',
    parameters: {
      slack: number(0.5, 'ratio', [0, 3], '允差 k', 'Slack k, in deviations'),
      height: number(5, 'ratio', [1, 20], '界限 h', 'Height h, in deviations'),
      oddsRatio: number(2, 'ratio', [1.1, 20], '优势比', 'Odds ratio that is to be found'),
      rate: part(0.02, '目标不合格率', 'Failure rate when nothing is wrong'),
      bernoulliHeight: number(4.5, 'ratio', [1, 20], '伯努利界限', 'Height of the Bernoulli form'),
    },
    texts: {
      up: text('累计和 {sum} 超过 {sum.limit}（向上）。', 'Upward sum {sum} over {sum.limit}.'),
      down: text('累计和 {sum} 超过 {sum.limit}（向下）。', 'Downward sum {sum} over {sum.limit}.'),
      failures: text(
        '不合格累计和 {sum} 超过 {sum.limit}。',
        'Sum of failures {sum} over {sum.limit}.',
      ),
    },
  },
  F6: {
    version: 1,
    title: text('抽检不足', 'Sampling falls short'),
    action: text('补足抽检计划。', 'Catch up with the sampling plan.'),
    severity: 'info',
    subject: 'place',
    profiles: DOMAINS,
    source: 'Food sampling at so many batches a thousand residents; pass rate of 98 %',
    parameters: {
      perThousand: number(
        4,
        'count',
        [0, 100],
        '每千人批次',
        'Batches a thousand residents and year',
      ),
      passPercent: number(98, 'percent', [0, 100], '合格率', 'Pass rate'),
    },
    texts: {
      few: text(
        '已抽 {batches} 批，按进度应为 {batches.limit} 批。',
        '{batches} batches sampled, {batches.limit} due by now.',
      ),
      passRate: text(
        '合格率 {rate}（目标 {rate.limit}）。',
        'Pass rate {rate} (target {rate.limit}).',
      ),
    },
  },
} as const satisfies Record<string, RuleSpec>
