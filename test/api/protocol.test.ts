import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { adminKey, startWorld, type World } from './world.ts'

let world: World

beforeEach(async () => {
  world = await startWorld({
    parts: { readiness: async () => [{ name: 'ingest', ok: false, detail: '5 bytes behind' }] },
  })
})

afterEach(() => world.close())

describe('every refusal', () => {
  it.each([
    ['GET', '/nowhere', 404, 'epcisException:NoSuchNameException', 'not_found'],
    ['GET', '/v1/trace/', 404, 'epcisException:NoSuchNameException', 'not_found'],
    ['DELETE', '/epcis/events', 405, 'about:blank', 'method_not_allowed'],
    ['PATCH', '/v1/parties/farm', 405, 'about:blank', 'method_not_allowed'],
    [
      'GET',
      `/healthz?${'x'.repeat(9000)}`,
      414,
      'epcisException:URITooLongException',
      'uri_too_long',
    ],
    ['GET', '/healthz?x=1', 400, 'epcisException:QueryParameterException', 'unknown_parameter'],
    ['GET', '/v1/parties/%ff', 400, 'epcisException:QueryParameterException', 'invalid_query'],
    ['GET', '/epcis/events', 401, 'epcisException:SecurityException', 'unauthenticated'],
  ])('%s %.20s is %i, as problem+json', async (method, path, status, type, code) => {
    const key = status === 401 ? undefined : adminKey
    const answer = await world.call(path, { method, key })
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
    expect(answer.json).toMatchObject({
      status,
      type,
      code,
      title: expect.any(String),
      detail: expect.any(String),
    })
    expect(answer.status).toBe(status)
  })

  it('of a method names those that are allowed', async () => {
    const answer = await world.call('/v1/keys', { method: 'PATCH' })
    expect(answer.headers.get('Allow')).toBe('OPTIONS, GET, POST')
  })

  it('for a fault of ours says nothing of what it was', async () => {
    const faulty = await startWorld({
      parts: {
        readiness: async () => {
          throw new Error('the secret place')
        },
      },
    })
    const answer = await faulty.call('/readyz')
    expect(answer.json).toMatchObject({
      status: 500,
      type: 'epcisException:ImplementationException',
      code: 'internal',
    })
    expect(answer.text).not.toContain('secret place')
    await faulty.close()
  })
})

describe('a key', () => {
  it('that opens nothing is refused, also where none is needed', async () => {
    for (const path of ['/healthz', '/epcis/events']) {
      const answer = await world.call(path, { key: 'sy_guess' })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('WWW-Authenticate')).toContain('error="invalid_token"')
    }
    const basic = await world.call('/healthz', { headers: { Authorization: 'Basic YTpi' } })
    expect(basic.status).toBe(401)
    const none = await world.call('/epcis/events')
    expect(none.headers.get('WWW-Authenticate')).toBe('Bearer realm="suyuan"')
  })
})

describe('the service', () => {
  it('lives, and says why it is not ready', async () => {
    expect((await world.call('/livez')).json).toEqual({ live: true })
    expect((await world.call('/healthz')).json).toEqual({ status: 'ok' })
    const ready = await world.call('/readyz')
    expect(ready.status).toBe(503)
    expect(ready.json).toMatchObject({ ready: false, checks: [{ name: 'ingest', ok: false }] })
  })

  it('tells its figures by route, never by path', async () => {
    await world.call('/v1/parties/farm-of-somebody', { key: adminKey })
    const metrics = await world.call('/metrics', { key: adminKey })
    expect(metrics.headers.get('Content-Type')).toContain('text/plain')
    expect(metrics.text).toContain('suyuan_http_request_seconds_count')
    expect(metrics.text).toContain('route="/v1/parties/:slug"')
    expect(metrics.text).not.toContain('farm-of-somebody')
    expect((await world.call('/metrics')).status).toBe(401)
  })
})
