import type { BrowserContext, Page } from '@playwright/test'
import { describe, expect, it, vi } from 'vitest'
import { everyLook, type Language, said, stage, visit } from './browser.ts'
import { raiseAlert } from './raise-alert.ts'
import { codes } from './scene.ts'

const item = encodeURIComponent(stage?.sold ?? '')
const chain = `/app/chain?id=${item}`

function graph(page: Page) {
  return page.getByRole('application')
}

/** What is selected, as the page says it to whoever cannot see it. */
function spoken(page: Page) {
  return page.locator('[aria-live="polite"]')
}

const PATIENCE = { timeout: 30_000, interval: 200 }

/** Asks for the chain as it was known at a time of Shanghai, and for the list of it. */
async function listAsKnown(page: Page, language: Language, at: string): Promise<void> {
  const press = (zh: string, en: string) =>
    page.getByRole('button', { name: said(language, zh, en), exact: true }).click()
  await page.getByLabel(said(language, /^按当时所知/, /^As known at/)).fill(at)
  await press('查看', 'Show')
  // What is asked for stands in the address, there in UTC.
  const utc = new Date(`${at}+08:00`).toISOString()
  await page.waitForURL((url) => url.searchParams.get('at') === utc)
  await page
    .getByText(said(language, /时所知，不是现在/, /As it was known at .*, not now/))
    .waitFor()
  // What was shown of another time goes, and its list with it.
  const list = page.getByRole('region', { name: said(language, '列表', 'List'), exact: true })
  await vi.waitFor(async () => {
    await press('列表', 'List')
    await list.getByRole('button').first().waitFor({ timeout: 2000 })
  }, PATIENCE)
}

/** Run in the page: every colour on the canvas, as a number. */
const COLOURS_PAINTED = `(() => {
  const canvas = document.querySelector('.chain-scroller canvas')
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  const colours = new Set()
  for (let at = 0; at < data.length; at += 4) {
    colours.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2])
  }
  return [...colours]
})()`

