/**
 * Every GS1 application identifier: what its value is made of, whether it ends by itself, what it
 * needs and what it excludes beside it, and its place in a Digital Link. Looked up by text or at
 * a place in a text. [GS1 General Specifications 3; GS1 Barcode Syntax Dictionary of 2026-01]
 */
import {
  base64urlTo,
  type Component,
  digits,
  digitsTo,
  Format,
  optional,
  partTextTo,
  text,
  textTo,
} from './ai-format.ts'

export interface ApplicationIdentifier {
  readonly ai: string
  /** Its place in ALL_IDENTIFIERS. */
  readonly index: number
  readonly format: Format
  /** The value ends without a separator behind it. */
  readonly predefinedLength: boolean
  /** May stand in the query of a Digital Link. */
  readonly attribute: boolean
  /**
   * What has to stand beside it: groups of which every one has to be met, alternatives of which one
   * has to stand, those that have to stand together: `01 8006 & 21`, `00 01+21`. A beginning means
   * all that begin so: `310` is 3100 to 3105.
   */
  readonly needs: string
  /** What must not stand beside it: alternatives and beginnings, itself left out. */
  readonly excludes: string
  /** Primary key of a Digital Link: its qualifiers in order, `|` between alternatives. */
  readonly keyWith: string | undefined
}

interface Rules {
  readonly needs?: string
  readonly excludes?: string
  readonly keyWith?: string
}

type Row = readonly [ais: string, components: readonly Component[], rules?: Rules]

const GTIN = digits(14, 'checkDigit', 'companyPrefixBehindDigit')
const PIECE = digits(4, 'pieceOfTotal')
const UNIT = digits(18, 'checkDigit', 'companyPrefixBehindDigit')
const RELATION = digits(18, 'checkDigit', 'companyPrefix')
const LOCATION = digits(13, 'checkDigit', 'companyPrefix')
const DATE = digits(6, 'date')
const DATE_OR_MONTH = digits(6, 'dateOrMonth')
const BIRTHDAY = digits(8, 'fullDate')
const TIME = digits(4, 'hourMinute')
const COUNTRY = digits(3, 'countryNumber')
const MORE_COUNTRIES = [1, 2, 3, 4].map(() => optional(COUNTRY))
const CURRENCY = digits(3, 'currency')
const DEGREES = [digits(6), optional(text(1, 'minus'))]
const OWN_PREFIX_30 = textTo(30, 'companyPrefix')
const WITH_CHECK_PAIR = ['checkPair', 'companyPrefix'] as const

// What attributes belong to: trade items, those inside a unit, their pieces, made to order or not.
const ITEM = '01'
const ITEM_OR_CONTENT = '01 02'
const ITEM_OR_PIECE = '01 8006'
const ANY_ITEM = '01 02 8006 8026'
const ANY_ITEM_OR_ORDERED = '01 02 03 8006 8026'
const MEASURE = '30 31 32 35 36'
const PERSON = '8017 8018'

// A net measure belongs to an item or to content, a gross one to an item or to a unit. The fourth
// digit says where the decimal point is, and of one measure there is only one.
const NET = '310-316 320-329 350-352 356-357 360-361 364-366'
const GROSS = '330-336 340-349 353-355 362-363 367-369'

