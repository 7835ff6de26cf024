/** Recalls of the scene, made by the administrator over the API, for pages that show them. */

import { until } from '../e2e/http.ts'
import { keyOf, server } from './browser.ts'
import { rightsOf } from './raise-alert.ts'
import { captured, product } from './scene.ts'
import type { Stage } from './setup.ts'

export const packLot = `https://id.gs1.org/01/${product.gtin}/10/${product.lot}`

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface Play {
  readonly id: string
  get(path: string): Promise<Answer>
  post(path: string, body: object, key?: string): Promise<Answer>
  /** Lifts its blocks, by another than made it. */
  cancel(): Promise<Answer>
}

export async function call(
  stage: Stage,
  path: string,
  key: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(stage.url + path, {
    method: body ? 'POST' : 'GET',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}

/** A draft by the administrator whose scope is known. */
export async function makeDraft(stage: Stage, more: object = {}): Promise<Play> {
  const asked = {
    title: '冷鲜猪前腿：运输超温',
    reason: '运输途中持续超过 4 °C',
    instructions: '停止销售，封存并退回配送中心',
    class: 'I',
    from: [{ lot: packLot }],
    ...more,
  }
  const { status, body } = await call(stage, '/v1/recalls', stage.adminKey, asked)
  if (status !== 201) throw new Error(JSON.stringify(body))
  const id = String(body['id'])
  const play: Play = {
    id,
    get: (path) => call(stage, `/v1/recalls/${id}${path}`, stage.adminKey),
    post: async (path, given, key = stage.adminKey) => {
      const answer = await call(stage, `/v1/recalls/${id}${path}`, key, given)
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
      return answer
    },
    cancel: async () => {
      const step = { action: 'cancel', reason: '测试结束' }
      return play.post('/steps', step, await keyOf('regulator', stage))
    },
  }
  await until(
    () => play.get('/versions'),
    ({ body: versions }) => JSON.stringify(versions).includes('"state":"known"'),
  )
  return play
}

/** One that consignees have been told of; some have answered, one has been checked. */
export async function makeNotified(stage: Stage, more: object = {}): Promise<Play> {
  const play = await makeDraft(stage, more)
  const regulator = await keyOf('regulator', stage)
  const step = (action: string, given: object = {}) =>
    play.post('/steps', { action, reason: '按预案办理', ...given }, regulator)
  await step('approve', { version: 1 })
  await step('notify')
  await step('report', { report: 'plan' })
  return play
}

/** The lot that came first of all that a thing was made of. */
export async function originOf(stage: Stage, item: string): Promise<string> {
  const path = `/v1/trace/${encodeURIComponent(item)}?direction=back`
  const { body } = await call(stage, path, stage.adminKey)
  const nodes = body['nodes'] as { key: string; kind: string; depth: number }[]
  const lots = nodes.filter(({ kind }) => kind === 'lot').sort((a, b) => b.depth - a.depth)
  return lots[0]?.key ?? item
}

/** Those who hold any of it, by slug, and the units that what they have is told in. */
export async function consigneesOf(play: Play): Promise<{ party: string; units: string[] }[]> {
  const { body } = await play.get('/consignees')
  const told = body as unknown as { party: string; lines: { uom: string }[] }[]
  return told.map(({ party, lines }) => ({ party, units: lines.map(({ uom }) => uom) }))
}

export interface Goods {
  readonly lot: string
  /** One pack of it, which a shop has. */
  readonly pack: string
}

/** A lot that only one test knows, of which a shop got everything. */
export async function ownGoods(name: string): Promise<Goods> {
  const number = `${name}-${Date.now().toString(36).slice(-6, -2)}`
  const product = 'https://id.gs1.org/01/06907654323001'
  const goods = { lot: `${product}/10/${number}`, pack: `${product}/21/${number}` }
  const happens = (hoursAgo: number, more: object) => ({
    ...{ type: 'ObjectEvent', action: 'OBSERVE', eventTimeZoneOffset: '+08:00' },
    eventTime: new Date(Date.now() - hoursAgo * 3_600_000).toISOString(),
    epcList: [goods.pack],
    ...more,
  })
  await captured(server(), await rightsOf('recall-maker'), [
    happens(9, {
      ...{ action: 'ADD', bizStep: 'commissioning' },
      ilmd: { 'cbvmda:lotNumber': number },
    }),
    happens(8, { bizStep: 'shipping' }),
  ])
  await captured(server(), await rightsOf('recall-shop'), [happens(7, { bizStep: 'receiving' })])
  return goods
}
