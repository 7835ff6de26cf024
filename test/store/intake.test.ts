import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Heard } from '#store/heard.ts'
import {
  type CaptureJob,
  captureIDOf,
  type Intake,
  openIntake,
  positionOfCapture,
  type Rejection,
} from '#store/intake.ts'

let directory: string
let intake: Intake
const file = () => join(directory, 'intake.db')

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'suyuan-intake-'))
  intake = openIntake(file())
})

afterEach(() => {
  intake.close()
  rmSync(directory, { recursive: true })
})

function rejection(position: number, index: number, more: Partial<Rejection> = {}): Rejection {
  return {
    position,
    index,
    party: 'farm',
    device: 'gate-1',
    topic: 'suyuan/v1/farm/north/gate-1/epcis',
    receivedAtUs: 1_700_000_000_000_000 + position,
    recordTimeUs: 1_700_000_000_000_001 + position,
    code: 'action_missing',
    path: 'action',
    message: 'action is missing',
    payload: new Uint8Array([0, 255, position]),
    ...more,
  }
}

function job(position: number, more: Partial<CaptureJob> = {}): CaptureJob {
  return {
    captureID: captureIDOf(position),
    position,
    party: 'farm',
    createdAtUs: 1_700_000_000_000_000,
    finishedAtUs: 1_700_000_000_500_000,
    success: false,
    errorBehaviour: 'rollback',
    stored: 0,
    repeats: 0,
    errors: [{ index: 3, code: 'action_missing', path: 'action', message: 'action is missing' }],
    errorCount: 1,
    ...more,
  }
}

