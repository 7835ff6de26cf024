/**
 * Messages of the Common Alerting Protocol. [CAP 1.2, OASIS, urn:oasis:names:tc:emergency:cap:1.2]
 * A message in two languages is one with two `info` blocks that say the same.
 */
import type { Text } from '#risk/words.ts'
import { type Element, element, xmlDocument } from './xml.ts'

export interface CapArea {
  readonly areaDesc: string
  /** GB/T 2260. */
  readonly region?: string
  /** Latitude, longitude, radius in km. */
  readonly circle?: readonly [number, number, number]
}

export interface CapMessage {
  /** Neither this nor the sender holds blanks, commas, < or &. [CAP 3.2.1] */
  readonly identifier: string
  readonly sender: string
  readonly sentUs: number
  readonly status: 'Actual' | 'Exercise'
  readonly msgType: 'Alert' | 'Update' | 'Cancel'
  /** Why an exercise is one, or a message takes another back. */
  readonly note?: string | undefined
  /** The messages that it takes the place of or back. */
  readonly references: readonly {
    readonly sender: string
    readonly identifier: string
    readonly sentUs: number
  }[]
  /** What it belongs to with others. */
  readonly incident: string
  readonly category: 'Health' | 'Safety'
  readonly event: Text
  readonly responseType: 'Avoid' | 'Monitor' | 'AllClear'
  readonly urgency: 'Immediate' | 'Expected' | 'Future' | 'Past'
  readonly severity: 'Extreme' | 'Severe' | 'Moderate' | 'Minor'
  readonly certainty: 'Observed' | 'Likely' | 'Possible'
  readonly onsetUs: number
  readonly headline: Text
  readonly description: Text
  readonly instruction: Text | undefined
  /** Where to read it, and more. */
  readonly web: string | undefined
  readonly parameters: readonly (readonly [name: string, value: string])[]
  readonly areas: readonly CapArea[]
}

const NAMESPACE = 'urn:oasis:names:tc:emergency:cap:1.2'
const LANGUAGES = [
  ['zh', 'zh-CN'],
  ['en', 'en-US'],
] as const
const LONGEST_HEADLINE = 160

export function capDocument(message: CapMessage): string {
  const { identifier, sender, sentUs, status, msgType, note, references, incident } = message
  const referred = references
    .map((each) => `${each.sender},${each.identifier},${capTime(each.sentUs)}`)
    .join(' ')
  return xmlDocument({
    name: 'alert',
    attributes: { xmlns: NAMESPACE },
    // The order is that of the schema.
    content: [
      element('identifier', identifier),
      element('sender', sender),
      element('sent', capTime(sentUs)),
      element('status', status),
      element('msgType', msgType),
      element('scope', 'Public'),
      element('note', note),
      element('references', referred === '' ? undefined : referred),
      element('incidents', incident),
      ...LANGUAGES.map(([language, tag]) => infoOf(message, language, tag)),
    ],
  })
}

function infoOf(message: CapMessage, language: keyof Text, tag: string): Element {
  const { category, event, responseType, urgency, severity, certainty, parameters } = message
  return {
    name: 'info',
    content: [
      element('language', tag),
      element('category', category),
      element('event', event[language]),
      element('responseType', responseType),
      element('urgency', urgency),
      element('severity', severity),
      element('certainty', certainty),
      element('effective', capTime(message.sentUs)),
      element('onset', capTime(message.onsetUs)),
      element('headline', shortened(message.headline[language])),
      element('description', message.description[language]),
      element('instruction', message.instruction?.[language]),
      element('web', message.web),
      ...parameters.map(([name, value]) => pair('parameter', name, value)),
      ...message.areas.map(areaOf),
    ],
  }
}

function pair(name: string, valueName: string, value: string): Element {
  return { name, content: [element('valueName', valueName), element('value', value)] }
}

function areaOf({ areaDesc, region, circle }: CapArea): Element {
  const [latitude, longitude, km] = circle ?? []
  return {
    name: 'area',
    content: [
      element('areaDesc', areaDesc),
      element('circle', circle && `${latitude},${longitude} ${km}`),
      ...(region === undefined ? [] : [pair('geocode', 'GB/T 2260', region)]),
    ],
  }
}

function shortened(text: string): string {
  const characters = [...text]
  if (characters.length <= LONGEST_HEADLINE) return text
  return `${characters.slice(0, LONGEST_HEADLINE - 1).join('')}…`
}

/** In UTC, whole seconds, and never with a Z. [CAP 3.3.2] */
export function capTime(us: number): string {
  return `${new Date(Math.floor(us / 1e6) * 1000).toISOString().slice(0, 19)}-00:00`
}
