/**
 * Makes a world known to a server, as an administrator would: parties, places, products, devices,
 * and a key for each device. Doing it again changes nothing but the keys, which are new each time
 * and end with the run.
 */
import { putLimits } from './rules.ts'
import type { Device, Party, Place, Product, World } from './script.ts'
import { isNewKey, makeKey, request, type Server } from './server.ts'

export interface Credential {
  readonly device: Device
  readonly keyId: string
  readonly password: string
}

/** Requests under way at a time. */
const together = 8

/**
 * `graceHours`: see putLimits. Throws ServerError; what was registered until then stays.
 */
export async function register(
  server: Server,
  world: World,
  graceHours?: number,
): Promise<Credential[]> {
  await each(world.parties, (party) =>
    request(server, 'PUT', `/v1/parties/${party.slug}`, partyBody(party)),
  )
  await each(world.places, (place) =>
    request(server, 'PUT', `/v1/locations/${encodeURIComponent(place.key)}`, placeBody(place)),
  )
  await each(world.products, (product) => {
    const path = `/v1/products/${encodeURIComponent(product.key)}`
    return request(server, 'PUT', path, productBody(product))
  })
  await each(
    world.products.filter(({ sameAs }) => sameAs !== undefined),
    ({ key, sameAs }) =>
      request(server, 'PUT', `/v1/aliases/${encodeURIComponent(key)}`, { of: sameAs }),
  )
  await putLimits(server, world, graceHours)
  return each(world.devices, (device) => registerDevice(server, device))
}

/** Does something for each of a list, some at a time; gives the results in order. */
async function each<T, Given>(
  list: readonly T[],
  act: (one: T) => Promise<Given>,
): Promise<Given[]> {
  const given: Given[] = []
  for (let from = 0; from < list.length; from += together) {
    given.push(...(await Promise.all(list.slice(from, from + together).map(act))))
  }
  return given
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
  await each(credentials, ({ keyId }) => request(server, 'DELETE', `/v1/keys/${keyId}`))
}

function partyBody({ licence, domain = 'food', names, ...party }: Party): unknown {
  const { slug, pgln, uscc } = party
  const body = {
    slug,
    name: names.zh,
    names,
    pgln,
    domain,
    ...(uscc === undefined ? {} : { uscc }),
  }
  if (licence === undefined) return body
  const { number, scope, validFrom: from, validUntil: to } = licence
  return { ...body, licences: [{ number, scope: [scope], from, to }] }
}

function placeBody(place: Place): unknown {
  return { ...place, name: place.names.zh }
}

function productBody({ sameAs: _, ...product }: Product): unknown {
  return { domain: 'food', ...product, name: product.names.zh }
}

function deviceBody({ party, device, site, name, epc, ...its }: Device): unknown {
  const { asset, format, binding = asset === undefined ? undefined : { asset } } = its
  return { party, device, site, name, epc, format, binding }
}
