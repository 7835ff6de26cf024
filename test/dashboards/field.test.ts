/** What an inspector does on a phone beside looking a code up: reports, counts, paper. */
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { request } from '#simulators/server.ts'
import { server, stage, type Visited, visit } from './browser.ts'
import { pngOf } from './film.ts'
import { rightsOf } from './raise-alert.ts'
import { captured, codes } from './scene.ts'

const itemAt = (code: string) => `/app/item?id=${encodeURIComponent(code)}`
const inEnglish = { role: 'inspector', language: 'en' } as const

interface Report {
  readonly kind: string
  readonly code: string
  readonly note: string
  readonly sampleNumber?: string
}

const reports = async ({ context }: Visited): Promise<Report[]> => {
  const answer = await context.request.get('/v1/reports?perPage=1000')
  return ((await answer.json()) as { items: Report[] }).items
}

/** Until the service worker has kept every file and answers for this page. */
async function untilKept({ page }: Visited): Promise<void> {
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)')
  const isKept = () => page.evaluate('navigator.serviceWorker.controller !== null')
  await expect.poll(isKept).toBe(true)
}

describe.skipIf(stage === undefined)('an inspector in the field', () => {
  it('a sample and a seal wait as well, through a new start, and are each sent once', async () => {
    await visit({ role: 'inspector', language: 'en' }, async (visited) => {
      const { page, context, open, allow, check } = visited
      allow(/ERR_INTERNET_DISCONNECTED|Failed to fetch/)
      await open(itemAt(codes.warm))
      await page.locator('.verdict.do_not_sell').waitFor()
      await untilKept(visited)
      await context.setOffline(true)
      const report = async (kind: string, fields: Readonly<Record<string, string>>) => {
        await page.getByRole('button', { name: 'Seal / report' }).click()
        await page.getByLabel(kind).check()
        for (const [label, text] of Object.entries(fields)) await page.getByLabel(label).fill(text)
        await page.getByRole('button', { name: 'Save and send' }).click()
        await page.getByText('Kept in this browser').waitFor()
        await page.getByRole('button', { name: 'Close', exact: true }).click()
      }
      const sampled = { 'Number of the sample': 'S-2026-0417', 'What you saw': 'from the top' }
      await report('Register a sample', sampled)
      await report('Mark as sealed', { 'What you saw': 'Freezer 3, twelve packs' })
      // What waits outlasts the page, and asks for nothing while there is no network.
      await page.reload()
      await page.getByRole('link', { name: '2 to send' }).click()
      const queue = page.locator('main .reasons > li')
      await queue.filter({ hasText: 'Sample' }).getByText('from the top').waitFor()
      await queue.filter({ hasText: 'Sealed' }).getByText('Freezer 3').waitFor()
      const ours = async () =>
        (await reports(visited)).filter(({ note }) => /^(from the top|Freezer 3)/.test(note))
      expect(await ours()).toEqual([])
      await check()
      await context.setOffline(false)
      await page.getByText('Nothing waits to be sent').waitFor()
      expect((await ours()).sort((one, other) => (one.kind < other.kind ? -1 : 1))).toMatchObject([
        { kind: 'sample', code: codes.warm, sampleNumber: 'S-2026-0417', note: 'from the top' },
        { kind: 'seal', code: codes.warm, note: 'Freezer 3, twelve packs' },
      ])
      // Neither a new start nor another try sends them again.
      await open(itemAt(codes.warm))
      await page.getByText('S-2026-0417 from the top').waitFor()
      await page.locator('.verdict').getByText('sealed by an inspector').waitFor()
      expect(await ours()).toHaveLength(2)
    })
    // The goods are other tests' too.
    const id = randomUUID()
    const madeAt = new Date().toISOString()
    const release = { id, kind: 'release', code: codes.warm, note: 'the test is over', madeAt }
    await request(server(), 'PUT', `/v1/reports/${id}`, release)
  })

  it('sees how often a code was scanned, and that a look without it in hand is no scan', async () => {
    const counts = (visited: Visited) => visited.page.locator('.verdict .counts').textContent()
    const scanned = async (visited: Visited) => {
      const { page, open } = visited
      await open('/app/')
      const buffer = await pngOf('qrcode', codes.recalled)
      const photo = { name: 'photo.png', mimeType: 'image/png', buffer }
      await page.locator('input[type=file]').setInputFiles(photo)
      await page.waitForURL(/\/app\/item/)
      await page.locator('.verdict').waitFor()
      return Number(/第 (\d+) 次查询/.exec((await counts(visited)) ?? '')?.[1])
    }
    await visit({ role: 'inspector' }, async (visited) => {
      const before = await scanned(visited)
      expect(before).toBeGreaterThan(0)
      await visited.open(itemAt(codes.recalled))
      await visited.page.locator('.verdict').waitFor()
      expect(await counts(visited)).toContain(`第 ${before} 次查询`)
      expect(await scanned(visited)).toBe(before + 1)
      expect(await counts(visited)).toMatch(/首次 \d{4}/)
    })
  })

  it('sees how often it was sold, and that twice is once too often', async () => {
    const serial = `https://id.gs1.org/01/06907654321007/21/SOLD-${Date.now().toString(36)}`
    const key = await rightsOf('twice-maker')
    const happens = (hoursAgo: number, bizStep: string, more: object = { action: 'OBSERVE' }) => ({
      ...{ type: 'ObjectEvent', bizStep, epcList: [serial], ...more },
      eventTime: new Date(Date.now() - hoursAgo * 3_600_000).toISOString(),
      eventTimeZoneOffset: '+08:00',
    })
    const sale = (hoursAgo: number) =>
      happens(hoursAgo, 'retail_selling', { action: 'OBSERVE', disposition: 'retail_sold' })
    await captured(server(), key, [happens(9, 'commissioning', { action: 'ADD' }), sale(5)])
    await visit({ role: 'inspector' }, async ({ page, open, check }) => {
      const counts = page.locator('.verdict .counts')
      await open(itemAt(serial))
      await counts.getByText('售出记录 1 次').waitFor()
      expect(await counts.getByText('疑似回流').count()).toBe(0)
      await captured(server(), key, [sale(1)])
      await page.reload()
      await counts.getByText('售出记录 2 次').waitFor()
      await counts.getByText('疑似回流').waitFor()
      await check()
    })
  })

  it('sees who held it while it was measured, each for its part of the curve', async () => {
    await visit(inEnglish, async ({ page, open }) => {
      await open(itemAt(codes.warm))
      await page.locator('.plot canvas').waitFor()
      const strip = page.getByRole('list', { name: 'Held by' }).getByRole('listitem')
      expect(await strip.allTextContents()).toEqual(['Lingang Cold Store', 'Xianda Distribution'])
      const [cold, shop] = await strip.evaluateAll((parts) =>
        parts.map((part) => part.getBoundingClientRect()).map(({ x, width }) => ({ x, width })),
      )
      if (!cold || !shop) throw new Error('there are two')
      // 99 hours were measured up to 23 hours ago; it came to Xianda 46 hours ago.
      expect(Math.abs(cold.x + cold.width - shop.x)).toBeLessThan(2)
      expect(cold.width / (cold.width + shop.width)).toBeCloseTo((99 - 46) / (99 - 22.2), 1)
    })
  })

  it('takes the chain along on paper: what is told, and nothing to press', async () => {
    await visit({ ...inEnglish, view: 'desk' }, async ({ page, open }) => {
      await open(itemAt(codes.warm))
      await page.locator('.plot canvas').waitFor()
      const printed: string[] = []
      await page.exposeFunction('printed', () => printed.push('once'))
      await page.evaluate('window.print = () => window.printed()')
      await page.getByRole('button', { name: 'Print' }).click()
      await expect.poll(() => printed).toEqual(['once'])
      await page.emulateMedia({ media: 'print' })
      expect(await page.locator('.verdict').isVisible()).toBe(true)
      const stages = page.locator('.chain > li')
      expect(await stages.count()).toBeGreaterThanOrEqual(5)
      for (const each of await stages.all()) expect(await each.isVisible()).toBe(true)
      for (const pressed of ['header.top', '.actions', '.skip']) {
        expect(await page.locator(pressed).isVisible(), pressed).toBe(false)
      }
      expect((await page.pdf()).subarray(0, 4).toString()).toBe('%PDF')
    })
  })
})
