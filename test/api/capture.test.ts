import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Disk, realDisk } from '#store/journal/disk.ts'
import { document, event, eventsOf, startWorld, type World } from './world.ts'

let world: World
let farm: string

beforeEach(async () => {
  world = await startWorld()
  farm = world.party('farm')
})

afterEach(() => world.close())

const post = (body: unknown, headers?: Record<string, string>) =>
  world.call('/epcis/capture', { method: 'POST', key: farm, body, ...(headers && { headers }) })

const broken = () => event({ action: 'PERHAPS' })

describe('capture of a document', () => {
  it('answers 202 with the job, which ends in success with every event stored', async () => {
    const answer = await post(document([event(), event()]))
    expect(answer.status).toBe(202)
    expect(answer.headers.get('Location')).toMatch(/^https:\/\/trace\.example\/epcis\/capture\/c/)
    const job = await world.finished(answer.headers.get('Location'), farm)
    expect(job).toMatchObject({
      running: false,
      success: true,
      captureErrorBehaviour: 'rollback',
      errors: [],
      stored: 2,
      repeats: 0,
    })
    expect(Date.parse(String(job['finishedAt']))).toBeGreaterThanOrEqual(
      Date.parse(String(job['createdAt'])),
    )
    expect(eventsOf(await world.call('/epcis/events', { key: farm }))).toHaveLength(2)
  })

  it('stores nothing of it where one event does not hold, by default', async () => {
    const answer = await post(document([event(), broken(), event()]))
    const job = await world.finished(answer.headers.get('Location'), farm)
    expect(job).toMatchObject({
      success: false,
      stored: 0,
      errors: [{ type: 'epcisException:ValidationException', index: 1, path: '/action' }],
    })
    expect(eventsOf(await world.call('/epcis/events', { key: farm }))).toEqual([])
  })

  it('stores the events that hold where it is asked to proceed', async () => {
    const headers = { 'GS1-Capture-Error-Behaviour': 'proceed' }
    const answer = await post(document([event(), broken(), event()]), headers)
    const job = await world.finished(answer.headers.get('Location'), farm)
    expect(job).toMatchObject({
      success: false,
      captureErrorBehaviour: 'proceed',
      stored: 2,
      errorCount: 1,
    })
    expect(eventsOf(await world.call('/epcis/events', { key: farm }))).toHaveLength(2)
  })

  it('is a success without effect when it is sent again', async () => {
    const body = document([event(), event()])
    await world.finished((await post(body)).headers.get('Location'), farm)
    const job = await world.finished((await post(body)).headers.get('Location'), farm)
    expect(job).toMatchObject({ success: true, stored: 0, repeats: 2 })
  })

  it('is refused at once where it is no EPCIS document', async () => {
    const bodies = ['{', '"text"', document([]).toString(), { type: 'EPCISDocument' }, event()]
    for (const body of bodies) {
      const answer = await post(body)
      expect(answer.status).toBe(400)
      expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
      expect(answer.json).toMatchObject({ type: 'epcisException:ValidationException' })
      expect(answer.json['code']).toEqual(expect.any(String))
    }
    expect(world.journal.durableEnd).toBe(await emptyEnd())
  })

  it('is refused as another media type, with another error behaviour, nested deep', async () => {
    const xml = await post('<a/>', { 'Content-Type': 'application/xml' })
    expect(xml.status).toBe(415)
    expect(xml.json['type']).toBe('epcisException:UnsupportedMediaTypeException')
    const behaviour = await post(document([]), { 'GS1-Capture-Error-Behaviour': 'maybe' })
    expect(behaviour.json).toMatchObject({ status: 400, path: 'GS1-Capture-Error-Behaviour' })
    const deep = await post(`${'['.repeat(100_000)}`)
    expect(deep.json).toMatchObject({ status: 400, code: 'nested_too_deep' })
  })

  it('is refused where it is too large, from its length or while it streams in', async () => {
    const big = document([event({ 'example:pad': 'x'.repeat(1024 * 1024) })])
    const answer = await post(big)
    expect(answer.status).toBe(413)
    expect(answer.json['type']).toBe('epcisException:CaptureLimitExceededException')
    expect(answer.headers.get('GS1-EPCIS-Capture-File-Size-Limit')).toBe(String(1024 * 1024))
    expect(answer.headers.get('GS1-EPCIS-Capture-Limit')).toBe('20000')

    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1
        controller.enqueue(new Uint8Array(64 * 1024))
      },
    })
    const request = new Request('http://localhost/epcis/capture', {
      method: 'POST',
      headers: { Authorization: `Bearer ${farm}`, 'Content-Type': 'application/json' },
      body: endless,
      duplex: 'half',
    })
    expect((await world.app.request(request)).status).toBe(413)
    expect(sent).toBeLessThan(30)
  })

  it('is refused where it holds more events than one capture may', async () => {
    const one = JSON.stringify({ type: 'ObjectEvent' })
    const text = JSON.stringify(document([])).replace(
      '"eventList":[]',
      `"eventList":[${Array(20_001).fill(one).join(',')}]`,
    )
    const answer = await post(text)
    expect(answer.json).toMatchObject({ status: 413, code: 'capture_too_large' })
  })

  it('is answered 503 while there is no room', async () => {
    const full = await startWorld({ parts: { hasRoom: () => false } })
    const key = full.party('farm')
    const call = { method: 'POST', key, body: document([event()]) }
    const noRoom = await full.call('/epcis/capture', call)
    expect(noRoom.json).toMatchObject({ status: 503, code: 'no_room' })
    expect(noRoom.headers.get('Retry-After')).toMatch(/^\d+$/)
    await full.close()
  })

  it('is answered 503 from the first write on that does not reach the disk', async () => {
    let broken = false
    const disk: Disk = {
      ...realDisk,
      async sync(file) {
        if (broken) throw new Error('EIO: i/o error, fdatasync')
        await realDisk.sync(file)
      },
    }
    const failing = await startWorld({ disk })
    const key = failing.party('farm')
    await failing.capture(key, event({ eventID: 'urn:x:before' }))
    broken = true
    for (const path of ['/epcis/events', '/epcis/capture']) {
      const body = path === '/epcis/events' ? event() : document([event()])
      const answer = await failing.call(path, { method: 'POST', key, body })
      expect(answer.json).toMatchObject({ status: 503, code: 'journal_failed' })
      broken = false
    }
    expect(eventsOf(await failing.call('/epcis/events', { key }))).toHaveLength(1)
    await failing.close()
  })

  async function emptyEnd(): Promise<number> {
    const empty = await startWorld()
    const end = empty.journal.durableEnd
    await empty.close()
    return end
  }
})

