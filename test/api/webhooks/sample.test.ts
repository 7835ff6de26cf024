/** The code that docs/webhooks.md tells receivers to verify with, as it stands there. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { RETRIES_US } from '#api/webhooks/retry.ts'
import { signatureHeaders, spelled } from '#api/webhooks/sign.ts'
import { root } from '../../house/tree.ts'

const page = readFileSync(join(root, 'docs/webhooks.md'), 'utf8')

type IsAuthentic = (
  secret: string,
  headers: Record<string, string>,
  body: Uint8Array,
  nowS?: number,
) => boolean

async function sample(): Promise<IsAuthentic> {
  const code = /```js\n([\s\S]*?)```/.exec(page)?.[1]
  if (code === undefined) throw new Error('there is no sample')
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-sample-'))
  const file = join(folder, 'sample.mjs')
  writeFileSync(file, code)
  const { isAuthentic } = await import(pathToFileURL(file).href)
  rmSync(folder, { recursive: true })
  return isAuthentic
}

it('takes what is signed with its secret, now and while secrets change, and nothing else', async () => {
  const isAuthentic = await sample()
  const [old, newer, other] = [1, 2, 3].map((n) => Buffer.alloc(32, n)) as [Buffer, Buffer, Buffer]
  const message = { id: 'evt_1', timestamp: 1_700_000_000, body: '{"名":"a"}' }
  const headers = signatureHeaders(message, [
    { kind: 'v1', secret: newer },
    { kind: 'v1', secret: old },
    { kind: 'v1a', secret: other },
  ])
  const check = (secret: Buffer, body = message.body, nowS = message.timestamp, more = {}) => {
    const text = spelled({ kind: 'v1', secret })
    return isAuthentic(text, { ...headers, ...more }, Buffer.from(body), nowS)
  }
  expect([check(old), check(newer), check(other)]).toEqual([true, true, false])
  expect(check(old, '{"名":"b"}')).toBe(false)
  expect(check(old, message.body, message.timestamp + 301)).toBe(false)
  expect(check(old, message.body, message.timestamp, { 'webhook-id': 'evt_2' })).toBe(false)
  const noTime = { 'webhook-timestamp': 'x' }
  expect(check(old, message.body, message.timestamp, noTime)).toBe(false)
})

it('the page has the schedule of the code', () => {
  const told = [...page.matchAll(/^\| \d+ \| (\d+) (seconds|minutes|hours) \|$/gm)].map(
    ([, count, unit]) => Number(count) * { seconds: 1, minutes: 60, hours: 3600 }[unit as 'hours'],
  )
  expect(told.map((seconds) => seconds * 1e6)).toEqual(RETRIES_US)
})
