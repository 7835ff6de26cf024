/**
 * Reads CAP 1.2 documents, and says what of them is not as the standard has it: the order and the
 * number of elements, their values, and the form of times. [CAP 1.2, 3.2 and 3.4]
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser'

export interface Node {
  readonly name: string
  readonly text: string
  readonly children: readonly Node[]
  readonly attributes: Readonly<Record<string, string>>
}

export function parseXml(text: string): Node {
  const valid = XMLValidator.validate(text)
  if (valid !== true) throw new Error(valid.err.msg)
  const parser = new XMLParser({
    ...{ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '' },
    ...{ parseTagValue: false, trimValues: true },
  })
  const [root] = nodesOf(parser.parse(text).slice(1))
  if (!root) throw new Error('there is no element')
  return root
}

function nodesOf(parsed: readonly Record<string, unknown>[]): Node[] {
  return parsed.flatMap((each) => {
    const name = Object.keys(each).find((key) => key !== ':@' && key !== '#text')
    if (name === undefined) return []
    const inside = each[name] as Record<string, unknown>[]
    const texts = inside.flatMap((child) => ('#text' in child ? String(child['#text']) : []))
    const attributes = (each[':@'] ?? {}) as Record<string, string>
    return [{ name, text: texts.join(''), children: nodesOf(inside), attributes }]
  })
}

export const child = (node: Node | undefined, name: string): Node | undefined =>
  node?.children.find((each) => each.name === name)
export const textIn = (node: Node | undefined, name: string): string | undefined =>
  child(node, name)?.text

type Rule = readonly [name: string, count: '1' | '?' | '*', values?: RegExp]

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d$/
const word = /^[^\s,<&]+$/
const oneOf = (values: string) => new RegExp(`^(${values.replaceAll(' ', '|')})$`)

const ALERT: readonly Rule[] = [
  ['identifier', '1', word],
  ['sender', '1', word],
  ['sent', '1', time],
  ['status', '1', oneOf('Actual Exercise System Test Draft')],
  ['msgType', '1', oneOf('Alert Update Cancel Ack Error')],
  ['source', '?'],
  ['scope', '1', oneOf('Public Restricted Private')],
  ['restriction', '?'],
  ['addresses', '?'],
  ['code', '*'],
  ['note', '?'],
  ['references', '?', /^\S+,\S+,\S+( \S+,\S+,\S+)*$/],
  ['incidents', '?'],
  ['info', '*'],
]
const INFO: readonly Rule[] = [
  ['language', '?', /^[a-z]{2}(-[A-Z]{2})?$/],
  [
    'category',
    '1',
    oneOf('Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other'),
  ],
  ['event', '1', /./],
  [
    'responseType',
    '*',
    oneOf('Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None'),
  ],
  ['urgency', '1', oneOf('Immediate Expected Future Past Unknown')],
  ['severity', '1', oneOf('Extreme Severe Moderate Minor Unknown')],
  ['certainty', '1', oneOf('Observed Likely Possible Unlikely Unknown')],
  ['audience', '?'],
  ['eventCode', '*'],
  ['effective', '?', time],
  ['onset', '?', time],
  ['expires', '?', time],
  ['senderName', '?'],
  ['headline', '?', /^.{1,160}$/u],
  ['description', '?', /./],
  ['instruction', '?'],
  ['web', '?', /^https?:\/\//],
  ['contact', '?'],
  ['parameter', '*'],
  ['resource', '*'],
  ['area', '*'],
]
const AREA: readonly Rule[] = [
  ['areaDesc', '1', /./],
  ['polygon', '*'],
  ['circle', '*', /^-?\d+(\.\d+)?,-?\d+(\.\d+)? \d+(\.\d+)?$/],
  ['geocode', '*'],
  ['altitude', '?'],
  ['ceiling', '?'],
]
const PAIR: readonly Rule[] = [
  ['valueName', '1', /./],
  ['value', '1', /./],
]
const INSIDE: Readonly<Record<string, readonly Rule[]>> = {
  ...{ alert: ALERT, info: INFO, area: AREA, parameter: PAIR, geocode: PAIR, eventCode: PAIR },
}

/** What is wrong with a document; nothing where it is as it should be. */
export function capFaults(text: string): string[] {
  const root = parseXml(text)
  const isCap = root.attributes['xmlns'] === 'urn:oasis:names:tc:emergency:cap:1.2'
  return [...(root.name === 'alert' && isCap ? [] : ['it is no CAP 1.2 alert']), ...faultsOf(root)]
}

function faultsOf(node: Node): string[] {
  const rules = INSIDE[node.name]
  if (!rules) return []
  const names = rules.map(([name]) => name)
  const places = node.children.map(({ name }) => names.indexOf(name))
  const isOrdered = places.every((place, at) => place >= (places[at - 1] ?? 0))
  return [
    ...(places.includes(-1) || !isOrdered ? [`${node.name}: order of ${placesOf(node)}`] : []),
    ...rules.flatMap((rule) => countFaults(node, rule)),
    ...node.children.flatMap(faultsOf),
  ]
}

const placesOf = ({ children }: Node) => children.map(({ name }) => name).join(' ')

function countFaults(node: Node, [name, count, values]: Rule): string[] {
  const found = node.children.filter((each) => each.name === name)
  const isMany = count !== '*' && found.length > 1
  const isMissing = count === '1' && found.length === 0
  return [
    ...(isMany || isMissing ? [`${node.name}: ${found.length} × ${name}`] : []),
    ...found.flatMap(({ text }) => (values && !values.test(text) ? [`${name}: ${text}`] : [])),
  ]
}
