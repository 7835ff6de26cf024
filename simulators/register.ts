/**
 * Makes a world known to a Suyuan server through its HTTP API, as an administrator would: parties,
 * places, products, devices, and a key for each device. Doing it again changes nothing but the keys,
 * which are new each time and end with the run.
 */
import type { Device, Party, Place, Product, World } from './script.ts'

/** The server did not take a request; `message` has its answer. */
export class RegisterError extends Error {
  override readonly name = 'RegisterError'
}

export interface Server {
  /** Such as http://localhost:8080, without a slash at the end. */
  readonly apiUrl: string
  readonly adminKey: string
}

export interface Credential {
  readonly device: Device
  readonly keyId: string
  readonly password: string
}

/** Throws RegisterError; what was registered until then stays. */
export async function register(server: Server, world: World): Promise<Credential[]> {
  const put = (path: string, body: unknown) => request(server, 'PUT', path, body)
  for (const party of world.parties) await put(`/v1/parties/${party.slug}`, partyBody(party))
  for (const place of world.places) await put(pathOf('locations', place.key), placeBody(place))
  for (const product of world.products) {
    await put(pathOf('products', product.key), productBody(product))
  }
  const credentials: Credential[] = []
  for (const device of world.devices) {
    const { party, device: slug, name } = device
    const made = await put(`/v1/devices/${party}/${slug}`, deviceBody(device))
    const grant = { role: 'device', party, device: slug, label: `simulator: ${name}` }
    // The first registration of a device answers with its first key.
    const key = isKey(made) ? made : await request(server, 'POST', '/v1/keys', grant)
    if (!isKey(key)) throw new RegisterError(`no key came for ${party}/${slug}`)
    credentials.push({ device, keyId: key.keyId, password: key.secret })
  }
  return credentials
}

/** Ends the keys of a run. */
export async function revoke(server: Server, credentials: readonly Credential[]): Promise<void> {
  for (const { keyId } of credentials) await request(server, 'DELETE', `/v1/keys/${keyId}`)
}

/** The parsed answer; undefined where it is empty. */
export async function request(
  server: Server,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const url = server.apiUrl + path
  const headers = {
    authorization: `Bearer ${server.adminKey}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await fetch(url, { method, headers, ...sent })
  const text = await response.text()
  if (!response.ok) throw new RegisterError(`${method} ${url}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

function pathOf(collection: string, key: string): string {
  return `/v1/${collection}/${encodeURIComponent(key)}`
}

const domain = 'food'

function partyBody({ names, pgln }: Party): unknown {
  return { name: names.zh, names, pgln, domain }
}

function placeBody({ party, names, address, latitude, longitude }: Place): unknown {
  return { party, name: names.zh, names, address, latitude, longitude }
}

function productBody({ key: _key, names, ...product }: Product): unknown {
  return { ...product, name: names.zh, names, domain }
}

function deviceBody({ site, name, epc, asset }: Device): unknown {
  return { site, name, epc, ...(asset === undefined ? {} : { binding: { asset } }) }
}

function isKey(answer: unknown): answer is { keyId: string; secret: string } {
  return typeof answer === 'object' && answer !== null && 'secret' in answer && 'keyId' in answer
}
