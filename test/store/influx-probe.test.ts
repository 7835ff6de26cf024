import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StoreFault } from '#store/fault.ts'
import { Connection } from '#store/influx/connection.ts'
import { openLedger } from '#store/influx/ledger-file.ts'
import { InfluxProbe } from '#store/influx/probe.ts'
import { type Asked, type Fate, type FaultyProxy, startProxy } from './influx-proxy.ts'

const answered = { status: 200, body: '{"results":[{"statement_id":0}]}' } as const
const never = new Promise<Fate>(() => undefined)
const isQuestion = ({ body }: Asked) => body.includes('FROM+store')

let proxy: FaultyProxy
let folder = ''
let probe: InfluxProbe
let connection: Connection
let nowMs = 0
beforeEach(async () => {
  proxy = await startProxy('http://127.0.0.1:9')
  folder = mkdtempSync(join(tmpdir(), 'suyuan-probe-'))
  const file = join(folder, 'influx.db')
  openLedger(file).close()
  const settings = { url: proxy.url, database: 'a', timeoutMs: 300 }
  nowMs = 0
  probe = new InfluxProbe(file, settings, () => nowMs)
  connection = new Connection(settings, probe)
})
afterEach(async () => {
  connection.close()
  await proxy.end()
  rmSync(folder, { recursive: true })
})

it('an InfluxDB is asked once in three seconds, however many want to know', async () => {
  proxy.decide = () => answered
  expect(await Promise.all([probe.trouble(), probe.trouble()])).toEqual([undefined, undefined])
  expect(proxy.asked).toHaveLength(1)
  proxy.decide = () => ({ status: 503 })
  nowMs = 2_999
  expect(await probe.trouble()).toBe(undefined)
  nowMs = 3_000
  expect(await probe.trouble()).toMatch(/is busy/)
  proxy.decide = () => 'cut before'
  nowMs = 6_000
  expect(await probe.trouble()).toMatch(/cannot be reached/)
  expect(proxy.asked).toHaveLength(3)
})

describe('reads of an InfluxDB that hangs', () => {
  const read = () => connection.query(['SELECT value FROM telemetry'])
  /** Reads that have come there, and questions of the probe. */
  const asked = () => {
    const questions = proxy.asked.filter(isQuestion).length
    return [proxy.asked.length - questions, questions]
  }
  const expectRefused = (reads: readonly PromiseSettledResult<unknown>[]) => {
    for (const one of reads) {
      expect(one).toMatchObject({ status: 'rejected', reason: expect.any(StoreFault) })
    }
  }

  it('wait once, and then are refused with one question for all of them', async () => {
    proxy.decide = (one) => (isQuestion(one) ? answered : never)
    await probe.trouble()
    nowMs += 1
    await expect(read()).rejects.toThrow(/no answer in time/)
    proxy.decide = () => never
    nowMs += 1
    expectRefused(await Promise.allSettled(Array.from({ length: 50 }, read)))
    await expect(read()).rejects.toThrow(/no answer in time/)
    expect(asked()).toEqual([1, 2])
    nowMs += 3_000
    expectRefused(await Promise.allSettled([read(), read()]))
    expect(asked()).toEqual([1, 3])
  })

  it('go on by themselves once it answers', async () => {
    proxy.decide = () => never
    await expect(read()).rejects.toThrow(StoreFault)
    proxy.decide = () => answered
    // It has just been asked.
    await expect(read()).rejects.toThrow(StoreFault)
    nowMs += 3_000
    await expect(Promise.all([read(), read()])).resolves.toHaveLength(2)
    expect(asked()).toEqual([2, 2])
  })

  it('go on beside one that is slow by itself', async () => {
    proxy.decide = ({ body }) => (body.includes('slow') ? never : answered)
    const slow = connection.query(['SELECT slow FROM telemetry'])
    await expect.poll(asked).toEqual([1, 1])
    nowMs += 1
    await read()
    await expect(slow).rejects.toThrow(/no answer in time/)
    await read()
    expect(asked()).toEqual([3, 1])
  })
})
