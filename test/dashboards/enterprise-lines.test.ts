/** What an enterprise is told of its own lines: what was refused, what is due, what is missing. */
import { beforeAll, describe, expect, it } from 'vitest'
import { isNewKey, request } from '#simulators/server.ts'
import { connectDevice } from '../e2e/devices.ts'
import { get } from '../e2e/http.ts'
import { server, stage, visit } from './browser.ts'
import { rightsOf } from './raise-alert.ts'
import { captured } from './scene.ts'

const party = 'lines-maker'
const DAY_MS = 86_400_000
const gtin = 'https://id.gs1.org/01/06907654322004'
const inEnglish = { language: 'en', view: 'desk', role: 'enterprise', party } as const
const inChinese = { ...inEnglish, language: 'zh' } as const
const run = Date.now().toString(36).slice(-6, -2)

const day = (fromNow: number) => new Date(Date.now() + fromNow * DAY_MS).toISOString().slice(0, 10)
const happens = (hoursAgo: number, more: object) => ({
  ...{ type: 'ObjectEvent', action: 'OBSERVE', eventTimeZoneOffset: '+08:00' },
  eventTime: new Date(Date.now() - hoursAgo * 3_600_000).toISOString(),
  ...more,
})

/** Registers a device of the party; gives its password. */
async function device(name: string, more: object = {}): Promise<string> {
  const body = { party, device: name, site: 'line-1', name, ...more }
  const made = await request(server(), 'PUT', `/v1/devices/${party}/${name}`, body)
  if (!isNewKey(made)) throw new Error(`${name} was there before`)
  return made.secret
}

/** Sends a message as a device does, and waits until the broker has it. */
async function send(name: string, password: string, payload: string): Promise<void> {
  const topic = () => `suyuan/v1/${party}/line-1/${name}/epcis`
  const { mqttUrl = '' } = stage ?? {}
  const client = await connectDevice({ mqttUrl }, { party, device: name, password, topic })
  await client.publishAsync(topic(), payload, { qos: 1 })
  await client.endAsync()
}