const ROWS: readonly Row[] = [
  ['00', [UNIT], { keyWith: '' }],
  ['01', [GTIN], { excludes: '255 37', keyWith: '22 10 21|235' }],
  ['02', [GTIN], { needs: '37', excludes: '01 03' }],
  ['03', [GTIN], { excludes: '01 02 37' }],
  ['10', [textTo(20)], { needs: ANY_ITEM_OR_ORDERED }],
  ['11 13 15 16', [DATE_OR_MONTH], { needs: ANY_ITEM_OR_ORDERED }],
  ['12', [DATE_OR_MONTH], { needs: '8020' }],
  ['17', [DATE_OR_MONTH], { needs: '01 02 03 255 8006 8026' }],
  ['20', [digits(2)], { needs: ANY_ITEM }],
  ['21', [textTo(20)], { needs: '01 03 8006', excludes: '235' }],
  ['22', [textTo(20)], { needs: ITEM }],
  ['235', [textTo(28)], { needs: ITEM }],
  ['240 241', [textTo(30)], { needs: ANY_ITEM }],
  ['242', [digitsTo(6)], { needs: ANY_ITEM }],
  ['243', [textTo(20)], { needs: ITEM }],
  ['250', [textTo(30)], { needs: `${ITEM_OR_PIECE} & 21` }],
  ['251', [textTo(30)], { needs: ITEM_OR_PIECE }],
  ['253', [LOCATION, optional(textTo(17))], { keyWith: '' }],
  ['254', [textTo(20)], { needs: '414' }],
  [
    '255',
    [LOCATION, optional(digitsTo(12))],
    { excludes: '01 02 415 8006 8020 8026', keyWith: '' },
  ],
  ['30', [digitsTo(8)], { needs: ITEM_OR_CONTENT }],
  ...measures(NET, ITEM_OR_CONTENT),
  ...measures(GROSS, '00 01'),
  ...measures('337', ITEM),
  ['37', [digitsTo(8)], { needs: '00 & 02 8026' }],
  ['3900-3909', [digitsTo(15)], { needs: '255 8020', excludes: '390 391 394 8111' }],
  ['3910-3919', [CURRENCY, digitsTo(15)], { needs: '8020', excludes: '391' }],
  ['3920-3929', [digitsTo(15)], { needs: `${ITEM} & ${MEASURE}`, excludes: '392 393' }],
  ['3930-3939', [CURRENCY, digitsTo(15)], { needs: MEASURE, excludes: '393' }],
  ['3940-3943', [digits(4)], { needs: '255', excludes: '394 8111' }],
  ['3950-3955', [digits(6)], { needs: MEASURE, excludes: '392 393 395 8005' }],
  ['400', [textTo(30)]],
  ['401', [OWN_PREFIX_30], { keyWith: '' }],
  ['402', [digits(17, 'checkDigit', 'companyPrefix')], { keyWith: '' }],
  ['403', [textTo(30)], { needs: '00' }],
  ['410-413 416', [LOCATION]],
  ['414', [LOCATION], { keyWith: '254|7040' }],
  ['415', [LOCATION], { needs: '8020', keyWith: '8020' }],
  ['417', [LOCATION], { keyWith: '7040' }],
  ['420', [textTo(20)], { excludes: '421' }],
  ['421', [COUNTRY, textTo(9)], { excludes: '4307' }],
  ['422', [COUNTRY], { needs: ANY_ITEM, excludes: '426' }],
  ['423 425', [COUNTRY, ...MORE_COUNTRIES], { needs: ITEM_OR_CONTENT, excludes: '426' }],
  ['424', [COUNTRY], { needs: ITEM_OR_CONTENT, excludes: '426' }],
  ['426', [COUNTRY], { needs: ITEM_OR_CONTENT }],
  ['427', [textTo(3)], { needs: `${ITEM_OR_CONTENT} & 422` }],
  ['4300-4301 4310-4311 4320', [textTo(35, 'escapes')], { needs: '00' }],
  ['4302 4304-4306 4312 4314-4316', [textTo(70, 'escapes')], { needs: '00' }],
  ['4303', [textTo(70, 'escapes')], { needs: '4302' }],
  ['4313', [textTo(70, 'escapes')], { needs: '4312' }],
  ['4307 4317', [text(2, 'countryLetters')], { needs: '00' }],
  ['4308 4319', [textTo(30)], { needs: '00' }],
  ['4309', [digits(10, 'latitude'), digits(10, 'longitude')], { needs: '00' }],
  ['4318', [textTo(20)], { needs: '00' }],
  ['4321-4323', [digits(1, 'yesOrNo')], { needs: '00' }],
  ['4324-4325', [DATE_OR_MONTH, TIME], { needs: '00' }],
  ['4326', [DATE], { needs: '00' }],
  ['4330', DEGREES, { needs: '00', excludes: '4331' }],
  ['4331', DEGREES, { needs: '00', excludes: '4330' }],
  ['4332', DEGREES, { needs: '00', excludes: '4333' }],
  ['4333', DEGREES, { needs: '00', excludes: '4332' }],
  ['7001', [digits(13)], { needs: ANY_ITEM }],
  ['7002', [textTo(30)], { needs: ITEM_OR_CONTENT }],
  ['7003', [DATE, TIME], { needs: ITEM_OR_CONTENT }],
  ['7004', [digitsTo(4)], { needs: '01+10' }],
  ['7005', [textTo(12)], { needs: ITEM_OR_CONTENT }],
  ['7006', [DATE], { needs: ITEM_OR_CONTENT }],
  ['7007', [DATE, optional(DATE)], { needs: ITEM_OR_CONTENT }],
  ['7008', [textTo(3)], { needs: ITEM_OR_CONTENT }],
  ['7009', [textTo(10)], { needs: ITEM_OR_CONTENT }],
  ['7010', [textTo(2)], { needs: ITEM_OR_CONTENT }],
  ['7011', [DATE, optional(TIME)], { needs: ITEM_OR_CONTENT }],
  ['7020', [textTo(20)], { needs: `${ITEM_OR_PIECE} & 416` }],
  ['7021', [textTo(20)], { needs: ITEM_OR_PIECE }],
  ['7022', [textTo(20)], { needs: '7021' }],
  ['7023', [OWN_PREFIX_30]],
  ['7030-7039', [digits(3, 'countryNumberOrMany'), textTo(27)], { needs: ITEM_OR_CONTENT }],
  ['7040', [digits(1), text(1), text(1), text(1, 'importerIndex')]],
  ['7041', [textTo(4, 'packageType')], { needs: '00' }],
  ['710-717', [textTo(20)], { needs: ITEM }],
  ['7230-7239', [text(2), textTo(28)], { needs: '01 8004' }],
  ['7240', [textTo(20)], { needs: ITEM_OR_PIECE }],
  ['7241', [digits(2, 'mediaType')], { needs: PERSON }],
  ['7242', [textTo(25)], { needs: PERSON }],
  ['7250', [BIRTHDAY], { needs: '8018', excludes: '7251' }],
  ['7251', [BIRTHDAY, TIME], { needs: '8018', excludes: '7250' }],
  ['7252', [digits(1, 'sex')], { needs: '8018' }],
  ['7253-7254', [textTo(40, 'escapes')], { needs: PERSON, excludes: '7256 7259' }],
  ['7255', [textTo(10)], { needs: PERSON, excludes: '7256 7259' }],
  ['7256', [textTo(90, 'escapes')], { needs: PERSON }],
  ['7257', [textTo(70, 'escapes')], { needs: '8018' }],
  ['7258', [text(3, 'birthOfBirths')], { needs: '8018+7259' }],
  ['7259', [textTo(40, 'escapes')], { needs: '8018', excludes: '7256' }],
  [
    '8001',
    [
      digits(4, 'notZero'),
      digits(5, 'notZero'),
      digits(3, 'notZero'),
      digits(1, 'winding'),
      digits(1),
    ],
    { needs: ITEM },
  ],
  ['8002', [textTo(20)]],
  ['8003', [digits(1, 'zero'), LOCATION, optional(textTo(16))], { keyWith: '' }],
  ['8004', [OWN_PREFIX_30], { keyWith: '7040' }],
  ['8005', [digits(6)], { needs: ITEM_OR_CONTENT }],
  ['8006', [GTIN, PIECE], { excludes: '01 37', keyWith: '22 10 21' }],
  ['8007', [textTo(34, 'bankAccount')], { needs: '415' }],
  [
    '8008',
    [DATE, digits(2, 'hour'), optional(digits(2, 'minute')), optional(digits(2, 'second'))],
    { needs: ITEM_OR_CONTENT },
  ],
  ['8009', [textTo(50)], { needs: '00 01' }],
  ['8010', [partTextTo(30, 'companyPrefix')], { keyWith: '8011' }],
  ['8011', [digitsTo(12, 'noLeadingZero')], { needs: '8010' }],
  ['8012', [textTo(20)], { needs: ITEM_OR_PIECE }],
  ['8013', [textTo(25, ...WITH_CHECK_PAIR)], { keyWith: '' }],
  ['8014', [textTo(25, ...WITH_CHECK_PAIR, 'notDigitsAlone')], { needs: ITEM }],
  ['8017', [RELATION], { excludes: '8018', keyWith: '8019' }],
  ['8018', [RELATION], { excludes: '8017', keyWith: '8019' }],
  ['8019', [digitsTo(10)], { needs: PERSON }],
  ['8020', [textTo(25)], { needs: '415' }],
  ['8026', [GTIN, PIECE], { needs: '37', excludes: '02 8006' }],
  [
    '8030',
    [base64urlTo(90, 'padding')],
    { needs: '00 01+21 253 255 8003 8004 8006+21 8010+8011 8017 8018' },
  ],
  ['8040', [digits(15)], { needs: '01+21' }],
  ['8041', [digits(15)], { needs: '01+21+8040' }],
  ['8042', [digits(32)], { needs: '01+21+8040' }],
  ['8043', [digits(18), optional(digitsTo(2))], { needs: '01+21+8040' }],
  ['8110', [textTo(70, 'coupon')]],
  ['8111', [digits(4)], { needs: '255' }],
  ['8112', [textTo(70, 'offer')]],
  ['8200', [textTo(70)], { needs: ITEM }],
  ['90', [textTo(30)]],
  ['91-99', [textTo(90)]],
]