describe('a capture job', () => {
  it('is running from 202 until it is stored', async () => {
    const idle = await startWorld({ ingest: false })
    const key = idle.party('farm')
    const call = { method: 'POST', key, body: document([event()]) }
    const answer = await idle.call('/epcis/capture', call)
    const path = new URL(answer.headers.get('Location') ?? '').pathname
    const job = await idle.call(path, { key })
    expect(job.json).toMatchObject({ running: true, success: true })
    expect(job.json).not.toHaveProperty('finishedAt')
    await idle.close()
  })

  it('is known to its party and to authorities only', async () => {
    const location = (await post(document([event()]))).headers.get('Location')
    await world.finished(location, farm)
    const path = new URL(location ?? '').pathname
    expect((await world.call(path, { key: world.party('mill') })).status).toBe(404)
    const regulator = world.key({ role: 'regulator', label: '' })
    expect((await world.call(path, { key: regulator })).status).toBe(200)
    expect((await world.call(path)).status).toBe(401)
  })

  it('is not found where there was no capture', async () => {
    for (const id of ['c0', 'c1', 'nope', 'czzzzzzzzzz', 'c3%2F4']) {
      const answer = await world.call(`/epcis/capture/${id}`, { key: farm })
      expect(answer.json).toMatchObject({
        status: 404,
        type: 'epcisException:NoSuchNameException',
      })
    }
  })

  it('is listed, newest first, page by page, each to its own party', async () => {
    const mill = world.party('mill')
    const locations: string[] = []
    for (let n = 0; n < 5; n += 1) {
      const location = (await post(document([event()]))).headers.get('Location') ?? ''
      await world.finished(location, farm)
      locations.unshift(location)
    }
    const seen: string[] = []
    let next: string | undefined = '/epcis/capture?perPage=2'
    while (next !== undefined) {
      const page = await world.call(next, { key: farm })
      const jobs = page.json as unknown as { captureID: string }[]
      expect(jobs.length).toBeLessThanOrEqual(2)
      seen.push(...jobs.map(({ captureID }) => captureID))
      next = /<https:\/\/trace\.example([^>]+)>; rel="next"/.exec(
        page.headers.get('Link') ?? '',
      )?.[1]
    }
    expect(seen).toEqual(locations.map((location) => location.split('/').at(-1)))
    expect((await world.call('/epcis/capture', { key: mill })).json).toEqual([])
  })
})
