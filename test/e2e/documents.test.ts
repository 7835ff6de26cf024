import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharedData } from '../shared-data.ts'
import { connectDevice, newDevice, newParty } from './devices.ts'
import { eventsOf, get, post, type QueryDocument, queryEvents, until } from './http.ts'
import { type Program, startProgram } from './program.ts'

type Json = Readonly<Record<string, unknown>>

interface Sent {
  readonly '@context': unknown
  readonly epcisBody: {
    readonly eventList?: readonly Json[]
    readonly queryResults?: { readonly resultsBody: { readonly eventList: readonly Json[] } }
  }
}

const folder = sharedData('gs1-epcis-json')
const files = readdirSync(folder ?? '.', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.jsonld'))
  .sort()

describe.skipIf(folder === undefined)('every published example of EPCIS 2.0', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'suyuan-e2e-'))
  let program: Program
  beforeAll(async () => {
    program = await startProgram(dataDir, { LOG_LEVEL: 'warn' })
  })
  afterAll(async () => {
    await program.end('SIGTERM')
    rmSync(dataDir, { recursive: true })
  })

  it.each(files)('comes back as it was sent over MQTT: %s', async (file) => {
    const text = readFileSync(join(folder ?? '', file))
    const party = `mqtt-${files.indexOf(file)}`
    const key = await newParty(program, party)
    const device = await newDevice(program, party, 'gate')
    const client = await connectDevice(program, device)
    await client.publishAsync(device.topic('epcis'), text, { qos: 1 })
    await client.endAsync()
    const sent: Sent = JSON.parse(text.toString())
    const count = eventsIn(sent).length
    const answer = await until(
      () => queryEvents(program, key),
      (document) => eventsOf(document).length === count,
    )
    expectSame(answer, sent)
  })

  it.each(files)('comes back as it was captured over HTTP: %s', async (file) => {
    const text = readFileSync(join(folder ?? '', file))
    const key = await newParty(program, `http-${files.indexOf(file)}`)
    const { status, headers } = await post(program, '/epcis/capture', key, text)
    expect(status).toBe(202)
    const job = new URL(headers.get('location') ?? '').pathname
    const { body } = await until(
      () => get(program, job, key),
      (answer) => answer.body['running'] === false,
    )
    expect(body).toMatchObject({ success: true, errors: [] })
    expectSame(await queryEvents(program, key), JSON.parse(text.toString()))
  })
})

function eventsIn({ epcisBody }: Sent): readonly Json[] {
  return epcisBody.eventList ?? epcisBody.queryResults?.resultsBody.eventList ?? []
}

/** The same events, with the same meaning of every prefix, apart from what a repository sets. */
function expectSame(document: QueryDocument, sent: Sent): void {
  const wanted = eventsIn(sent)
  const answered = eventsOf(document).map((event) => {
    expect(event['recordTime']).toMatch(/^20\d\d-/)
    return asSent(event, wanted)
  })
  const plain = wanted.map(({ recordTime: _its, ...event }) => event)
  expect(answered).toHaveLength(plain.length)
  expect(answered).toEqual(expect.arrayContaining(plain))
  for (const event of eventsOf(document)) {
    const bindings = bindingsOf(document['@context'], event['@context'])
    expect(bindings).toMatchObject(bindingsOf(sent['@context']))
  }
}

/** Without recordTime, and without the eventID of an event that was sent without one. */
function asSent(event: Json, wanted: readonly Json[]): Json {
  const { recordTime: _ours, '@context': _own, ...rest } = event
  const isOurs = !wanted.some(({ eventID }) => eventID === rest['eventID'])
  if (!isOurs) return rest
  expect(rest['eventID']).toMatch(/^ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0$/)
  const { eventID: _hash, ...anonymous } = rest
  return anonymous
}

function bindingsOf(...contexts: readonly unknown[]): Record<string, unknown> {
  const objects = contexts.flat(2).filter((part) => typeof part === 'object' && part !== null)
  return Object.assign({}, ...objects)
}
