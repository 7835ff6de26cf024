/**
 * A disk that takes nothing more, made with the system's own limit on the size of files, which can
 * be set and lifted while the program runs.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectDevice, newDevice, newParty, type TestDevice } from './devices.ts'
import { allEventIDs, get, post, until } from './http.ts'
import { document, newEvent } from './messages.ts'
import { type Program, startProgram } from './program.ts'

let dataDir: string
let program: Program
let key: string
let device: TestDevice
let client: MqttClient

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'suyuan-e2e-'))
  program = await startProgram(dataDir, { JOURNAL_MAX_BYTES: '4000' })
  key = await newParty(program, 'farm')
  device = await newDevice(program, 'farm', 'gate')
  client = await connectDevice(program, device)
})
afterEach(async () => {
  await client.endAsync(true)
  await program.end('SIGKILL')
  rmSync(dataDir, { recursive: true })
})

describe.skipIf(!hasPrlimit())('when the disk takes nothing more', () => {
  it('the store waits, says so, and goes on when there is room; nothing acknowledged is lost', async () => {
    const acknowledged = [await publish()]
    await until(
      () => allEventIDs(program, key),
      (eventIDs) => eventIDs.length === 1,
    )
    // The journal is smaller than the log of the store and has room for a while.
    const log = statSync(join(dataDir, 'trail.db-wal')).size
    limitFiles(log)
    acknowledged.push(await publish(), await publish())
    const checks = await until(readyChecks, ({ ingest }) => ingest?.ok === false)
    expect(checks['journal']).toMatchObject({ ok: true })
    expect(checks['ingest']?.detail).toMatch(/full|I\/O/)
    const lagging = await get(program, '/epcis/events', key)
    expect(lagging.status).toBe(200)
    expect(Number(lagging.headers.get('suyuan-behind-bytes'))).toBeGreaterThan(0)
    const asOf = Date.parse(lagging.headers.get('suyuan-fresh-as-of') ?? '')
    expect(Math.abs(Date.now() - asOf)).toBeLessThan(60_000)

    limitFiles('unlimited')
    await until(readyChecks, ({ ingest }) => ingest?.ok === true)
    const stored = await until(
      () => allEventIDs(program, key),
      (eventIDs) => eventIDs.length === acknowledged.length,
    )
    expect(stored.sort()).toEqual(acknowledged.sort())
    const fresh = await get(program, '/epcis/events', key)
    expect(fresh.headers.get('suyuan-behind-bytes')).toBe(null)
    expect(fresh.headers.get('suyuan-fresh-as-of')).toBe(null)
  })

  it('senders wait when the journal is too far ahead of the store, and go on when it is not', async () => {
    const acknowledged = [await publish()]
    // Until the store has it, its log may still be shorter than what the journal is to take.
    await until(
      () => allEventIDs(program, key),
      (eventIDs) => eventIDs.length === 1,
    )
    limitFiles(statSync(join(dataDir, 'trail.db-wal')).size)
    const large = newEvent({ 'ex:note': 'x'.repeat(4000) })
    await client.publishAsync(device.topic('epcis'), JSON.stringify(large), { qos: 1 })
    acknowledged.push(large.eventID)
    await until(readyChecks, ({ room }) => room?.ok === false)
    const waiting = publish()
    const refused = await post(program, '/epcis/capture', key, document(newEvent()))
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)

    limitFiles('unlimited')
    acknowledged.push(await waiting)
    const stored = await until(
      () => allEventIDs(program, key),
      (eventIDs) => eventIDs.length === 3,
    )
    expect(stored.sort()).toEqual(acknowledged.sort())
  })

  it('the journal acknowledges nothing any more, says so, and starts whole the next time', async () => {
    const acknowledged = [await publish(), await publish()]
    await until(
      () => allEventIDs(program, key),
      (eventIDs) => eventIDs.length === 2,
    )
    limitFiles(1)
    let isAcknowledged = false
    client.publish(device.topic('epcis'), JSON.stringify(newEvent()), { qos: 1 }, () => {
      isAcknowledged = true
    })
    const checks = await until(readyChecks, ({ journal }) => journal?.ok === false)
    expect(checks['journal']?.detail).toMatch(/nothing is acknowledged any more/)
    limitFiles('unlimited')
    const refused = await post(program, '/epcis/capture', key, document(newEvent()))
    expect(refused.status).toBe(503)
    expect((await allEventIDs(program, key)).length).toBe(2)
    expect(program.output()).toMatch(/journal/)
    expect(isAcknowledged).toBe(false)

    await client.endAsync(true)
    await program.end('SIGTERM')
    program = await startProgram(dataDir)
    const stored = await allEventIDs(program, key)
    expect(stored.filter((eventID) => acknowledged.includes(eventID)).sort()).toEqual(
      acknowledged.sort(),
    )
  })
})

async function publish(): Promise<string> {
  const event = newEvent()
  await client.publishAsync(device.topic('epcis'), JSON.stringify(event), { qos: 1 })
  return event.eventID
}

type Checks = Readonly<Record<string, { readonly ok: boolean; readonly detail: string }>>

async function readyChecks(): Promise<Checks> {
  const { body } = await get(program, '/readyz')
  const checks = body['checks'] as { name: string; ok: boolean; detail: string }[]
  return Object.fromEntries(checks.map(({ name, ...check }) => [name, check]))
}

/** Bounds every file that the program writes to so many bytes. */
function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', [`--pid=${program.pid}`, `--fsize=${bytes}:unlimited`])
}

function hasPrlimit(): boolean {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    console.warn('skipped: there is no prlimit here')
    return false
  }
}
