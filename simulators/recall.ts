/**
 * The authority of a simulated world: it makes a recall over the API as a regulator does, one
 * person asking for it and another one approving it, once all that has happened is stored.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { formatTimeUs } from '#epcis/time.ts'
import { figuresOf } from './figures.ts'
import type { RecallOrder } from './script.ts'
import { makeKey, type NewKey, request, type Server, ServerError } from './server.ts'

const pollMs = 100

interface Version {
  readonly state: string
}

export class Authority {
  readonly #server: Server
  readonly #patienceMs: number
  #keys: readonly NewKey[] = []
  recalls = 0

  /** `patienceMs`: how long the server may take to store what it has, and to trace a scope. */
  constructor(server: Server, patienceMs: number) {
    this.#server = server
    this.#patienceMs = patienceMs
  }

  /** Makes a recall that has been in force since simulated `atUs`. Throws ServerError. */
  async recall({ lots, title, reason, instructions }: RecallOrder, atUs: number): Promise<void> {
    await this.#until('what is acknowledged is not stored', async () => {
      const figures = await figuresOf(this.#server)
      return figures?.get('suyuan_ingest_behind_bytes') === 0
    })
    const [asking, approving] = await this.#people()
    const made = (await request(asking, 'POST', '/v1/recalls', {
      ...{ title, reason, instructions, class: 'I', ordered: formatTimeUs(atUs) },
      from: lots.map((lot) => ({ lot })),
      assume: { sameLineAndDay: false },
    })) as { readonly id: string }
    const path = `/v1/recalls/${made.id}`
    await this.#until(`the scope of ${made.id} is not known`, async () => {
      const [version] = (await request(asking, 'GET', `${path}/versions`)) as readonly Version[]
      if (version?.state === 'failed') throw new ServerError(500, `${made.id} has no scope`)
      return version?.state === 'known'
    })
    await request(approving, 'POST', `${path}/steps`, { action: 'approve', version: 1, reason })
    this.recalls += 1
  }

  /** Ends the keys of those who took part. */
  async close(): Promise<void> {
    for (const { keyId } of this.#keys) await request(this.#server, 'DELETE', `/v1/keys/${keyId}`)
  }

  async #people(): Promise<readonly [Server, Server]> {
    if (this.#keys.length === 0) {
      const asking = await makeKey(this.#server, { role: 'regulator' }, 'simulator: asks')
      const approving = await makeKey(this.#server, { role: 'regulator' }, 'simulator: approves')
      this.#keys = [asking, approving]
    }
    const { apiUrl } = this.#server
    const [asking, approving] = this.#keys.map(({ secret: key }) => ({ apiUrl, key }))
    if (asking === undefined || approving === undefined) throw new Error('an authority of nobody')
    return [asking, approving]
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadlineMs = performance.now() + this.#patienceMs
    while (!(await isSo())) {
      if (performance.now() > deadlineMs) throw new ServerError(504, `${what} in time`)
      await sleep(pollMs)
    }
  }
}
