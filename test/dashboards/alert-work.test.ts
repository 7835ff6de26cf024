import type { Locator, Page } from '@playwright/test'
import { describe, expect, it } from 'vitest'
import { get } from '../e2e/http.ts'
import { keyOf, server, stage, visit } from './browser.ts'
import { letPass, type Raised, raiseCase } from './raise-alert.ts'
import { call } from './recall-play.ts'
import type { Stage } from './setup.ts'

const at = stage as Stage
const inEnglish = { language: 'en', view: 'desk', role: 'regulator' } as const

interface Told {
  readonly state: string
  readonly blocked: boolean
  readonly causeCode?: string
  readonly steps: readonly { readonly step: string; readonly by: string; readonly time: string }[]
}

async function told({ id }: Raised): Promise<Told> {
  return (await get(server(), `/v1/alerts/${id}`)).body as unknown as Told
}

/** What another regulator does meanwhile, at another desk. */
async function elsewhere({ id }: Raised, step: object): Promise<void> {
  const path = `/v1/alerts/${id}/steps`
  const { status, body } = await call(at, path, await keyOf('regulator', at), step)
  if (status !== 201) throw new Error(JSON.stringify(body))
}

async function raised(name: string): Promise<Raised> {
  const [one] = await raiseCase(name, 1)
  if (!one) throw new Error('nothing was raised')
  return one
}

const pathOf = ({ id }: Raised) => `/app/alerts?party=twice-maker&id=${id}`
const detailOf = (page: Page) => page.locator('.alert-detail')
const headOf = (page: Page) => page.locator('.alert-detail .alert-head')
const stepsOf = (page: Page) => page.locator('.alert-detail ol.lines > li')

/** Whether a detail is all there, so that nothing moves under the pointer any more. */
async function shown(page: Page): Promise<Locator> {
  const detail = detailOf(page)
  await detail.getByText('What was done').waitFor()
  await page.locator('.case.chosen').waitFor()
  return detail
}

const press = (within: Locator, name: string, which: 'first' | 'last' = 'first') =>
  within.getByRole('button', { name, exact: true })[which]().click()

/** Fills in and takes a step; `fill` is for what it asks beside the reason. */
async function take(
  detail: Locator,
  name: string,
  reason: string,
  fill?: () => Promise<unknown>,
): Promise<void> {
  await press(detail, name)
  await fill?.()
  await detail.getByLabel(`${name}: why`).fill(reason)
  await press(detail, name, 'last')
}

