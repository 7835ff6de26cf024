import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
})

afterAll(() => world.close())

interface OpenApi {
  readonly openapi: string
  readonly paths: Record<string, Record<string, { parameters?: { name: string }[] }>>
  readonly components: { readonly schemas: Record<string, unknown> }
}

const openApi = async () => (await world.call('/openapi.json')).json as unknown as OpenApi

describe('the OpenAPI document', () => {
  it('has every route of the app and no other', async () => {
    const { openapi, paths } = await openApi()
    expect(openapi).toBe('3.1.0')
    const told = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const served = world.app.routes
      .filter(({ method }) => method !== 'ALL' && method !== 'OPTIONS')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`)
    expect(told.sort()).toEqual([...new Set(served)].sort())
    expect(told).toContain('POST /epcis/capture')
    expect(told).toContain('GET /v1/trace/{id}')
  })

  it('names every parameter of the event query', async () => {
    const { paths } = await openApi()
    const names = paths['/epcis/events']?.['get']?.parameters?.map(({ name }) => name)
    expect(names).toEqual([
      'eventType',
      'GE_eventTime',
      'LT_eventTime',
      'GE_recordTime',
      'LT_recordTime',
      'EQ_bizStep',
      'EQ_disposition',
      'EQ_readPoint',
      'EQ_bizLocation',
      'MATCH_epc',
      'MATCH_parentID',
      'MATCH_inputEPC',
      'MATCH_outputEPC',
      'MATCH_anyEPC',
      'MATCH_epcClass',
      'MATCH_inputEPCClass',
      'MATCH_outputEPCClass',
      'MATCH_anyEPCClass',
      'perPage',
      'nextPageToken',
    ])
  })

  it('refers to nothing that it does not hold', async () => {
    const document = await openApi()
    const references = JSON.stringify(document).matchAll(
      /"\$ref":"#\/components\/schemas\/([^"]+)"/g,
    )
    const names = [...references].map(([, name]) => name)
    expect(names).toContain('Problem')
    for (const name of names) expect(document.components.schemas).toHaveProperty(String(name))
  })

  it('declares each {name} of a path as a parameter of it', async () => {
    const { paths } = await openApi()
    for (const [path, item] of Object.entries(paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      for (const operation of Object.values(item)) {
        const declared = (operation.parameters ?? []).map(({ name }) => name)
        expect(declared).toEqual(expect.arrayContaining(inPath))
      }
    }
  })
})

describe('the page of the interface', () => {
  it('shows every route', async () => {
    const { paths } = await openApi()
    const page = await world.call('/docs')
    expect(page.headers.get('Content-Type')).toContain('text/html')
    for (const path of Object.keys(paths)) expect(page.text).toContain(path)
  })

  it('asks for nothing from elsewhere, and runs nothing', async () => {
    const page = await world.call('/docs')
    const links = [...page.text.matchAll(/(?:href|src|action)="([^"]+)"/g)].map(([, link]) => link)
    expect(
      links.filter((link) => !/^(#|docs\/style\.css$|openapi\.json$)/.test(link ?? '')),
    ).toEqual([])
    expect(page.text).not.toMatch(/<(script|iframe|img|object|embed)/)
    expect(page.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    const style = await world.call('/docs/style.css')
    expect(style.headers.get('Content-Type')).toContain('text/css')
    expect(style.text).not.toMatch(/url\(|@import/)
  })
})
