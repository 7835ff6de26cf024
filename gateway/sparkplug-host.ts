/**
 * Suyuan as a host application of Sparkplug: whether it is there stands on a topic of its own.
 * Edge nodes that name it as their primary host wait for that, and keep what they measure while it
 * is away. Online when it listens, offline before it ends; retained, QoS 1.
 * [Sparkplug 3.0, 5.3, 5.14, 6.4.24]
 */

/** What edge nodes of this server's own broker name as their primary host. */
export const OWN_HOST = 'suyuan'

export function stateTopic(host: string): string {
  return `spBv1.0/STATE/${host}`
}

export function stateBody(online: boolean, timestampMs: number): string {
  return JSON.stringify({ online, timestamp: timestampMs })
}

/** A word about a host, as a packet. */
export function statePacket(host: string, online: boolean, timestampMs: number) {
  return {
    cmd: 'publish',
    topic: stateTopic(host),
    payload: Buffer.from(stateBody(online, timestampMs)),
    qos: 1,
    retain: true,
    dup: false,
  } as const
}

/** Whether somebody says that a host has gone, later than it came. */
export function isGone(payload: Uint8Array, bornMs: number): boolean {
  try {
    const said: unknown = JSON.parse(Buffer.from(payload).toString())
    if (typeof said !== 'object' || said === null) return false
    const { online, timestamp } = said as { online?: unknown; timestamp?: unknown }
    return online === false && Number(timestamp ?? 0) >= bornMs
  } catch {
    return false
  }
}
