import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyLook, said, stage, visit } from './browser.ts'
import {
  call,
  consigneesOf,
  makeDraft,
  makeNotified,
  originOf,
  ownGoods,
  type Play,
  packLot,
} from './recall-play.ts'
import { saved } from './saved.ts'
import { codes } from './scene.ts'
import type { Stage } from './setup.ts'

const at = stage as Stage
const inEnglish = { language: 'en', view: 'desk', role: 'regulator' } as const

describe.skipIf(stage === undefined)('the console of recalls', () => {
  let notified: Play
  let drill: Play

  beforeAll(async () => {
    if (stage === undefined) return
    const from = [{ lot: packLot }, { lot: await originOf(stage, stage.sold) }]
    notified = await makeNotified(stage, { from })
    for (const { party, units } of (await consigneesOf(notified)).filter((_, at) => at % 3 > 0)) {
      const one = { onHand: 1, returned: 0, destroyed: 0, used: 0 }
      const answers = units.map((uom) => ({ uom, ...one }))
      await notified.post(`/consignees/${party}/answers`, { answers, subNotified: true })
      const found = { result: 'effective', reason: '电话核实' }
      await notified.post(`/consignees/${party}/checks`, found)
    }
    const sold = { from: [{ item: stage.sold }], title: '追溯演练', drill: true, class: 'II' }
    drill = await makeNotified(stage, sold)
  })

  // The goods are other tests' too.
  afterAll(async () => {
    if (stage) await notified.cancel()
  })

  it.each(everyLook)('lists recalls, in $language on a $view', async (look) => {
    await visit({ ...look, role: 'regulator' }, async ({ page, open, check, picture }) => {
      await open('/app/recalls')
      await page.locator('.recall-row', { hasText: notified.id }).waitFor()
      await page
        .locator('.recall-row', { hasText: drill.id })
        .getByText(said(look.language, '模拟演练', 'DRILL'))
        .waitFor()
      await check()
      await picture(`recalls-${look.language}-${look.view}`)
    })
  })

  it.each(everyLook)('tells one whole, in $language on a $view', async (look) => {
    await visit({ ...look, role: 'regulator' }, async ({ page, open, check, picture }) => {
      await open(`/app/recalls?id=${notified.id}`)
      await page.locator('.consignee').first().waitFor()
      await page.locator('.recall-item').first().click()
      await page
        .getByRole('heading', { name: said(look.language, '现在何处', 'Where it is') })
        .waitFor()
      const now = page.locator('.recall-way [aria-current=step]')
      expect(await now.textContent()).toContain(said(look.language, '通知', 'notified'))
      const { body } = await notified.get('')
      const versions = body['versions'] as { counts: { tiers: Record<string, number> } }[]
      const tiers = await page.locator('.tier > strong').allTextContents()
      const counted = tiers.map((text) => Number(text.replaceAll(',', '')))
      expect(counted).toEqual(Object.values(versions[0]?.counts.tiers ?? {}))
      await check()
      await picture(`recall-${look.language}-${look.view}`)
    })
  })

  it('makes no mistake of a drill: it says so, and nothing is blocked', async () => {
    await visit(inEnglish, async ({ page, context, open, check, picture }) => {
      await open(`/app/recalls?id=${drill.id}`)
      await page.getByText('no goods are blocked').waitFor()
      const told = await context.request.get(`/v1/items/${encodeURIComponent(at.sold)}`)
      const { recalls } = (await told.json()) as { recalls: { recall: string; verdict: string }[] }
      expect(recalls.find(({ recall }) => recall === drill.id)?.verdict).toBe('none')
      await check()
      await picture('recall-drill-en-desk')
    })
  })

  it('makes a draft of a lot after a look at what it would reach', async () => {
    await visit(inEnglish, async ({ page, open, check, picture, allow }) => {
      await open('/app/recalls')
      await page.getByRole('link', { name: 'Make a recall' }).click()
      await page.getByLabel('Code of the lot, any spelling').fill(packLot)
      await page.getByRole('button', { name: 'Preview the scope' }).click()
      await page.locator('.recall-preview .tier.proven strong').waitFor()
      await check()
      await picture('recall-make-en-desk')
      await page.getByLabel('Title').fill('Warm pork')
      await page.getByLabel('Reason').fill('It was warm for hours')
      await page.getByLabel('What to do').fill('Send it back')
      await page.getByRole('button', { name: 'Make the draft' }).click()
      await page.waitForURL(/recalls\?id=R-/)
      await page.locator('.tier.proven strong').waitFor()
      // Who asked for a version does not approve it: the server says so.
      allow(/403/)
      await page.getByRole('button', { name: 'Approve the scope' }).click()
      await page.getByLabel('Approve the scope: why').fill('to be quick')
      await page.getByRole('button', { name: 'Approve the scope' }).last().click()
      await page.getByRole('alert').getByText('another person has to do this').waitFor()
      await page.getByText('four_eyes').waitFor()
      await page.getByRole('button', { name: 'Cancel the recall' }).click()
      await page.getByLabel('Cancel the recall: why').fill('the test is over')
      await page.getByRole('button', { name: 'Cancel the recall' }).last().click()
      await page.getByText('It is over').waitFor()
    })
  })

  it.each([
    ['a range of lots', 'range'],
    ['a time of making', 'made'],
  ] as const)('looks at what %s would reach, and says what is wrong with it', async (_, kind) => {
    await visit(inEnglish, async ({ page, open, allow }) => {
      allow(/400/)
      await open(`/app/recalls?make=${kind}`)
      const product = packLot.replace(/\/10\/.*/, '')
      await page.getByLabel('Product').fill('https://id.gs1.org/01/09999999999994')
      const fill = async (from: string, to: string, values: readonly [string, string]) => {
        await page.getByLabel(from, { exact: true }).fill(values[0])
        await page.getByLabel(to, { exact: true }).fill(values[1])
      }
      const now = Date.now()
      const local = (ms: number) => new Date(ms).toISOString().slice(0, 16)
      if (kind === 'range') await fill('From lot', 'To lot', ['DR-01', 'DR-09'])
      else await fill('Made from', 'Made before', [local(now - 9 * 86_400_000), local(now)])
      const look = page.getByRole('button', { name: 'Preview the scope' })
      await look.click()
      await page.getByText('unknown_product').waitFor()
      await page.getByLabel('Product').fill(product)
      await look.click()
      await expect
        .poll(async () => Number(await page.locator('.tier > strong').first().textContent()))
        .toBeGreaterThan(0)
      await page.getByText('Renmin Road Shop').waitFor()
    })
  })

  it.each([
    ['in earnest', false],
    ['as a drill', true],
  ] as const)('goes its whole way %s, by two people, and keeps every step', async (how, drill) => {
    const { lot, pack } = await ownGoods(drill ? 'DRILL' : 'WAY')
    const asked = { title: `The whole way ${how}`, drill, domain: 'food', from: [{ lot }] }
    const play = await makeDraft(at, asked)
    const verdict = async () => {
      const { body } = await call(at, `/v1/items/${encodeURIComponent(pack)}`, at.adminKey)
      return (body['verdict'] as { verdict: string }).verdict
    }
    const before = await verdict()
    expect(before).not.toBe('do_not_sell')
    const parties = (await consigneesOf(play)).map(({ party }) => party)
    expect(parties).toContain('recall-shop')
    await visit(inEnglish, async ({ page, open, allow }) => {
      allow(/409/)
      await open(`/app/recalls?id=${play.id}`)
      const card = page.locator('.recall-steps')
      const act = async (name: string) => {
        await card.getByRole('button', { name, exact: true }).first().click()
        await card.getByLabel(`${name}: why`).fill(`because of ${name}`)
        await card.getByRole('button', { name, exact: true }).last().click()
      }
      const isNow = (state: string) =>
        page.locator('.recall-way [aria-current=step]', { hasText: state }).waitFor()
      await act('Approve the scope')
      await isNow('approved')
      await act('Notify consignees')
      await isNow('notified')
      await expect.poll(verdict).toBe(drill ? before : 'do_not_sell')
      await act('Confirm sealed')
      await page.getByRole('alert').getByText('some consignees have not answered').waitFor()
      await card.getByText('acknowledgement', { exact: true }).waitFor()
      for (const party of parties) {
        const row = page.locator('.consignee', { hasText: party })
        await row.getByRole('button', { name: /^Note an answer/ }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
        await page.getByRole('dialog').waitFor({ state: 'detached' })
      }
      await card.getByRole('button', { name: 'Confirm sealed' }).last().click()
      await isNow('sealed')
      await act('Confirm recovered')
      await isNow('recovered')
      for (const party of parties) {
        const row = page.locator('.consignee', { hasText: party })
        await row.getByRole('button', { name: /^Note a check/ }).click()
        const dialog = page.getByRole('dialog')
        await dialog.getByLabel('How it was checked').fill('we were there')
        await dialog.getByRole('button', { name: 'Save' }).click()
        await dialog.waitFor({ state: 'detached' })
      }
      await act('Close the recall')
      await isNow('closed')
      await page.locator('.history-row', { hasText: 'because of Close the recall' }).waitFor()
    })
  })

  it('is worked with the keyboard', async () => {
    await visit(inEnglish, async ({ page, open }) => {
      await open('/app/recalls')
      const row = page.locator('.recall-row', { hasText: notified.id })
      await row.focus()
      await page.keyboard.press('Enter')
      const comment = page.getByRole('button', { name: 'Comment' })
      await comment.focus()
      await page.keyboard.press('Space')
      await page.keyboard.press('Tab')
      while ((await page.evaluate('document.activeElement.name')) !== 'reason') {
        await page.keyboard.press('Tab')
      }
      await page.keyboard.type('by keyboard')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.locator('.history-row', { hasText: 'by keyboard' }).waitFor()
    })
  })

  it('gives its lists as CSV and XLSX', async () => {
    await visit(inEnglish, async ({ page, open }) => {
      await open(`/app/recalls?id=${notified.id}`)
      const file = (name: string) =>
        saved(page, () => page.getByRole('link', { name, exact: true }).click())
      const items = (await file('Items in the scope as CSV')).toString()
      expect(items).toContain('key,kind,tier,assumptions,path')
      expect(items).toContain(codes.warm)
      expect((await file('Consignees as CSV')).toString()).toContain('renmin')
      expect((await file('Items in the scope as XLSX')).subarray(0, 2).toString()).toBe('PK')
    })
  })

  it('begins from a case of alerts, which leads to it as it leads to them', async () => {
    await visit(inEnglish, async ({ page, open }) => {
      await open(`/app/alerts?item=${encodeURIComponent(codes.warm)}`)
      await page.locator('.case-open').first().click()
      await page.getByRole('link', { name: 'Make a recall', exact: true }).click()
      await page.getByRole('button', { name: 'Preview the scope' }).click()
      await page.locator('.recall-preview').waitFor()
      await page.getByLabel('Title').fill('From an alert')
      await page.getByLabel('Reason').fill('as the alert says')
      await page.getByLabel('What to do').fill('Send it back')
      await page.getByRole('button', { name: 'Make the draft' }).click()
      await page.getByRole('link', { name: 'Open the alert' }).first().click()
      await page.getByRole('link', { name: /From an alert/ }).click()
      await page.getByRole('heading', { name: /From an alert/ }).waitFor()
    })
  })

  it('lets an inspector read, and act on nothing', async () => {
    await visit({ language: 'en', role: 'inspector' }, async ({ page, open, check }) => {
      await open(`/app/recalls?id=${notified.id}`)
      await page.getByText('You may look, and act on nothing').waitFor()
      await page.locator('.consignee').first().waitFor()
      expect(await page.getByRole('button', { name: /Confirm|Note|Cancel/ }).count()).toBe(0)
      await check()
    })
  })

  it.each(everyLook)('shows a consignee its own, in $language on a $view', async (look) => {
    const how = { ...look, role: 'enterprise', party: 'renmin' } as const
    await visit(how, async ({ page, open, check, picture }) => {
      await open('/app/recalls')
      await page.locator('.recall-row', { hasText: notified.id }).click()
      const own = page.getByRole('region', {
        name: said(look.language, '贵方收到的货物', 'What you got'),
      })
      await own.getByRole('button', { name: said(look.language, '登记', 'Save') }).click()
      await own.getByText(said(look.language, '已答复', 'answered')).waitFor()
      expect(await page.getByText('xianda').count()).toBe(0)
      await check()
      await picture(`recall-own-${look.language}-${look.view}`)
    })
  })
})
