import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Env } from '#api/route.ts'
import { cutAnswers, streamText } from '#api/stream.ts'

const half = 'x'.repeat(20_000)

async function* parts(good: number): AsyncGenerator<string> {
  for (let part = 0; part < good; part += 1) yield half
  throw new Error('the store is away')
}

describe('a streamed answer', () => {
  const printed = [vi.spyOn(console, 'error'), vi.spyOn(console, 'info')]
  let logged: string[] = []
  let server: Server
  let url = ''
  beforeEach(async () => {
    logged = []
    const app = new Hono<Env>()
    app.use(cutAnswers(pino({}, { write: (line) => logged.push(line) })))
    app.get('/:good', (c) => streamText(c, parts(Number(c.req.param('good'))), {}))
    app.onError((error, c) => c.text(error.message, 503))
    server = createAdaptorServer({ fetch: app.fetch }) as Server
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => server.close())

  it('that fails before anything is out is an answer like any other', async () => {
    const answer = await fetch(`${url}/0`)
    expect([answer.status, await answer.text()]).toEqual([503, 'the store is away'])
    expect(logged).toEqual([])
  })

  it('that fails later is cut, with a line in the log and nothing between the lines', async () => {
    const answer = await fetch(`${url}/3`)
    expect(answer.status).toBe(200)
    await expect(answer.text()).rejects.toThrow()
    await expect.poll(() => logged).toEqual([expect.stringMatching(/an answer was cut/)])
    for (const spy of printed) expect(spy).not.toHaveBeenCalled()
  })
})
