/**
 * Which addresses a webhook may be sent to. One is taken only where it is known to be public: what
 * leads elsewhere by translation or a tunnel (mapped, NAT64, 6to4, Teredo, ISATAP) is not.
 * Ranges are those of ipaddr.js, which follow the registries of special purpose addresses of IANA.
 */
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

export type AddressClass = 'public' | 'private' | 'refused'

/** In a network of one's own; all but these is refused whatever the settings are. */
const PRIVATE: readonly string[] = ['loopback', 'private', 'uniqueLocal']

/** What is given to networks out of IPv6. [IANA IPv6 Global Unicast] */
const GLOBAL_UNICAST: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3]

/**
 * Of an address as the system gives it. `private` may be sent to where the settings allow it;
 * `refused` never.
 */
export function classOf(address: string): AddressClass {
  // Whatever else ipaddr.js reads, such as octal bytes, no system gives.
  if (isIP(address) === 0) return 'refused'
  const parsed = ipaddr.parse(address)
  const range = parsed.range()
  if (PRIVATE.includes(range)) return 'private'
  if (range !== 'unicast') return 'refused'
  if (parsed.kind() === 'ipv4') return 'public'
  const v6 = parsed as ipaddr.IPv6
  return v6.match(GLOBAL_UNICAST) && !isIsatap(v6) ? 'public' : 'refused'
}

/** An interface identifier that holds an IPv4 address. [RFC 5214 6.1] */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  const [high = 0, low = 0] = parts.slice(4)
  return (high & ~0x0200) === 0 && low === 0x5efe
}
