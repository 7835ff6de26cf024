import { describe, expect, it } from 'vitest'
import { sharedEvents } from '#trace/shared-events.ts'
import { serial, World } from './world.ts'

function threeEvents() {
  const world = new World()
  for (const hour of [1, 2, 3]) world.object(hour, 'OBSERVE', 'inspecting', [serial('a')])
  return world.source()
}

describe('events that are shared', () => {
  it('come as those of the source, in the order asked for, also twice', async () => {
    const source = threeEvents()
    const shared = sharedEvents(source)
    await shared.summaries([2])
    expect(await shared.summaries([3, 2, 1, 2])).toEqual(await source.summaries([3, 2, 1, 2]))
  })

  it('are read once', async () => {
    const source = threeEvents()
    const shared = sharedEvents(source)
    await shared.summaries([1, 2])
    await shared.summaries([2, 1])
    expect(source.calls).toBe(1)
  })

  it('are forgotten beyond a number, also while somebody asks for them', async () => {
    const source = threeEvents()
    const shared = sharedEvents(source, 2)
    await shared.summaries([1, 2])
    const [one, other] = await Promise.all([shared.summaries([1, 3]), shared.summaries([2])])
    expect([...one, ...other].map(({ eventRef }) => eventRef)).toEqual([1, 3, 2])
    const before = source.calls
    await shared.summaries([2])
    expect(source.calls).toBe(before + 1)
  })

  it('are a bug where the source has none', async () => {
    await expect(sharedEvents(threeEvents()).summaries([4])).rejects.toThrow('no event 4')
  })
})
