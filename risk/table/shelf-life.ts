/** Rules of family B: shelf life. */
import { DOMAINS, number, type RuleSpec, steps, text } from '#risk/rule.ts'

const CONSUMABLE = ['food', 'drugs'] as const

export const SHELF_LIFE = {
  B1: {
    version: 1,
    title: text('过期仍出货或销售', 'Expired, and shipped or sold'),
    action: text(
      '立即下架隔离，追查同批去向。',
      'Take it off sale and hold it; find the rest of the lot.',
    ),
    severity: 'critical',
    subject: 'item',
    profiles: DOMAINS,
    source: '食品安全法 34',
    parameters: {
      steps: steps(
        ['shipping', 'retail_selling', 'dispensing', 'installing'],
        '视为流通的业务步骤',
        'Steps by which it is passed on',
      ),
    },
    texts: {
      expired: text(
        '{step} 时已过期 {overdue}（{expiry} 到期）。',
        '{step} when it had been expired for {overdue} (on {expiry}).',
      ),
    },
  },
  B2: {
    version: 1,
    title: text('临近保质期', 'Near expiry'),
    action: text(
      '设专区并提示消费者，优先出货。',
      'Set it apart with a notice, and sell it first.',
    ),
    severity: 'info',
    subject: 'item',
    profiles: CONSUMABLE,
    source: 'Near-expiry tables of Beijing, Shanghai and Guangzhou',
    parameters: {
      bands: {
        kind: 'bands',
        unit: 'days',
        value: [
          [365, 45],
          [180, 20],
          [90, 15],
          [30, 10],
          [15, 5],
          [0, 2],
        ],
        about: text('保质期（天）与临期天数', 'Shelf life in days, and days before expiry'),
      },
    },
    texts: {
      near: text(
        '剩余 {left}（临期 {left.limit}），{expiry} 到期。',
        '{left} left (near expiry at {left.limit}), expires on {expiry}.',
      ),
    },
  },
  B3: {
    version: 1,
    title: text('未先出先到期', 'Not first expired, first out'),
    action: text('改拣先到期的批次。', 'Pick what expires first.'),
    severity: 'info',
    subject: 'item',
    profiles: CONSUMABLE,
    source: 'Design',
    parameters: {
      toleranceDays: number(1, 'days', [0, 365], '容差', 'Difference that does not count'),
    },
    texts: {
      picked: text(
        '拣出的比在库最早到期批次（{lot}）晚 {later}（限 {later.limit}）。',
        'What was picked expires {later} after {lot} in stock (limit {later.limit}).',
      ),
    },
  },
} as const satisfies Record<string, RuleSpec>
