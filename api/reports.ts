/**
 * Reports from the field: what inspectors find, seal and sample, and what consumers have to
 * complain of. Whoever reports makes the id, so a report may be sent until it is answered.
 */
import { z } from 'zod'
import { type FieldBook, REPORT_KINDS, reportSchema } from '#store/field.ts'
import { nameOf } from './alerts.ts'
import { answerPage, lastNumberOf, pageOf, pageParameters } from './paging.ts'
import { Problem } from './problem.ts'
import type { ReadIdentifier } from './reading.ts'
import { keptReportSchema, keptReportView } from './report-view.ts'
import type { Router } from './route.ts'

export interface ReportsParts {
  readonly field: FieldBook
  readonly read: ReadIdentifier
  readonly nowUs: () => number
}

const kindSchema = z.enum(REPORT_KINDS)
/** Reports without a key that are taken in a minute, of all together. */
const MOST_PUBLIC_A_MINUTE = 60
const MINUTE_US = 60e6

export function serveReports(router: Router, parts: ReportsParts) {
  return [servePut(router, parts), serveOne(router, parts), serveList(router, parts)]
}

function servePut(router: Router, { field, read, nowUs }: ReportsParts) {
  const allowance = new Allowance(MOST_PUBLIC_A_MINUTE)
  return router.serve(
    {
      method: 'put',
      path: '/v1/reports/{id}',
      may: 'report',
      tag: 'Reports',
      summary: 'Report a finding, a seal, its release, a sample, or a problem',
      description:
        'The id is a UUID that whoever reports has made: sending the same again changes nothing. ' +
        'It is durable when it is answered. Authorities report all kinds, all others a problem.',
      body: reportSchema,
      answers: {
        200: { description: 'It was there', schema: keptReportSchema },
        201: { description: 'It is kept', schema: keptReportSchema },
      },
    },
    (c, { caller, params: { id = '' }, body: report }) => {
      if (report.id !== id) {
        const detail = `the body is of ${report.id}, the path names ${id.slice(0, 100)}`
        throw new Problem('invalid_input', { code: 'path_mismatch', path: '/id', detail })
      }
      if (caller.reach !== 'all' && report.kind !== 'problem') {
        const detail = `a ${report.kind} is for authorities; anybody may report a problem`
        throw new Problem('forbidden', { detail })
      }
      const isKnown = field.get(id) !== undefined
      if (caller.role === 'public' && !isKnown && !allowance.take(nowUs())) {
        const headers = { 'Retry-After': '60' }
        const detail = 'too many problems are reported just now'
        throw new Problem('unavailable', { code: 'too_many_reports', detail, headers })
      }
      const reading = read(report.code)
      const key = reading.ok ? reading.candidates[0].key : report.code
      const made = field.put(report, key, nameOf(caller), nowUs())
      if (made === 'conflict') {
        const detail = `another report has the id ${id}`
        throw new Problem('conflict', { code: 'report_conflict', path: '/id', detail })
      }
      return c.json(found(field, id), made === 'made' ? 201 : 200)
    },
  )
}

function serveOne(router: Router, { field }: ReportsParts) {
  return router.serve(
    {
      method: 'get',
      path: '/v1/reports/{id}',
      may: 'read reports',
      tag: 'Reports',
      summary: 'One report',
      answers: { 200: { description: 'It', schema: keptReportSchema } },
    },
    (c, { params: { id = '' } }) => c.json(found(field, id)),
  )
}

function serveList(router: Router, { field }: ReportsParts) {
  return router.serve(
    {
      method: 'get',
      path: '/v1/reports',
      may: 'read reports',
      tag: 'Reports',
      summary: 'List reports, the newest first',
      query: { kind: kindSchema.optional(), ...pageParameters },
      answers: { 200: { description: 'A page', schema: pageOf(keptReportSchema) } },
    },
    (c, { query: { kind, perPage, nextPageToken } }) => {
      const kinds = kind === undefined ? REPORT_KINDS : [kind]
      const before = lastNumberOf(nextPageToken)
      const reports = field.list({ kinds, before, limit: perPage + 1 })
      const page = reports.slice(0, perPage)
      const last = reports.length > perPage ? page.at(-1)?.seq : undefined
      return answerPage(c, page.map(keptReportView), last === undefined ? undefined : String(last))
    },
  )
}

function found(field: FieldBook, id: string): z.output<typeof keptReportSchema> {
  const kept = field.get(id)
  if (kept !== undefined) return keptReportView(kept)
  throw new Problem('not_found', { detail: `there is no report ${id.slice(0, 100)}` })
}

/** So many in a minute, from the first of them on. */
class Allowance {
  readonly #most: number
  #sinceUs = 0
  #taken = 0

  constructor(most: number) {
    this.#most = most
  }

  take(nowUs: number): boolean {
    if (nowUs - this.#sinceUs >= MINUTE_US) {
      this.#sinceUs = nowUs
      this.#taken = 0
    }
    if (this.#taken >= this.#most) return false
    this.#taken += 1
    return true
  }
}
