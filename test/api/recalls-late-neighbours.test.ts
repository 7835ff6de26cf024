/** What was made on the line and day of a recalled lot, and is told of after it was traced. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LateFollower } from '#ingest/recalls/late-follower.ts'
import { dataFolder } from '#store/folder.ts'
import { timesTold } from '../store/recall-changes.ts'
import { amount, lot, place, product, serial } from '../trace/world.ts'
import { became, type Dairy, Desk, made, seen, startDairy } from './recall-world.ts'

let dairy: Dairy
let desk: Desk
beforeEach(async () => {
  dairy = await startDairy()
  desk = new Desk(dairy)
})
afterEach(() => dairy.world.close())

const capture = (...events: object[]) => dairy.world.capture(dairy.maker, ...events)
const lots = (hours: number, ...names: string[]) =>
  made(
    hours,
    names.map((name) => amount(lot(name), 5)),
  )

/** A recall of some suspects that is in force, with what is beside them. */
const approved = (from: readonly object[], sameLineAndDay = true) =>
  desk.approved(from, { assume: { sameLineAndDay } })

async function late(id: string): Promise<readonly object[] | undefined> {
  await dairy.world.traced()
  const { outOfDate } = (await desk.get(`/v1/recalls/${id}`)).json as {
    outOfDate?: { first: object[] }
  }
  return outOfDate?.first
}

describe('beside a recalled lot', () => {
  it('a lot that is told of later is to be checked, and so is what comes of it', async () => {
    await capture(lots(1, 'L1'))
    const id = await approved([{ lot: lot('L1') }])
    await capture(lots(2, 'L2'), became(30, [amount(lot('L2'), 1)], [serial('pie', 3)]))
    const common = { tier: 'possible', assumption: 'same-line-and-day' }
    expect(await late(id)).toMatchObject([
      { key: serial('pie', 3), ...common, path: [lot('L1'), lot('L2'), serial('pie', 3)] },
      { key: lot('L2'), ...common, path: [lot('L1'), lot('L2')] },
    ])
    expect(await desk.verdict(lot('L2'))).toBe('check')
    expect(await desk.verdict(serial('pie', 3))).toBe('check')
    expect((await desk.step(id, { action: 'approve', version: 2 })).status).toBe(201)
    expect(await late(id)).toBeUndefined()
    expect(await desk.verdict(lot('L2'))).toBe('check')
  })

  it('another day, another place, another product and another party are not', async () => {
    await capture(lots(1, 'L1'))
    const id = await approved([{ lot: lot('L1') }])
    const elsewhere = seen(2, 'commissioning', 2, [amount(lot('L4'), 5)], { action: 'ADD' })
    await capture(lots(25, 'L2'), made(2, [amount(lot('L3', 2), 5)]), elsewhere)
    await dairy.world.capture(dairy.depot, lots(2, 'L5'))
    expect(await late(id)).toBeUndefined()
    expect(await desk.verdict(lot('L3', 2))).toBe('sell')
  })

  it('serials of which nobody says the lot are, and those of a lot that is sound are not', async () => {
    await capture(lots(1, 'L1'))
    const id = await approved([{ lot: lot('L1') }])
    await capture(made(2, [serial('a'), serial('b')]), made(30, [serial('c')], 'L9'))
    expect(await late(id)).toMatchObject([
      { key: serial('a'), tier: 'possible', assumption: 'missing-data' },
      { key: serial('b'), tier: 'possible', assumption: 'missing-data' },
    ])
    expect(await desk.verdict(serial('c'))).toBe('sell')
  })

  it('nothing is where that is not assumed, or only a serial is suspected', async () => {
    await capture(lots(1, 'L1'), made(1, [serial('s')], 'L7'))
    const id = await approved([{ lot: lot('L1') }], false)
    const other = await approved([{ item: serial('s') }])
    await capture(lots(2, 'L2'))
    expect(await late(id)).toBeUndefined()
    expect(await late(other)).toBeUndefined()
  })

  it('nothing is beside what is only beside it', async () => {
    await capture(lots(1, 'L1', 'L2'), lots(30, 'L2'))
    const id = await approved([{ lot: lot('L1') }])
    await capture(lots(31, 'L3'))
    expect(await late(id)).toBeUndefined()
  })

  it('a lot at the place stands, where it has no read point', async () => {
    const there = { readPoint: undefined, bizLocation: { id: place(1) } }
    await capture({ ...lots(1, 'L1'), ...there })
    const id = await approved([{ lot: lot('L1') }])
    await capture(lots(2, 'L2'))
    expect(await late(id)).toMatchObject([{ key: lot('L2') }])
  })
})

