import { parser } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { connectPacket, markAgain, PacketReader, publishPacket } from '#simulators/mqtt/packet.ts'

/** As another implementation reads it. */
function read(bytes: Buffer): Record<string, unknown> {
  const found: Record<string, unknown>[] = []
  const reader = parser()
  reader.on('packet', (packet) => found.push({ ...packet }))
  reader.parse(bytes)
  return found[0] ?? {}
}

describe('packets of a device', () => {
  it('log in with a clean session, a name and a password', () => {
    const login = {
      clientId: 'gate',
      username: 'farm/gate',
      password: 'sécret',
      keepAliveSeconds: 60,
    }
    const packet = read(connectPacket(login))
    expect(packet).toMatchObject({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId: 'gate',
      username: 'farm/gate',
      keepalive: 60,
    })
    expect(String(packet['password'])).toBe('sécret')
  })

  it.each([0, 1, 100, 121, 122, 16_000, 16_370, 2_097_150, 3_000_000])(
    'publish %i bytes that others read back',
    (length) => {
      const payload = '乳'.repeat(Math.floor(length / 3)) + 'x'.repeat(length % 3)
      const packet = read(publishPacket(Buffer.from('a/b'), payload, 1, 65_535))
      expect(packet).toMatchObject({ cmd: 'publish', topic: 'a/b', qos: 1, messageId: 65_535 })
      expect(String(packet['payload'])).toBe(payload)
    },
  )

  it('carry no packet identifier at QoS 0, and a mark when they are sent again', () => {
    const once = publishPacket(Buffer.from('t'), 'hello', 0, 7)
    expect(read(once)).toMatchObject({ qos: 0, dup: false })
    expect(String(read(once)['payload'])).toBe('hello')
    const again = publishPacket(Buffer.from('t'), 'hello', 1, 7)
    markAgain(again)
    expect(read(again)).toMatchObject({ qos: 1, dup: true, messageId: 7 })
  })
})

describe('the reader of answers', () => {
  const stream = Buffer.from([0x20, 2, 0, 0, 0x40, 2, 0, 1, 0x40, 2, 1, 0, 0xd0, 0])

  it.each([1, 2, 3, 5, 14])('finds the same packets in pieces of %i bytes', (size) => {
    const reader = new PacketReader()
    const found: string[] = []
    for (let at = 0; at < stream.length; at += size) {
      const isRead = reader.read(stream.subarray(at, at + size), (type, body) => {
        found.push(`${type} ${body.toString('hex')}`)
      })
      expect(isRead).toBe(true)
    }
    expect(found).toEqual(['2 0000', '4 0001', '4 0100', '13 '])
  })

  it('says when a length has more bytes than MQTT has', () => {
    const wrong = Buffer.from([0x40, 0xff, 0xff, 0xff, 0xff, 1])
    expect(new PacketReader().read(wrong, () => {})).toBe(false)
  })
})
