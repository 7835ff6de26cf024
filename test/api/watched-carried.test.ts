/** What is received only inside of what carried it, and told so late, was not stuck (C14). */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { epc, made, packed, place, sscc, startWatched, things, type Watched } from './watched.ts'

let watched: Watched
beforeEach(async () => {
  watched = await startWatched()
})
afterEach(() => watched.world.close())

const [CASE, PALLET] = [sscc(1), sscc(2)]
const stuck = async () => (await watched.raised('C14')).map(({ subject }) => subject).sort()

it('has its alert withdrawn as late, and what was not in it keeps its own', async () => {
  const { world, maker, shop } = watched
  await world.capture(
    maker,
    made(1, ['A', 'B'], 'L1'),
    packed(2, 'ADD', PALLET, { childEPCs: [CASE, epc('A')] }),
    things(3, 'shipping', [PALLET, CASE, epc('A'), epc('B')]),
  )
  expect(await stuck()).toEqual([CASE, PALLET, epc('A'), epc('B')].sort())
  await world.capture(shop, things(4, 'receiving', [PALLET], { readPoint: place(2) }))
  expect(await stuck()).toEqual([epc('B')])
  const query = `/v1/alerts?rule=C14&state=withdrawn&item=${encodeURIComponent(CASE)}`
  const { json } = await world.call(query, { key: watched.regulator })
  const [alert] = json['items'] as { id: string }[]
  const { steps } = (await watched.detail(alert?.id)) as { steps: object[] }
  expect(JSON.stringify(steps.at(-1))).toContain('Data that was late has come.')
})
