/** Rules about tests and suppliers, end to end: F1 to F6, and a material from batch to wall. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  amount,
  epc,
  GTIN,
  lot,
  made,
  on,
  packed,
  place,
  report,
  some,
  sscc,
  startWatched,
  type Told,
  things,
  type Watched,
  wrong,
} from './watched.ts'

const SAMPLE = 'https://id.gs1.org/01/09521321000025/21/S1'
const WALL = 'https://id.gs1.org/01/09521321000032/21/WALL'
const STRENGTH = 'urn:test:procedure:strength'
const ofLot = (name: string) => ({ quantityList: [amount(name, 1)] })
const ofTest = (number: string, test = STRENGTH) => ({
  bizTransactionList: [
    { type: 'testres', bizTransaction: `urn:test:report:${number}` },
    { type: 'testprd', bizTransaction: test },
  ],
})

let watched: Watched
afterEach(() => watched.world.close())

const capture = (...events: object[]) => watched.world.capture(watched.maker, ...events)
const captureAt = (key: string, ...events: object[]) => watched.world.capture(key, ...events)
const subjects = (alerts: readonly Told[]) => alerts.map(({ subject }) => subject).sort()

describe('a failed test (F1)', () => {
  beforeEach(async () => {
    watched = await startWatched()
  })

  it('holds the lot and all that came of it, in one case, each with the way to it', async () => {
    await capture(made(1, ['A', 'B'], 'L1'), made(2, ['C'], 'L2'))
    await captureAt(watched.laboratory, report(3, '1', false, ofLot('L1')))
    const alerts = await watched.raised('F1')
    expect(subjects(alerts)).toEqual([lot('L1'), epc('A'), epc('B')].sort())
    expect(new Set(alerts.map((each) => JSON.stringify(each['case']))).size).toBe(1)
    const one = alerts.find(({ subject }) => subject === epc('A'))
    const { affected } = await watched.detail(one?.['id'])
    expect(affected).toMatchObject([{ path: [lot('L1'), epc('A')] }])
  })

  it('looks at lots of the same line and day, as possible and less grave', async () => {
    const made1 = (name: string, hour: string) => ({
      ...some(1, 'commissioning', name, 100, { readPoint: place(1) }),
      eventTime: `2026-03-01T${hour}:00:00Z`,
    })
    await capture(made1('L1', '08'), made1('L2', '11'))
    await capture({ ...made1('L3', '08'), eventTime: '2026-03-02T08:00:00Z' })
    await captureAt(watched.laboratory, report(3, '1', false, ofLot('L1')))
    const alerts = await watched.raised('F1')
    expect(subjects(alerts)).toEqual([lot('L1'), lot('L2')])
    const beside = alerts.find(({ subject }) => subject === lot('L2'))
    expect(beside).toMatchObject({ certainty: 'possible', severity: 'warning' })
  })

  it('reaches what was made of the lot after the report came', async () => {
    await capture(some(1, 'commissioning', 'L1', 100))
    await captureAt(watched.laboratory, report(3, '1', false, ofLot('L1')))
    expect(await watched.raised('F1')).toHaveLength(1)
    await capture(made(4, ['A'], 'L1'))
    expect(subjects(await watched.raised('F1'))).toContain(epc('A'))
  })

  it('holds a thousand by name; of one more it says that it is not named', async () => {
    const names = Array.from({ length: 1000 }, (_, at) => `S${at}`)
    const failed = report(3, '1', false, { epcList: [epc('RAW')] })
    const use = (outputs: readonly string[], hour: number) =>
      on(2, hour, {
        ...{ type: 'TransformationEvent', epcList: undefined, action: undefined },
        ...{ inputEPCList: [epc('RAW')], outputEPCList: outputs.map(epc) },
      })
    await capture(made(1, ['RAW'], 'L1'), use(names, 8))
    await captureAt(watched.laboratory, failed)
    const [whole] = await failure()
    expect(whole).toMatchObject({ measures: [{ name: 'affected', value: 1000 }] })
    expect(JSON.stringify(whole?.['text'])).not.toContain('more')
    await capture(use(['ONE', 'TWO'], 9))
    const [more] = await failure()
    expect(more).toMatchObject({ measures: [{ value: 1002 }, { value: 2, limit: 1000 }] })
    expect(JSON.stringify(more?.['text'])).toMatch(/2 件未逐件列出.*2 of them are not named/)
    const { reader } = world().alerts
    expect(reader.alerts({ rules: ['F1'] }, { limit: 2000 })).toHaveLength(1001)
  })

  const world = () => watched.world
  /** What is told of the failure itself. */
  async function failure(): Promise<Told[]> {
    await watched.raised('F1')
    const item = encodeURIComponent(epc('RAW'))
    const { json } = await world().call(`/v1/alerts?rule=F1&item=${item}`, {
      key: watched.regulator,
    })
    const alerts = json['items'] as Told[]
    return Promise.all(
      alerts
        .filter(({ subject }) => subject === epc('RAW'))
        .map(async ({ id }) => {
          const detail = await watched.detail(id)
          return { ...detail, ...(detail['why'] as object) }
        }),
    )
  }

  it('a passed test holds nothing, nor an inspection that is no report', async () => {
    await capture(made(1, ['A'], 'L1'))
    await captureAt(watched.laboratory, report(3, '1', true, ofLot('L1')))
    const { bizTransactionList: _, ...inspection } = report(3, '2', false, ofLot('L1'))
    await captureAt(watched.laboratory, inspection)
    expect(await watched.raised('F1')).toEqual([])
  })

  it('is over once the same test was passed again, and withdrawn where it was entered wrongly', async () => {
    const failure = {
      ...report(3, '1', false, ofLot('L1')),
      eventID: 'urn:uuid:22222222-0000-4000-8000-000000000001',
    }
    await capture(some(1, 'commissioning', 'L1', 100))
    await captureAt(watched.laboratory, failure)
    const [alert] = await watched.raised('F1')
    expect(alert).not.toHaveProperty('to')
    await captureAt(watched.laboratory, report(5, '2', true, ofLot('L1')))
    const [over] = await watched.raised('F1')
    expect(over).toMatchObject({ id: alert?.['id'], to: '2026-03-05T12:00:00.000Z' })
    await captureAt(watched.laboratory, wrong(failure))
    expect(await watched.raised('F1')).toEqual([])
    expect(await watched.states('F1')).toEqual(['withdrawn'])
  })
})

