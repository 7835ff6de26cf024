/**
 * What a rule is, as data: its name, what it says and advises in two languages, how grave it is,
 * its parameters with their bounds, and where its figures come from. The tables are in table/.
 */
import type { Text, Unit } from './words.ts'

export const DOMAINS = ['food', 'drugs', 'building_materials'] as const
/** The profile a product belongs to: which rules are on and what is measured against. */
export type Domain = (typeof DOMAINS)[number]

export const SEVERITIES = ['info', 'warning', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

export interface NumberSpec {
  readonly kind: 'number'
  readonly unit: Unit
  readonly value: number
  /** Both ends included. */
  readonly min: number
  readonly max: number
  readonly about: Text
}

export interface ChoiceSpec {
  readonly kind: 'choice'
  readonly value: string
  readonly of: readonly string[]
  readonly about: Text
}

/** Pairs of (from this on, this many), the largest first. */
export interface BandsSpec {
  readonly kind: 'bands'
  readonly unit: Unit
  readonly value: readonly (readonly [from: number, value: number])[]
  readonly about: Text
}

/** A list of words of a vocabulary, or URIs of words that it has not. */
export interface WordsSpec {
  readonly kind: 'words'
  readonly of: 'bizStep'
  readonly value: readonly string[]
  readonly about: Text
}

export type ParameterSpec = NumberSpec | ChoiceSpec | BandsSpec | WordsSpec

/** What a rule speaks of: whose key is the subject of its findings. */
export type Subject = 'item' | 'sensor' | 'event' | 'lot' | 'party' | 'process' | 'place' | 'recall'

export interface RuleSpec {
  /** Rises when the logic or a default changes. */
  readonly version: number
  readonly title: Text
  /** What to do about a finding. */
  readonly action: Text
  readonly severity: Severity
  readonly subject: Subject
  /** The profiles that switch it on. */
  readonly profiles: readonly Domain[]
  /** Where logic and figures come from. */
  readonly source: string
  readonly parameters: Readonly<Record<string, ParameterSpec>>
  /** Defaults of single profiles that differ, by parameter. */
  readonly ofProfile?: Readonly<Partial<Record<Domain, Readonly<Record<string, unknown>>>>>
  /** Per variant of a finding its sentence. */
  readonly texts: Readonly<Record<string, Text>>
  /** Pairs of number parameters of which the first has to be below the second. */
  readonly ascending?: readonly (readonly [string, string])[]
}

/** A number with its unit, bounds, and what it is. */
export function number<const U extends Unit>(
  value: number,
  unit: U,
  bounds: readonly [min: number, max: number],
  zh: string,
  en: string,
): NumberSpec {
  return { kind: 'number', unit, value, min: bounds[0], max: bounds[1], about: { zh, en } }
}

/** A list of business steps. */
export function steps(value: readonly string[], zh: string, en: string): WordsSpec {
  return { kind: 'words', of: 'bizStep', value, about: { zh, en } }
}

export const text = (zh: string, en: string): Text => ({ zh, en })
