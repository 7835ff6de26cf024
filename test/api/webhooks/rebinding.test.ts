/** Names that lead elsewhere, over real TLS where there is openssl to make certificates with. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Receiver as Sender } from '#api/webhooks/request.ts'
import { Authority, hasOpenssl, type KeyPair } from '../../gateway/certificates.ts'
import { type Receiver, startReceiver } from './receiver.ts'

const canRun = hasOpenssl()
if (!canRun) console.warn('skipped: TLS of webhooks, for there is no openssl command')

const limits = { wholeMs: 2_000, answerBytes: 65_536 }
const sending = { method: 'POST', headers: {}, body: '{}' } as const

/** Sends to names that lead where the test says, one answer of the name server after the other. */
function senderTo(answers: readonly (readonly string[])[], ca?: string) {
  let asked = 0
  const resolve = async () => answers[Math.min(asked++, answers.length - 1)] ?? []
  const rules = { allowPrivate: true, resolve }
  return new Sender({ rules, limits, ...(ca !== undefined && { ca }) }, 4)
}

describe('a name', () => {
  let receiver: Receiver
  beforeAll(async () => {
    receiver = await startReceiver()
  })
  afterAll(() => receiver.close())

  it('is connected to at the address that was looked at, and looked at every time', async () => {
    const sender = senderTo([['127.0.0.1'], ['169.254.169.254'], ['127.0.0.1']])
    const url = new URL(`http://shifty.example:${receiver.port}/`)
    expect(await sender.send(url, sending)).toMatchObject({ ok: true, status: 204 })
    expect(await sender.send(url, sending)).toEqual({ ok: false, code: 'private_address' })
    expect(await sender.send(url, sending)).toMatchObject({ ok: true, status: 204 })
    expect(receiver.received.map(({ headers }) => headers.host)).toEqual([
      `shifty.example:${receiver.port}`,
      `shifty.example:${receiver.port}`,
    ])
    sender.close()
  })

  it('that moves is not sent to over a connection to where it was', async () => {
    const sender = senderTo([['127.0.0.1'], ['127.0.0.2']])
    const url = new URL(`http://moving.example:${receiver.port}/`)
    expect(await sender.send(url, sending)).toMatchObject({ ok: true })
    // Nothing listens there: had the connection been used again, it would have been answered.
    expect(await sender.send(url, sending)).toEqual({ ok: false, code: 'connection' })
    sender.close()
  })

  it('that no name server answers for in time is given up in time', async () => {
    const rules = { allowPrivate: true, resolve: () => new Promise<string[]>(() => undefined) }
    const sender = new Sender({ rules, limits: { ...limits, wholeMs: 200 } }, 4)
    const answered = await sender.send(new URL('http://slow.example/'), sending)
    expect(answered).toEqual({ ok: false, code: 'name_server' })
  })
})

describe.skipIf(!canRun)('over TLS', () => {
  let folder: string
  let authority: Authority
  let pair: KeyPair
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'suyuan-webhook-tls-'))
    authority = new Authority(folder, 'authority')
    pair = authority.issue('hook', 'DNS:hook.example')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('the certificate is that of the name, whatever its address is', async () => {
    const receiver = await startReceiver(pair)
    const sender = senderTo([['127.0.0.1']], authority.cert)
    const named = new URL(`https://hook.example:${receiver.port}/`)
    expect(await sender.send(named, sending)).toMatchObject({ ok: true, status: 204 })
    const other = new URL(`https://other.example:${receiver.port}/`)
    expect(await sender.send(other, sending)).toEqual({ ok: false, code: 'tls' })
    const stranger = senderTo([['127.0.0.1']])
    expect(await stranger.send(named, sending)).toEqual({ ok: false, code: 'tls' })
    expect(receiver.received).toHaveLength(1)
    for (const each of [sender, stranger]) each.close()
    await receiver.close()
  })

  it('a receiver without TLS is no receiver', async () => {
    const receiver = await startReceiver()
    const sender = senderTo([['127.0.0.1']], authority.cert)
    const url = new URL(`https://hook.example:${receiver.port}/`)
    expect(await sender.send(url, sending)).toMatchObject({ ok: false, code: 'tls' })
    sender.close()
    await receiver.close()
  })
})
