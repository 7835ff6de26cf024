import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { allFaults } from '#simulators/faults.ts'
import { quietField } from '#simulators/field/field.ts'
import { RecordingError, record, replay } from '#simulators/recording.ts'
import { defaults, worldOf } from '#simulators/worlds.ts'
import { bytesOf, played } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'suyuan-recording-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = join(folder, 'run.jsonl')
const field = { ...quietField, duplicates: 0.1, drops: 0.05 }
const world = worldOf({ ...defaults, world: 'food', items: 600, faults: allFaults, field })

const about = { seed: defaults.seed, items: 600, faults: allFaults }

describe('a recording', () => {
  it('gives the same run to the byte, with all that is to be registered', () => {
    const messages = record({ world, about }, file)
    const recorded = replay(file)
    expect(recorded.about).toEqual(about)
    const [before, after] = [played(world), played(recorded.world)]
    expect(messages).toBe(before.messages.length)
    expect(bytesOf(after)).toBe(bytesOf(before))
    expect(after.timesUs).toEqual(before.timesUs)
    expect(after.messages.map(({ eventIDs, breaksOff }) => [eventIDs, breaksOff])).toEqual(
      before.messages.map(({ eventIDs, breaksOff }) => [eventIDs, breaksOff]),
    )
    const { steps: _, ...head } = after.world
    const { steps: __, ...expected } = JSON.parse(JSON.stringify(before.world))
    expect(head).toMatchObject(expected)
  })

  it('is refused where it is none, and where it is cut within a line', () => {
    const other = join(folder, 'other.jsonl')
    writeFileSync(other, '{"kind":"run"}\n')
    expect(() => replay(other)).toThrow(RecordingError)
    const cut = join(folder, 'cut.jsonl')
    record({ world, about }, cut)
    truncateSync(cut, 300_000)
    expect(() => played(replay(cut).world)).toThrow(RecordingError)
  })

  it('is refused at its end where it was interrupted between two lines', () => {
    const cut = join(folder, 'short.jsonl')
    record({ world, about }, cut)
    const lines = readFileSync(cut, 'utf8').split('\n')
    writeFileSync(cut, `${lines.slice(0, 50).join('\n')}\n`)
    expect(() => played(replay(cut).world)).toThrow(/interrupted/)
  })
})
