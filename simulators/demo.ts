/**
 * The demonstration against a server that runs: a small milk chain publishes to it, and when all of
 * it is stored two lines name a carton that was sold and where its chain is to be seen. Starting
 * the server and keeping it up is the caller's part.
 */
import { toUrn } from '#epcis/epc-urn.ts'
import { companyPrefixLength } from './keys.ts'
import { makeKey, request, type Server } from './server.ts'
import { runSimulation, untilStored } from './simulate.ts'
import { defaults, worldOf } from './worlds.ts'

export interface DemoOptions extends Server {
  readonly mqttUrl: string
  readonly onProgress?: (share: number) => void
}

const seed = 'demo'
const items = 480
const patienceMs = 45_000

/** Gives the closing lines. Throws what runSimulation and untilStored throw. */
export async function demo(options: DemoOptions): Promise<string> {
  const { apiUrl } = options
  const world = worldOf({ ...defaults, world: 'milk', seed, items })
  const report = await runSimulation({ ...options, world, about: { seed, items }, speed: 0 })
  await untilStored(options, report, patienceMs)
  if (report.sold === undefined) throw new Error('a chain of 480 cartons sold none')
  const { key: carton } = report.sold
  const inspector = await makeKey(options, { role: 'inspector' }, 'demonstration')
  const path = `/v1/trace/${toUrn(carton, companyPrefixLength) ?? carton}`
  await request({ apiUrl, key: inspector.secret }, 'GET', path)
  const how = `curl -H 'Authorization: Bearer ${inspector.secret}' ${apiUrl}${path}`
  const page = `${apiUrl}/app/chain?id=${encodeURIComponent(carton)}`
  return [
    `Open ${page} in a browser, and log in with the key ${inspector.secret}`,
    `The carton of milk ${carton} has its chain at: ${how}`,
  ].join('\n')
}