describe('released without a test (F2)', () => {
  beforeEach(async () => {
    watched = await startWatched('food', { requiredTests: ['general'] })
  })
  const ship = (day: number) => things(day, 'shipping', [epc('A')])

  it('shipped, and no report a day later; a report that comes late takes it back', async () => {
    await capture(made(1, ['A'], 'L1'), ship(4))
    expect(await watched.raised('F2', 23)).toEqual([])
    expect(await watched.raised('F2', 25)).toMatchObject([{ subject: epc('A') }])
    await captureAt(watched.laboratory, report(3, '1', true, ofLot('L1')))
    expect(await watched.raised('F2', 25)).toEqual([])
    expect(await watched.states('F2')).toEqual(['withdrawn'])
  })

  it('is none where the report was there, in whatever order both came in', async () => {
    await captureAt(watched.laboratory, report(3, '1', true, ofLot('L1')))
    await capture(made(1, ['A'], 'L1'), ship(4))
    expect(await watched.raised('F2')).toEqual([])
  })

  it('shipped though the test had failed is told at once', async () => {
    await captureAt(watched.laboratory, report(3, '1', false, ofLot('L1')))
    await capture(made(1, ['A'], 'L1'), ship(4))
    const [alert] = await watched.raised('F2', 0)
    expect(JSON.stringify(alert?.['text'])).toContain('had failed')
  })

  it('shipped before the report that passed it', async () => {
    await capture(made(1, ['A'], 'L1'), ship(2))
    await captureAt(watched.laboratory, report(3, '1', true, ofLot('L1')))
    const [alert] = await watched.raised('F2', 25)
    expect(JSON.stringify(alert?.['text'])).toContain('before')
  })
})

