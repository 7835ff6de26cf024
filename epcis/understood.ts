/**
 * What is understood of a text or of a tag's memory: the words that every reader of identifiers in
 * this folder speaks, and the one table of why something is none.
 */
import type { Kind } from './gs1-key.ts'

/** The spelling that an identifier came in. */
export type Form =
  | 'epc-binary'
  | 'epc-urn'
  | 'digital-link'
  | 'element-string'
  | 'plain-number'
  | 'drug-code'
  | 'social-credit-code'
  | 'ecode'
  | 'handle'
  | 'uri'
  | 'text'

/** Why something that has the beginning of an identifier is none. Codes are added, not renamed. */
export const REFUSALS = {
  empty: 'There is nothing to read.',
  too_long: 'This is longer than any identifier.',
  // Memory of a tag [EPC TDS 14].
  tag_hex_odd: 'A tag is written in whole bytes: an even number of hexadecimal digits.',
  tag_hex: 'This is no hexadecimal digit.',
  tag_base64: 'This is not the base64 of whole bytes.',
  tag_header_unknown: 'The first 8 bits are the header of no EPC scheme.',
  tag_truncated: 'The tag ends before its EPC does.',
  tag_too_long: 'There is more than an EPC of this scheme and its padding.',
  tag_partition: 'The partition value is none of this scheme.',
  tag_value_too_large: 'A number on the tag has more digits than its place allows.',
  tag_digit: 'Four bits that stand for a decimal digit are more than 9.',
  tag_character: 'Bits that stand for a character are none that may stand here.',
  tag_length: 'A length on the tag is more or less than its value may have.',
  tag_encoding: 'The encoding indicator is reserved.',
  tag_date: 'The date on the tag is none.',
  tag_hostname: 'The host name on the tag is none.',
  tag_data: 'The data behind the EPC cannot be read.',
  tag_reserved_bits: 'Bits that have to be zero are not.',
  tag_other_family: 'The tag says itself that it holds no EPC, but data of another family.',
  // What a tag cannot hold.
  tag_scheme: 'This identifier has no EPC of that scheme.',
  tag_no_room: 'The serial, the reference or the filter does not fit into that scheme.',
  company_prefix_unknown: 'The length of the company prefix is not known.',
  // EPC URNs [EPC TDS 6].
  urn_malformed: 'This begins as an EPC URN and has not the form of its scheme.',
  // Barcodes and their texts [GS1 General Specifications 3, 7.8].
  ai_unknown: 'There is no such application identifier.',
  ai_value: 'The value has not the length or the characters of its application identifier.',
  ai_empty: 'An application identifier has no value.',
  ai_repeated: 'An application identifier stands twice with different values.',
  ai_bracket: 'A bracket is not closed, or text stands outside of an element.',
  ai_no_key: 'None of the application identifiers names a thing.',
  symbology_unknown: 'The symbology identifier is none of a GS1 barcode.',
  digital_link_malformed: 'This begins as a GS1 Digital Link and has not its form.',
  digital_link_compressed: 'Compressed GS1 Digital Links are not read; send it uncompressed.',
  escape_broken: 'A percent-escape is not followed by two hexadecimal digits.',
  control_character: 'There is a control character where none may be.',
} as const

export type RefusalCode = keyof typeof REFUSALS

/** `message`: ends with what was found instead; bounded, without control characters. */
export interface Refused {
  readonly ok: false
  readonly code: RefusalCode
  readonly form: Form
  readonly message: string
}

const MAX_DETAIL = 120

/** A refusal with the sentence of its code and what was found instead. */
export function refuse(form: Form, code: RefusalCode, detail?: string): Refused {
  const sentence: string = REFUSALS[code]
  const found = detail === undefined ? '' : ` ${shorten(detail)}`
  return { ok: false, code, form, message: `${sentence}${found}` }
}

// Controls, what is not seen or turns the writing around, ends of lines, half characters.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu

/** What was found ends up in terminals and logs: it must not act there. */
function shorten(text: string): string {
  const shown = text.slice(0, MAX_DETAIL + 1).replace(UNSEEN, codePoint)
  return shown.length <= MAX_DETAIL ? shown : `${shown.slice(0, MAX_DETAIL)}…`
}

function codePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}

/** What is odd about an identifier that was understood all the same, or what was forgiven. */
export const NOTES = {
  check_digit: 'The check digit is wrong.',
  identifier_malformed: 'It has the beginning of a GS1 key and not its form.',
  social_credit_check: 'The check character of the social credit code is wrong.',
  drug_code_unusual: 'It has the form of a drug code and does not begin with 8.',
  tag_unknown: 'The tag holds no EPC that is known here; it is kept as it is.',
  tag_data: 'The data behind the EPC could not be read to their end.',
  ai_pair_missing: 'An application identifier stands without one that it needs beside it.',
  ai_pair_excluded: 'Two application identifiers stand together that exclude each other.',
  ai_date: 'A date is none of the calendar.',
  ai_content: 'A value has the right length and a content that its meaning does not allow.',
  link_order: 'The qualifiers of the link are not those of one standard order.',
  link_attribute: 'What the link tells beside its key has another form and was left out.',
  separator_missing: 'A value may end sooner: a separator can be missing behind it.',
  names_content: 'It names what is inside a logistic unit, not the unit itself.',
  made_to_order: 'The GTIN is of a made-to-order item.',
  internal: 'The application identifier is for use inside a company only.',
  fullwidth_folded: 'Full-width characters were read as ordinary ones.',
  blanks_removed: 'Blanks were left out.',
  hyphens_removed: 'Hyphens were left out.',
  quotes_removed: 'Quotation marks around it were left out.',
  case_changed: 'Upper and lower case were changed.',
  base64_read: 'It was read as base64 of a tag.',
} as const

export type NoteCode = keyof typeof NOTES

/** What an identifier tells beside its key. Left out is what it does not tell. */
export interface Parts {
  /** 14 digits. */
  readonly gtin?: string
  readonly lot?: string
  readonly serial?: string
  /** ISO 8601 date; on a barcode a year without its century is read within 50 years. */
  readonly expiry?: string
  readonly production?: string
  /** 18 digits. */
  readonly sscc?: string
  /** 13 digits, of a place or a party. */
  readonly gln?: string
  /** First digit of a GTIN of 14: 1 to 8 a grouping, 9 a variable measure. */
  readonly indicator?: number
  /** Of a drug code: the 7 digits that name the product at one level of its packing. */
  readonly product?: string
  /** 1 is the smallest pack that is sold. */
  readonly packLevel?: number
  readonly companyPrefix?: string
  /** Of a tag: its scheme, as `SGTIN-96`, and its filter value. */
  readonly scheme?: string
  readonly filter?: number
  /** Of a tag of a ++ scheme. */
  readonly hostname?: string
  /** Every element in the order it came, application identifier and value. */
  readonly elements?: readonly Element[]
}

/** One application identifier and its value, without brackets, separators or escapes. */
export interface Element {
  readonly ai: string
  readonly value: string
}

/** One thing that a text or a tag names. */
export interface Candidate {
  /** Constrained canonical Digital Link, a pure identity EPC URI, or the URI or text as it is. */
  readonly key: string
  readonly kind: Kind
  readonly form: Form
  /** Key of the lot, where a serial and its lot were named at once. */
  readonly lot?: string
  readonly parts: Parts
  readonly notes: readonly NoteCode[]
}

/** What is understood of an input: the likeliest first; or why it is nothing. */
export type Understood =
  | { readonly ok: true; readonly candidates: readonly [Candidate, ...Candidate[]] }
  | Refused
