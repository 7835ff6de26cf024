import { beforeAll, describe, expect, it } from 'vitest'
import { everyLook, said, stage, visit } from './browser.ts'
import { counter } from './counter.ts'
import { plantToday } from './plant-today.ts'

describe.skipIf(stage === undefined)('an enterprise', () => {
  beforeAll(plantToday)

  it.each(everyLook)('sees its lines, in $language on a $view', async (look) => {
    await visit({ ...look, role: 'enterprise' }, async ({ page, open, check, picture }) => {
      await open('/app/enterprise')
      await page.locator('.device-row').first().waitFor()
      await page.locator('.lots li').first().waitFor()
      await page.getByText('time_invalid').first().waitFor()
      await page
        .getByText(said(look.language, '3 件中 3 件未签收', '3 of 3 not received'))
        .waitFor()
      await check()
      await picture(`enterprise-${look.language}-${look.view}`)
    })
  })

  it.each(['zh', 'en'] as const)('sees what never came of a device, in %s', async (language) => {
    const party = 'lingang'
    const name = `counter-${language}`
    const device = await counter(party, name)
    await device.send(15, 16, 20)
    await visit({ language, view: 'desk', role: 'enterprise', party }, async (visited) => {
      const { page, open, check } = visited
      await open('/app/enterprise')
      const row = page.locator('.device-row', { hasText: name })
      await row.getByText(said(language, '编号 6 个，缺 3 个', '3 of 6 numbers missing')).waitFor()
      await row.getByText('24e124136b502217').waitFor()
      await row.getByText('17–19').waitFor()
      const bars = said(language, /缺号 3/, /3 numbers missing/)
      await row.getByRole('img', { name: bars }).waitFor()
      expect(await row.locator('.bars .lost').count()).toBe(1)
      await check()
      // What comes late is not missing any more.
      await device.send(18, 17, 19)
      await page.reload()
      await row.getByText(said(language, '编号连续，共 6', 'none of 6 numbers missing')).waitFor()
      expect(await row.locator('.bars .lost').count()).toBe(0)
      await check()
    })
    await device.end()
  })

  it('tries an event: what is wrong is told with its place, what is right is stored', async () => {
    await visit({ language: 'en', view: 'desk', role: 'enterprise' }, async (visited) => {
      const { page, open, allow } = visited
      allow(/400/)
      await open('/app/enterprise')
      const field = page.getByLabel('EPCIS event (JSON)')
      const right = await field.inputValue()
      await field.fill(right.replace('"OBSERVE"', '"LOOK"'))
      await page.getByRole('button', { name: 'Capture' }).click()
      await page.getByRole('alert').waitFor()
      await field.fill('{')
      await page.getByRole('button', { name: 'Check the form only' }).click()
      await page.getByText('It is no JSON').waitFor()
      await field.fill(right)
      await page.getByRole('button', { name: 'Capture' }).click()
      await page.getByText('Stored').waitFor()
    })
  })

  it('makes a key for a device, sees it once, and revokes it', async () => {
    await visit({ language: 'en', view: 'desk', role: 'enterprise' }, async ({ page, open }) => {
      await open('/app/enterprise')
      await page.getByText('Make a key for a device').first().click()
      await page.getByLabel('For', { exact: true }).fill('a key of the tests')
      await page.getByRole('button', { name: 'Make a key for a device' }).click()
      await page.getByText('The new key is shown this once').waitFor()
      const row = page.locator('.keys li', { hasText: 'a key of the tests' }).last()
      await row.getByRole('button', { name: 'Revoke' }).click()
      await row.getByRole('button', { name: 'Really revoke' }).click()
      await page.getByText(/^Revoked: \d+ keys?$/).click()
      await row.getByText('revoked', { exact: true }).waitFor()
    })
  })
})