describe('suppliers and processes (F3, F4, F5)', () => {
  beforeEach(async () => {
    watched = await startWatched()
  })

  /** Lots with a report each, an hour apart. */
  const tested = async (outcomes: readonly boolean[], first = 0) => {
    for (const [at, passed] of outcomes.entries()) {
      const name = `T${first + at}`
      const hour = first + at
      const quantityList = [amount(name, 1)]
      const making = { epcList: [], quantityList, action: 'ADD', bizStep: 'commissioning' }
      await capture(on(1, hour, { ...making, readPoint: place(1) }))
      const said = report(1, name, passed, { quantityList })
      const eventTime = new Date(Date.UTC(2026, 2, 1, hour + 1)).toISOString()
      await captureAt(watched.laboratory, { ...said, eventTime })
    }
  }

  it('a supplier of which five lots fail is at risk; one of which one does is not', async () => {
    await tested([true, true, false])
    expect(await watched.raised('F3')).toEqual([])
    await tested([false, false, false, false], 3)
    expect(await watched.raised('F3')).toMatchObject([
      { subject: 'party:maker', severity: 'warning' },
    ])
  })

  it('a process whose results fail one after the other has shifted; one failure is none', async () => {
    await tested([true, false, true, true])
    expect(await watched.raised('F5')).toEqual([])
    await tested(Array<boolean>(8).fill(false), 4)
    const [alert] = await watched.raised('F5')
    expect(String(alert?.['subject'])).toContain(`party:maker ${GTIN} general`)
  })

  it('a batch of results that fail more often than they should has drifted', async () => {
    const change = { rule: 'F4', parameters: { batch: 5 }, fromUs: 0, reason: 'x' }
    watched.world.alerts.setRules(
      0,
      { atUs: 0, by: 'x', reason: 'x', changes: [{ ...change, revision: 'r', author: 'x' }] },
      false,
    )
    await tested([true, true, true, true, true])
    expect(await watched.raised('F4')).toEqual([])
    await tested([false, false, true, true], 5)
    // The batch is not whole yet.
    expect(await watched.raised('F4')).toEqual([])
    await tested([true], 9)
    expect(await watched.raised('F4')).toHaveLength(1)
  })
})

describe('sampling of a district (F6)', () => {
  it('falls short of its plan at the beginning of a month, and does not with enough batches', async () => {
    watched = await startWatched()
    const { locations } = watched.world.registry
    const district = { key: place(5).id, party: 'maker', name: 'District' }
    locations.put({ ...district, residents: 3_000 })
    locations.put({ ...district, key: place(1).id, name: 'Shop', district: place(5).id })
    const year = new Date().getUTCFullYear()
    const eventTime = `${year}-01-02T08:00:00Z`
    const drawn = { ...report(1, '1', true, ofLot('L1')), eventTime, readPoint: place(1) }
    await captureAt(watched.laboratory, drawn)
    const [alert] = await watched.raised('F6', 0)
    expect(alert).toMatchObject({ subject: place(5).id, severity: 'info' })
    const { why } = await watched.detail(alert?.['id'])
    expect(why).toMatchObject({ measures: [{ name: 'batches', value: 1 }] })
    for (let number = 2; number < 14; number += 1) {
      const more = report(1, String(number), true, ofLot(`L${number}`))
      await captureAt(watched.laboratory, { ...more, eventTime, readPoint: place(1) })
    }
    expect(await watched.raised('F6', 0)).toEqual([])
    expect(await watched.states('F6')).toEqual(['withdrawn'])
  })
})

