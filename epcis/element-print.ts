/**
 * Elements and keys -> the texts that carry them: in brackets, with FNC1, as a Digital Link on any
 * domain. Reading what was printed gives the same elements again.
 * [GS1 General Specifications 4.14, 7.8; GS1 Digital Link: URI syntax 4]
 */
import { type ApplicationIdentifier, applicationIdentifier } from './application-identifiers.ts'
import { CANONICAL_BASE, escapeCharacter, escapeValue, unescapeValue } from './gs1-key.ts'
import { SEPARATOR } from './separator-missing.ts'
import type { Element } from './understood.ts'

const READ_AS_MORE = /\((?=\d{2,4}\))|<(?=(?:GS|FNC1)>)/gi

/** `(01)…(21)…`; a backslash stands before what would be read as an element or a separator. */
export function printBracketed(elements: readonly Element[]): string {
  return elements.map(({ ai, value }) => `(${ai})${value.replace(READ_AS_MORE, '\\$&')}`).join('')
}

/** As a scanner sends it: GS first for FNC1, and behind every value that does not end by itself. */
export function printFnc1(elements: readonly Element[]): string {
  let text = ''
  let ends = false
  for (const { ai, value } of elements) {
    text += `${ends ? '' : SEPARATOR}${ai}${value}`
    ends = applicationIdentifier(ai)?.predefinedLength === true
  }
  return text
}

/**
 * The elements as a Digital Link on a domain (`https://example.org`, or with a path of its own):
 * the first key with its qualifiers in order, the others in the query. Undefined where none of them
 * is a key, or a link has no place for one of the others.
 */
export function printDigitalLink(elements: readonly Element[], base: string): string | undefined {
  const all = elements.map(({ ai, value }) => ({ its: applicationIdentifier(ai), ai, value }))
  const key = all.find(({ its }) => its?.keyWith !== undefined)
  if (!key) return undefined
  const behind = orderFor(key.its, elements).flatMap((ai) => all.find((its) => its.ai === ai) ?? [])
  const rest = all.filter((each) => each !== key && !behind.includes(each))
  if (rest.some(({ its }) => !its?.attribute)) return undefined
  const path = [key, ...behind].map(({ ai, value }) => `/${ai}/${escapeValue(value)}`).join('')
  const query = rest.map(({ ai, value }) => `${ai}=${value.replace(RESERVED, escapeCharacter)}`)
  return `${withoutSlash(base)}${path}${query.length > 0 ? '?' : ''}${query.join('&')}`
}

const RESERVED = /[^A-Za-z0-9\-._~]/g

/**
 * The order of qualifiers behind a key that has most of the elements: first of all of those that
 * can stand nowhere else.
 */
function orderFor(key: ApplicationIdentifier | undefined, elements: readonly Element[]): string[] {
  const orders = (key?.keyWith ?? '').split('|').map((order) => order.split(' '))
  const all = elements.length + 1
  const weigh = (order: string[]) => {
    const within = elements.filter(({ ai }) => order.includes(ai))
    const bound = within.filter(({ ai }) => !applicationIdentifier(ai)?.attribute)
    return bound.length * all + within.length
  }
  return orders.reduce((best, order) => (weigh(order) > weigh(best) ? order : best), [])
}

const KEY = /^https:\/\/id\.gs1\.org\/(\d{2,4})\/([^/]+)(?:\/(\d{2,4})\/([^/]+))?$/

/** The elements of a canonical key; undefined for every other text. */
export function elementsOfKey(key: string): Element[] | undefined {
  const [, ai, raw, qualifier, rawOfQualifier] = KEY.exec(key) ?? []
  const value = raw === undefined ? undefined : unescapeValue(raw)
  if (ai === undefined || value === undefined) return undefined
  if (qualifier === undefined || rawOfQualifier === undefined) return [{ ai, value }]
  const finer = unescapeValue(rawOfQualifier)
  return finer === undefined
    ? undefined
    : [
        { ai, value },
        { ai: qualifier, value: finer },
      ]
}

/** A canonical key as a Digital Link on another domain; undefined where it is no key. */
export function keyOn(base: string, key: string): string | undefined {
  if (!KEY.test(key)) return undefined
  return `${withoutSlash(base)}/${key.slice(CANONICAL_BASE.length)}`
}

function withoutSlash(base: string): string {
  return base.endsWith('/') ? base.slice(0, -1) : base
}
