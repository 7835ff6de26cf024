import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PageFile } from '#api/page-files.ts'
import { carton, supply } from './supply.ts'
import { event, startWorld, type World } from './world.ts'

const index: PageFile = {
  type: 'text/html; charset=utf-8',
  isImmutable: false,
  plain: Buffer.from('<html lang="zh-CN"><body><div id="root"></div></body></html>'),
  br: undefined,
  gzip: undefined,
}

let world: World
const path = new URL(carton).pathname
const browser = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'Accept-Language': 'zh-CN' }

beforeAll(async () => {
  world = await startWorld({ parts: { pages: new Map([['index.html', index]]) } })
  await supply(world)
})
afterAll(() => world.close())

describe('a scanned code', () => {
  it('opens as a page with its verdict in a browser, and as JSON elsewhere', async () => {
    const { status, text, headers } = await world.call(path, { headers: browser })
    expect([status, headers.get('Content-Type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(text).toContain('请勿销售')
    expect(text).toContain('<section class="verdict do_not_sell">')
    expect(headers.get('Content-Security-Policy')).toContain("script-src 'self'")
    expect((await world.call(path)).json['key']).toBe(carton)
  })

  it('is told in the language that was chosen, or that the browser prefers', async () => {
    const told = async (headers: Record<string, string>) =>
      (await world.call(path, { headers: { ...browser, ...headers } })).text
    expect(await told({ 'Accept-Language': 'en-GB' })).toContain('<html lang="en">')
    const chosen = { 'Accept-Language': 'en-GB', Cookie: 'suyuan_lang=zh' }
    expect(await told(chosen)).toContain('<html lang="zh-CN">')
  })

  it('that nothing names is a page too, with 404 and no verdict to rely on', async () => {
    const { status, text } = await world.call('/01/09521321000018/21/none', { headers: browser })
    expect(status).toBe(404)
    expect(text).toContain('<section class="verdict unknown">')
  })

  it('puts nothing of what it is told into the page as markup', async () => {
    const party = world.party('evil')
    world.registry.products.put({
      key: 'https://id.gs1.org/01/09521321000025',
      party: 'evil',
      name: '</script><img src=x onerror=alert(1)>',
      domain: 'food',
    })
    const evil = 'https://id.gs1.org/01/09521321000025/21/1'
    await world.capture(party, event({ epcList: [evil], action: 'ADD' }))
    const { text } = await world.call(new URL(evil).pathname, { headers: browser })
    expect(text).not.toContain('<img')
    expect(text.match(/<\/script>/g)).toHaveLength(1)
  })

  it('leads to the JSON of the API where a link type asks for it', async () => {
    const { status } = await world.call(`${path}?linkType=gs1:traceability`, { headers: browser })
    expect(status).toBe(307)
  })
})
