/**
 * What is understood of a text: for pages that scan, for people who wonder, and for systems that
 * want the key of a code without asking for its trail.
 */
import { z } from 'zod'
import { toUrn } from '#epcis/epc-urn.ts'
import type { Understood } from '#epcis/understood.ts'
import { refusal } from './item.ts'
import { candidateSchema, candidateTold, type ReadIdentifier, textsOfPath } from './reading.ts'
import type { Router } from './route.ts'

const understoodSchema = z
  .object({
    text: z.string(),
    candidates: z
      .array(candidateSchema.extend({ urn: z.string().optional() }))
      .meta({ description: 'The likeliest first' }),
  })
  .meta({ id: 'UnderstoodIdentifier' })

export function serveIdentifiers(router: Router, read: ReadIdentifier) {
  const one = router.serve(
    {
      method: 'get',
      path: '/v1/identifiers/{id}',
      tail: true,
      may: 'read service',
      tag: 'Trace',
      summary: 'What is understood of an identifier, in any spelling',
      description:
        'EPC URN, Digital Link, element string, tag memory in hex or base64, GTIN, SSCC, drug ' +
        'code, social credit code, Ecode, Handle, or any URI. `urn` is given where the length of ' +
        'the company prefix is known. What cannot be read is refused with 400 and its reason.',
      answers: { 200: { description: 'What it can be', schema: understoodSchema } },
    },
    (c, { params, rawParams }) => {
      const texts = textsOfPath(params, rawParams, 'id')
      const readings = texts.map((text) => ({ text, reading: read(text) }))
      const found = readings.find(({ reading }) => isMoreThanText(reading)) ?? readings[0]
      if (found === undefined) throw new Error('a path has a text')
      const { text, reading } = found
      if (!reading.ok) throw refusal(reading)
      const candidates = reading.candidates.map((candidate) => {
        const { companyPrefix } = candidate.parts
        const urn = companyPrefix && toUrn(candidate.key, Math.max(6, companyPrefix.length))
        return { ...candidateTold(candidate), ...(urn && { urn }) }
      })
      return c.json({ text, candidates })
    },
  )
  return [one]
}

function isMoreThanText(reading: Understood): boolean {
  return reading.ok && reading.candidates[0].form !== 'text'
}
