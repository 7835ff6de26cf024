import { describe, expect, it } from 'vitest'
import { everyLook, keyOf, stage, visit } from './browser.ts'

describe.skipIf(stage === undefined)('around every page', () => {
  it.each(everyLook)('the way in stands in $language on a $view', async (look) => {
    await visit(look, async ({ page, open, check, picture }) => {
      await open('/app/login')
      const title = look.language === 'zh' ? '登录' : 'Log in'
      await page.getByRole('heading', { name: title, level: 2 }).waitFor()
      await check()
      await picture(`login-${look.language}-${look.view}`)
    })
  })

  it('a key that is shown once logs in, and stays in no storage', async () => {
    await visit({}, async ({ page, context, open }) => {
      const key = stage ? await keyOf('inspector', stage) : ''
      await open('/app/login')
      await page.getByLabel('密钥').fill(key)
      await page.getByRole('button', { name: '登录' }).click()
      await page.getByRole('button', { name: '退出' }).waitFor()
      const cookies = await context.cookies()
      const session = cookies.find(({ name }) => name === 'suyuan_session')
      expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
      expect(JSON.stringify(await context.storageState())).not.toContain(key)
      await page.getByRole('button', { name: '退出' }).click()
      await page.getByRole('link', { name: '登录' }).waitFor()
      const who = await context.request.get('/v1/session')
      expect(await who.json()).toEqual({ role: 'public' })
    })
  })

  it('a wrong key is told as one', async () => {
    await visit({ language: 'en' }, async ({ page, open, allow, check }) => {
      allow(/401/)
      await open('/app/login')
      await page.getByLabel('Key').fill('sy_wrong')
      await page.getByRole('button', { name: 'Log in' }).click()
      await page.getByRole('alert').getByText('This key is wrong').waitFor()
      await check()
    })
  })

  it('the language is changed and stays changed', async () => {
    await visit({ language: 'en' }, async ({ page, open }) => {
      await open('/app/login')
      await page.getByRole('button', { name: '中文' }).click()
      await page.getByRole('heading', { name: '登录', level: 2 }).waitFor()
      await page.reload()
      await page.getByRole('heading', { name: '登录', level: 2 }).waitFor()
      expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    })
  })

  it('an address that is no page says so', async () => {
    await visit({ language: 'en' }, async ({ page, open, check }) => {
      await open('/app/no/such/page')
      await page.getByRole('paragraph').getByText('There is no such page').waitFor()
      await check()
    })
  })

  it('the keyboard gets past the navigation', async () => {
    await visit({ language: 'en', view: 'desk' }, async ({ page, open }) => {
      await open('/app/login')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      expect(await page.evaluate('document.activeElement.id')).toBe('key')
    })
  })
})
