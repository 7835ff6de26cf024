import fc from 'fast-check'
import mqttPacket, { type Packet } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { PacketWalker } from '#gateway/packet-walker.ts'

const limits = { maxPublishBytes: 100_000, maxControlBytes: 1_000 }
const connect = mqttPacket.generate({ cmd: 'connect', clientId: 'c', clean: true, keepalive: 0 })
const ping = mqttPacket.generate({ cmd: 'pingreq' })

function publish(bytes: number, topic = 't'): Buffer {
  const packet: Packet = {
    cmd: 'publish',
    topic,
    payload: Buffer.alloc(bytes),
    qos: 0,
    retain: false,
    dup: false,
  }
  return mqttPacket.generate(packet)
}

function walked(...chunks: Uint8Array[]): PacketWalker {
  const walker = new PacketWalker(limits)
  for (const chunk of chunks) if (walker.fault === undefined) walker.walk(chunk)
  return walker
}

describe('the packet walker', () => {
  it('finds the same packets however the stream is cut into chunks', () => {
    const sizes = fc.array(fc.oneof(fc.nat(300), fc.constant(16_381), fc.constant(70_000)))
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(100_000)), fc.nat(), (bodies, cuts, end) => {
        const packets = [connect, ...bodies.map((size) => publish(size)), ping]
        const whole = Buffer.concat(packets)
        const stream = whole.subarray(0, end % (whole.length + 1))
        const edges = [0, ...cuts.filter((cut) => cut < stream.length), stream.length]
        edges.sort((a, b) => a - b)
        const walker = new PacketWalker(limits)
        for (const [index, edge] of edges.entries()) {
          walker.walk(stream.subarray(edge, edges[index + 1] ?? edge))
        }
        expect(walker.fault).toBeUndefined()
        expect(walker.unfinishedBytes).toBe(unfinishedBytes(packets, stream.length))
      }),
    )
  })

  it('tells where the unfinished packet of a chunk begins', () => {
    const big = publish(5_000)
    const walker = walked(Buffer.concat([connect, ping, big.subarray(0, 100)]))
    expect(walker.startsAt).toBe(connect.length + ping.length)
    walker.walk(big.subarray(100, 200))
    expect(walker.startsAt).toBe(0)
    walker.walk(Buffer.concat([big.subarray(200), ping]))
    expect(walker).toMatchObject({ startsAt: big.length - 200 + ping.length, unfinishedBytes: 0 })
  })

  it('tells a chunk without PUBLISH from one that holds a part of it', () => {
    const walker = walked(Buffer.concat([connect, ping]))
    expect(walker.publishes).toBe(false)
    const message = publish(10)
    walker.walk(Buffer.concat([ping, message.subarray(0, 5)]))
    expect(walker.publishes).toBe(true)
    walker.walk(message.subarray(5))
    expect(walker.publishes).toBe(true)
    walker.walk(ping)
    expect(walker.publishes).toBe(false)
  })

  it('refuses a packet as soon as its length is known', () => {
    const header = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])
    const fault = { fault: 'packet_too_large', announcedBytes: 268_435_455 }
    expect(walked(connect, header)).toMatchObject(fault)
    expect(walked(connect, ...[...header].map((byte) => Buffer.of(byte)))).toMatchObject(fault)
    expect(walked(connect, publish(limits.maxPublishBytes - 3)).fault).toBeUndefined()
    expect(walked(connect, publish(limits.maxPublishBytes - 2)).fault).toBe('packet_too_large')
  })

  it('allows other packets than PUBLISH less', () => {
    const subscriptions = [{ topic: 'x'.repeat(1_000), qos: 0 as const }]
    const subscribe = mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions })
    expect(walked(connect, subscribe).fault).toBe('packet_too_large')
  })

  it('refuses a length of more than four bytes', () => {
    expect(walked(connect, Buffer.from([0x30, 0x80, 0x80, 0x80])).fault).toBeUndefined()
    expect(walked(connect, Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80])).fault).toBe(
      'malformed_packet',
    )
  })

  it('refuses a stream that does not begin with CONNECT', () => {
    expect(walked(Buffer.from('GET / HTTP/1.1')).fault).toBe('not_mqtt')
    expect(walked(publish(1)).fault).toBe('not_mqtt')
  })
})

/** What is left unfinished where a stream of these packets is cut, reckoned without the walker. */
function unfinishedBytes(packets: readonly Buffer[], cutAt: number): number {
  let start = 0
  for (const packet of packets) {
    const end = start + packet.length
    const headerBytes = packet.length < 2 + 128 ? 2 : packet.length < 3 + 16_384 ? 3 : 4
    if (cutAt < end) return cutAt >= start + headerBytes ? packet.length - headerBytes : 0
    start = end
  }
  return 0
}
