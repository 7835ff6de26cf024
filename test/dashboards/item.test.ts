import { describe, expect, it } from 'vitest'
import { everyLook, stage, type Visited, visit } from './browser.ts'
import { codes, product } from './scene.ts'

const itemAt = (code: string) => `/app/item?id=${encodeURIComponent(code)}`
const pathOf = (code: string) => new URL(code).pathname
const reportsOf = async ({ context }: Visited): Promise<{ code: string; kind: string }[]> => {
  const answer = await context.request.get('/v1/reports?perPage=1000')
  return (await answer.json()).items
}

describe.skipIf(stage === undefined)('an item, as an inspector sees it', () => {
  it.each(everyLook)('was warm: told in $language on a $view', async (look) => {
    await visit({ ...look, role: 'inspector' }, async ({ page, open, check, picture }) => {
      await open(itemAt(codes.warm))
      const isZh = look.language === 'zh'
      const verdict = page.locator('.verdict.do_not_sell')
      await verdict.getByRole('heading', { name: isZh ? '请勿销售' : 'Do not sell' }).waitFor()
      await page.getByText(isZh ? '超限 1 次' : /1 excursion$/).waitFor()
      await page.getByText(isZh ? '无数据' : 'No data for').waitFor()
      await page.locator('.plot canvas').waitFor()
      const stages = page.locator('.chain > li')
      expect(await stages.count()).toBeGreaterThanOrEqual(5)
      const farm = isZh ? '青石养殖场' : 'Blue Stone Farm'
      expect(await stages.first().innerText()).toContain(farm)
      await check()
      await picture(`item-${look.language}-${look.view}`)
    })
  })

  it('stands in the dark too', async () => {
    await visit({ role: 'inspector', isDark: true }, async ({ page, open, check, picture }) => {
      await open(itemAt(codes.warm))
      await page.locator('.plot canvas').waitFor()
      await check()
      await picture('item-zh-phone-dark')
    })
  })

  it('in order: may be sold, and the code is compared with the record', async () => {
    await visit({ role: 'inspector', language: 'en' }, async ({ page, open, check }) => {
      const element = (lot: string) => `(01)${product.gtin}(10)${lot}(21)A8K1`
      await open(itemAt(element(product.lot)))
      await page.locator('.verdict.sell').waitFor()
      await page.getByText(`${product.lot} ✓`).waitFor()
      await open(itemAt(element('OTHER')))
      await page.locator('.verdict.check').waitFor()
      await page.getByText(`OTHER ≠ Recorded ${product.lot}`).waitFor()
      await check()
    })
  })

  it('of the simulated chain shows its stages from the farms on', async () => {
    await visit({ role: 'regulator', view: 'desk' }, async ({ page, open, check }) => {
      await open(itemAt(stage?.sold ?? ''))
      await page.locator('.chain > li').nth(3).waitFor()
      await page.locator('.chain summary').first().click()
      await page.locator('.events li').first().waitFor()
      await check()
    })
  })

  it('a seal is kept, told, and lifted again', async () => {
    await visit({ role: 'inspector', language: 'en' }, async (visited) => {
      const { page, open, check } = visited
      await open(itemAt(codes.fine))
      await page.getByRole('button', { name: 'Seal / report' }).click()
      await page.getByLabel('Mark as sealed').check()
      await page.getByLabel('What you saw').fill('Broken film on three packs')
      await check()
      await page.getByRole('button', { name: 'Save and send' }).click()
      await page.getByText('Saved on the server.').waitFor()
      await page.getByRole('button', { name: 'Close', exact: true }).click()
      await page.locator('.verdict.do_not_sell').getByText('sealed by an inspector').waitFor()
      await page.getByText('Broken film on three packs').waitFor()
      const seal = expect.objectContaining({ kind: 'seal', code: codes.fine })
      expect(await reportsOf(visited)).toContainEqual(seal)
      await page.getByRole('button', { name: 'Seal / report' }).click()
      await page.getByLabel('Lift the seal').check()
      await page.getByRole('button', { name: 'Save and send' }).click()
      await page.getByText('Saved on the server.').waitFor()
      await page.getByRole('button', { name: 'Close', exact: true }).click()
      await page.locator('.verdict.sell').waitFor()
    })
  })

  it('a code that nothing names has no record, and says what that means', async () => {
    await visit({ role: 'inspector' }, async ({ page, open, allow, check, picture }) => {
      allow(/404/)
      await open(itemAt(codes.unknown))
      await page.locator('.verdict.unknown').getByText('没有记录不等于假货').waitFor()
      await check()
      await picture('unknown-zh-phone')
    })
  })
})

describe.skipIf(stage === undefined)('a scanned Digital Link', () => {
  it('shows its verdict without any script', async () => {
    await visit({}, async ({ context, page, allow }) => {
      allow(/ERR_FAILED/)
      await context.route('**/*.js', (route) => route.abort())
      const answer = await page.goto(pathOf(codes.recalled))
      expect(answer?.headers()['content-security-policy']).toContain("default-src 'none'")
      await page.locator('.verdict.do_not_sell').getByText('已被召回').waitFor()
      expect(await page.locator('.verdict').innerText()).toContain('请勿销售')
    })
  })

  it.each(everyLook)('is the public’s page in $language on a $view', async (look) => {
    await visit(look, async ({ page, open, check, picture }) => {
      await open(pathOf(codes.recalled))
      const isZh = look.language === 'zh'
      await page.getByText(isZh ? '登录后可看完整链路' : 'shows after logging in').waitFor()
      await page.locator('.verdict.do_not_sell').waitFor()
      const text = await page.locator('main').innerText()
      expect(text).not.toMatch(/华盛|Huasheng/)
      await check()
      await picture(`public-${look.language}-${look.view}`)
    })
  })

  it('lets whoever bought it report a problem', async () => {
    await visit({}, async ({ page, open, check }) => {
      await open(pathOf(codes.recalled))
      await page.getByRole('button', { name: '报告问题' }).click()
      await page.getByLabel('说明').fill('有异味')
      await check()
      await page.getByRole('button', { name: '保存并上传' }).click()
      await page.getByText('已保存到服务器').waitFor()
    })
    await visit({ role: 'inspector' }, async (visited) => {
      const problem = expect.objectContaining({ kind: 'problem', note: '有异味', by: 'public:' })
      expect(await reportsOf(visited)).toContainEqual(problem)
    })
  })
})
