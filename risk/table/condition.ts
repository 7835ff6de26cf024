/**
 * Rules of family A: temperature and the sensors that measure it. Limits are those of medicines
 * at 2 to 8 °C; products and sites have their own.
 */
import { DOMAINS, number, type RuleSpec, text } from '#risk/rule.ts'

const celsius = (value: number, zh: string, en: string) =>
  number(value, 'celsius', [-200, 200], zh, en)
const minutes = (value: number, zh: string, en: string) =>
  number(value, 'minutes', [0, 43_200], zh, en)
const hours = (value: number, most: number, zh: string, en: string) =>
  number(value, 'hours', [0.25, most], zh, en)

const INTERVAL = number(
  15,
  'minutes',
  [0.01, 1440],
  '采样间隔；超过三个间隔视为中断',
  'Time between samples; three of them without one is a gap',
)
const ENTHALPY = number(
  83.144,
  'kilojoules-a-mole',
  [40, 250],
  '活化能',
  'Activation energy of degradation',
)
const GAS = number(
  8.3144e-3,
  'kilojoules-a-mole-kelvin',
  [8.3e-3, 8.4e-3],
  '气体常数',
  'Gas constant',
)
const COLD_CHAIN = ['food', 'drugs'] as const
const DRUGS = ['drugs'] as const

