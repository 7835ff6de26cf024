import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { figuresOf } from '#simulators/figures.ts'
import { request, type Server } from '#simulators/server.ts'

const ends: (() => unknown)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** A server whose first connections break with the request that comes over them. */
async function breaking(times: number, answer: string): Promise<Server & { heard(): number }> {
  let heard = 0
  const listener: RequestListener = ({ socket }, response) => {
    heard += 1
    if (heard <= times) socket.destroy()
    else response.end(answer)
  }
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  const { port } = server.address() as AddressInfo
  return { apiUrl: `http://127.0.0.1:${port}`, key: 'key', heard: () => heard }
}

test('what is read is read again over another connection where one breaks', async () => {
  const server = await breaking(2, '{"a":1}')
  expect(await request(server, 'GET', '/v1/x')).toEqual({ a: 1 })
  expect(server.heard()).toBe(3)
})

test('metrics are read again as well', async () => {
  const server = await breaking(1, 'suyuan_store_events 7')
  expect((await figuresOf(server))?.get('suyuan_store_events')).toBe(7)
})

test('what may have been done is not done again, and it is said what broke', async () => {
  const server = await breaking(1, '{}')
  const posted = request(server, 'POST', '/v1/x', {})
  await expect(posted).rejects.toMatchObject({ name: 'ServerError', status: 0 })
  await expect(posted).rejects.toThrow(/\/v1\/x cannot be reached: fetch failed: .+/)
  expect(server.heard()).toBe(1)
})

test('of a server that is not there the refusal is told', async () => {
  const nobody = await breaking(0, '')
  for (const end of ends.splice(0)) await end()
  await expect(request(nobody, 'GET', '/v1/x')).rejects.toThrow(/cannot be read: .*ECONNREFUSED/)
})
