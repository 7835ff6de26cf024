/**
 * GS1 Digital Link URIs of any domain, short names and qualifiers included -> the canonical link
 * constrained to the finest thing it names: `https://id.gs1.org/01/{gtin}/21/{serial}`.
 * [GS1 Digital Link: URI syntax 4-5; CBV 2.0 event hash, rule on identifiers]
 */
import {
  composeKey,
  type GS1Key,
  hasCheckDigit,
  isFiner,
  type KeyType,
  keyType,
  type Qualified,
  qualify,
  unescapeValue,
} from './gs1-key.ts'

// What nearly every link is: canonical already, so that nothing but the check digit is left to do.
const USUAL = /^https:\/\/id\.gs1\.org\/01\/(\d{14})(?:\/(10|21)\/[A-Za-z0-9\-._';=]{1,20})?$/
const WEB = /^[Hh][Tt][Tt][Pp][Ss]?:\/\/[^/?#]+\/([^?#]*)/

/** The canonical key of a Digital Link; undefined for every other text. */
export function readDigitalLink(text: string): GS1Key | undefined {
  const usual = USUAL.exec(text)
  if (usual?.[1]) {
    const kind = usual[2] === '21' ? 'instance' : usual[2] ? 'lot' : 'class'
    return { key: text, kind, checked: hasCheckDigit(usual[1]), lot: undefined }
  }
  const steps = WEB.exec(text)?.[1]?.split('/')
  if (!steps) return undefined
  if (steps.at(-1) === '') steps.pop()
  // The key may stand behind a path of the domain's own; behind it only its qualifiers may.
  for (let at = steps.length - 2; at >= 0; at -= 2) {
    const type = keyType(steps[at] ?? '')
    const found = type && readKey(type, steps.slice(at + 1))
    if (found) return found
  }
  return undefined
}

/** `steps`: the key's value, then pairs of a qualifier and its value. */
function readKey(type: KeyType, steps: readonly string[]): GS1Key | undefined {
  const value = unescapeValue(steps[0] ?? '')
  if (value === undefined) return undefined
  const rank = (each: Qualified) => type.qualifiers.indexOf(each.qualifier)
  let finest: Qualified | undefined
  let lot: Qualified | undefined
  for (let at = 1; at < steps.length; at += 2) {
    const found = qualify(type, steps[at] ?? '', steps[at + 1] ?? '')
    if (!found) return undefined
    if (isFiner(found) && (!finest || rank(found) < rank(finest))) finest = found
    if (found.qualifier.kind === 'lot') lot = found
  }
  return composeKey(type, value, finest, lot)
}