describe('a building material, from batch to wall', () => {
  beforeEach(async () => {
    watched = await startWatched('building_materials', {
      requiredTests: [STRENGTH],
      witnessed: true,
    })
  })
  const site = place(2)
  const paper = { bizTransactionList: [{ type: 'desadv', bizTransaction: 'urn:test:advice:9' }] }
  const sampling = (more: object = {}) =>
    on(4, 8, {
      ...{ type: 'TransformationEvent', epcList: undefined, action: undefined },
      ...{ bizStep: 'sampling', readPoint: site, outputEPCList: [SAMPLE] },
      inputQuantityList: [amount('B1', 2)],
      ...more,
    })
  const witnessed = { certificationInfo: 'urn:test:witness:7' }
  const says = (day: number, passed: boolean) =>
    report(day, `r${day}`, passed, { ...ofTest(`r${day}`), epcList: [SAMPLE] })
  const install = (day: number) =>
    on(day, 15, {
      ...{ type: 'AssociationEvent', epcList: undefined, action: 'ADD', bizStep: 'installing' },
      ...{ parentID: WALL, childEPCs: [epc('bag-1')], readPoint: site, bizLocation: site },
    })

  /** Made, delivered on a pallet, unpacked at the site. */
  async function deliver(): Promise<void> {
    await capture(
      made(1, ['bag-1', 'bag-2'], 'B1'),
      packed(2, 'ADD', sscc(1), { childEPCs: [epc('bag-1'), epc('bag-2')], readPoint: place(1) }),
    )
    await captureAt(
      watched.shop,
      things(3, 'receiving', [sscc(1)], { ...paper, readPoint: site, bizLocation: site }),
      { ...packed(3, 'DELETE', sscc(1), { readPoint: site }), eventTime: '2026-03-03T10:00:00Z' },
    )
  }

  it('a batch with a witnessed sample that passed is built in, and nothing is raised', async () => {
    await deliver()
    await captureAt(watched.shop, sampling(witnessed))
    await captureAt(watched.laboratory, says(6, true))
    await captureAt(watched.shop, install(8))
    expect(await watched.raised('F2')).toEqual([])
    expect(await watched.raised('F1')).toEqual([])
    expect(await watched.raised('E4')).toEqual([])
  })

  it('nor where it is delivered bag by bag, before its test at the site', async () => {
    await capture(made(1, ['bag-1'], 'B1'), things(2, 'shipping', [epc('bag-1')], paper))
    await captureAt(
      watched.shop,
      things(3, 'receiving', [epc('bag-1')], { ...paper, readPoint: site, bizLocation: site }),
      sampling(witnessed),
    )
    await captureAt(watched.laboratory, says(6, true))
    expect(await watched.raised('F2', 48)).toEqual([])
    await captureAt(watched.shop, install(8))
    expect(await watched.raised('F2', 48)).toEqual([])
  })

  it('a sample that nobody witnessed proves nothing', async () => {
    await deliver()
    await captureAt(watched.shop, sampling())
    await captureAt(watched.laboratory, says(6, true))
    await captureAt(watched.shop, install(8))
    const [alert] = await watched.raised('F2', 0)
    expect(JSON.stringify(alert?.['text'])).toContain('witnessed')
  })

  it('a witness who tells of the sampling as well is one', async () => {
    await deliver()
    await captureAt(watched.shop, sampling())
    const { inputQuantityList: _, outputEPCList: __, ...rest } = sampling()
    await captureAt(watched.maker, {
      ...rest,
      ...{ type: 'ObjectEvent', action: 'OBSERVE', epcList: [], ...ofLot('B1') },
    })
    await captureAt(watched.laboratory, says(6, true))
    await captureAt(watched.shop, install(8))
    expect(await watched.raised('F2')).toEqual([])
  })

  it('built in before the report was there', async () => {
    await deliver()
    await captureAt(watched.shop, sampling(witnessed), install(5))
    await captureAt(watched.laboratory, says(6, true))
    const [alert] = await watched.raised('F2', 25)
    expect(alert).toMatchObject({ subject: epc('bag-1') })
    expect(JSON.stringify(alert?.['text'])).toContain('before')
  })

  it('a failed test holds the batch, its bags and where one of them was built in, not the sample', async () => {
    await deliver()
    await captureAt(watched.shop, sampling(witnessed), install(5))
    await captureAt(watched.laboratory, says(6, false))
    const alerts = await watched.raised('F1')
    expect(subjects(alerts)).toEqual(
      expect.arrayContaining([lot('B1'), epc('bag-1'), epc('bag-2')]),
    )
    expect(subjects(alerts)).not.toContain(SAMPLE)
    const built = alerts.find(({ subject }) => subject === epc('bag-1'))
    expect(JSON.stringify(built?.['text'])).toContain(site.id)
    const facts = await watched.world.call(`/v1/items/${encodeURIComponent(epc('bag-2'))}`, {
      key: watched.regulator,
    })
    expect(JSON.stringify(facts.json['facts'])).toContain('alert_critical')
  })
})
