import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PageFile } from '#api/page-files.ts'
import { startWorld, type World } from './world.ts'

const file = (text: string, isImmutable = false): PageFile => ({
  type: 'text/javascript; charset=utf-8',
  isImmutable,
  plain: Buffer.from(text),
  br: Buffer.from('brotli'),
  gzip: Buffer.from('gzip'),
})

let world: World
let bare: World

beforeAll(async () => {
  const pages = new Map([
    ['index.html', { ...file('<!doctype html>'), type: 'text/html; charset=utf-8' }],
    ['sw.js', file('self')],
    ['assets/main-1.js', file('main', true)],
  ])
  world = await startWorld({ parts: { pages } })
  bare = await startWorld()
})
afterAll(async () => {
  await world.close()
  await bare.close()
})

describe('the pages', () => {
  it('are opened by every path below /app/ that is no file', async () => {
    for (const path of ['/app/', '/app/item?id=x', '/app/alerts/7']) {
      const { status, text } = await world.call(path)
      expect([path, status, text]).toEqual([path, 200, '<!doctype html>'])
    }
    expect((await world.call('/')).headers.get('Location')).toBe('/app/')
  })

  it('run no script but their own and load nothing from elsewhere', async () => {
    const policy = (await world.call('/app/')).headers.get('Content-Security-Policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe-inline')
    expect(policy).not.toMatch(/https?:|\*/)
  })

  it('send what the build has compressed, to whoever can read it', async () => {
    const sent = async (accept: string) => {
      const headers = { 'Accept-Encoding': accept }
      const answer = await world.call('/app/assets/main-1.js', { headers })
      return [answer.headers.get('Content-Encoding'), answer.text]
    }
    expect(await sent('gzip, deflate, br')).toEqual(['br', 'brotli'])
    expect(await sent('gzip')).toEqual(['gzip', 'gzip'])
    expect(await sent('')).toEqual([null, 'main'])
  })

  it('are kept for ever where the name tells the content, and asked for again elsewhere', async () => {
    const cached = async (path: string) => (await world.call(path)).headers.get('Cache-Control')
    expect(await cached('/app/assets/main-1.js')).toContain('immutable')
    expect(await cached('/app/')).toBe('no-cache')
    const worker = await world.call('/app/sw.js')
    expect(worker.headers.get('Service-Worker-Allowed')).toBe('/')
  })

  it('say of a file that is not there that it is not, never a page in its place', async () => {
    expect((await world.call('/app/assets/old-1.js')).status).toBe(404)
  })

  it('say so where they have not been built', async () => {
    const { status, json } = await bare.call('/app/')
    expect([status, json['code']]).toEqual([503, 'pages_not_built'])
  })
})
