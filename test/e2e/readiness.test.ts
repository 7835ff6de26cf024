import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { IngestProgress } from '#ingest/progress.ts'
import { diskSpace, type ReadinessParts, readiness } from '../../readiness.ts'

describe('readiness', () => {
  let root = ''
  let free = 0
  beforeAll(async () => {
    root = mkdtempSync(`${tmpdir()}/suyuan-ready-`)
    free = (await diskSpace(root)).free
  })
  afterAll(() => rmSync(root, { recursive: true }))

  const checksAt = async (
    durableEnd: number,
    maxBytes: number,
    disabled = 0,
    storeTrouble: ReadinessParts['storeTrouble'] = undefined,
  ) => {
    const counted = { subscriptions: 2, disabled, pending: 0, dead: 0, oldestUs: null }
    const webhooks = { counts: () => counted }
    const parts = { journal: { durableEnd, failed: undefined }, root, maxBytes, webhooks }
    const progress = new IngestProgress(100, undefined)
    const hasRoom = () => durableEnd - 100 < maxBytes
    const checks = await readiness({ ...parts, progress, hasRoom, storeTrouble })
    return Object.fromEntries(checks.map(({ name, ...check }) => [name, check]))
  }

  it('warns once the journal is more than half as far ahead as it may be', async () => {
    expect((await checksAt(150, 100))['room']).toEqual({ ok: true, detail: 'senders may go on' })
    expect((await checksAt(151, 100))['room']).toEqual({
      ok: true,
      warning: true,
      detail: 'more than half full: 51 bytes behind the journal of 100',
    })
    expect((await checksAt(200, 100))['room']).toMatchObject({ ok: false })
  })

  it('is not there while the server that keeps trails is away, were ingest content', async () => {
    expect(await checksAt(100, 100)).not.toHaveProperty('store')
    const away = await checksAt(100, 100, 0, async () => 'gone')
    expect(away['store']).toEqual({ ok: false, detail: 'gone' })
    const there = await checksAt(100, 100, 0, async () => undefined)
    expect(there['store']).toMatchObject({ ok: true })
  })

  it('warns of webhooks that were disabled, as nobody else can be told', async () => {
    expect((await checksAt(100, 1))['webhooks']).not.toHaveProperty('warning')
    expect((await checksAt(100, 1, 1))['webhooks']).toEqual({
      ...{ ok: true, warning: true, detail: '1 of 2 webhooks are disabled' },
    })
  })

  it('warns once the disk has less room than the journal may need', async () => {
    expect((await checksAt(100, free * 2))['disk']).toMatchObject({ ok: true, warning: true })
    expect((await checksAt(100, 1))['disk']?.detail).toMatch(/^\d+ of \d+ bytes free$/)
  })
})
