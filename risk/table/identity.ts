/** Rules of family C: identity, and the order of what happens to one thing. */
import { DOMAINS, number, type RuleSpec, text } from '#risk/rule.ts'

const GRACE = number(
  72,
  'hours',
  [0, 720],
  '等待迟到数据的时长',
  'How long late data is waited for',
)
const DOUBLE_SCAN = number(
  300,
  'seconds',
  [0, 86_400],
  '同地重复扫描视为一次',
  'The same again at one place within this is one scan',
)
const RETURN_DAYS = number(
  10,
  'days',
  [0, 3650],
  '可退回天数',
  'Days within which it may come back',
)
const CONSUMABLE = ['food', 'drugs'] as const

export const IDENTITY = {
  C1: {
    version: 1,
    title: text('业务顺序异常', 'Steps out of order'),
    action: text('联系上传方补报或更正事件。', 'Ask the sender to add or correct events.'),
    severity: 'warning',
    subject: 'item',
    profiles: DOMAINS,
    source: 'CBV 2.0; grace of 3 business days in DSCSA practice',
    parameters: { graceHours: GRACE, doubleScan: DOUBLE_SCAN, returnDays: RETURN_DAYS },
    texts: {
      early: text('{step} 早于首次赋码。', '{step} before it was commissioned.'),
      shippedTwice: text('未收货又再次发货。', 'Shipped again without being received.'),
      unshipped: text('收货但没有发货记录。', 'Received, and nobody shipped it.'),
      afterSale: text('售出后又出现 {step}。', '{step} after it was sold.'),
    },
  },
  C2: {
    version: 1,
    title: text('重复赋码', 'Commissioned twice'),
    action: text('隔离同码实物，核对产线赋码记录。', 'Hold both; check the records of the line.'),
    severity: 'critical',
    subject: 'item',
    profiles: DOMAINS,
    source: '码上放心 flag 3',
    parameters: { doubleScan: DOUBLE_SCAN },
    texts: {
      twice: text('同一编码在 {first} 之后再次赋码。', 'Commissioned again, after {first}.'),
    },
  },
  C3: {
    version: 1,
    title: text('未知编码', 'Unknown serial'),
    action: text('核对实物；等待生产方补报赋码。', 'Check the thing; wait for its commissioning.'),
    severity: 'warning',
    subject: 'item',
    profiles: DOMAINS,
    source: 'EMVS 41020001; 码上放心 flag 1',
    parameters: { graceHours: GRACE },
    texts: {
      unknown: text('{step} 时没有赋码记录。', 'Seen in {step}; it was never commissioned.'),
    },
  },
  C4: {
    version: 2,
    title: text('注销后再现', 'Seen after its end'),
    action: text(
      '停止流通并核实是否复制码。',
      'Stop it, and find out whether the code was copied.',
    ),
    severity: 'critical',
    subject: 'item',
    profiles: DOMAINS,
    source: 'Delegated Regulation 2016/161 Art. 13; FiMVO alerts 6.8, 6.9; 码上放心 flags 4, 5',
    parameters: { returnDays: RETURN_DAYS, doubleScan: DOUBLE_SCAN },
    texts: {
      seen: text('{end} 之后又出现 {step}。', '{step} after {end}.'),
      late: text(
        '{end} 后 {days} 才撤销（限 {days.limit}）。',
        'Taken back {days} after {end} (limit {days.limit}).',
      ),
      elsewhere: text(
        '{end} 后在另一地点撤销。',
        'Taken back at another place than that of {end}.',
      ),
    },
  },
  C5: {
    version: 1,
    title: text('二次销售', 'Sold twice'),
    action: text('核查两次销售单据与医保结算。', 'Compare both sales and their settlements.'),
    severity: 'critical',
    subject: 'item',
    profiles: DOMAINS,
    source: '国家医保局 2025 追溯码重复结算',
    parameters: { doubleScan: DOUBLE_SCAN },
    texts: {
      again: text(
        '{first} 已在 {place} 售出，其间无退货。',
        'Sold before at {place} on {first}, with no return in between.',
      ),
    },
  },
  C6: {
    version: 1,
    title: text('批号或有效期不符', 'Lot or expiry differs'),
    action: text(
      '核对包装；若为扫码问题请更正。',
      'Check the pack; correct it if the scanner erred.',
    ),
    severity: 'critical',
    subject: 'item',
    profiles: DOMAINS,
    source: 'EMVS 41020003; 码上放心 flag 7',
    parameters: {},
    texts: {
      lot: text('批号 {seen}，登记为 {master}。', 'Lot {seen}, registered as {master}.'),
      expiry: text('有效期 {seen}，登记为 {master}。', 'Expiry {seen}, registered as {master}.'),
      scanner: text(
        '{seen} 与登记的 {master} 仅差大小写或多余字符。',
        '{seen} differs from {master} by case or added characters only.',
      ),
    },
  },
  C7: {
    version: 1,
    title: text('编码无效', 'Invalid code'),
    action: text('更正编码后重新上传。', 'Correct the code and send it again.'),
    severity: 'warning',
    subject: 'event',
    profiles: DOMAINS,
    source: '码上放心 flag 2; GS1 General Specifications 7.9; NMPAB/T 1002-2019',
    parameters: {},
    texts: {
      checkDigit: text('{key} 校验位错误。', '{key} breaks its check digit.'),
      malformed: text('{key} 形式不合规则。', '{key} has not the form of its kind.'),
      level: text(
        '{child}（第 {childLevel} 级）装入同级或更低的 {parent}（第 {parentLevel} 级）。',
        '{child} (level {childLevel}) packed into {parent} (level {parentLevel}).',
      ),
    },
  },
  C8: {
    version: 1,
    title: text('上下级同单', 'Parent and child both listed'),
    action: text('单据只列最外层包装。', 'List the outermost pack only.'),
    severity: 'warning',
    subject: 'item',
    profiles: DOMAINS,
    source: '码上放心 flag 6',
    parameters: {},
    texts: {
      both: text(
        '与其外包装 {parent} 同列一单。',
        'Listed together with {parent}, which it is in.',
      ),
    },
  },
  C9: {
    version: 1,
    title: text('不可能的行程', 'Impossible travel'),
    action: text('核对两地扫码，疑似复制码。', 'Compare both scans; the code may be a copy.'),
    severity: 'critical',
    subject: 'item',
    profiles: DOMAINS,
    source: 'Design: 120 km/h by road, 900 by air, clocks 5 min apart',
    parameters: {
      fastest: number(120, 'kilometres-an-hour', [1, 2000], '最高速度', 'Highest speed'),
      skewMinutes: number(5, 'minutes', [0, 1440], '时钟误差', 'How far clocks may differ'),
    },
    texts: {
      fast: text(
        '{distance} 只用 {duration}，相当于 {speed}（限 {speed.limit}）。',
        '{distance} in {duration}, which is {speed} (limit {speed.limit}).',
      ),
      twoPlaces: text(
        '{duration} 内出现在相距 {distance} 的两地。',
        'At two places {distance} apart within {duration}.',
      ),
    },
  },
  C12: {
    version: 2,
    title: text('未经转化的批次变更', 'Lot changed without a transformation'),
    action: text('补报转化事件或更正批号。', 'Report the transformation, or correct the lot.'),
    severity: 'warning',
    subject: 'item',
    profiles: DOMAINS,
    source: '21 CFR 1.1320(b)',
    parameters: { graceHours: GRACE },
    texts: {
      serial: text('批次由 {master} 变为 {seen}。', 'Its lot was {master} and is now {seen}.'),
      contents: text(
        '装入的是 {master}，取出的是 {seen}。',
        '{master} was packed into it, {seen} was found in it.',
      ),
      unmade: text(
        '{step} 之前没有生产、转化或收货记录。',
        '{step}, and it was neither made nor received before.',
      ),
    },
  },
  C13: {
    version: 1,
    title: text('缺关键数据', 'Key data missing'),
    action: text('补齐所列数据项。', 'Add the data that is named.'),
    severity: 'info',
    subject: 'event',
    profiles: CONSUMABLE,
    source: '21 CFR 1.1325-1.1350; 食品安全法 50, 51, 53',
    parameters: {
      regime: {
        kind: 'choice',
        value: 'food-safety-law',
        of: ['food-safety-law', 'fsma-204', 'dscsa'],
        about: text('数据项清单', 'Whose list of data'),
      },
    },
    texts: {
      missing: text(
        '{cte} 缺 {count} 项：{fields}（{cite}）。',
        '{cte} lacks {count}: {fields} ({cite}).',
      ),
    },
  },
  C14: {
    version: 2,
    title: text('在途超期', 'Shipped, and not received'),
    action: text('向承运方与收货方核实。', 'Ask the carrier and the consignee.'),
    severity: 'warning',
    subject: 'item',
    profiles: DOMAINS,
    source: 'Design: 95th percentile of the lane and 24 h; 7 days where that is not known',
    parameters: {
      days: number(7, 'days', [0.1, 180], '默认时长', 'Time where the lane is not known'),
      transports: number(
        20,
        'count',
        [1, 200],
        '线路所需运输次数',
        'Transports of a lane that have to have come before its own time counts',
      ),
      slackHours: number(24, 'hours', [0, 720], '线路余量', 'What is added to that of the lane'),
    },
    texts: {
      stale: text(
        '发货后 {days} 未收货（限 {days.limit}，为默认时长：所走线路已知到达 {transports} 次，' +
          '满 {transports.limit} 次方按线路计）。',
        'Not received {days} after it was shipped (limit {days.limit}, which is the default: ' +
          '{transports} transports of its lane are known to have come, and it takes ' +
          '{transports.limit} to go by the lane).',
      ),
      slow: text(
        '发货后 {days} 未收货（限 {days.limit}：该线路最近到达的 {transports} 次运输中 95% ' +
          '用时不超过 {usual}，另加 {slack}）。',
        'Not received {days} after it was shipped (limit {days.limit}: of the last {transports} ' +
          'transports that came on its lane 95% took {usual} or less, and {slack} are added).',
      ),
    },
  },
} as const satisfies Record<string, RuleSpec>