describe.skipIf(stage === undefined)('the chain on a desk', () => {
  it.each(everyLook)('is drawn with what is selected, in $language on a $view', async (look) => {
    await visit({ ...look, role: 'regulator' }, async ({ page, open, check, picture }) => {
      await open(chain)
      await graph(page).waitFor()
      await page.getByText(said(look.language, '谁提交', 'Told by')).waitFor()
      await page.locator('.chain-curve canvas').first().waitFor()
      await check()
      await picture(`chain-${look.language}-${look.view}`)
    })
  })

  it('paints boxes in the colours of its tokens', async () => {
    await visit({ view: 'desk', role: 'regulator' }, async ({ page, open }) => {
      await open(chain)
      await graph(page).waitFor()
      const painted = () => page.evaluate(COLOURS_PAINTED) as Promise<number[]>
      // --upstream: the way to what is selected.
      await expect.poll(painted).toContain(0x0f5aa6)
    })
  })

  it('is gone through with the keyboard, along its lines and back', async () => {
    await visit({ language: 'en', view: 'desk', role: 'regulator' }, async ({ page, open }) => {
      await open(chain)
      await graph(page).focus()
      await expect.poll(() => spoken(page).textContent()).toContain('/21/')
      const start = await spoken(page).textContent()
      await page.keyboard.press('ArrowLeft')
      await expect.poll(() => spoken(page).textContent()).not.toBe(start)
      const parent = await spoken(page).textContent()
      await page.keyboard.press('ArrowDown')
      await expect.poll(() => spoken(page).textContent()).not.toBe(parent)
      await page.keyboard.press('ArrowUp')
      await expect.poll(() => spoken(page).textContent()).toBe(parent)
      await page.keyboard.press('t')
      await page.waitForURL((url) => !url.href.includes(item))
      await graph(page).focus()
      await page.keyboard.press('l')
      await page.getByRole('region', { name: 'List' }).waitFor()
    })
  })

  it('of a lot is bundled, and a bundle is opened and closed again', async () => {
    await visit({ language: 'en', view: 'desk', role: 'regulator' }, async (visited) => {
      const { page, context, open, check, picture } = visited
      const told = await context.request.get(`/v1/items/${item}`)
      const { lots } = (await told.json()) as { lots: string[] }
      await open(`/app/chain?id=${encodeURIComponent(lots[0] ?? '')}`)
      await page.getByText(/nodes, drawn as/).waitFor()
      const bundled = await page.getByText(/nodes, drawn as/).textContent()
      await graph(page).focus()
      for (let step = 0; step < 40; step++) {
        if (/\d+ × /.test((await spoken(page).textContent()) ?? '')) break
        await page.keyboard.press(step === 0 ? 'ArrowRight' : 'ArrowDown')
      }
      await page.getByRole('button', { name: /^Expand/ }).waitFor()
      await picture('chain-lot-en-desk')
      await page.keyboard.press('e')
      await page.getByRole('button', { name: 'Undo expansion' }).waitFor()
      await expect.poll(() => page.getByText(/nodes, drawn as/).textContent()).not.toBe(bundled)
      await check()
      await graph(page).focus()
      await page.keyboard.press('u')
      await expect.poll(() => page.getByText(/nodes, drawn as/).textContent()).toBe(bundled)
    })
  })

  it.each(['List', 'Table'])('is told as a %s too', async (name) => {
    await visit({ language: 'en', view: 'desk', role: 'regulator' }, async (visited) => {
      const { page, open, check } = visited
      await open(chain)
      await page.getByRole('button', { name, exact: true }).click()
      const rows = page.getByRole('region', { name }).getByRole('button')
      await rows.nth(1).click()
      expect(await rows.nth(1).getAttribute('aria-current')).toBe('true')
      await check()
    })
  })

  it('is told to a depth, and as it was known at a time, and says both', async () => {
    await visit({ language: 'en', view: 'desk', role: 'regulator' }, async (visited) => {
      const { page, open, check } = visited
      await open(chain)
      await graph(page).waitFor()
      await page.getByLabel(/^Steps from the start/).fill('1')
      await page.getByRole('button', { name: 'Show', exact: true }).click()
      await page.getByText(/Deeper than was asked for: \d+\+? more node/).waitFor()
      // What is known by then is all: only that it is told as of then is seen.
      await page.getByLabel(/^Steps from the start/).fill('')
      await page.getByLabel(/^As known at/).fill('2100-01-01T00:00')
      await page.getByRole('button', { name: 'Show', exact: true }).click()
      await page.getByText(/As it was known at .*, not now/).waitFor()
      await graph(page).waitFor()
      await check()
      await page.getByRole('link', { name: 'Back to now' }).click()
      await page.getByText(/As it was known at/).waitFor({ state: 'detached' })
    })
  })

  it.each(['zh', 'en'] as const)(
    'is that of a time in the zone of the reader, in %s',
    async (language) => {
      await visit({ language, view: 'desk', role: 'regulator' }, async ({ page, open, check }) => {
        const item = `/app/chain?id=${encodeURIComponent(codes.fine)}`
        // Xianda had it from 46 hours ago on; clocks here are 8 hours ahead of UTC.
        const hoursAgo = (hours: number) => {
          const here = new Date(Date.now() - (hours - 8) * 3_600_000)
          return here.toISOString().slice(0, 16)
        }
        const list = page.getByRole('region', { name: said(language, '列表', 'List'), exact: true })
        const holder = list.getByText(said(language, '鲜达配送中心', 'Xianda Distribution')).first()
        await open(item)
        await listAsKnown(page, language, hoursAgo(44))
        await holder.waitFor()
        await listAsKnown(page, language, hoursAgo(50))
        await expect.poll(() => holder.count()).toBe(0)
        await check()
      })
    },
  )

  it('of what nobody has seen says so', async () => {
    await visit({ language: 'en', role: 'regulator' }, async ({ page, open, allow, check }) => {
      allow(/404/)
      await open('/app/chain?id=urn:epc:id:sgtin:9521321.000001.nothing')
      await page.getByRole('alert').getByText('That did not work').waitFor()
      await check()
    })
  })
})

