import { describe, expect, it } from 'vitest'
import { stage, type Visited, visit } from './browser.ts'
import { codes } from './scene.ts'

const itemAt = (code: string) => `/app/item?id=${encodeURIComponent(code)}`

/** Until the service worker has kept every file and answers for this page. */
async function untilKept({ page }: Visited): Promise<void> {
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)')
  const isKept = () => page.evaluate('navigator.serviceWorker.controller !== null')
  await expect.poll(isKept, { timeout: 30_000 }).toBe(true)
}

/** Until the answer is kept as well: the verdict does not wait for that. */
async function untilNoted({ page }: Visited): Promise<void> {
  const count = () => page.evaluate(countOf('suyuan', 'lookUps'))
  await expect.poll(count, { timeout: 30_000 }).toBeGreaterThan(0)
}

/** How many things the browser keeps; 0 also where it has not begun to. */
const countOf = (database: string, store: string) => `new Promise((resolve, reject) => {
  indexedDB.databases().then((all) => {
    if (!all.some(({ name }) => name === '${database}')) return resolve(0)
    const opening = indexedDB.open('${database}')
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const counting = opening.result.transaction('${store}').objectStore('${store}').count()
      counting.onsuccess = () => {
        opening.result.close()
        resolve(counting.result)
      }
    }
  }, reject)
})`

const answersOf = ({ page }: Visited) => page.evaluate(countOf('suyuan-answers', 'answers'))

const notes = async ({ context }: Visited): Promise<string[]> => {
  const answer = await context.request.get('/v1/reports?perPage=1000&kind=finding')
  const { items } = (await answer.json()) as { items: { note: string }[] }
  return items.map(({ note }) => note)
}

describe.skipIf(stage === undefined)('without a network', () => {
  it('what was looked up shows again, and a finding waits and is sent once', async () => {
    await visit({ role: 'inspector' }, async (visited) => {
      const { page, context, open, allow, check, picture } = visited
      allow(/ERR_INTERNET_DISCONNECTED|Failed to fetch/)
      await open(itemAt(codes.warm))
      await page.locator('.verdict.do_not_sell').waitFor()
      await untilNoted(visited)
      await untilKept(visited)
      await context.setOffline(true)
      await page.reload()
      await page.locator('.verdict.do_not_sell').getByText('离线：显示').waitFor()
      await page.getByText('● 离线').waitFor()
      await page.getByRole('button', { name: '封存 / 取证' }).click()
      await page.getByLabel('说明').fill('冷柜未通电')
      await page.getByRole('button', { name: '保存并上传' }).click()
      await page.getByText('已存在本机').waitFor()
      await page.getByRole('button', { name: '关闭', exact: true }).click()
      await page.reload()
      await page.getByRole('link', { name: '1 待传' }).click()
      await page.getByText('冷柜未通电').waitFor()
      await check()
      await picture('queue-zh-phone')
      await context.setOffline(false)
      await page.getByText('没有待传的记录').waitFor()
      expect((await notes(visited)).filter((note) => note === '冷柜未通电')).toHaveLength(1)
    })
  })

  it('an inspector in a basement sees what he saw, chain and curve, and how old it is', async () => {
    await visit({ role: 'inspector', language: 'en' }, async (visited) => {
      const { page, context, open, allow, check } = visited
      allow(/ERR_INTERNET_DISCONNECTED|Failed to fetch/)
      const main = page.locator('main')
      const look = async () => {
        await page.locator('.plot canvas').waitFor()
        await page.locator('.chain > li', { hasText: 'Blue Stone Farm' }).waitFor()
        const rows = await page.locator('.chain > li').allInnerTexts()
        return { rows, custody: await page.locator('.custody > li').allInnerTexts() }
      }
      await open(itemAt(codes.warm))
      const seen = await look()
      expect(await main.innerText()).not.toContain('Offline')
      await untilNoted(visited)
      // Its chain, its curve, and the names in both.
      await expect.poll(() => answersOf(visited), { timeout: 30_000 }).toBe(3)
      await untilKept(visited)
      await context.setOffline(true)
      await page.reload()
      expect(await look()).toEqual(seen)
      expect(await page.getByText('Offline: as it was looked up at').count()).toBe(3)
      await check()
      await open('/app/')
      await page.getByText(/The last 50 look-ups \(now 1\) .* those take [\d.]+ of 20 MB/).waitFor()
      await open(itemAt(codes.warm))
      await look()
      await context.setOffline(false)
      await expect.poll(() => main.innerText()).not.toContain('Offline')
    })
  })

  it('a report whose answer was lost is sent again and kept once', async () => {
    await visit({ role: 'inspector' }, async (visited) => {
      const { page, context, open, allow } = visited
      allow(/ERR_FAILED|Failed to fetch/)
      await open(itemAt(codes.warm))
      await page.locator('.verdict').waitFor()
      let lost = 0
      await context.route('**/v1/reports/*', async (route) => {
        if (lost > 0) return route.continue()
        lost += 1
        // The server takes it; the phone never hears of that.
        await route.fetch()
        return route.abort()
      })
      await page.getByRole('button', { name: '封存 / 取证' }).click()
      await page.getByLabel('说明').fill('标签脱落')
      await page.getByRole('button', { name: '保存并上传' }).click()
      await page.getByText('已存在本机').waitFor()
      await page.getByRole('button', { name: '关闭', exact: true }).click()
      await page.getByRole('link', { name: '1 待传' }).click()
      await page.getByRole('button', { name: '立即上传' }).click()
      await page.getByText('没有待传的记录').waitFor()
      expect((await notes(visited)).filter((note) => note === '标签脱落')).toHaveLength(1)
    })
  })

  it('what a session has looked up is forgotten with it', async () => {
    await visit({ role: 'inspector' }, async (visited) => {
      const { page, open } = visited
      await open(itemAt(codes.warm))
      await page.locator('.verdict').waitFor()
      await untilNoted(visited)
      await open('/app/')
      await page.getByText('冷鲜猪前腿').waitFor()
      await page.getByRole('button', { name: '退出' }).click()
      await page.getByRole('link', { name: '登录' }).waitFor()
      await page.getByText('还没有查询').waitFor()
      expect(await answersOf(visited)).toBe(0)
    })
  })
})
