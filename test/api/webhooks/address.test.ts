import { BlockList } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classOf } from '#api/webhooks/address.ts'

/** IANA's registries of special purpose addresses, and what they say is not globally reachable. */
const special4 = new BlockList()
const v4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
const v6: readonly (readonly [string, number])[] = [
  ['::', 8],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2001:2::', 48],
  ['2001:10::', 28],
  ['2001:20::', 28],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]
for (const [net, bits] of v4) special4.addSubnet(net, bits, 'ipv4')

const dotted = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
const text4 = dotted.map((bytes) => bytes.join('.'))
const groups = (count: number) => fc.array(fc.nat(0xffff), { minLength: count, maxLength: count })
const text6 = groups(8).map((words) => words.map((word) => word.toString(16)).join(':'))
const hexOf = ([a, b, c, d]: readonly number[]) =>
  [((a ?? 0) << 8) | (b ?? 0), ((c ?? 0) << 8) | (d ?? 0)].map((n) => n.toString(16)).join(':')

/** An address inside a network, whatever its other bits are. */
const inside6 = ([net, bits]: readonly [string, number]) =>
  groups(8).map((words) => {
    const base = wordsOf(net)
    return words
      .map((word, at) => {
        const fixed = Math.min(Math.max(bits - at * 16, 0), 16)
        const mask = (0xffff << (16 - fixed)) & 0xffff
        return (((base[at] ?? 0) & mask) | (word & ~mask & 0xffff)).toString(16)
      })
      .join(':')
  })

function wordsOf(net: string): number[] {
  const [head = '', tail = ''] = net.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...zeros, ...right].map((word) => Number.parseInt(word, 16))
}

describe('the class of an address', () => {
  it('is public for no IPv4 address that IANA sets apart, and for others', () => {
    fc.assert(
      fc.property(text4, (address) => {
        const isPublic = classOf(address) === 'public'
        if (special4.check(address, 'ipv4')) expect(isPublic, address).toBe(false)
      }),
      { numRuns: 5000 },
    )
    for (const address of ['1.1.1.1', '8.8.8.8', '114.114.114.114', '172.32.0.1', '11.0.0.1']) {
      expect(classOf(address), address).toBe('public')
    }
  })

  it('is not public anywhere in the networks that are set apart, to their edges', () => {
    const last = (net: string, bits: number) => {
      const value = net.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
      const end = value + 2 ** (32 - bits) - 1
      return [24, 16, 8, 0].map((shift) => Math.floor(end / 2 ** shift) % 256).join('.')
    }
    for (const [net, bits] of v4) {
      expect(classOf(net), net).not.toBe('public')
      expect(classOf(last(net, bits)), last(net, bits)).not.toBe('public')
    }
    for (const net of v6) {
      fc.assert(fc.property(inside6(net), (address) => classOf(address) !== 'public'))
    }
  })

  it('is public for IPv6 addresses of 2000::/3 alone', () => {
    fc.assert(
      fc.property(text6, (address) => {
        const first = Number.parseInt(address.split(':')[0] ?? '', 16)
        const isGlobal = first >= 0x2000 && first <= 0x3fff
        if (classOf(address) === 'public') expect(isGlobal, address).toBe(true)
      }),
      { numRuns: 5000 },
    )
    expect(classOf('2606:4700:4700::1111')).toBe('public')
    expect(classOf('2400:3200::1')).toBe('public')
  })

  it('is refused for every IPv4 address in the clothes of an IPv6 one', () => {
    fc.assert(
      fc.property(dotted, (bytes) => {
        const hex = hexOf(bytes)
        const forms = [
          ...[`::ffff:${bytes.join('.')}`, `::ffff:${hex}`, `::ffff:0:${hex}`, `::${hex}`],
          ...[`64:ff9b::${hex}`, `64:ff9b:1::${hex}`, `2002:${hex}::1`],
          ...[`2001:0:${hex}:0:0:${hex}`, `2606:4700::5efe:${hex}`, `2606:4700::200:5efe:${hex}`],
        ]
        for (const form of forms) expect(classOf(form), form).toBe('refused')
      }),
      { numRuns: 1000 },
    )
  })

  it('tells apart what may be allowed and what never is', () => {
    for (const address of [
      '127.0.0.1',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '::1',
      'fd00::1',
    ]) {
      expect(classOf(address), address).toBe('private')
    }
    const never = [
      ...['169.254.169.254', '0.0.0.0', '100.64.0.1', '224.0.0.1', '255.255.255.255'],
      ...['fe80::1', 'fe80::1%eth0', 'ff02::1', '::', 'fec0::1', '', 'localhost', '1.2.3'],
    ]
    for (const address of never) expect(classOf(address), address).toBe('refused')
  })
})
