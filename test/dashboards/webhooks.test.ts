import type { Page } from '@playwright/test'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Receiver, startReceiver, status } from '../api/webhooks/receiver.ts'
import { everyLook, type Language, stage, visit } from './browser.ts'
import { call } from './recall-play.ts'
import type { Stage } from './setup.ts'

const at = stage as Stage
const inEnglish = { language: 'en', view: 'desk', role: 'regulator' } as const
const said = (language: Language, zh: string, en: string) => (language === 'zh' ? zh : en)

let receiver: Receiver

beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(() => receiver.close())

/** Makes one on the page and picks it. */
async function make(page: Page, name: string): Promise<void> {
  await page.getByLabel('URL of the receiver (https)').fill(receiver.url)
  await page.getByLabel('Description').fill(name)
  await page.getByLabel('high').check()
  await page.getByRole('button', { name: 'Make a webhook' }).click()
  await page.getByRole('heading', { name }).waitFor()
}

describe.skipIf(stage === undefined)('webhooks', () => {
  it.each(everyLook)('are told with what was delivered, in $language on a $view', async (look) => {
    const given = { url: receiver.url, description: `值班平台 ${look.language} ${look.view}` }
    const { body } = await call(at, '/v1/webhooks', at.adminKey, given)
    await call(at, `/v1/webhooks/${body['id']}/ping`, at.adminKey, {})
    await expect.poll(() => receiver.received.length).toBe(1)
    receiver.behave(status(500))
    await call(at, `/v1/webhooks/${body['id']}/ping`, at.adminKey, {})
    await visit({ ...look, role: 'regulator' }, async ({ page, open, check, picture }) => {
      await open('/app/webhooks')
      await page.locator('.webhook-row', { hasText: given.description }).click()
      const delivered = page.getByText(said(look.language, '已送达', 'delivered'), { exact: true })
      const test = said(look.language, '订阅：测试', 'Webhook: test')
      await page.locator('.webhook-row', { hasText: test }).last().click()
      await delivered.last().waitFor()
      await page.getByLabel(said(look.language, '签名内容', 'What was signed')).waitFor()
      await check()
      await picture(`webhooks-${look.language}-${look.view}`)
    })
    await fetch(`${at.url}/v1/webhooks/${body['id']}`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${at.adminKey}` },
    })
  })

  it('are made with a secret that is shown once', async () => {
    await visit(inEnglish, async ({ page, open, check }) => {
      await open('/app/webhooks')
      await make(page, 'shown once')
      expect(receiver.handshakes).toHaveLength(1)
      const secret = await page.getByRole('status').locator('code').textContent()
      expect(secret).toMatch(/^whsec_/)
      await check()
      await page.reload()
      await page.locator('.webhook-row', { hasText: 'shown once' }).click()
      await page.getByText('active', { exact: true }).first().waitFor()
      expect(await page.content()).not.toContain(secret)
    })
  })

  it('say what became of a test, and send it again under the same id', async () => {
    await visit(inEnglish, async ({ page, open }) => {
      await open('/app/webhooks')
      await make(page, 'tested')
      await page.getByRole('button', { name: 'Send a test' }).click()
      await expect.poll(() => receiver.received.length).toBe(1)
      const rows = page.locator('.webhook-row', { hasText: 'Webhook: test' })
      await rows.first().getByText('delivered').waitFor()
      await rows.first().click()
      await page.locator('.webhook-whole tbody tr').getByText('204').waitFor()
      await page.getByRole('button', { name: 'Send again' }).click()
      await page.getByText('1 on their way again').waitFor()
      await expect.poll(() => receiver.received.length).toBe(2)
      expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1)
      expect(await page.getByLabel('What was signed').inputValue()).toBe(receiver.received[0]?.body)
    })
  })

  it('tell of a receiver that refuses: when, how and when it is tried again', async () => {
    await visit(inEnglish, async ({ page, open }) => {
      receiver.behave(status(500))
      await open('/app/webhooks')
      await make(page, 'refusing')
      await page.getByRole('button', { name: 'Send a test' }).click()
      await expect.poll(() => receiver.received.length).toBeGreaterThan(0)
      await page.getByLabel('State', { exact: true }).selectOption('to send')
      const row = page.locator('.webhook-row', { hasText: 'Webhook: test' })
      await row.getByText('refused').waitFor()
      await row.getByText(/next/).waitFor()
      await row.click()
      await page.locator('.webhook-whole tbody tr').first().getByText('500').waitFor()
      await page.getByLabel('State', { exact: true }).selectOption('delivered')
      await page.getByText('Nothing was delivered yet').waitFor()
    })
  })

  it('wait for a receiver to agree, rest, get a new secret and are removed', async () => {
    await visit(inEnglish, async ({ page, open }) => {
      receiver.allow({})
      await open('/app/webhooks')
      await make(page, 'worked')
      await page.getByText(/The receiver did not agree/).waitFor()
      const row = page.locator('.webhook-row', { hasText: 'worked' })
      await row.getByText('unverified').waitFor()
      receiver.allow({ 'WebHook-Allowed-Origin': '*' })
      await page.getByRole('button', { name: 'Ask the receiver again' }).click()
      await row.getByText('active').waitFor()
      await page.getByRole('button', { name: 'Pause' }).click()
      await row.getByText('paused').waitFor()
      await page.getByRole('button', { name: 'Go on' }).click()
      await row.getByText('active').waitFor()
      await page.getByRole('button', { name: 'New secret' }).click()
      await page
        .getByText(/whsec_/)
        .last()
        .waitFor()
      await page.getByRole('button', { name: 'Remove' }).click()
      await page.getByRole('button', { name: 'Really remove' }).click()
      await row.waitFor({ state: 'detached' })
    })
  })

  it('replay what was sent in a span of time', async () => {
    await visit(inEnglish, async ({ page, open }) => {
      await open('/app/webhooks')
      await make(page, 'replayed')
      await page.getByRole('button', { name: 'Send a test' }).click()
      await expect.poll(() => receiver.received.length).toBe(1)
      await page.getByText('Replay a span of time').click()
      const later = new Date(Date.now() + 10 * 3_600_000).toISOString().slice(0, 16)
      await page.getByLabel('To', { exact: true }).fill(later)
      await page.getByRole('button', { name: 'Replay', exact: true }).click()
      await page.getByText(/\d+ on their way again/).waitFor()
    })
  })
})
