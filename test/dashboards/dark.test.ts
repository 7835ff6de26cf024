import { beforeAll, describe, it } from 'vitest'
import { stage, visit } from './browser.ts'
import { makeNotified, type Play, packLot } from './recall-play.ts'
import { codes } from './scene.ts'

const inTheDark = { language: 'zh', role: 'regulator', isDark: true } as const

describe.skipIf(stage === undefined)('in the dark', () => {
  let recall: Play

  beforeAll(async () => {
    if (stage) recall = await makeNotified(stage, { from: [{ lot: packLot }], drill: true })
  })

  /** Each page with something to show, by what is there when it shows it. */
  const pages: readonly [name: string, path: () => string, shown: string, press?: string][] = [
    ['scan', () => '/app/', 'main .card'],
    ['item', () => `/app/item?id=${encodeURIComponent(codes.warm)}`, '.verdict'],
    ['chain', () => `/app/chain?id=${encodeURIComponent(stage?.sold ?? '')}`, '.chain-panel'],
    // Of one whose alerts are those of the simulation, and not of other tests.
    ['alerts', () => '/app/alerts?party=pork-plant', '.alert-detail h3', '.case-open'],
    ['recalls', () => '/app/recalls', '.recall-row'],
    ['recall', () => `/app/recalls?id=${recall.id}`, '.recall-item-way', '.recall-item-open'],
    ['recall-make', () => '/app/recalls?make=lot', '.suspects'],
    ['rules', () => '/app/rules', '.rule-parts', '.rule-row'],
    ['parties', () => '/app/parties', '.party-row'],
    ['webhooks', () => '/app/webhooks', '.webhooks-desk'],
    ['login', () => '/app/login', '#key'],
  ]

  it.each(pages)('%s can be read', async (name, path, shown, press) => {
    await visit({ ...inTheDark, view: 'desk' }, async ({ page, open, check, picture }) => {
      await open(path())
      if (press !== undefined) await page.locator(press).first().click()
      await page.locator(shown).first().waitFor()
      await check()
      await picture(`dark-${name}`)
    })
  })

  it('lines can be read', async () => {
    const how = { ...inTheDark, view: 'desk', role: 'enterprise' } as const
    await visit(how, async ({ page, open, check, picture }) => {
      await open('/app/enterprise')
      await page.locator('.device-row').first().waitFor()
      await check()
      await picture('dark-enterprise')
    })
  })
})
