/** Pages that no other test looks at in both languages and both views, with all their checks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyLook, said, stage, visit } from './browser.ts'
import { blankFilm } from './film.ts'
import { codes } from './scene.ts'

describe.skipIf(stage === undefined).each(everyLook)('in $language on a $view', (look) => {
  const { language, view } = look
  const name = (page: string) => `${page}-${language}-${view}`

  it('nothing is known of a code, and what is reported of it waits', async () => {
    await visit({ ...look, role: 'inspector' }, async (visited) => {
      const { page, context, open, allow, check, picture } = visited
      allow(/404|ERR_FAILED|Failed to fetch/)
      await context.route('**/v1/reports/*', (route) => route.abort())
      await open(`/app/item?id=${encodeURIComponent(codes.unknown)}`)
      const hint = said(language, '没有记录不等于假货', 'No record does not mean that it is a fake')
      await page.locator('.verdict.unknown').getByText(hint).waitFor()
      await check()
      const press = (zh: string, en: string) =>
        page.getByRole('button', { name: said(language, zh, en), exact: true }).click()
      await press('封存 / 取证', 'Seal / report')
      await page.getByLabel(said(language, '登记取样', 'Register a sample')).check()
      await page.getByLabel(said(language, '样品编号', 'Number of the sample')).fill('S-7')
      await page.getByLabel(said(language, '说明', 'What you saw')).fill('无标签 no label')
      await check()
      await press('保存并上传', 'Save and send')
      await page.getByText(said(language, '已存在本机', 'Kept in this browser')).waitFor()
      await press('关闭', 'Close')
      await page.getByRole('link', { name: said(language, '1 待传', '1 to send') }).click()
      await page.getByText('无标签 no label').waitFor()
      await page.getByText(said(language, '取样', 'Sample'), { exact: true }).waitFor()
      await check()
      await picture(name('queue'))
    })
  })

  it('an address is no page, a chain has yet to be asked for, a recall to be made', async () => {
    await visit({ ...look, role: 'regulator' }, async ({ page, open, check, picture }) => {
      await open('/app/no/such/page')
      const missing = said(language, '没有这个页面', 'There is no such page')
      await page.getByRole('paragraph').getByText(missing).waitFor()
      await check()
      await open('/app/chain')
      await page.getByLabel(said(language, /^批号、序列号/, /^Lot, serial/)).waitFor()
      // Nothing was asked for, so nothing has failed and nothing is on its way.
      expect(await page.getByRole('alert').count()).toBe(0)
      expect(await page.locator('main .state').count()).toBe(0)
      await check()
      await open('/app/recalls?make=lot')
      await page.locator('.suspects').waitFor()
      await check()
      await picture(name('recall-make'))
    })
  })
})

describe.skipIf(stage === undefined)('the camera', () => {
  let folder = ''
  const camera = () => join(folder, 'blank.y4m')

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'suyuan-blank-'))
    writeFileSync(camera(), blankFilm())
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(everyLook)(
    'looks for a code until it is closed, in $language on a $view',
    async (look) => {
      const how = { ...look, role: 'inspector', camera: camera() } as const
      await visit(how, async ({ page, open, check }) => {
        await open('/app/')
        const press = (zh: string, en: string) =>
          page.getByRole('button', { name: said(look.language, zh, en), exact: true }).click()
        await press('扫码查询', 'Scan a code')
        const seen = page.locator('.finder video')
        const isSeeing = () => seen.evaluate((video) => Reflect.get(video, 'videoWidth') > 0)
        await expect.poll(isSeeing).toBe(true)
        await check()
        await press('关闭摄像头', 'Close the camera')
        await seen.waitFor({ state: 'detached' })
        await check()
      })
    },
  )

  it('that cannot be had is told as that, and the page goes on without it', async () => {
    await visit({ language: 'en', role: 'inspector' }, async ({ page, context, open, check }) => {
      await context.clearPermissions()
      await open('/app/')
      await page.getByRole('button', { name: 'Scan a code' }).click()
      await page
        .getByRole('alert')
        .getByText(/^The camera is not allowed|^There is no camera/)
        .waitFor()
      await check()
      await page.getByRole('button', { name: 'Close the camera' }).click()
      await page.getByRole('button', { name: 'Scan a code' }).waitFor()
    })
  })
})
