/**
 * Identifiers as requests spell them: in a path, in a query, in any form that understand.ts reads.
 * What the registry knows is used to read them: company prefixes, levels of packing.
 */
import { z } from 'zod'
import { understand } from '#epcis/understand.ts'
import { type Candidate, NOTES, type Understood } from '#epcis/understood.ts'
import type { Registry } from '#store/registry.ts'

/** Reads one identifier. Never throws; bounded in time for any text. */
export type ReadIdentifier = (text: string) => Understood

export function identifierReader(
  registry: Pick<Registry, 'products' | 'companyPrefixes'>,
  nowUs: () => number,
): ReadIdentifier {
  const tables = {
    companyPrefixLength: (digits: string) => registry.companyPrefixes.lengthOf(digits),
    packLevel: (product: string) => registry.products.get(product)?.packLevel,
  }
  return (text) => understand(text, { ...tables, year: yearOf(nowUs()) })
}

function yearOf(us: number): number {
  return new Date(us / 1000).getUTCFullYear()
}

/**
 * The texts that a path can mean, the likeliest first. A URI whose scheme stands there with its
 * colon was not encoded as a whole: its escapes are its own, and decoding them would name another
 * thing. Only where its percent signs are escaped can it have been, but for the colon.
 */
export function textsOfPath(
  params: Readonly<Record<string, string>>,
  rawParams: Readonly<Record<string, string>>,
  name: string,
): readonly string[] {
  const text = params[name] ?? ''
  const raw = rawParams[name] ?? ''
  if (raw === text || !SCHEME.test(raw)) return [text]
  return raw.includes('%25') ? [raw, text] : [raw]
}

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/

const noteSchema = z.object({ code: z.string(), message: z.string() })

export const partsSchema = z
  .object({
    gtin: z.string().optional().meta({ description: '14 digits' }),
    lot: z.string().optional(),
    serial: z.string().optional(),
    expiry: z.string().optional().meta({ description: 'ISO 8601 date' }),
    production: z.string().optional().meta({ description: 'ISO 8601 date' }),
    sscc: z.string().optional(),
    gln: z.string().optional(),
    indicator: z.int().optional().meta({ description: 'First digit of a GTIN of 14' }),
    product: z.string().optional().meta({ description: 'First 7 digits of a drug code' }),
    packLevel: z.int().optional().meta({ description: '1 is the smallest pack that is sold' }),
    companyPrefix: z.string().optional(),
    scheme: z.string().optional().meta({ description: 'EPC scheme of a tag', example: 'SGTIN-96' }),
    filter: z.int().optional(),
    hostname: z.string().optional(),
    elements: z.array(z.object({ ai: z.string(), value: z.string() })).optional(),
  })
  .meta({ id: 'IdentifierParts' })

export const candidateSchema = z
  .object({
    key: z.string().meta({ description: 'What it is found by in every trail' }),
    kind: z.string(),
    form: z.string().meta({ description: 'The spelling, such as element-string or epc-binary' }),
    lot: z.string().optional(),
    parts: partsSchema,
    notes: z.array(noteSchema).meta({ description: 'What is odd about it or was forgiven' }),
  })
  .meta({ id: 'IdentifierCandidate' })

/** A candidate as answers tell it: each note with its sentence. */
export function candidateTold(candidate: Candidate): z.output<typeof candidateSchema> {
  const { notes, parts, ...rest } = candidate
  const { elements, ...others } = parts
  return {
    ...rest,
    parts: { ...others, ...(elements && { elements: elements.map((each) => ({ ...each })) }) },
    notes: notes.map((code) => ({ code, message: NOTES[code] })),
  }
}
