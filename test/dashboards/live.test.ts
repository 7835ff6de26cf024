import type { Page } from '@playwright/test'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BreakingProxy, startBreakingProxy } from './breaking-proxy.ts'
import { stage, visit } from './browser.ts'
import { raiseAlert } from './raise-alert.ts'

const MOST_CONNECTIONS = 6

let proxy: BreakingProxy

beforeEach(async () => {
  if (stage) proxy = await startBreakingProxy(stage.url)
})
afterEach(() => proxy?.close())

const through = () =>
  ({ language: 'en', view: 'desk', role: 'regulator', through: proxy.url }) as const

/** How many new alerts a window has heard of, by the mark at its top. */
async function heardBy(page: Page): Promise<number> {
  const text = (await page.locator('.top-actions .tag').first().textContent()) ?? ''
  return Number(/(\d+) new alerts?/.exec(text)?.[1] ?? 0)
}

const isLive = (page: Page) => page.locator('.top-actions').getByText('Live').waitFor()

/** All alerts that there are; each is raised once. */
async function alertsKept(): Promise<number> {
  const headers = { Authorization: `Bearer ${stage?.adminKey}` }
  let count = 0
  for (let token: string | undefined = ''; token !== undefined; ) {
    const more: string = token === '' ? '' : `&nextPageToken=${token}`
    const answer = await fetch(`${stage?.url}/v1/alerts?perPage=1000${more}`, { headers })
    const page = (await answer.json()) as { items: object[]; nextPageToken?: string }
    count += page.items.length
    token = page.nextPageToken
  }
  return count
}

/** Whether a window has heard of just what was raised since there were so many, and of enough. */
async function hearsAll(page: Page, before: number, least: number): Promise<void> {
  await expect
    .poll(async () => {
      const raised = (await alertsKept()) - before
      return { isEnough: raised >= least, missed: raised - (await heardBy(page)) }
    })
    .toEqual({ isEnough: true, missed: 0 })
}

describe.skipIf(stage === undefined)('alerts as they come', () => {
  it('are held back where they are raised while the list is on its way', async () => {
    await visit(through(), async ({ page, context, open }) => {
      let lists = 0
      await context.route(/\/v1\/alerts\?.*state=open.*perPage=1000/, async (route) => {
        const response = await route.fetch()
        if (lists++ === 0) {
          await raiseAlert('while-listed')
          await expect.poll(() => heardBy(page)).toBeGreaterThan(0)
          // The list hears of it as the mark does, a quarter of a second apart at most.
          await page.waitForTimeout(500)
        }
        await route.fulfill({ response })
      })
      await open('/app/alerts')
      await page.locator('.case-open').first().waitFor()
      await page.getByRole('button', { name: /new: click to load/ }).waitFor()
      await context.unrouteAll({ behavior: 'wait' })
      expect(lists).toBeGreaterThan(0)
    })
  })

  it('reach more windows than a browser has connections, through one of them', async () => {
    await visit(through(), async ({ page, context, open }) => {
      await open('/app/alerts')
      await isLive(page)
      const windows = [page]
      while (windows.length <= MOST_CONNECTIONS) {
        const next = await context.newPage()
        windows.push(next)
        await next.goto('/app/alerts')
        // What it asks for is answered: the others have left it a connection.
        await next.locator('.case-open').first().waitFor()
        await isLive(next)
      }
      expect(proxy.streams()).toBe(1)
      await raiseAlert('seven-windows')
      for (const each of windows) await expect.poll(() => heardBy(each)).toBeGreaterThan(0)
    })
  })

  it('are neither lost nor doubled, however often the connection breaks', async () => {
    await visit(through(), async ({ page, open, allow }) => {
      allow(/ERR_|503/)
      await open('/app/alerts')
      await isLive(page)
      await expect.poll(() => proxy.streams()).toBe(1)
      const before = (await alertsKept()) - (await heardBy(page))
      for (let round = 0; round < 4; round++) {
        await raiseAlert(`before-break-${round}`)
        proxy.cut()
        // While nobody hears, the server goes on.
        await raiseAlert(`in-break-${round}`)
        await expect.poll(() => proxy.streams()).toBe(1)
      }
      await hearsAll(page, before, 8)
      // Refused for a while, which a browser takes for the end of a stream.
      proxy.refuse(true)
      proxy.cut()
      await page.locator('.top-actions').getByText('Not connected').waitFor()
      await raiseAlert('while-refused')
      proxy.refuse(false)
      await hearsAll(page, before, 9)
      await raiseAlert('after-all')
      await hearsAll(page, before, 10)
    })
  })

  it('come through one window for all where a browser shares no workers', async () => {
    await visit(through(), async ({ page, context, open }) => {
      await context.addInitScript('delete globalThis.SharedWorker')
      await open('/app/alerts')
      await isLive(page)
      const second = await context.newPage()
      await second.goto('/app/alerts')
      await isLive(second)
      expect(proxy.streams()).toBe(1)
      const before = (await alertsKept()) - (await heardBy(second))
      await raiseAlert('two-windows')
      await hearsAll(second, before, 1)
      // The window that held the stream goes, and the other takes it over.
      await page.close()
      await raiseAlert('one-window')
      await hearsAll(second, before, 2)
      expect(proxy.streams()).toBe(1)
    })
  })

  it('end with the session, in every window', async () => {
    await visit(through(), async ({ page, context, open, allow }) => {
      allow(/401/)
      await open('/app/alerts')
      await isLive(page)
      const second = await context.newPage()
      await second.goto('/app/alerts')
      await isLive(second)
      await page.getByRole('button', { name: 'Log out' }).click()
      await second.getByRole('link', { name: 'Log in' }).waitFor()
      await expect.poll(() => proxy.streams()).toBe(0)
    })
  })
})
