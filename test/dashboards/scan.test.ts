import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { everyLook, stage, visit } from './browser.ts'
import { pngOf, turned, y4mOf } from './film.ts'
import { codes, product } from './scene.ts'

const { gtin, lot } = product
const element = `(01)${gtin}(10)${lot}(21)A8K1`
const link = `https://example.com${new URL(codes.fine).pathname}`

/** What is printed, in which symbology, and the id that the server is asked for. */
const SYMBOLS = [
  { bcid: 'qrcode', text: link, read: link },
  { bcid: 'gs1qrcode', text: element, read: `]Q301${gtin}10${lot}\x1d21A8K1` },
  { bcid: 'gs1datamatrix', text: element, read: `]d201${gtin}10${lot}\x1d21A8K1` },
  { bcid: 'gs1-128', text: element, read: `]C101${gtin}10${lot}\x1d21A8K1` },
  { bcid: 'datamatrix', text: 'urn:epc:id:sgtin:690123456.0789.A8K1', read: undefined },
  { bcid: 'code128', text: codes.fine.slice(-20), read: codes.fine.slice(-20) },
  { bcid: 'itf14', text: gtin.replace(/^0/, '1').slice(0, 13), read: undefined },
  { bcid: 'ean13', text: gtin.slice(1), read: gtin.slice(1) },
  { bcid: 'ean8', text: '96385074', read: '96385074' },
  { bcid: 'upca', text: '036000291452', read: '0036000291452' },
  { bcid: 'upce', text: '01234565', read: '0012345000065' },
] as const

describe.skipIf(stage === undefined)('a code comes in', () => {
  it.each(everyLook)('on its page, in $language on a $view', async (look) => {
    await visit({ ...look, role: 'inspector' }, async ({ page, open, check, picture }) => {
      await open('/app/')
      const name = look.language === 'zh' ? '手动输入编号' : 'Type a code'
      await page.getByRole('textbox', { name }).waitFor()
      await check()
      await picture(`scan-${look.language}-${look.view}`)
    })
  })

  it.each(SYMBOLS)('from a photo of $bcid', async ({ bcid, text, read }) => {
    await visit({ role: 'inspector' }, async ({ page, open, allow }) => {
      allow(/40[04]/)
      await open('/app/')
      const buffer = await pngOf(bcid, text)
      const photo = { name: 'photo.png', mimeType: 'image/png', buffer }
      await page.locator('input[type=file]').setInputFiles(photo)
      await page.waitForURL(/\/app\/item/)
      const id = new URL(page.url()).searchParams.get('id') ?? ''
      expect(id.startsWith(read ?? text)).toBe(true)
      await page.locator('.verdict').waitFor()
    })
  })

  it('from a photo that is held askew', async () => {
    await visit({ role: 'inspector' }, async ({ page, open }) => {
      await open('/app/')
      const askew = await turned(page, await pngOf('gs1-128', element), 14)
      const photo = { name: 'photo.png', mimeType: 'image/png', buffer: askew }
      await page.locator('input[type=file]').setInputFiles(photo)
      await page.waitForURL(/\/app\/item/)
      await page.locator('.verdict.sell').waitFor()
    })
  })

  it('not from a photo without one, which is said', async () => {
    await visit({ role: 'inspector' }, async ({ page, open, check }) => {
      await open('/app/')
      const buffer = await turned(page, await pngOf('qrcode', 'x'), 0, 0.02)
      const photo = { name: 'photo.png', mimeType: 'image/png', buffer }
      await page.locator('input[type=file]').setInputFiles(photo)
      await page.getByRole('alert').getByText('没有识读到条码').waitFor()
      await check()
    })
  })

  it('by typing, with what typing does to it', async () => {
    await visit({ role: 'inspector', language: 'en' }, async ({ page, open }) => {
      await open('/app/')
      await page.getByRole('textbox', { name: 'Type a code' }).fill(`（01）${gtin}（21）a8k1`)
      await page.getByRole('button', { name: 'Look up' }).click()
      await page.locator('.verdict.sell').waitFor()
    })
  })

  it('from the camera', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'suyuan-camera-'))
    const camera = join(folder, 'camera.y4m')
    try {
      const png = await pngOf('gs1datamatrix', element)
      writeFileSync(camera, await visit({}, ({ page }) => y4mOf(page, png)))
      await visit({ role: 'inspector', camera }, async ({ page, open }) => {
        await open('/app/')
        await page.getByRole('button', { name: '扫码查询' }).click()
        await page.waitForURL(/\/app\/item/)
        await page.locator('.verdict.sell').waitFor()
        await page.getByText('DataMatrix').waitFor()
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('without the scanner being loaded before somebody scans', async () => {
    await visit({ role: 'inspector' }, async ({ page, open }) => {
      const loaded: string[] = []
      page.on('request', (request) => loaded.push(request.url()))
      await open('/app/')
      await page.waitForLoadState('load')
      // What the service worker keeps for later is not what the page waits for.
      expect(loaded.filter((url) => /wasm|decode/.test(url))).toEqual([])
    })
  })
})