describe('the intake', () => {
  it('keeps a refused message whole, after it was closed and opened again', () => {
    intake.record({ rejections: [rejection(7, -1)], jobs: [job(7)], to: 8 })
    intake.close()
    intake = openIntake(file())
    expect(intake.rejection(7, -1)).toEqual(rejection(7, -1))
    expect(intake.rejection(7, 0)).toBeUndefined()
    expect(intake.job(7)).toEqual(job(7))
    expect(intake.job(8)).toBeUndefined()
    expect(intake.cursor()).toBe(8)
  })

  it('is not changed by recording the same again', () => {
    const outcome = { rejections: [rejection(7, 0), rejection(7, 2)], jobs: [job(7)], to: 8 }
    intake.record(outcome)
    intake.record({
      rejections: [rejection(7, 0, { message: 'other' }), rejection(9, 0)],
      jobs: [job(7, { stored: 5 })],
      to: 8,
    })
    expect(intake.counts()).toEqual({ rejections: 3, jobs: 1 })
    expect(intake.rejection(7, 0)?.message).toBe('action is missing')
    expect(intake.job(7)?.stored).toBe(0)
  })

  it('counts each message of a device once, however often it is settled', () => {
    const at = { party: 'farm', device: 'gate', receivedAtUs: 5_000_000, isRefused: false }
    const heard = [
      { ...at, position: 1 },
      { ...at, position: 2, receivedAtUs: 4_000_000_000, isRefused: true },
    ]
    intake.record({ rejections: [], jobs: [], heard, to: 3 })
    intake.record({ rejections: [], jobs: [], heard: [...heard, { ...at, position: 3 }], to: 4 })
    expect(intake.liveliness({ limit: 10 })).toEqual([
      {
        ...{ party: 'farm', device: 'gate', firstUs: 5_000_000, lastUs: 4_000_000_000 },
        ...{ messages: 3, refused: 1, numbered: 0, missing: 0, lastGap: undefined },
        hours: [
          { fromUs: 0, messages: 2, refused: 0, missing: 0 },
          { fromUs: 3_600_000_000, messages: 1, refused: 1, missing: 0 },
        ],
      },
    ])
  })

  describe('and the numbers of its messages', () => {
    const HOUR_US = 3_600_000_000
    let position = 0
    /** One message at an hour, with numbers of one source each. */
    const numbered = (hour: number, ...numbers: [source: string, value: number][]): Heard => {
      position += 10
      return {
        ...{ position, party: 'farm', device: 'lora', receivedAtUs: hour * HOUR_US },
        isRefused: false,
        numbers: numbers.map(([source, value]) => ({ source, value, modulus: 2 ** 32 })),
      }
    }
    const record = (...heard: Heard[]) =>
      intake.record({ rejections: [], jobs: [], heard, to: (heard.at(-1)?.position ?? 0) + 1 })
    const lively = () => intake.liveliness({ limit: 10 })[0]
    const missingByHour = () =>
      lively()?.hours.map(({ fromUs, missing }) => [fromUs / HOUR_US, missing])

    it('are followed of each source by itself, over restarts, and told by the hour', () => {
      record(numbered(1, ['a', 1], ['b', 100]), numbered(2, ['a', 4]))
      intake.close()
      intake = openIntake(file())
      record(numbered(3, ['b', 103], ['a', 5]))
      expect(lively()).toMatchObject({ messages: 3, numbered: 5, missing: 4 })
      expect(lively()?.lastGap).toEqual({ source: 'b', from: 101, to: 102, noticedUs: 3 * HOUR_US })
      expect(missingByHour()).toEqual([
        [1, 0],
        [2, 2],
        [3, 2],
      ])
    })

    it('take a gap back in the hour in which it was noticed, and then tell the one before', () => {
      record(numbered(1, ['a', 1]), numbered(2, ['a', 3]), numbered(3, ['a', 5], ['a', 4]))
      expect(lively()).toMatchObject({ numbered: 4, missing: 1 })
      expect(lively()?.lastGap).toMatchObject({ from: 2, to: 2 })
      record(numbered(9, ['a', 2]))
      expect(lively()).toMatchObject({ numbered: 5, missing: 0, lastGap: undefined })
      expect(missingByHour()?.every(([, missing]) => missing === 0)).toBe(true)
    })

    it('are counted once, however often they are settled', () => {
      const heard = [numbered(1, ['a', 1]), numbered(1, ['a', 7])]
      record(...heard)
      record(...heard, numbered(1, ['a', 9]))
      expect(lively()).toMatchObject({ messages: 3, numbered: 3, missing: 6 })
    })

    it('are not followed of more sources than a device may have, until old ones are gone', () => {
      const many = [...Array(10_000).keys()].map((n): [string, number] => [`s${n}`, 1])
      record(numbered(1, ...many), numbered(2, ['late', 1]), numbered(3, ['late', 5]))
      expect(lively()).toMatchObject({ numbered: 10_000, missing: 0 })
      record(numbered(1000, ['s1', 2]), numbered(1001, ['late', 1], ['late', 5]))
      expect(lively()).toMatchObject({ numbered: 10_003, missing: 3 })
      record(numbered(1002, ['s1', 4], ['s2', 9]))
      expect(lively()).toMatchObject({ numbered: 10_005, missing: 4 })
    })
  })

  it('never moves its cursor back', () => {
    intake.record({ rejections: [], jobs: [], to: 50 })
    intake.record({ rejections: [rejection(7, 0)], jobs: [], to: 8 })
    expect(intake.cursor()).toBe(50)
    expect(intake.rejection(7, 0)).toBeDefined()
  })

  it('lists the newest message first, its events in order, page by page', () => {
    const all = [1, 2, 3, 4, 5].flatMap((position) =>
      [-1, 0, 1].map((index) => rejection(position, index)),
    )
    intake.record({ rejections: all, jobs: [], to: 6 })
    const seen: string[] = []
    let page = intake.rejections({ limit: 4 })
    while (page.length > 0) {
      seen.push(...page.map(({ position, index }) => `${position}:${index}`))
      page = intake.rejections({ limit: 4, after: page.at(-1) })
    }
    expect(seen).toEqual([5, 4, 3, 2, 1].flatMap((p) => [-1, 0, 1].map((i) => `${p}:${i}`)))
    expect(intake.rejections({ limit: 1 })[0]).not.toHaveProperty('payload')
  })

  it('finds rejections by party, device and code together', () => {
    intake.record({
      rejections: [
        rejection(1, 0),
        rejection(2, 0, { party: 'mill' }),
        rejection(3, 0, { device: 'gate-2' }),
        rejection(4, 0, { code: 'json' }),
        rejection(5, 0),
      ],
      jobs: [],
      to: 6,
    })
    const query = { party: 'farm', device: 'gate-1', code: 'action_missing', limit: 9 }
    expect(intake.rejections(query).map(({ position }) => position)).toEqual([5, 1])
    const after = { position: 5, index: 0 }
    expect(intake.rejections({ ...query, after }).map(({ position }) => position)).toEqual([1])
  })

  it('lists jobs newest first, by party', () => {
    intake.record({
      rejections: [],
      jobs: [job(1), job(2, { party: 'mill' }), job(3, { success: true, errors: [] })],
      to: 4,
    })
    expect(intake.jobs({ party: 'farm', limit: 9 })).toEqual([
      job(3, { success: true, errors: [] }),
      job(1),
    ])
    expect(intake.jobs({ limit: 1, after: 3 })).toEqual([job(2, { party: 'mill' })])
  })

  it('is read by a connection that cannot write', () => {
    intake.record({ rejections: [rejection(1, 0)], jobs: [], to: 2 })
    const reader = openIntake(file(), { readOnly: true })
    expect(reader.rejection(1, 0)?.code).toBe('action_missing')
    expect(() => reader.record({ rejections: [], jobs: [job(1)], to: 3 })).toThrow()
    reader.close()
  })

  it('names a capture by its place in the journal and finds the place by the name', () => {
    for (const position of [0, 1, 35, 36, 1_234_567_890_123]) {
      expect(positionOfCapture(captureIDOf(position))).toBe(position)
    }
    for (const other of ['', 'c', 'c01', 'x1', 'c-1', 'c1.5', 'czzzzzzzzzzz', 'C1']) {
      expect(positionOfCapture(other)).toBeUndefined()
    }
  })
})