/** What the table of heat has to tell of all that the server has: a row a rule, a cell a day. */
async function heatOf(context: BrowserContext, language: Language): Promise<string[][]> {
  const items: { rule: string; title: Record<Language, string>; raised: string }[] = []
  for (let token = ''; ; ) {
    const states = 'open%7Cacknowledged%7Cin_progress'
    const page = await context.request.get(`/v1/alerts?perPage=1000&state=${states}${token}`)
    const body = (await page.json()) as { items: typeof items; nextPageToken?: string }
    items.push(...body.items)
    if (body.nextPageToken === undefined) break
    token = `&nextPageToken=${body.nextPageToken}`
  }
  // Days of Shanghai, as the browser of the tests is there.
  const dayOf = (time: string) => Math.floor((Date.parse(time) / 3_600_000 + 8) / 24)
  const today = dayOf(new Date().toISOString())
  const rows = [...new Set(items.map(({ rule }) => rule))].map((rule) => {
    const its = items.filter((one) => one.rule === rule)
    const counts = Array.from({ length: 7 }, (_, at) => {
      return its.filter(({ raised }) => dayOf(raised) === today - 6 + at).length
    })
    return { rule, title: its[0]?.title[language], counts }
  })
  const sum = (counts: readonly number[]) => counts.reduce((all, one) => all + one, 0)
  return rows
    .filter(({ counts }) => sum(counts) > 0)
    .sort((a, b) => sum(b.counts) - sum(a.counts) || (a.rule < b.rule ? -1 : 1))
    .map(({ rule, title, counts }) => [`${rule} ${title}`, ...counts.map((n) => String(n || '·'))])
}

describe.skipIf(stage === undefined)('the console of alerts', () => {
  it.each(everyLook)('tells cases and why, in $language on a $view', async (look) => {
    await visit({ ...look, role: 'regulator' }, async ({ page, open, check, picture }) => {
      await open('/app/alerts')
      await page.locator('.case-open').first().click()
      await page.getByText(said(look.language, '建议措施', 'What to do')).waitFor()
      await check()
      await picture(`alerts-${look.language}-${look.view}`)
    })
  })

  it('is worked: claimed, blocked, resolved with a cause, and every step is told', async () => {
    await visit({ language: 'en', view: 'desk', role: 'regulator' }, async ({ page, open }) => {
      await open('/app/alerts?item=')
      await page.getByText('Filter').click()
      await page.getByLabel('Severity').selectOption('warning')
      await page.locator('.case-open').first().click()
      const detail = page.locator('.alert-detail')
      const act = async (name: string, button = name) => {
        await detail.getByRole('button', { name, exact: true }).first().click()
        await detail.getByLabel(`${name}: why`).fill('as a test')
        await detail.getByRole('button', { name: button, exact: true }).last().click()
        await detail.getByLabel(`${name}: why`).waitFor({ state: 'detached' })
      }
      await act('Claim')
      await detail.getByText('claimed', { exact: true }).first().waitFor()
      await act('Block the goods')
      await detail.locator('.alert-head').getByText('blocked').waitFor()
      await act('Resolve')
      await detail.locator('.alert-head').getByText('resolved').waitFor()
      await detail.getByText('genuine').waitFor()
    })
  })

  it.each(['zh', 'en'] as const)(
    'counts alerts by rule and day, and filters by a rule, in %s',
    async (language) => {
      await visit({ language, view: 'desk', role: 'regulator' }, async (visited) => {
        const { page, context, open, check } = visited
        const heat = page.getByRole('region', { name: said(language, /^热表/, /^Heat/) })
        const told = async () => {
          await open('/app/alerts')
          await page.locator('summary', { hasText: said(language, '热表', 'Heat') }).click()
          const rows = await heat.locator('tbody tr').all()
          const read = rows.map(async (row) => {
            const cells = await row.locator('td').allTextContents()
            return [await row.getByRole('button').textContent(), ...cells]
          })
          return Promise.all(read)
        }
        // Rules may find more meanwhile.
        await vi.waitFor(async () => {
          expect(await told()).toEqual(await heatOf(context, language))
        }, PATIENCE)
        const first = heat.locator('tbody tr').first().getByRole('button')
        const [rule = '', ...words] = ((await first.textContent()) ?? '').split(' ')
        await first.click()
        await expect.poll(() => first.getAttribute('aria-pressed')).toBe('true')
        expect(rule).toMatch(/^[A-Z]\d+$/)
        const titles = page.locator('.case-open strong')
        await expect
          .poll(async () => new Set(await titles.allTextContents()))
          .toEqual(new Set([words.join(' ')]))
        expect(await heat.locator('tbody tr').count()).toBe(1)
        await check()
        await first.click()
        await expect.poll(() => heat.locator('tbody tr').count()).toBeGreaterThan(1)
      })
    },
  )

  it('holds back what is new until somebody asks for it', async () => {
    await visit({ language: 'en', view: 'desk', role: 'regulator' }, async ({ page, open }) => {
      await open('/app/alerts')
      await page.locator('.case-open').first().waitFor()
      await page.getByText('Live', { exact: false }).first().waitFor()
      await raiseAlert('held-back')
      const fresh = page.getByRole('button', { name: /new: click to load/ })
      await fresh.waitFor()
      await fresh.click()
      await fresh.waitFor({ state: 'detached' })
    })
  })

  it('lets an inspector read, and act on nothing', async () => {
    await visit({ language: 'en', role: 'inspector' }, async ({ page, open }) => {
      await open('/app/alerts')
      await page.locator('.case-open').first().click()
      await page.getByText('What to do').waitFor()
      expect(await page.getByRole('button', { name: 'Resolve' }).count()).toBe(0)
    })
  })
})

