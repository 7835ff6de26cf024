/** Whether the process lives, and whether it can do its work: for orchestrators and people. */
import { z } from 'zod'
import type { Router } from './route.ts'

/** One thing the service needs. `ok` false makes the service not ready. */
export interface ReadinessCheck {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  /** It still is, and will not be for long unless somebody acts. */
  readonly warning?: true
}

const readinessSchema = z
  .object({
    ready: z.boolean(),
    checks: z.array(
      z.object({
        name: z.string(),
        ok: z.boolean(),
        detail: z.string(),
        warning: z.literal(true).optional(),
      }),
    ),
  })
  .meta({ id: 'Readiness' })

export interface HealthParts {
  /** Asked at every request. */
  readonly readiness: () => Promise<readonly ReadinessCheck[]>
}

export function serveHealth(router: Router, { readiness }: HealthParts): void {
  router.serve(
    {
      method: 'get',
      path: '/healthz',
      may: 'read service',
      tag: 'Service',
      summary: 'Whether the process answers',
      answers: { 200: { description: 'It does', schema: z.object({ status: z.literal('ok') }) } },
    },
    (c) => c.json({ status: 'ok' }),
  )
  router.serve(
    {
      method: 'get',
      path: '/readyz',
      may: 'read service',
      tag: 'Service',
      summary: 'Whether it can take and store what comes',
      answers: {
        200: { description: 'It can', schema: readinessSchema },
        503: { description: 'It cannot: a check says why', schema: readinessSchema },
      },
    },
    async (c) => {
      const checks = await readiness()
      const ready = checks.every(({ ok }) => ok)
      return c.json({ ready, checks }, ready ? 200 : 503)
    },
  )
}
