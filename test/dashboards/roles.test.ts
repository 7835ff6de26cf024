/** Who is shown which page, and what the server answers whoever asks for more than that. */
import type { Page } from '@playwright/test'
import { describe, expect, it } from 'vitest'
import { get, post } from '../e2e/http.ts'
import { type Role, server, stage, visit } from './browser.ts'

const ROLES: readonly Role[] = ['public', 'enterprise', 'inspector', 'regulator', 'admin']
const DESK = ['enterprise', 'inspector', 'regulator', 'admin'] as const

/** Every page that not everybody may open, by its name in the menu. */
const PAGES: readonly [name: string, path: string, roles: readonly Role[]][] = [
  ['Chain', '/app/chain', DESK],
  ['Alerts', '/app/alerts', DESK],
  ['Recalls', '/app/recalls', DESK],
  ['Rules', '/app/rules', DESK],
  ['Parties', '/app/parties', ['inspector', 'regulator', 'admin']],
  ['Lines', '/app/enterprise', ['enterprise', 'admin']],
  ['Webhooks', '/app/webhooks', ['enterprise', 'regulator', 'admin']],
]

/** What pages ask for and do. A right is told by what is not refused, whatever else is wrong. */
const REQUESTS: readonly [request: string, roles: readonly Role[]][] = [
  ['GET /v1/items/x', ROLES],
  ['GET /v1/recalls', ROLES],
  ['PUT /v1/reports/x', ROLES],
  ['GET /v1/trace/x', DESK],
  ['GET /v1/telemetry', DESK],
  ['GET /epcis/events', DESK],
  ['GET /v1/alerts', DESK],
  ['GET /v1/alerts/x', DESK],
  ['POST /v1/alerts/x/steps', ['enterprise', 'regulator', 'admin']],
  ['GET /v1/rules', DESK],
  ['PUT /v1/rules', ['regulator', 'admin']],
  ['POST /v1/rules/dry-run', ['regulator', 'admin']],
  ['POST /v1/recalls', ['regulator', 'admin']],
  ['POST /v1/recalls/x/steps', ['regulator', 'admin']],
  ['GET /v1/recalls/x/steps', ['inspector', 'regulator', 'admin']],
  ['GET /v1/recalls/x/consignees', DESK],
  ['GET /v1/reports', ['inspector', 'regulator', 'admin']],
  ['GET /v1/parties', DESK],
  ['PUT /v1/parties/x', ['admin']],
  ['GET /v1/devices', DESK],
  ['PUT /v1/devices/pork-plant/x', ['enterprise', 'admin']],
  ['GET /v1/rejections', ['enterprise', 'regulator', 'admin']],
  ['GET /v1/keys', ['enterprise', 'admin']],
  ['POST /v1/keys', ['enterprise', 'admin']],
  ['GET /v1/webhooks', ['enterprise', 'regulator', 'admin']],
  ['POST /v1/webhooks', ['enterprise', 'regulator', 'admin']],
  // Evidence is captured in the name of a party, which an administrator has not.
  ['POST /epcis/events', ['enterprise']],
]

/** Sent by a page, with its session: the status, and the code of a refusal. */
async function asked(page: Page, request: string): Promise<string> {
  const [method, path] = request.split(' ')
  const body = method === 'GET' ? '' : `body: '{}', headers: { 'Content-Type': 'application/json' }`
  return page.evaluate<string>(`(async () => {
    const answer = await fetch('${path}', { method: '${method}', ${body} })
    const { code = '' } = await answer.json()
    return answer.status + ' ' + code
  })()`)
}

const REFUSED = new Set(['401 unauthenticated', '403 forbidden'])

describe.skipIf(stage === undefined).each(ROLES)('%s', (role) => {
  const may = (roles: readonly Role[]) => roles.includes(role)

  it('is offered its pages, each of which opens, and is told so of all others', async () => {
    await visit({ language: 'en', view: 'desk', role }, async ({ page, open, check, faults }) => {
      await open('/app/')
      const menu = page.getByRole('navigation').getByRole('link')
      const names = PAGES.filter(([, , roles]) => may(roles)).map(([name]) => name)
      await expect
        .poll(() => menu.allTextContents())
        .toEqual(names.length === 0 ? [] : ['Scan', ...names])
      for (const [name, path, roles] of PAGES) {
        if (may(roles)) {
          await menu.filter({ hasText: name }).click()
          await page.waitForURL((url) => url.pathname === path)
          await page.locator('main .card').first().waitFor()
          expect(await page.getByText('Your role may not see this page').count()).toBe(0)
          continue
        }
        const asked: string[] = []
        page.on('request', (request) => asked.push(new URL(request.url()).pathname))
        await open(path)
        if (role === 'public') await page.getByRole('heading', { name: 'Log in' }).waitFor()
        else await page.getByText('Your role may not see this page').waitFor()
        await page.getByRole('heading', { level: 1, name }).waitFor()
        // Nothing is asked for that it would be refused.
        const known = asked.filter((one) => one.startsWith('/v1/'))
        expect(known.filter((one) => !/^\/v1\/(session|alerts\/stream)$/.test(one))).toEqual([])
        await check()
      }
      expect(faults).toEqual([])
    })
  })

  it('is answered by the server as far as its rights reach', async () => {
    await visit({ role }, async ({ page, open, allow }) => {
      allow(/4\d\d/)
      await open('/app/login')
      const answers = new Map<string, string>()
      for (const [request] of REQUESTS) answers.set(request, await asked(page, request))
      const refused = REQUESTS.map(([request]) => request).filter((request) =>
        REFUSED.has(answers.get(request) ?? ''),
      )
      const expected = REQUESTS.filter(([, roles]) => !may(roles)).map(([request]) => request)
      expect(refused, JSON.stringify([...answers])).toEqual(expected)
      // Whoever is nobody is to log in; whoever is somebody may not.
      const status = role === 'public' ? '401' : '403'
      for (const request of refused) expect(answers.get(request)).toMatch(status)
    })
  })
})

describe.skipIf(stage === undefined)('a device', () => {
  it('has no pages: its key logs nobody in', async () => {
    const { body } = await get(server(), '/v1/devices?party=lingang')
    const [device] = body['items'] as { device: string }[]
    const grant = { role: 'device', party: 'lingang', device: device?.device, label: 'pages' }
    const { body: made } = await post(server(), '/v1/keys', server().key, grant)
    await visit({ language: 'en' }, async ({ page, open, allow, check }) => {
      allow(/401/)
      await open('/app/login')
      await page.getByLabel('Key').fill(String(made['secret']))
      await page.getByRole('button', { name: 'Log in' }).click()
      await page.getByRole('alert').getByText('This key is wrong').waitFor()
      await check()
    })
  })
})
