/**
 * Where a webhook may go, looked at twice: its URL when it is registered, and the addresses of its
 * name before every attempt. What is connected to is an address that was looked at, so a name that
 * changes in between changes nothing.
 */
import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { AttemptCode } from '#store/webhooks/delivery.ts'
import { classOf } from './address.ts'

/** Finds the addresses of a name. @throws as node:dns does */
export type Resolve = (host: string) => Promise<readonly string[]>

export interface TargetRules {
  /** Loopback, private networks and http may be used. */
  readonly allowPrivate: boolean
  readonly resolve: Resolve
}

export type UrlRefusal =
  | 'url_malformed'
  | 'url_not_https'
  | 'url_has_credentials'
  | 'url_port'
  | 'url_private'

export type UrlChecked =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly code: UrlRefusal; readonly message: string }

/** Below it live the services of a host; above it anything may listen that speaks TLS. */
const FIRST_FREE_PORT = 1024

/** Looks at a URL, not at what its name leads to. */
export function checkUrl(
  text: string,
  { allowPrivate }: Pick<TargetRules, 'allowPrivate'>,
): UrlChecked {
  const refuse = (code: UrlRefusal, message: string): UrlChecked => ({ ok: false, code, message })
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) {
    return refuse('url_malformed', 'must be an https URL')
  }
  if (url.protocol === 'http:' && !allowPrivate) return refuse('url_not_https', 'must be https')
  if (url.username !== '' || url.password !== '') {
    return refuse('url_has_credentials', 'must not hold a user name or a password')
  }
  const host = hostOf(url)
  const isPublic = isIP(host) !== 0 && classOf(host) === 'public'
  if ((isPublic || !allowPrivate) && isReserved(url)) {
    return refuse('url_port', `port ${portOf(url)} is not sent to: 443 and those from 1024 on are`)
  }
  const isLocal = isIP(host) === 0 ? isLocalName(host) : !mayGo(host, allowPrivate)
  if (isLocal && !(allowPrivate && isIP(host) === 0)) {
    return refuse('url_private', `${host} is no public address`)
  }
  return { ok: true, url }
}

/** Whether its port is one of the services of a host. */
function isReserved(url: URL): boolean {
  const port = portOf(url)
  return port !== 443 && port < FIRST_FREE_PORT
}

/** Names that never are public. [RFC 6761, RFC 6762, RFC 8375] */
function isLocalName(host: string): boolean {
  return /(^|\.)(localhost|local|internal|home\.arpa)\.?$/.test(host)
}

function mayGo(address: string, allowPrivate: boolean): boolean {
  const kind = classOf(address)
  return kind === 'public' || (kind === 'private' && allowPrivate)
}

/** Without the brackets of an IPv6 address. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

export type Addresses =
  | { readonly ok: true; readonly addresses: readonly string[] }
  | { readonly ok: false; readonly code: AttemptCode }

/**
 * The addresses of a URL, all of which may be connected to. One that may not spoils them all: a
 * name that is public and private at once is up to no good.
 */
export async function addressesOf(
  url: URL,
  { allowPrivate, resolve }: TargetRules,
): Promise<Addresses> {
  const host = hostOf(url)
  let addresses: readonly string[]
  try {
    addresses = isIP(host) === 0 ? await resolve(host) : [host]
  } catch (error) {
    return { ok: false, code: isUnknown(error) ? 'unknown_host' : 'name_server' }
  }
  if (addresses.length === 0) return { ok: false, code: 'unknown_host' }
  if (!addresses.every((address) => mayGo(address, allowPrivate))) {
    return { ok: false, code: 'private_address' }
  }
  const isPublic = addresses.some((each) => classOf(each) === 'public')
  if (isPublic && url.protocol === 'http:') return { ok: false, code: 'https_required' }
  if (isPublic && isReserved(url)) return { ok: false, code: 'port_refused' }
  return { ok: true, addresses }
}

function isUnknown(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOTFOUND' || code === 'ENODATA'
}

const ASK_MS = 2_000
const TRIES = 2

/**
 * Asks name servers, not the system: its own look-up would occupy the threads that the journal
 * needs for as long as a name server is silent. `localhost` is answered here. [RFC 6761 6.3]
 */
export function systemResolve(): Resolve {
  const resolver = new Resolver({ timeout: ASK_MS, tries: TRIES })
  return async (host) => {
    if (/(^|\.)localhost\.?$/.test(host)) return ['127.0.0.1', '::1']
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
    const found = [v4, v6].flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
    if (found.length === 0 && v4.status === 'rejected') throw v4.reason
    return found
  }
}