function measures(families: string, needs: string): Row[] {
  return expand(families).map((family) => [
    `${family}0-${family}5`,
    [digits(6)],
    { needs, excludes: family },
  ])
}

/** `91-93 99` -> 91, 92, 93, 99. */
function expand(ais: string): string[] {
  return ais.split(' ').flatMap((part) => {
    const [first = '', last = first] = part.split('-')
    const count = Number(last) - Number(first) + 1
    return Array.from({ length: count }, (_, index) =>
      String(Number(first) + index).padStart(first.length, '0'),
    )
  })
}

// The first two digits tell whether a value ends by itself [GS1 General Specifications 7.8.5].
const PREDEFINED = new Set(expand('00-04 11-20 31-36 41'))
// What the query of a link may not have: what belongs into its path, and what only a carrier tells.
const NO_ATTRIBUTES = new Set(
  expand('03 21 22 235 254 7040 7041 8011 8014 8019 8020 8040-8043 8200'),
)

/** All of them, in the order of the table. */
export const ALL_IDENTIFIERS: readonly ApplicationIdentifier[] = ROWS.flatMap(
  ([ais, components, rules]) => expand(ais).map((ai) => ({ ai, components, rules })),
).map(({ ai, components, rules }, index) => ({
  ai,
  index,
  format: new Format(components),
  predefinedLength: PREDEFINED.has(ai.slice(0, 2)),
  attribute: !NO_ATTRIBUTES.has(ai),
  needs: rules?.needs ?? '',
  excludes: rules?.excludes ?? '',
  keyWith: rules?.keyWith,
}))