export const CONDITION = {
  A1: {
    version: 1,
    title: text('连续超温', 'Out of range without a break'),
    action: text(
      '隔离受影响货物，核对探头与门，由质量人员判定去向。',
      'Hold the goods, check probe and door, let quality decide what becomes of them.',
    ),
    severity: 'critical',
    subject: 'sensor',
    profiles: COLD_CHAIN,
    source: 'mSupply cold chain defaults (30 min hot, 20 min cold); hysteresis and gaps: design',
    parameters: {
      low: celsius(2, '下限', 'Lower limit'),
      high: celsius(8, '上限', 'Upper limit'),
      hotMinutes: minutes(30, '高于上限的允许时长', 'Time above the upper limit until it counts'),
      coldMinutes: minutes(20, '低于下限的允许时长', 'Time below the lower limit until it counts'),
      hysteresis: number(
        0.5,
        'celsius',
        [0, 10],
        '回到限内多少才算结束',
        'How far inside the limit it has to be to be over',
      ),
      interval: INTERVAL,
      bufferMinutes: number(
        0,
        'minutes',
        [0, 120],
        '模拟药品热惯性的平滑时间常数；0 为不平滑',
        'Time constant of smoothing that stands for the mass of the product; 0 is none',
      ),
    },
    texts: {
      hot: text(
        '自超过上限 {temperature.limit} 起持续 {duration}（限 {duration.limit}），最高 {temperature}。',
        'Above {temperature.limit} for {duration} (limit {duration.limit}), up to {temperature}.',
      ),
      cold: text(
        '自低于下限 {temperature.limit} 起持续 {duration}（限 {duration.limit}），最低 {temperature}。',
        'Below {temperature.limit} for {duration} (limit {duration.limit}), down to {temperature}.',
      ),
    },
    ascending: [['low', 'high']],
  },
  A2: {
    version: 2,
    title: text('累计超温', 'Time out of range, added up'),
    action: text(
      '预算用尽即停止发货，按稳定性数据评估剩余质量。',
      'Stop shipping once the budget is used up; assess the goods by their stability data.',
    ),
    severity: 'critical',
    subject: 'item',
    profiles: COLD_CHAIN,
    source: 'mSupply cumulative breaches (60 min hot, 40 min cold); stability budget of USP <1079>',
    parameters: {
      low: celsius(2, '下限', 'Lower limit'),
      high: celsius(8, '上限', 'Upper limit'),
      hotMinutes: minutes(60, '高温预算', 'Budget above the upper limit'),
      coldMinutes: minutes(40, '低温预算', 'Budget below the lower limit'),
      warnPercent: number(
        80,
        'percent',
        [1, 100],
        '预警比例',
        'Part of the budget from which on it warns',
      ),
      interval: INTERVAL,
    },
    texts: {
      hot: text(
        '高于 {temperature.limit} 累计 {duration}，预算 {duration.limit}，最高 {temperature}。',
        'Above {temperature.limit} for {duration} of {duration.limit}, up to {temperature}.',
      ),
      cold: text(
        '低于 {temperature.limit} 累计 {duration}，预算 {duration.limit}，最低 {temperature}。',
        'Below {temperature.limit} for {duration} of {duration.limit}, down to {temperature}.',
      ),
      tooMany: text(
        '读数超过 {count.limit} 个，其余未计入预算。',
        'More than {count.limit} readings: the rest is not in the budget.',
      ),
    },
    ascending: [['low', 'high']],
  },
  A3: {
    version: 1,
    title: text('WHO 运输报警', 'WHO shipment alarm'),
    action: text(
      '到货时核对指示，未评估前不得使用。',
      'Check the indicator on arrival; do not use before it has been assessed.',
    ),
    severity: 'critical',
    subject: 'item',
    profiles: DRUGS,
    source: 'WHO PQS shipping indicator types I and II; 30-day refrigerator loggers',
    parameters: {
      indicator: {
        kind: 'choice',
        value: 'type-1',
        of: ['type-1', 'type-2', 'fridge-30-days'],
        about: text('指示器类型', 'Type of indicator, which has its table of alarms'),
      },
      interval: INTERVAL,
    },
    texts: {
      hot: text(
        '达到或高于 {temperature.limit} 共 {duration}（限 {duration.limit}），最高 {temperature}。',
        '{temperature.limit} or more for {duration} (limit {duration.limit}): {temperature}.',
      ),
      cold: text(
        '达到或低于 {temperature.limit} 共 {duration}（限 {duration.limit}），最低 {temperature}。',
        '{temperature.limit} or less for {duration} (limit {duration.limit}): {temperature}.',
      ),
    },
  },
  A4: {
    version: 1,
    title: text('库房超温分级', 'Warehouse out of range, by level'),
    action: text(
      '值班人员到场；达到严重级别时转移货物。',
      'Send whoever is on duty; move the goods when it becomes critical.',
    ),
    severity: 'critical',
    subject: 'sensor',
    profiles: COLD_CHAIN,
    source: 'subzero cold-store monitor: 45 min working alarm, 60 min critical',
    parameters: {
      low: celsius(2, '下限', 'Lower limit'),
      high: celsius(8, '上限', 'Upper limit'),
      workingMinutes: minutes(45, '工作报警时长', 'Time until the working alarm'),
      criticalMinutes: minutes(60, '严重报警时长', 'Time until it is critical'),
      interval: INTERVAL,
    },
    texts: {
      hot: text(
        '库温高于 {temperature.limit} 已 {duration}（限 {duration.limit}），最高 {temperature}。',
        'Store above {temperature.limit} for {duration} (limit {duration.limit}): {temperature}.',
      ),
      cold: text(
        '库温低于 {temperature.limit} 已 {duration}（限 {duration.limit}），最低 {temperature}。',
        'Store below {temperature.limit} for {duration} (limit {duration.limit}): {temperature}.',
      ),
    },
    ascending: [
      ['low', 'high'],
      ['workingMinutes', 'criticalMinutes'],
    ],
  },
  A5: {
    version: 1,
    title: text('运输平均动力学温度', 'Mean kinetic temperature of a transport'),
    action: text(
      '与稳定性数据比较；不得用它抵消冷冻或越限。',
      'Compare with stability data; it offsets neither freezing nor an excursion.',
    ),
    severity: 'warning',
    subject: 'item',
    profiles: DRUGS,
    source: 'USP <1160>; unequal steps weighted by time',
    parameters: {
      limit: celsius(8, '上限', 'Upper limit'),
      windowHours: hours(720, 720, '最长窗口', 'Longest span that may be averaged'),
      enthalpy: ENTHALPY,
      gas: GAS,
      interval: INTERVAL,
    },
    texts: {
      transport: text(
        '{duration} 内平均动力学温度 {mkt}，上限 {mkt.limit}。',
        'Mean kinetic temperature {mkt} over {duration}, limit {mkt.limit}.',
      ),
    },
  },
  A6: {
    version: 1,
    title: text('受控室温判定', 'Controlled room temperature'),
    action: text(
      '停止销售并按标签条件评估。',
      'Stop selling, and assess by the conditions on the label.',
    ),
    severity: 'critical',
    subject: 'item',
    profiles: DRUGS,
    source: 'USP <659>: 20-25 °C, excursions 15-30, spikes to 40 for 24 h, 30-day MKT of 25',
    parameters: {
      permittedLow: celsius(15, '允许下限', 'Lowest permitted'),
      permittedHigh: celsius(30, '允许上限', 'Highest permitted for any time'),
      spikeHigh: celsius(40, '短时最高', 'Highest permitted for a short time'),
      spikeHours: hours(24, 24, '短时时长', 'The short time'),
      mktLimit: celsius(25, '平均动力学温度上限', 'Limit of the mean kinetic temperature'),
      windowHours: hours(720, 720, '平均动力学温度窗口', 'Window of the mean kinetic temperature'),
      freeze: celsius(0, '冻结温度', 'At or below it the product freezes'),
      enthalpy: ENTHALPY,
      gas: GAS,
      interval: INTERVAL,
    },
    texts: verdictTexts(),
    ascending: [
      ['permittedLow', 'permittedHigh'],
      ['permittedHigh', 'spikeHigh'],
    ],
  },
  A7: {
    version: 1,
    title: text('受控低温判定', 'Controlled cold temperature'),
    action: text('停止发货并按稳定性数据评估。', 'Stop shipping, and assess by stability data.'),
    severity: 'critical',
    subject: 'item',
    profiles: DRUGS,
    source: 'USP controlled cold: 2-8 °C, excursions 2-15 for 24 h, 24-hour MKT of 8',
    parameters: {
      permittedLow: celsius(2, '允许下限', 'Lowest permitted'),
      permittedHigh: celsius(8, '允许上限', 'Highest permitted for any time'),
      spikeHigh: celsius(15, '短时最高', 'Highest permitted for a short time'),
      spikeHours: hours(24, 24, '短时时长', 'The short time'),
      mktLimit: celsius(8, '平均动力学温度上限', 'Limit of the mean kinetic temperature'),
      windowHours: hours(24, 24, '平均动力学温度窗口', 'Window of the mean kinetic temperature'),
      freeze: celsius(0, '冻结温度', 'At or below it the product freezes'),
      enthalpy: ENTHALPY,
      gas: GAS,
      interval: INTERVAL,
    },
    texts: verdictTexts(),
    ascending: [
      ['permittedLow', 'permittedHigh'],
      ['permittedHigh', 'spikeHigh'],
    ],
  },
  A8: {
    version: 1,
    title: text('平均动力学温度误用', 'Mean kinetic temperature does not excuse this'),
    action: text(
      '不得用平均动力学温度放行；冻结与越限单独评估。',
      'Do not release by the mean; assess freezing and excursions by themselves.',
    ),
    severity: 'critical',
    subject: 'item',
    profiles: DRUGS,
    source: 'GMP practice: no yearly averages, freezing is never offset',
    parameters: {},
    texts: {
      freeze: text(
        '平均动力学温度 {mkt} 虽在限内，但曾降至 {temperature}：冻结不能被抵消。',
        'The mean of {mkt} is within its limit and does not offset freezing at {temperature}.',
      ),
      excursion: text(
        '平均动力学温度 {mkt} 虽在限内，但曾达 {temperature}：越限不能被抵消。',
        'The mean of {mkt} is within its limit and does not offset an excursion to {temperature}.',
      ),
    },
  },
  A9: {
    version: 1,
    title: text('频繁开门', 'Door opened too often'),
    action: text(
      '检查门封、装卸安排与探头位置。',
      'Check door, loading practice and place of the probe.',
    ),
    severity: 'warning',
    subject: 'sensor',
    profiles: COLD_CHAIN,
    source: 'NIST IR 7656 (a vial is not the air around it); figures: design',
    parameters: {
      rise: number(
        1,
        'celsius-a-minute',
        [0.05, 20],
        '视为开门的升温速率',
        'A faster rise than this is a door',
      ),
      returnMinutes: minutes(15, '回到限内的时长', 'Time within which it has to be back'),
      mostAnHour: number(
        3,
        'count',
        [0, 60],
        '每小时最多次数',
        'How many in an hour are still no alarm',
      ),
    },
    texts: {
      doors: text(
        '一小时内开门 {doors} 次（限 {doors.limit}）。',
        '{doors} door openings within an hour (limit {doors.limit}).',
      ),
    },
  },
  A11: {
    version: 2,
    title: text('传感器异常', 'Sensor in doubt'),
    action: text(
      '现场核查传感器；其间数据不作为合格证据。',
      'Check the sensor; its data of that time prove nothing good.',
    ),
    severity: 'warning',
    subject: 'sensor',
    profiles: DOMAINS,
    source: 'subzero fault log (82 faults, 15 batteries in 11 months); figures: design',
    parameters: {
      stuckHours: hours(6, 720, '数值不变时长', 'Without any change for so long it is stuck'),
      physicalLow: celsius(-90, '物理下限', 'Below this no sensor measures'),
      physicalHigh: celsius(125, '物理上限', 'Above this no sensor measures'),
      batteryPercent: number(15, 'percent', [0, 100], '电量下限', 'Battery left'),
      driftMinutes: minutes(5, '时钟偏差', 'Clock ahead by more than this'),
      interval: INTERVAL,
      graceMinutes: number(
        15,
        'minutes',
        [0, 1440],
        '补传等待：数据仍在陆续到达时，间断须保持不变多久才报',
        'Where values come in late, how long a gap has to stay as it is until it is told',
      ),
    },
    texts: {
      stuck: text(
        '{duration} 内读数恒为 {temperature}（限 {duration.limit}）。',
        'The value has been {temperature} for {duration} (limit {duration.limit}).',
      ),
      range: text(
        '读数 {temperature} 超出物理范围。',
        'The value of {temperature} is outside of what can be measured.',
      ),
      battery: text(
        '电量 {battery}（限 {battery.limit}）。',
        'Battery at {battery} (limit {battery.limit}).',
      ),
      gap: text(
        '{duration} 无读数（限 {duration.limit}）：其间状况不明。',
        'No value for {duration} (limit {duration.limit}): nothing is known of that time.',
      ),
      clock: text(
        '读数时间比接收时间早到 {drift}（限 {drift.limit}）。',
        'A value is dated {drift} after it was received (limit {drift.limit}).',
      ),
    },
    ascending: [['physicalLow', 'physicalHigh']],
  },
} as const satisfies Record<string, RuleSpec>

function verdictTexts() {
  return {
    below: text(
      '低于允许下限 {temperature.limit}，最低 {temperature}。',
      'Below the lowest permitted {temperature.limit}, down to {temperature}.',
    ),
    above: text(
      '高于短时最高 {temperature.limit}，达 {temperature}。',
      'Above the highest permitted {temperature.limit}, up to {temperature}.',
    ),
    spike: text(
      '高于允许上限持续 {duration}（限 {duration.limit}），最高 {temperature}。',
      'Above the permitted range for {duration} (limit {duration.limit}), up to {temperature}.',
    ),
    mkt: text(
      '窗口内平均动力学温度 {mkt}，上限 {mkt.limit}。',
      'Mean kinetic temperature of the window {mkt}, limit {mkt.limit}.',
    ),
  }
}
