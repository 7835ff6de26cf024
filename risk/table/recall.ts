/** Rules of family G: recalls. */
import { DOMAINS, number, type RuleSpec, steps, text } from '#risk/rule.ts'

export const RECALL = {
  G1: {
    version: 2,
    title: text('召回品仍在流通', 'Recalled, and still moving'),
    action: text(
      '立即停止并隔离，通知召回方。',
      'Stop and hold it at once; tell whoever recalls it.',
    ),
    severity: 'critical',
    subject: 'item',
    profiles: DOMAINS,
    source: '食品安全法 63',
    parameters: {
      steps: steps(
        ['shipping', 'retail_selling', 'dispensing', 'installing'],
        '视为流通的步骤',
        'Steps by which it moves on; so does going into a transformation',
      ),
    },
    texts: {
      moving: text(
        '召回 {recall} 生效期间仍 {step}。',
        '{step}, though recall {recall} was in force.',
      ),
      movingMany: text(
        '召回 {recall} 生效期间仍 {step}；其中 {more.limit} 件已列出，另有 {more} 件未逐件列出。',
        '{step}, though recall {recall} was in force; {more.limit} things in it are named, ' +
          '{more} more are not.',
      ),
      contents: text(
        '内装超过 {count.limit} 件：其余是否被召回未核对，请人工核对。',
        'More than {count.limit} things are in it: whether the others are recalled was not ' +
          'looked at, and has to be by hand.',
      ),
      moves: text(
        '发运超过 {count.limit} 次：此前各次是否装有召回品未核对。',
        'Shipped more than {count.limit} times: whether anything in it was recalled was looked ' +
          'at of the last ones only.',
      ),
    },
  },
  G2: {
    version: 1,
    title: text('召回时限', 'Recall clock'),
    action: text(
      '在时限前办理；已逾期的立即补做并说明原因。',
      'Do it before it is due; what is late is to be done now, with the reason why it is.',
    ),
    severity: 'critical',
    subject: 'recall',
    profiles: DOMAINS,
    source: 'Clocks by law and class: see the table of clocks',
    parameters: {
      warnPercent: number(
        80,
        'percent',
        [1, 100],
        '预警比例',
        'Part of the time at which it warns',
      ),
    },
    texts: {
      near: text('召回 {recall}：须在 {due} 前{step}。', 'Recall {recall}: {step} is due {due}.'),
      late: text(
        '召回 {recall}：应在 {due} 前{step}，已逾期。',
        'Recall {recall}: {step} was due {due}, and is late.',
      ),
      doneLate: text(
        '召回 {recall}：应在 {due} 前{step}，逾期后才完成。',
        'Recall {recall}: {step} was due {due}, and was done later.',
      ),
      lateMany: text(
        '召回 {recall}：{count} 次进度报告逾期未交，最早一次应在 {due} 前提交。',
        'Recall {recall}: {count} progress reports are late; the first of them was due on {due}.',
      ),
      doneLateMany: text(
        '召回 {recall}：曾有 {count} 次进度报告逾期，其后才有报告；最早一次应在 {due} 前提交。',
        'Recall {recall}: {count} progress reports were late when one came; ' +
          'the first of them was due on {due}.',
      ),
    },
  },
  G3: {
    version: 1,
    title: text('未回应召回通知', 'No answer to a recall'),
    action: text('电话联系，必要时现场核查。', 'Call; visit if there is no answer.'),
    severity: 'warning',
    subject: 'party',
    profiles: DOMAINS,
    source: 'Design: 24 h in class I, 48 h in class II',
    parameters: {
      firstHours: number(24, 'hours', [1, 720], '一级', 'Class I'),
      secondHours: number(48, 'hours', [1, 720], '二级', 'Class II'),
      thirdHours: number(72, 'hours', [1, 720], '三级', 'Class III'),
    },
    texts: {
      silent: text(
        '召回 {recall}：{party} 在通知后 {waited.limit} 内未确认。',
        'Recall {recall}: {party} has not answered within {waited.limit} of the notice.',
      ),
      answeredLate: text(
        '召回 {recall}：{party} 在通知后 {waited} 才确认（限 {waited.limit}）。',
        'Recall {recall}: {party} answered {waited} after the notice (limit {waited.limit}).',
      ),
    },
  },
  G4: {
    version: 1,
    title: text('召回范围偏大', 'Recall wider than needed'),
    action: text('逐项核对“可能”部分的依据。', 'Check what the possible part rests on.'),
    severity: 'info',
    subject: 'recall',
    profiles: DOMAINS,
    source: 'Minimal scope: forward closure over proven links; batch dispersion of Dupuy',
    parameters: {
      leastPercent: number(50, 'percent', [0, 100], '已证实占比下限', 'Least part that is proven'),
    },
    texts: {
      wide: text(
        '范围内仅 {proven} 已证实（限 {proven.limit}）。',
        'Only {proven} of the scope is proven (limit {proven.limit}).',
      ),
    },
  },
} as const satisfies Record<string, RuleSpec>
