/**
 * The table of company prefixes that GS1 publishes: loaded as a whole by the administrator, asked
 * by whoever makes URNs. No trail depends on it.
 */
import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import type { CompanyPrefixes } from '#store/registry/company-prefixes.ts'
import { prefixTableOfJson, prefixTableOfXml } from '#store/registry/prefix-table.ts'
import { jsonOf, readBody } from './body.ts'
import { Problem } from './problem.ts'
import { refused } from './registry.ts'
import type { Router } from './route.ts'

const loadedSchema = z
  .object({
    date: z.string().meta({ description: 'When it was published, as it says itself' }),
    entries: z.int(),
    loadedAt: z.iso.datetime(),
  })
  .meta({ id: 'CompanyPrefixTable' })

const prefixSchema = z
  .object({ companyPrefixLength: z.int(), companyPrefix: z.string() })
  .meta({ id: 'CompanyPrefix' })

const publishedSchema = z
  .object({
    GCPPrefixFormatList: z.object({
      date: z.string(),
      entry: z.array(z.object({ prefix: z.string(), gcpLength: z.int() })),
    }),
  })
  .meta({ id: 'GCPPrefixFormatList', description: 'As GS1 publishes it' })

export interface CompanyPrefixesParts {
  readonly companyPrefixes: CompanyPrefixes
  readonly nowUs: () => number
}

const mostBytes = 16 * 1024 * 1024
const jsonTypes = ['application/json']
const xmlTypes = ['application/xml', 'text/xml']

export function serveCompanyPrefixes(router: Router, parts: CompanyPrefixesParts): void {
  const { companyPrefixes, nowUs } = parts
  const tag = 'Registry'
  const path = '/v1/company-prefixes'
  router.serve(
    {
      method: 'get',
      path,
      may: 'read company prefixes',
      tag,
      summary: 'Which table of company prefixes is loaded',
      answers: { 200: { description: 'The table', schema: loadedSchema } },
    },
    (c) => c.json(loadedTable(companyPrefixes)),
  )
  router.serve(
    {
      method: 'put',
      path,
      may: 'write company prefixes',
      tag,
      summary: 'Load the table of company prefixes that GS1 publishes',
      description:
        'As JSON or, with Content-Type application/xml, as XML. It replaces the one before; one ' +
        'with a bad entry is refused and changes nothing.',
      rawBody: publishedSchema,
      answers: { 200: { description: 'Loaded', schema: loadedSchema } },
    },
    async (c) => {
      const read = await tableOf(c.req.raw)
      if (!read.ok) throw refused(read)
      companyPrefixes.load(read, nowUs())
      return c.json(loadedTable(companyPrefixes))
    },
  )
  router.serve(
    {
      method: 'get',
      path: `${path}/{digits}`,
      may: 'read company prefixes',
      tag,
      summary: 'The company prefix that some digits begin with',
      description: 'The digits of a key from its company prefix on: of a GTIN without the first.',
      answers: { 200: { description: 'It', schema: prefixSchema } },
    },
    (c, { params: { digits = '' } }) => {
      if (!/^\d{1,30}$/.test(digits)) {
        const detail = 'digits must be 1 to 30 of 0-9'
        throw new Problem('invalid_query', { path: 'digits', detail })
      }
      const length = companyPrefixes.lengthOf(digits)
      if (length === undefined) {
        const detail = `the table has no company prefix that ${digits} begins with`
        throw new Problem('not_found', { detail })
      }
      return c.json({ companyPrefixLength: length, companyPrefix: digits.slice(0, length) })
    },
  )
}

function loadedTable(companyPrefixes: CompanyPrefixes): z.output<typeof loadedSchema> {
  const loaded = companyPrefixes.loaded()
  if (loaded === undefined) {
    throw new Problem('not_found', { detail: 'no table of company prefixes is loaded' })
  }
  const { date, entries, loadedAtUs } = loaded
  return { date, entries, loadedAt: formatTimeUs(loadedAtUs) }
}

async function tableOf(request: Request): Promise<ReturnType<typeof prefixTableOfJson>> {
  const type = request.headers.get('Content-Type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  const isXml = xmlTypes.includes(type)
  if (!isXml && !jsonTypes.includes(type)) {
    const types = [...jsonTypes, ...xmlTypes].join(', ')
    throw new Problem('unsupported_media_type', {
      detail: `Content-Type is ${type || 'missing'}; this takes one of ${types}`,
      headers: { Accept: types },
    })
  }
  const tooLarge = () =>
    new Problem('too_large', { detail: `the body may have ${mostBytes} bytes` })
  const bytes = await readBody(request, mostBytes, tooLarge)
  if (!isXml) return prefixTableOfJson(jsonOf(bytes))
  if (!isUtf8(bytes)) {
    throw new Problem('invalid_input', { code: 'xml_malformed', detail: 'it is not UTF-8' })
  }
  return prefixTableOfXml(Buffer.from(bytes).toString())
}
