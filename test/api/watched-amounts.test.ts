/** Rules about amounts, end to end: B3, E1 to E4. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  AT_SITE,
  amount,
  CONTEXT,
  epc,
  GTIN,
  lot,
  made,
  PAPER,
  packed,
  place,
  run,
  some,
  sscc,
  startWatched,
  things,
  type Watched,
  wrong,
} from './watched.ts'

let watched: Watched
beforeEach(async () => {
  watched = await startWatched()
})
afterEach(() => watched.world.close())

const capture = (...events: object[]) => watched.world.capture(watched.maker, ...events)
const captureAt = (key: string, ...events: object[]) => watched.world.capture(key, ...events)

describe('more shipped than there was (E3)', () => {
  it('is raised, with both amounts; all that was made is no more', async () => {
    await capture(some(1, 'commissioning', 'L1', 100), some(2, 'shipping', 'L1', 100))
    expect(await watched.raised('E3')).toEqual([])
    await capture(some(3, 'shipping', 'L1', 1))
    const [alert] = await watched.raised('E3')
    expect(alert).toMatchObject({ subject: lot('L1'), severity: 'critical', certainty: 'observed' })
    const { why } = await watched.detail(alert?.['id'])
    expect(why).toMatchObject({ measures: [{ name: 'shipped', value: 101, limit: 100 }] })
  })

  it('of its maker is also what a permit does not allow, and of nobody else', async () => {
    const { products } = watched.world.registry
    const product = products.get(GTIN)
    if (product) products.put({ ...product, lotQuota: { quantity: 80 } })
    await capture(some(1, 'commissioning', 'L1', 100), some(2, 'shipping', 'L1', 80))
    expect(await watched.raised('E3')).toEqual([])
    await capture(some(3, 'shipping', 'L1', 20))
    const [alert] = await watched.raised('E3')
    const { why } = await watched.detail(alert?.['id'])
    expect(why).toMatchObject({ measures: [{ name: 'shipped', value: 100, limit: 80 }] })
  })

  it('waits a day for what was made and is told late, and is withdrawn once it is', async () => {
    await capture(some(1, 'commissioning', 'L1', 50), some(2, 'shipping', 'L1', 80))
    expect(await watched.raised('E3', 23)).toEqual([])
    expect(await watched.raised('E3', 25)).toHaveLength(1)
    await capture({ ...some(1, 'commissioning', 'L1', 40), readPoint: place(2) })
    expect(await watched.raised('E3', 25)).toEqual([])
    expect(await watched.states('E3')).toEqual(['withdrawn'])
  })

  it('counts serials of a lot, and each but once where it is scanned twice', async () => {
    await capture(made(1, ['A', 'B'], 'L1'), things(2, 'shipping', [epc('A'), epc('B')]))
    await capture({ ...things(2, 'shipping', [epc('A')]), eventTime: '2026-03-02T09:00:02Z' })
    expect(await watched.raised('E3')).toEqual([])
  })

  it('an amount that is told twice within seconds is one', async () => {
    await capture(some(1, 'commissioning', 'L1', 100), some(2, 'shipping', 'L1', 60))
    await capture({ ...some(2, 'shipping', 'L1', 60), eventTime: '2026-03-02T08:00:03Z' })
    expect(await watched.raised('E3')).toEqual([])
  })

  it('sees into pallets, and says that this is inferred', async () => {
    await capture(
      some(1, 'commissioning', 'L1', 100),
      packed(2, 'ADD', sscc(1), { childQuantityList: [amount('L1', 70)] }),
      packed(2, 'ADD', sscc(2), { childQuantityList: [amount('L1', 70)] }),
      packed(3, 'ADD', sscc(3), { childEPCs: [sscc(1), sscc(2)] }),
      things(4, 'shipping', [sscc(3)]),
    )
    const [alert] = await watched.raised('E3')
    expect(alert).toMatchObject({ subject: lot('L1'), certainty: 'inferred' })
  })

  it('is withdrawn when a shipment is declared wrong, with the reason', async () => {
    const second = {
      ...some(3, 'shipping', 'L1', 30),
      eventID: 'urn:uuid:11111111-0000-4000-8000-000000000001',
    }
    await capture(some(1, 'commissioning', 'L1', 100), some(2, 'shipping', 'L1', 90), second)
    const [alert] = await watched.raised('E3')
    await capture(wrong(second))
    expect(await watched.raised('E3')).toEqual([])
    const { steps } = (await watched.detail(alert?.['id'])) as { steps: { reason: string }[] }
    expect(steps.at(-1)?.reason).toContain('declared wrong')
  })

  it('says nothing where an amount is not known, or units do not go together', async () => {
    const unknown = { ...some(2, 'shipping', 'L1', 0), quantityList: [{ epcClass: lot('L1') }] }
    await capture(some(1, 'commissioning', 'L1', 10), unknown)
    await capture(some(1, 'commissioning', 'L2', 10))
    await capture({ ...some(2, 'shipping', 'L2', 0), quantityList: [amount('L2', 900, 'LTR')] })
    expect(await watched.raised('E3')).toEqual([])
  })
})

describe('a lot that does not balance (E2)', () => {
  const count = (day: number, quantity: number) =>
    some(day, 'stock_taking', 'L1', quantity, AT_SITE)

  it('is found when the stock is counted; half a percent is allowed', async () => {
    await capture(
      some(1, 'commissioning', 'L1', 1000, AT_SITE),
      some(2, 'shipping', 'L1', 700, AT_SITE),
      count(3, 295),
    )
    expect(await watched.raised('E2')).toEqual([])
    await capture(count(4, 200))
    expect(await watched.raised('E2')).toMatchObject([{ subject: lot('L1'), severity: 'warning' }])
  })

  it('is withdrawn when what was missing is told late', async () => {
    await capture(some(1, 'commissioning', 'L1', 1000, AT_SITE), count(4, 200))
    expect(await watched.raised('E2')).toHaveLength(1)
    await capture(some(3, 'shipping', 'L1', 800, AT_SITE))
    expect(await watched.raised('E2')).toEqual([])
    expect(await watched.states('E2')).toEqual(['withdrawn'])
  })

  it('is not asked of a site that the stock of another one is counted at', async () => {
    await capture(
      some(1, 'commissioning', 'L1', 1000, AT_SITE),
      some(2, 'stock_taking', 'L1', 10, { readPoint: place(2) }),
    )
    expect(await watched.raised('E2')).toEqual([])
  })
})

describe('received is not what was shipped (E4)', () => {
  it('one of three is missing, after the time for the rest is over', async () => {
    await capture(made(1, ['A', 'B', 'C'], 'L1'))
    await capture(things(2, 'shipping', [epc('A'), epc('B'), epc('C')]))
    await captureAt(watched.shop, things(3, 'receiving', [epc('A'), epc('B')]))
    expect(await watched.raised('E4', 71)).toEqual([])
    const [alert] = await watched.raised('E4', 73)
    const { affected } = await watched.detail(alert?.['id'])
    expect(affected).toMatchObject([{ key: epc('C') }])
  })

  it('a receipt in parts is none, nor is one that comes late', async () => {
    await capture(made(1, ['A', 'B'], 'L1'), things(2, 'shipping', [epc('A'), epc('B')]))
    await captureAt(watched.shop, things(3, 'receiving', [epc('A')]))
    expect(await watched.raised('E4', 73)).toHaveLength(1)
    await captureAt(watched.shop, things(4, 'receiving', [epc('B')]))
    expect(await watched.raised('E4', 73)).toEqual([])
    expect(await watched.states('E4')).toEqual(['withdrawn'])
  })

  it('a pallet that came closed has its contents with it', async () => {
    await capture(
      made(1, ['A', 'B'], 'L1'),
      packed(2, 'ADD', sscc(1), { childEPCs: [epc('A'), epc('B')] }),
      things(3, 'shipping', [sscc(1)], PAPER),
    )
    await captureAt(watched.shop, things(4, 'receiving', [sscc(1)], PAPER))
    expect(await watched.raised('E4')).toEqual([])
  })

  it('a pallet that was opened shows what was not in it, and what was too many', async () => {
    await capture(
      made(1, ['A', 'B', 'X'], 'L1'),
      packed(2, 'ADD', sscc(1), { childEPCs: [epc('A'), epc('B')] }),
      things(3, 'shipping', [sscc(1)], PAPER),
    )
    await captureAt(watched.shop, things(4, 'receiving', [epc('A'), epc('X')], PAPER))
    const [alert] = await watched.raised('E4')
    const { affected } = (await watched.detail(alert?.['id'])) as { affected: { key: string }[] }
    expect(affected.map(({ key }) => key).sort()).toEqual([epc('B'), epc('X')])
  })

  it('less of a lot than was shipped', async () => {
    await capture(some(1, 'commissioning', 'L1', 100), some(2, 'shipping', 'L1', 100, PAPER))
    await captureAt(watched.shop, some(3, 'receiving', 'L1', 90, PAPER))
    const [alert] = await watched.raised('E4')
    const { why } = await watched.detail(alert?.['id'])
    expect(why).toMatchObject({ measures: [{ name: 'missing', value: 10 }, { value: 0 }] })
  })
})

describe('not first expired, first out (B3)', () => {
  const stock = () => [made(1, ['A'], 'OLD', '2026-06-01'), made(1, ['B'], 'NEW', '2026-09-01')]

  it('the newer lot is picked while the older one is there', async () => {
    await capture(...stock(), things(2, 'picking', [epc('B')]))
    expect(await watched.raised('B3')).toMatchObject([{ subject: epc('B'), severity: 'info' }])
  })

  it('not once the older one has left, loose or on a pallet that was opened elsewhere', async () => {
    await capture(
      ...stock(),
      packed(2, 'ADD', sscc(1), { childEPCs: [epc('A')], readPoint: place(1) }),
      things(2, 'shipping', [sscc(1)]),
    )
    const opened = packed(3, 'DELETE', sscc(1), { childEPCs: [epc('A')], readPoint: place(2) })
    await captureAt(watched.shop, opened)
    await capture(things(4, 'picking', [epc('B')]))
    expect(await watched.raised('B3')).toEqual([])
  })

  it('nor where the older one leaves together with it, as serials or as an amount', async () => {
    await capture(...stock(), things(2, 'picking', [epc('A'), epc('B')]))
    await capture(things(3, 'shipping', [epc('B'), epc('A')]))
    expect(await watched.raised('B3')).toEqual([])
    const expires = (date: string) => {
      return { '@context': CONTEXT, ...AT_SITE, ilmd: { 'cbvmda:itemExpirationDate': date } }
    }
    const both = (older: number) => ({
      ...AT_SITE,
      quantityList: [amount('OLDER', older, 'KGM'), amount('NEWER', 50, 'KGM')],
    })
    const make = (name: string, date: string) => ({
      ...some(5, 'commissioning', name, 0, expires(date)),
      quantityList: [amount(name, 100, 'KGM')],
    })
    await capture(make('OLDER', '2026-06-01'), make('NEWER', '2026-09-01'))
    await capture(some(6, 'shipping', '', 0, both(100)))
    expect(await watched.raised('B3')).toEqual([])
  })

  it('but where only some of the older one leaves with it', async () => {
    await capture(...stock(), made(1, ['C'], 'OLD', '2026-06-01'))
    await capture(things(2, 'shipping', [epc('A'), epc('B')]))
    expect(await watched.raised('B3')).toMatchObject([{ subject: epc('B') }])
  })

  it('nor once that is told again for something that came late', async () => {
    await capture(...stock(), things(3, 'picking', [epc('A'), epc('B')]))
    await capture(things(2, 'storing', [epc('A'), epc('B')]))
    await capture(made(2, ['D'], 'OTHER', '2026-12-01'))
    expect(await watched.raised('B3')).toEqual([])
  })

  it('a day later is near enough', async () => {
    await capture(made(1, ['A'], 'OLD', '2026-06-01'), made(1, ['B'], 'NEW', '2026-06-02'))
    await capture(things(2, 'picking', [epc('B')]))
    expect(await watched.raised('B3')).toEqual([])
  })

  const date = (day: number) => new Date(Date.UTC(2026, 5, day)).toISOString().slice(0, 10)

  it('an old one is found behind many that came and left', async () => {
    const left = Array.from({ length: 60 }, (_, at) => `L${at}`)
    await capture(made(1, ['A'], 'OLD', date(0)), made(1, ['B'], 'NEW', date(200)))
    await capture(...left.map((name, at) => made(1, [name], name, date(at + 10))))
    await capture(things(2, 'shipping', left.map(epc)))
    await capture(things(3, 'picking', [epc('B')]))
    const [alert] = await watched.raised('B3')
    expect(JSON.stringify(alert?.['text'])).toContain(lot('OLD'))
  })

  it('one that left counts again once it is back, and not before', async () => {
    await capture(...stock(), things(2, 'shipping', [epc('A')]), things(5, 'receiving', [epc('A')]))
    await capture(things(4, 'picking', [epc('B')]))
    expect(await watched.raised('B3')).toEqual([])
    await capture(things(6, 'picking', [epc('B')]))
    expect(await watched.raised('B3')).toMatchObject([{ subject: epc('B') }])
  })

  it('one whose leaving was declared wrong has not left', async () => {
    const mistaken = {
      ...things(2, 'shipping', [epc('A')]),
      eventID: 'urn:uuid:33333333-0000-4000-8000-000000000002',
    }
    await capture(...stock(), mistaken)
    await capture(wrong(mistaken))
    await capture(things(4, 'picking', [epc('B')]))
    expect(await watched.raised('B3')).toMatchObject([{ subject: epc('B') }])
  })

  it('what is at another site is not what should have been picked', async () => {
    await capture({ ...stock()[0], readPoint: place(2) }, stock()[1] ?? {})
    await capture(things(2, 'picking', [epc('B')]))
    expect(await watched.raised('B3')).toEqual([])
  })
})

describe('the yield of a process (E1)', () => {
  it('is unusual; a run that was declared wrong makes nothing unusual', async () => {
    const odd = { ...run(9, 40), eventID: 'urn:uuid:11111111-0000-4000-8000-000000000002' }
    await capture(...[1, 2, 3, 4, 5, 6].map((day) => run(day, 90)), odd)
    expect(await watched.raised('E1')).toHaveLength(1)
    await capture(wrong(odd))
    expect(await watched.raised('E1')).toEqual([])
    expect(await watched.states('E1')).toEqual(['withdrawn'])
  })
})