const BY_TEXT = new Map(ALL_IDENTIFIERS.map((its) => [its.ai, its]))

/** The application identifier that a text is; undefined where it is none. */
export function applicationIdentifier(ai: string): ApplicationIdentifier | undefined {
  return BY_TEXT.get(ai)
}

interface Branch {
  /** Length of the application identifiers that begin so. */
  readonly length: number
  /** By the number that their digits behind the first two are; by 0 where there are none. */
  readonly its: (ApplicationIdentifier | undefined)[]
}

// By the number that their first two digits are, which also tell their length.
const BRANCHES: (Branch | undefined)[] = []
for (const its of ALL_IDENTIFIERS) {
  const first = Number(its.ai.slice(0, 2))
  BRANCHES[first] ??= { length: its.ai.length, its: [] }
  BRANCHES[first].its[Number(its.ai.slice(2))] = its
}

const ZERO = '0'.charCodeAt(0)

/** The application identifier that stands at a place in a text; undefined where there is none. */
export function identifierAt(text: string, at: number): ApplicationIdentifier | undefined {
  const first = number(text, at, at + 2)
  const branch = first < 0 ? undefined : BRANCHES[first]
  if (branch === undefined) return undefined
  if (branch.length === 2) return branch.its[0]
  const rest = number(text, at + 2, at + branch.length)
  return rest < 0 ? undefined : branch.its[rest]
}

/** -1 where a character is no digit, or the text ends before. */
function number(text: string, from: number, to: number): number {
  if (to > text.length) return -1
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - ZERO
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}