describe.skipIf(stage === undefined)('rules and parties', () => {
  it.each(everyLook)('rules are told, in $language on a $view', async (look) => {
    await visit({ ...look, role: 'regulator' }, async ({ page, open, check, picture }) => {
      await open('/app/rules')
      await page.locator('.rule-row', { hasText: 'A1' }).first().click()
      await page.getByText(said(look.language, '先试运行', 'A dry run comes first')).waitFor()
      await check()
      await picture(`rules-${look.language}-${look.view}`)
    })
  })

  it('a change is tried before it can be put in force, and can be taken back', async () => {
    await visit({ language: 'en', view: 'desk', role: 'regulator' }, async ({ page, open }) => {
      await open('/app/rules')
      await page.locator('.rule-row', { hasText: 'B2' }).first().click()
      await page.getByLabel('Name of the change').fill('a test of B2')
      await page.getByLabel('Reason').fill('to see what it does')
      await page.getByLabel('Enabled').uncheck()
      await page.getByLabel('From', { exact: true }).fill('2030-01-01T00:00')
      const inForce = page.getByRole('button', { name: 'Put in force' })
      expect(await inForce.isDisabled()).toBe(true)
      await page.getByRole('button', { name: 'Dry run' }).click()
      await page.getByText(/Looked at: .* events? and .* items?/).waitFor()
      await inForce.click()
      await page.getByText('a test of B2').waitFor()
      await page.getByRole('button', { name: 'Remove' }).click()
      await page.getByLabel('Why it is removed').fill('the test is over')
      await page.getByRole('button', { name: 'Remove' }).click()
      await page.getByText('There are none: the defaults hold').waitFor()
    })
  })

  it.each(everyLook)('parties are told by risk, in $language on a $view', async (look) => {
    await visit({ ...look, role: 'regulator' }, async ({ page, open, check, picture }) => {
      await open('/app/parties')
      await page.locator('.party-row').first().waitFor()
      const [first = '', last = ''] = await Promise.all([
        page.locator('.party-row .number').first().textContent(),
        page.locator('.party-row .number').nth(1).textContent(),
      ]).then((texts) => texts.map((text) => text ?? ''))
      expect(Number(first.replace(',', ''))).toBeGreaterThanOrEqual(Number(last.replace(',', '')))
      await check()
      await picture(`parties-${look.language}-${look.view}`)
    })
  })
})
