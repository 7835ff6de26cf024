/** Makes elements of every application identifier at random: of the right form, of any content. */
import fc from 'fast-check'
import type { Component } from '#epcis/ai-format.ts'
import type { ApplicationIdentifier } from '#epcis/application-identifiers.ts'
import type { Element } from '#epcis/understood.ts'

const CHARACTERS: Readonly<Record<Component['set'], string>> = {
  digits: '0123456789',
  set82: '!"%&\'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz',
  set39: '#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  base64url: '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz',
}
// What a value may hold and what readers of texts look for.
const TEMPTING = ['(10)', '(21)', '(99', '<GS>', '<fnc1>', '%1D', '&', '=', '/', ';', '(((', '))']

function componentOf({ set, least, most }: Component): fc.Arbitrary<string> {
  const unit = fc.constantFrom(...CHARACTERS[set])
  const plain = fc.string({ unit, minLength: least, maxLength: most })
  if (set !== 'set82' || most < 10) return plain
  const tempting = fc
    .array(fc.oneof(unit, fc.constantFrom(...TEMPTING)), { minLength: 1, maxLength: most })
    .map((parts) => parts.join('').slice(0, most))
    .filter((text) => text.length >= least)
  return fc.oneof(plain, tempting)
}

/** A value that fits, with some or all of what may be left out. */
export function fitting({ format }: ApplicationIdentifier): fc.Arbitrary<string> {
  const must = format.components.filter((its) => !its.optional).map(componentOf)
  const may = format.components.filter((its) => its.optional).map(componentOf)
  return fc
    .tuple(fc.tuple(...must), fc.tuple(...may), fc.nat({ max: may.length }))
    .map(([first, then, count]) => [...first, ...then.slice(0, count)].join(''))
}

export function elementOf(its: ApplicationIdentifier): fc.Arbitrary<Element> {
  return fitting(its).map((value) => ({ ai: its.ai, value }))
}

/** Some elements, each of another application identifier. */
export function elementsOf(from: readonly ApplicationIdentifier[]): fc.Arbitrary<Element[]> {
  return fc
    .uniqueArray(fc.constantFrom(...from), { minLength: 1, maxLength: 6 })
    .chain((all) => fc.tuple(...all.map(elementOf)))
}