describe('a suspected lot whose making is told late', () => {
  const RANGE = [{ product: product(1), fromLot: '00112', toLot: '00113' }]

  it('has what was made beside it before checked', async () => {
    await capture(lots(1, '00113'), lots(50, 'L2'))
    const id = await approved(RANGE)
    expect(await desk.verdict(lot('L2'))).toBe('sell')
    await capture(lots(51, '00112'), lots(52, 'L3'))
    const [first, ...rest] = (await late(id)) as { key: string }[]
    expect(first).toMatchObject({ key: lot('00112'), tier: 'inferred', path: [lot('00112')] })
    expect(rest.sort((one, other) => (one.key < other.key ? -1 : 1))).toMatchObject([
      { key: lot('L2'), tier: 'possible', path: [lot('00112'), lot('L2')] },
      { key: lot('L3'), tier: 'possible', path: [lot('00112'), lot('L3')] },
    ])
    expect(await desk.verdict(lot('L2'))).toBe('check')
  })

  it('has them so, where others of the line were looked at before', async () => {
    await capture(seen(60, 'shipping', 1, [amount(lot('00112'), 5)]), lots(90, '00113'))
    const id = await approved(RANGE)
    await capture(lots(50, 'L2'))
    expect(await late(id)).toBeUndefined()
    await capture(lots(51, '00112'))
    expect(await late(id)).toMatchObject([{ key: lot('L2'), tier: 'possible' }])
  })
})

it.each([
  ['a crash', false],
  ['a fault', true],
])(
  '%s behind any write costs nothing: each thing is blocked once, and told once',
  async (_, isSame) => {
    const { trail, recalls, directory } = dairy.world
    await capture(
      ...[lots(1, '00113'), lots(50, 'L2'), lots(50, 'L3')],
      made(80, [serial('s1'), serial('s2')], 'B'),
    )
    const id = await approved([{ product: product(1), fromLot: '00112', toLot: '00113' }])
    await capture(lots(51, '00112'), became(79, [amount(lot('00112'), 1)], [amount(lot('B'), 2)]))
    let writes = 0
    let isDead = false
    const once =
      <Given extends unknown[]>(write: (...given: Given) => void) =>
      (...given: Given) => {
        if (isDead) throw new Error('killed')
        write(...given)
        writes += 1
        isDead = true
      }
    const dying = {
      following: recalls.following,
      addLate: once(recalls.addLate.bind(recalls)),
      followed: once(recalls.followed.bind(recalls)),
    }
    const names = { siteOf: (key: string) => key, productsOf: (key: string) => [key] }
    const start = () => new LateFollower({ trail, recalls: dying, nowUs: () => 1, ...names })
    let follower = start()
    const life = async () => {
      isDead = false
      if (!isSame) follower = start()
      while (await follower.advance());
      return true
    }
    while (!(await life().catch(({ message }) => message !== 'killed')));
    expect(writes).toBe(4)
    const late = [lot('00112'), lot('B'), serial('s1'), serial('s2'), lot('L2'), lot('L3')]
    const { outOfDate } = (await desk.get(`/v1/recalls/${id}`)).json
    expect(outOfDate).toMatchObject({ items: late.length })
    const told = timesTold(dataFolder(directory).recalls)
    expect(late.map((key) => told.get(key))).toEqual(late.map(() => 1))
  },
)
