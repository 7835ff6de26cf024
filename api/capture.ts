/**
 * Capture of whole documents [EPCIS 12.6]: POST answers 202 when the document is on disk, and the
 * capture job tells what became of it. 202 does not promise that its events hold.
 */
import { z } from 'zod'
import { readDocument } from '#epcis/document.ts'
import { formatTimeUs } from '#epcis/time.ts'
import {
  type CaptureError,
  type CaptureJob,
  captureIDOf,
  type Intake,
  positionOfCapture,
} from '#store/intake.ts'
import type { JournalReader } from '#store/journal/reader.ts'
import type { JournalPosition } from '#store/trail.ts'
import { jsonOf } from './body.ts'
import { type Caller, isForeign, partyFor } from './caller.ts'
import { type CaptureIntake, captureLimit } from './capture-intake.ts'
import { documentReference, problemOf } from './epcis-schema.ts'
import { lastNumberOf, linkNext, pageParameters } from './paging.ts'
import { Problem } from './problem.ts'
import type { Router } from './route.ts'

const jobSchema = z
  .object({
    captureID: z.string(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().optional(),
    running: z.boolean(),
    success: z.boolean(),
    captureErrorBehaviour: z.enum(['rollback', 'proceed']),
    errors: z.array(z.looseObject({ type: z.string(), title: z.string() })),
    errorCount: z.int().meta({ description: 'errors shows the first of so many' }),
    stored: z.int().meta({ description: 'Events that this capture added' }),
    repeats: z.int().meta({ description: 'Events that were there already' }),
  })
  .meta({ id: 'CaptureJob' })
type JobView = z.output<typeof jobSchema>

export interface CaptureParts {
  readonly captureIntake: CaptureIntake
  readonly intake: Pick<Intake, 'job' | 'jobs'>
  readonly journalReader: Pick<JournalReader, 'at'>
}

export function serveCapture(router: Router, parts: CaptureParts): void {
  const { captureIntake, intake } = parts
  router.serve(
    {
      method: 'post',
      path: '/epcis/capture',
      may: 'capture',
      tag: 'EPCIS',
      summary: 'Capture the events of a document',
      description:
        'GS1-Capture-Error-Behaviour: rollback (default) stores all events or none, proceed ' +
        'stores those that hold. The job that Location names tells what became of them.',
      rawBody: documentReference,
      answers: { 202: { description: 'The document is on disk' } },
    },
    (c, { caller }) =>
      captureIntake.read(c.req.raw, (body) => {
        const behaviour = behaviourOf(c.req.header('GS1-Capture-Error-Behaviour'))
        requireDocument(jsonOf(body), captureIntake)
        return captureIntake.append(caller, `http/capture/${behaviour}`, body, (position) => {
          const captureID = captureIDOf(position)
          return c.body(null, 202, { Location: `${c.get('baseUrl')}/epcis/capture/${captureID}` })
        })
      }),
  )
  router.serve(
    {
      method: 'get',
      path: '/epcis/capture',
      may: 'read captures',
      tag: 'EPCIS',
      summary: 'Finished capture jobs, newest first',
      query: pageParameters,
      answers: { 200: { description: 'A page', schema: z.array(jobSchema) } },
    },
    (c, { caller, query: { perPage, nextPageToken } }) => {
      const after = lastNumberOf(nextPageToken)
      const jobs = intake.jobs({ party: partyFor(caller), after, limit: perPage + 1 })
      const page = jobs.slice(0, perPage)
      linkNext(c, jobs.length > perPage ? page.at(-1)?.position : undefined)
      return c.json(page.map(finished))
    },
  )
  router.serve(
    {
      method: 'get',
      path: '/epcis/capture/{captureID}',
      may: 'read captures',
      tag: 'EPCIS',
      summary: 'What became of a capture',
      answers: { 200: { description: 'The job', schema: jobSchema } },
    },
    async (c, { caller, params: { captureID = '' } }) => {
      const position = positionOfCapture(captureID)
      const job = position === undefined ? undefined : await findJob(parts, position, caller)
      if (job === undefined) {
        throw new Problem('not_found', { detail: `there is no capture ${captureID}` })
      }
      return c.json(job)
    },
  )
}

function behaviourOf(header = 'rollback'): 'rollback' | 'proceed' {
  if (header === 'rollback' || header === 'proceed') return header
  throw new Problem('invalid_input', {
    code: 'invalid_header',
    path: 'GS1-Capture-Error-Behaviour',
    detail: `GS1-Capture-Error-Behaviour is rollback or proceed, not ${header}`,
  })
}

function requireDocument(value: unknown, captureIntake: CaptureIntake): void {
  const document = readDocument(value)
  if (!document.ok) throw problemOf(document)
  if (!isDocument(value)) {
    const detail = 'this takes an EPCISDocument or an EPCISQueryDocument'
    throw new Problem('invalid_input', { code: 'not_a_document', path: '/type', detail })
  }
  if (document.events.length > captureLimit) {
    const detail = `${document.events.length} events in one capture; it may have ${captureLimit}`
    throw captureIntake.tooLarge(detail)
  }
}

function isDocument(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false
  return value.type === 'EPCISDocument' || value.type === 'EPCISQueryDocument'
}

/**
 * A job is running from the moment its document is in the journal until ingest has recorded it. The
 * journal is asked first: what it has let go of is recorded, so nothing falls between.
 */
async function findJob(
  { intake, journalReader }: CaptureParts,
  position: JournalPosition,
  caller: Caller,
): Promise<JobView | undefined> {
  const record = await journalReader.at(position)
  const job = intake.job(position)
  const party = job?.party ?? record?.party
  if (isForeign(caller, party)) return undefined
  if (job !== undefined) return finished(job)
  if (!record?.topic.startsWith('http/capture/')) return undefined
  return {
    captureID: captureIDOf(position),
    createdAt: formatTimeUs(record.receivedAtUs),
    running: true,
    success: true,
    captureErrorBehaviour: record.topic.endsWith('/proceed') ? 'proceed' : 'rollback',
    errors: [],
    errorCount: 0,
    stored: 0,
    repeats: 0,
  }
}

function finished(job: CaptureJob): JobView {
  return {
    captureID: job.captureID,
    createdAt: formatTimeUs(job.createdAtUs),
    finishedAt: formatTimeUs(job.finishedAtUs),
    running: false,
    success: job.success,
    captureErrorBehaviour: job.errorBehaviour,
    errors: job.errors.map(errorView),
    errorCount: job.errorCount,
    stored: job.stored,
    repeats: job.repeats,
  }
}

function errorView(error: CaptureError): JobView['errors'][number] {
  return { ...problemOf(error).body, index: error.index }
}
