/** Rules of family D: who takes part, and whether it goes where it may. */
import { DOMAINS, number, type RuleSpec, text } from '#risk/rule.ts'

export const PARTY = {
  D1: {
    version: 1,
    title: text('主体未登记或许可失效', 'Party unknown or without licence'),
    action: text(
      '暂停与其交易，核实许可。',
      'Stop dealing with it until its licence is confirmed.',
    ),
    severity: 'critical',
    subject: 'party',
    profiles: DOMAINS,
    source: 'DSCSA authorized trading partners; GB 32100-2015',
    parameters: {},
    texts: {
      unknown: text('{party} 未登记。', '{party} is in no register.'),
      none: text('{party} 没有任何许可。', '{party} holds no licence.'),
      expired: text('{party} 的许可已于 {end} 到期。', 'The licence of {party} ended on {end}.'),
      early: text('{party} 的许可自 {start} 起生效。', 'The licence of {party} begins on {start}.'),
      suspended: text('{party} 的许可被暂停。', 'The licence of {party} is suspended.'),
      creditCode: text(
        '{party} 的统一社会信用代码校验不符。',
        'The social credit code of {party} breaks its check character.',
      ),
    },
  },
  D2: {
    version: 1,
    title: text('超范围经营', 'Outside of the licence'),
    action: text('停止该类产品的经营。', 'Stop dealing in that class of products.'),
    severity: 'critical',
    subject: 'party',
    profiles: DOMAINS,
    source: '食品安全法 35; 药品管理法 51',
    parameters: {},
    texts: {
      scope: text('{party} 的许可不含 {class}。', 'The licence of {party} does not cover {class}.'),
    },
  },
  D3: {
    version: 1,
    title: text('窜货', 'Diverted'),
    action: text('核查渠道，确认收货人授权。', 'Look into the channel and who was authorised.'),
    severity: 'warning',
    subject: 'item',
    profiles: DOMAINS,
    source: 'Design',
    parameters: {},
    texts: {
      market: text('出现在未获准的市场 {market}。', 'Seen in {market}, where it may not be sold.'),
      consignee: text('{party} 不是获授权的收货人。', '{party} is no authorised consignee.'),
    },
  },
  D4: {
    version: 1,
    title: text('收货人与发往不符', 'Received by another than it was shipped to'),
    action: text('核对送货单与实际收货人。', 'Compare the delivery note with who received it.'),
    severity: 'warning',
    subject: 'item',
    profiles: DOMAINS,
    source: 'GS1 US wrong sold-to (1-4B)',
    parameters: {
      graceHours: number(0, 'hours', [0, 720], '等待更正的时长', 'How long a correction may take'),
    },
    texts: {
      elsewhere: text('发往 {to}，由 {by} 收货。', 'Shipped to {to}, received by {by}.'),
    },
  },
} as const satisfies Record<string, RuleSpec>
