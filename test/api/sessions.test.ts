import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminKey, startWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const login = (key: string, headers: Record<string, string> = {}) =>
  world.call('/v1/session', { method: 'POST', body: { key }, headers })

async function cookieOf(key: string): Promise<Record<string, string>> {
  const { status, headers } = await login(key)
  expect(status).toBe(201)
  return { Cookie: headers.get('Set-Cookie')?.split(';')[0] ?? '' }
}

const ours = { 'Sec-Fetch-Site': 'same-origin' }
const party = { method: 'PUT', body: { name: 'Farm', domain: 'food' } } as const

describe('a session', () => {
  it('stands for the key that was shown, in a cookie that no script reads', async () => {
    const { headers, json } = await login(adminKey)
    expect(json).toMatchObject({ role: 'admin', keyId: 'k0' })
    const cookie = headers.get('Set-Cookie') ?? ''
    expect(cookie).toMatch(/; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    expect(cookie).not.toContain(adminKey)
    const me = await world.call('/v1/session', { headers: { Cookie: cookie.split(';')[0] ?? '' } })
    expect(me.json).toMatchObject({ role: 'admin' })
    expect(me.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it('is not begun by a key that is unknown, revoked or of a device', async () => {
    world.party('gated')
    const about = { party: 'gated', device: 'gate', site: 's', name: 'G' }
    world.registry.devices.put({ ...about, enabled: true, topics: [] })
    const device = world.key({ role: 'device', party: 'gated', device: 'gate', label: '' })
    for (const key of ['sy_unknown', device]) {
      const { status, json } = await login(key)
      expect([status, json['code']]).toEqual([401, 'no_such_key'])
    }
  })

  it('changes something only from pages of the server', async () => {
    const cookie = await cookieOf(adminKey)
    const path = '/v1/parties/farm-1'
    for (const foreign of [{}, { Origin: 'https://evil.example' }, { Origin: 'null' }]) {
      const refused = await world.call(path, { ...party, headers: { ...cookie, ...foreign } })
      expect([refused.status, refused.json['code']]).toEqual([403, 'cross_site'])
    }
    for (const own of [ours, { Origin: 'https://trace.example' }]) {
      const { status } = await world.call(path, { ...party, headers: { ...cookie, ...own } })
      expect([200, 201]).toContain(status)
    }
  })

  it('may do no more than its key', async () => {
    const key = world.key({ role: 'inspector', label: '' })
    const headers = { ...(await cookieOf(key)), ...ours }
    expect((await world.call('/v1/parties/farm-2', { ...party, headers })).status).toBe(403)
    expect((await world.call('/v1/parties', { headers })).status).toBe(200)
  })

  it('ends when it is ended, and with its key', async () => {
    const key = world.key({ role: 'regulator', label: '' })
    const first = { ...(await cookieOf(key)), ...ours }
    const second = { ...(await cookieOf(key)), ...ours }
    const ended = await world.call('/v1/session', { method: 'DELETE', headers: first })
    expect([ended.status, ended.headers.get('Set-Cookie')]).toEqual([
      204,
      expect.stringContaining('Max-Age=0'),
    ])
    expect((await world.call('/v1/session', { headers: first })).json).toEqual({ role: 'public' })
    const { json } = await world.call('/v1/session', { headers: second })
    expect(json).toMatchObject({ role: 'regulator' })
    world.registry.keys.revoke(String(json['keyId']), Date.now() * 1000)
    expect((await world.call('/v1/session', { headers: second })).json).toEqual({ role: 'public' })
    expect((await world.call('/v1/parties', { headers: second })).status).toBe(401)
  })

  it('ends after a week', async () => {
    const begun = world.registry.sessions.begin(adminKey, 0)
    expect(world.registry.sessions.principal(begun?.session ?? '', 6 * 86_400e6)?.role).toBe(
      'admin',
    )
    expect(world.registry.sessions.principal(begun?.session ?? '', 7 * 86_400e6)).toBeUndefined()
  })

  it('ends when the administrator’s key is another', async () => {
    const cookie = await cookieOf(adminKey)
    world.registry.keys.setAdmin('another-administrators-key', Date.now() * 1000)
    expect((await world.call('/v1/session', { headers: cookie })).json).toEqual({ role: 'public' })
    world.registry.keys.setAdmin(adminKey, Date.now() * 1000)
  })

  it('is passed over where a key is sent too', async () => {
    const cookie = await cookieOf(adminKey)
    const key = world.key({ role: 'inspector', label: '' })
    const { json } = await world.call('/v1/session', { key, headers: cookie })
    expect(json).toMatchObject({ role: 'inspector' })
  })
})