describe.skipIf(stage === undefined)('a regulator works on alerts', () => {
  it('forwards one: whom it goes to sees it from then on, and answers', async () => {
    const alert = await raised('FORWARD')
    const asShop = { ...inEnglish, role: 'enterprise', party: 'renmin' } as const
    await visit(asShop, async ({ page, open, allow }) => {
      allow(/404/)
      await open(pathOf(alert))
      await detailOf(page).getByRole('alert').getByText('that you may see').waitFor()
    })
    await visit(inEnglish, async ({ page, open, check }) => {
      await open(pathOf(alert))
      const detail = await shown(page)
      await take(detail, 'Forward', 'you sold it', () =>
        detail.getByLabel('Forward to').selectOption('renmin'),
      )
      const step = stepsOf(page).filter({ hasText: 'you sold it' })
      expect(await step.innerText()).toMatch(/forwarded regulator[: ]\S+ → Renmin Road Shop/)
      await check()
    })
    await visit(asShop, async ({ page, open, check }) => {
      await open(`/app/alerts?id=${alert.id}`)
      const detail = await shown(page)
      const steps = detail.locator('.steps-of-alert > .row').getByRole('button')
      expect(await steps.allTextContents()).toEqual(['Claim', 'Comment'])
      await take(detail, 'Claim', 'we look at the till')
      const step = stepsOf(page).filter({ hasText: 'we look at the till' })
      expect(await step.innerText()).toContain('claimed Renmin Road Shop')
      await check()
    })
    expect((await told(alert)).state).toBe('acknowledged')
  })

  it('blocks the goods, which whoever scans them is told, and lifts that again', async () => {
    const alert = await raised('BLOCK')
    const verdict = async () => {
      const { body } = await get(server(), `/v1/items/${encodeURIComponent(alert.subject)}`)
      return JSON.stringify(body['verdict'])
    }
    await visit(inEnglish, async ({ page, open, check }) => {
      await open(pathOf(alert))
      const detail = await shown(page)
      await take(detail, 'Block the goods', 'until we know')
      await headOf(page).getByText('blocked', { exact: true }).waitFor()
      await page.locator('.case.chosen').getByText('blocked').waitFor()
      await expect.poll(verdict).toContain('blocked')
      await check()
      await take(detail, 'Unblock', 'it was the label')
      await headOf(page).getByText('blocked', { exact: true }).waitFor({ state: 'detached' })
      await expect.poll(verdict).not.toContain('blocked')
    })
  })

  it('resolves one with its cause, and opens it again: who, when and why stand there', async () => {
    const alert = await raised('RESOLVE')
    await visit(inEnglish, async ({ page, context, open, check }) => {
      await open(pathOf(alert))
      const detail = await shown(page)
      // A colleague's screen: nothing is loaded anew there.
      const other = await context.newPage()
      await other.goto(pathOf(alert))
      await shown(other)
      await take(detail, 'Start', 'on my way')
      await headOf(page).getByText('in progress').waitFor()
      await take(detail, 'Resolve', 'the scanner read twice', () =>
        detail.getByLabel('What it was').selectOption('scanner fault'),
      )
      for (const each of [page, other]) await headOf(each).getByText('resolved').waitFor()
      expect(await told(alert)).toMatchObject({ state: 'resolved', causeCode: 'scanner' })
      const { by = '', time = '' } = (await told(alert)).steps.at(-1) ?? {}
      const when = new Intl.DateTimeFormat('en-GB', {
        ...{ timeZone: 'Asia/Shanghai', month: '2-digit', day: '2-digit' },
        ...{ hour: '2-digit', minute: '2-digit', hour12: false },
      }).format(new Date(time))
      const step = stepsOf(page).last()
      await step.getByText('the scanner read twice').waitFor()
      const line = (await step.innerText()).replaceAll(/\s+/g, ' ')
      const who = by.replace(':', '[: ]')
      const why = '· scanner fault the scanner read twice'
      expect(line).toMatch(new RegExp(`^${when} resolved ${who} ${why}$`))
      await check()
      await take(detail, 'Reopen', 'it read once')
      for (const each of [page, other]) await headOf(each).getByText('unclaimed').waitFor()
      const steps = ['raised', 'start', 'resolve', 'reopen']
      expect((await told(alert)).steps.map(({ step }) => step)).toEqual(steps)
    })
  })

  it('takes a step for a whole case', async () => {
    const alerts = await raiseCase('CASE', 3)
    const states = () => Promise.all(alerts.map(async (each) => (await told(each)).state))
    await visit(inEnglish, async ({ page, open, check }) => {
      await open(pathOf(alerts[0] as Raised))
      const detail = await shown(page)
      await page.locator('.case.chosen').getByText('×3').waitFor()
      await take(detail, 'Start', 'all of one print run', () =>
        detail.getByLabel('For all 3 loaded alerts of this case').check(),
      )
      await headOf(page).getByText('in progress').waitFor()
      await expect.poll(states).toEqual(['in_progress', 'in_progress', 'in_progress'])
      await detail.getByText('3 alerts in this case, 3 unresolved').click()
      expect(await detail.getByText('in progress').count()).toBe(1 + 3)
      await check()
    })
  })

  it('is told what of a case was done where another was quicker, and why the rest was not', async () => {
    const alerts = await raiseCase('QUICK', 3)
    const [first, second, third] = alerts as [Raised, Raised, Raised]
    await visit(inEnglish, async ({ page, open, allow }) => {
      allow(/409/)
      await open(pathOf(first))
      const detail = await shown(page)
      await press(page.locator('main'), 'Pause')
      await elsewhere(second, { action: 'resolve', causeCode: 'test', reason: 'mine' })
      await take(detail, 'Start', 'all of them', () =>
        detail.getByLabel('For all 3 loaded alerts of this case').check(),
      )
      const why = 'start does not go with an alert that is resolved'
      await detail.getByRole('alert').getByText(why).waitFor()
      await detail.getByRole('alert').getByText('2 of 3 done').waitFor()
      expect((await told(first)).state).toBe('in_progress')
      expect((await told(third)).state).toBe('in_progress')
    })
  })

  it('is refused a claim that another had before, with the reason', async () => {
    const alert = await raised('CLAIM')
    await visit(inEnglish, async ({ page, open, allow }) => {
      allow(/409/)
      await open(pathOf(alert))
      await shown(page)
      await press(page.locator('main'), 'Pause')
      await elsewhere(alert, { action: 'acknowledge', reason: 'mine' })
      const row = page.locator('.case.chosen')
      await row.getByRole('button', { name: /^Claim: / }).click()
      const why = 'acknowledge does not go with an alert that is acknowledged'
      await row.getByRole('alert').getByText(why).waitFor()
      // What was missed meanwhile shows when it goes on.
      await row.getByText('unclaimed').waitFor()
      await press(page.locator('main'), 'Go on')
      await row.getByText(/· claimed/).waitFor()
    })
  })

  it('hears nothing new while it is paused, and all of it afterwards', async () => {
    const before = await raised('PAUSE')
    await visit(inEnglish, async ({ page, open, check }) => {
      await open(pathOf(before))
      await shown(page)
      await page.locator('.top-actions').getByText('Live').waitFor()
      await press(page.locator('main'), 'Pause')
      await page.getByText('Paused: what is new is not shown').waitFor()
      await raiseCase('PAUSED', 2)
      // It has come: the mark at the top counts it.
      await page.locator('.top-actions').getByText('2 new alerts').waitFor()
      const fresh = page.getByRole('button', { name: '2 new: click to load' })
      expect(await fresh.count()).toBe(0)
      await check()
      await press(page.locator('main'), 'Go on')
      await fresh.click()
      await page.locator('.case', { hasText: '×2' }).getByText('unclaimed').first().waitFor()
    })
  })

  it('is told of a flood, and of its end', async () => {
    const before = await raised('BEFORE')
    await visit(inEnglish, async ({ page, open, check }) => {
      await page.clock.install()
      await open(pathOf(before))
      await shown(page)
      await page.locator('.top-actions').getByText('Live').waitFor()
      const notice = page.getByRole('status').getByText(/new in 10 minutes, likely of one cause/)
      await raiseCase('FEW', 10)
      await page.getByRole('button', { name: /^▲ 10 new/ }).waitFor()
      expect(await notice.count()).toBe(0)
      await raiseCase('FLOOD', 2)
      await page.getByRole('button', { name: /^▲ 12 new/ }).waitFor()
      expect(await notice.textContent()).toContain('12 new in 10 minutes')
      await check()
      await page.clock.fastForward('10:30')
      await notice.waitFor({ state: 'detached' })
    })
  })

  it('sees that nobody took one up, and whom it went to', async () => {
    const alert = await raised('LATE')
    await visit({ ...inEnglish, language: 'zh' }, async ({ page, open, check }) => {
      await open(pathOf(alert))
      const row = page.locator('.case.chosen')
      await row.waitFor()
      for (const [level, minutes, to] of [
        [1, 16, '值班人员'],
        [2, 45, '科室负责人'],
      ] as const) {
        letPass(minutes, alert)
        await row.getByText(`已升级 ${level} 级`).waitFor()
        await stepsOf(page).last().getByText(`→ ${to}`).waitFor()
      }
      const steps = (await told(alert)).steps.map(({ step, by }) => `${step} ${by}`)
      expect(steps).toEqual(['raised rules', 'escalated clock', 'escalated clock'])
      await check()
    })
  })
})
