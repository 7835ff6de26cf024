/**
 * Makes a world known to a server, as an administrator would: parties, places, products, devices,
 * and a key for each device. Doing it again changes nothing but the keys, which are new each time
 * and end with the run.
 */
import type { Device, Party, Place, Product, World } from './script.ts'
import { isNewKey, makeKey, request, type Server } from './server.ts'

export interface Credential {
  readonly device: Device
  readonly keyId: string
  readonly password: string
}

/** Throws ServerError; what was registered until then stays. */
export async function register(server: Server, world: World): Promise<Credential[]> {
  for (const party of world.parties) {
    await request(server, 'PUT', `/v1/parties/${party.slug}`, partyBody(party))
  }
  for (const place of world.places) {
    await request(server, 'PUT', `/v1/locations/${encodeURIComponent(place.key)}`, placeBody(place))
  }
  for (const product of world.products) {
    const path = `/v1/products/${encodeURIComponent(product.key)}`
    await request(server, 'PUT', path, productBody(product))
  }
  const credentials: Credential[] = []
  for (const device of world.devices) credentials.push(await registerDevice(server, device))
  return credentials
}

async function registerDevice(server: Server, device: Device): Promise<Credential> {
  const { party, device: slug, name } = device
  const answer = await request(server, 'PUT', `/v1/devices/${party}/${slug}`, deviceBody(device))
  // The first registration of a device answers with its first key.
  const grant = { role: 'device', party, device: slug } as const
  const key = isNewKey(answer) ? answer : await makeKey(server, grant, `simulator: ${name}`)
  return { device, keyId: key.keyId, password: key.secret }
}

/** Ends the keys of a run. */
export async function revoke(server: Server, credentials: readonly Credential[]): Promise<void> {
  for (const { keyId } of credentials) await request(server, 'DELETE', `/v1/keys/${keyId}`)
}

const domain = 'food'

function partyBody({ slug, names, pgln }: Party): unknown {
  return { slug, name: names.zh, names, pgln, domain }
}

function placeBody({ key, party, names, address, latitude, longitude }: Place): unknown {
  return { key, party, name: names.zh, names, address, latitude, longitude }
}

function productBody(product: Product): unknown {
  return { ...product, name: product.names.zh, domain }
}

function deviceBody({ party, device, site, name, epc, asset }: Device): unknown {
  return { party, device, site, name, epc, ...(asset === undefined ? {} : { binding: { asset } }) }
}