describe.skipIf(stage === undefined)('an enterprise is told', () => {
  let key = ''
  const reader = `reader-${run}`

  beforeAll(async () => {
    if (stage === undefined) return
    key = await rightsOf(party)
    const password = await device(reader)
    await send(reader, password, `{"type":"ObjectEvent","line":"三号线 ${run}"`)
  })

  it('what was refused, why, and as it came', async () => {
    await visit(inEnglish, async ({ page, open, check }) => {
      await open('/app/enterprise')
      const refused = page
        .locator('.lines > li', { hasText: reader })
        .filter({ has: page.locator('.tag.stop') })
      await refused.waitFor()
      const { body } = await get(server(), `/v1/rejections?party=${party}&device=${reader}`)
      const [{ code, message } = { code: '', message: '' }] = body['items'] as {
        code: string
        message: string
      }[]
      expect(await refused.innerText()).toContain(code)
      expect(await refused.innerText()).toContain(message)
      await refused.getByRole('button', { name: 'show message', exact: true }).click()
      const payload = page.getByLabel('Message as it came')
      await expect
        .poll(() => payload.inputValue())
        .toBe(`{"type":"ObjectEvent","line":"三号线 ${run}"`)
      // Its device says so too.
      const row = page.locator('.device-row', { hasText: reader })
      await row.getByText('Refused 1').waitFor()
      await check()
    })
  })

  it('until when each device is calibrated', async () => {
    const due = [
      [`over-${run}`, day(-2), '.tag.stop'],
      [`soon-${run}`, day(12), '.tag.warn'],
      [`fine-${run}`, day(200), '.tag.fine'],
    ] as const
    for (const [name, calibrationDue] of due) await device(name, { calibrationDue })
    await visit(inChinese, async ({ page, open, check }) => {
      await open('/app/enterprise')
      for (const [name, until, look] of due) {
        const sign = page.locator('.device-row', { hasText: name }).locator(look)
        await sign.filter({ hasText: until }).waitFor()
      }
      await check()
    })
  })

  it('what has been silent for a day', async () => {
    await visit(inEnglish, async ({ page, open, check }) => {
      await open('/app/enterprise')
      const row = page.locator('.device-row', { hasText: reader })
      const silent = row.getByText('silent for more than a day')
      await row.getByRole('img').waitFor()
      expect(await silent.count()).toBe(0)
      // Tomorrow and a bit.
      await page.clock.setFixedTime(Date.now() + 25 * 3_600_000)
      await page.reload()
      await silent.waitFor()
      await check()
    })
  })

  it('of which time a sensor says nothing', async () => {
    const { body } = await get(server(), '/v1/alerts?rule=A11&party=lingang&state=open')
    const subject = 'https://id.gs1.org/8004/690123456SENSOR1'
    const gaps = (body['items'] as { subject: string }[]).filter((one) => one.subject === subject)
    expect(gaps.length).toBeGreaterThan(0)
    await visit({ ...inChinese, party: 'lingang' }, async ({ page, open, check }) => {
      await open('/app/enterprise')
      const sign = page.locator('.device-row', { hasText: 'Probe 1' }).locator('.tag.inferred')
      await sign.filter({ hasText: `数据缺口 ${gaps.length}` }).waitFor()
      await check()
    })
  })

  it('what it has made, and where that went', async () => {
    const lot = `${gtin}/10/L-${run}`
    const made = { action: 'ADD', bizStep: 'commissioning' }
    const quantityList = [{ epcClass: lot, quantity: 120, uom: 'KGM' }]
    await captured(server(), key, [happens(5, { ...made, quantityList })])
    await visit(inEnglish, async ({ page, open, check }) => {
      await open('/app/enterprise')
      const row = page.locator('.lots li', { hasText: `L-${run}` })
      await row.getByText('120 kg').waitFor()
      await check()
      await row.getByRole('link').click()
      await page.waitForURL((url) => url.searchParams.get('id') === lot)
      await page.getByRole('application').waitFor()
    })
  })

  it('what of a shipment nobody has received yet, until somebody has', async () => {
    const items = ['A', 'B', 'C'].map((name) => `${gtin}/21/S-${run}-${name}`)
    await captured(server(), key, [
      happens(4, { action: 'ADD', bizStep: 'commissioning', epcList: items }),
      happens(3, { bizStep: 'shipping', epcList: items }),
    ])
    const shop = await rightsOf('lines-shop')
    const received = (epcList: readonly string[]) =>
      captured(server(), shop, [happens(1, { bizStep: 'receiving', epcList })])
    await visit(inEnglish, async ({ page, open, check }) => {
      const row = page.locator('.lines > li', { hasText: `S-${run}-A` })
      await open('/app/enterprise')
      await row.getByText('3 of 3 not received').waitFor()
      await received(items.slice(0, 2))
      await page.reload()
      await row.getByText('1 of 3 not received').waitFor()
      await check()
      await received(items.slice(2))
      await page.reload()
      await page.getByText('All recent shipments were received').waitFor()
      expect(await row.count()).toBe(0)
    })
  })

  it('nothing of others, whose administrator sees all, or one of them', async () => {
    const rows = '.device-row'
    await visit(inEnglish, async ({ page, open }) => {
      await open('/app/enterprise')
      await page.locator(rows).first().waitFor()
      expect(await page.locator(rows, { hasText: 'Probe 1' }).count()).toBe(0)
      expect(await page.getByLabel('Enterprise', { exact: true }).count()).toBe(0)
    })
    const asAdmin = { language: 'en', view: 'desk', role: 'admin' } as const
    await visit(asAdmin, async ({ page, open, check }) => {
      await open('/app/enterprise')
      const choice = page.getByLabel('Enterprise', { exact: true })
      await choice.selectOption('Lingang Cold Store')
      await page.locator(rows, { hasText: 'Probe 1' }).waitFor()
      expect(await page.locator(rows, { hasText: reader }).count()).toBe(0)
      await choice.selectOption(party)
      await page.locator(rows, { hasText: reader }).waitFor()
      expect(await page.locator(rows, { hasText: 'Probe 1' }).count()).toBe(0)
      await check()
    })
  })
})
