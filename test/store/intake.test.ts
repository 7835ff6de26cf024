import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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
        ...{ messages: 3, refused: 1 },
        hours: [
          { fromUs: 0, messages: 2, refused: 0 },
          { fromUs: 3_600_000_000, messages: 1, refused: 1 },
        ],
      },
    ])
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
