/**
 * How a window hears of steps: through the shared worker; where a browser has none, through the one
 * window that holds the lock; where it has no locks either, as on plain http, by its own stream.
 */
import type { Sent } from '../workers/live.ts'
import { type Heard, Hub } from './hub.ts'

export interface Connection {
  /** Hears again, from behind a step. */
  enter(after: number | undefined): void
  leave(): void
  close(): void
}

type Tell = (heard: Heard) => void

export function connect(tell: Tell): Connection {
  if ('SharedWorker' in globalThis) return throughWorker(tell)
  return 'locks' in navigator ? throughLock(tell) : byItself(tell)
}

function throughWorker(tell: Tell): Connection {
  const worker = new SharedWorker(new URL('../workers/live.ts', import.meta.url), {
    type: 'module',
    name: 'suyuan-live',
  })
  const send = (sent: Sent) => worker.port.postMessage(sent)
  worker.port.onmessage = ({ data }: MessageEvent<Heard>) => tell(data)
  return {
    enter: (after) => send({ kind: 'enter', ...(after !== undefined && { after }) }),
    leave: () => send({ kind: 'leave' }),
    close: () => {
      send({ kind: 'leave' })
      worker.port.close()
    },
  }
}

function byItself(tell: Tell): Connection {
  const hub = new Hub()
  return {
    enter: (after) => hub.enter('this', { after, tell }),
    leave: () => hub.leave('this'),
    close: () => hub.leave('this'),
  }
}

type OverChannel = (Sent & { readonly from: string }) | { readonly kind: 'leader' } | Heard

/** The window that holds the lock keeps the stream for all; when it goes, the next one has it. */
function throughLock(tell: Tell): Connection {
  const channel = new BroadcastChannel('suyuan-live')
  const me = crypto.randomUUID()
  const end = new AbortController()
  let sent: Sent = { kind: 'leave' }
  let hub: Hub | undefined
  const forMe = (heard: Heard) => {
    // Whoever leads next has to begin behind what this window has heard by then.
    if (heard.kind === 'steps' && sent.kind === 'enter') {
      sent = { kind: 'enter', after: Math.max(heard.message.id, sent.after ?? 0) }
    }
    tell(heard)
  }
  const lead = () => {
    const led = new Hub()
    hub = led
    channel.postMessage({ kind: 'leader' })
    obey(led, me, sent, forMe)
    return new Promise<void>((resolve) => {
      end.signal.addEventListener('abort', () => resolve())
    })
  }
  channel.onmessage = ({ data }: MessageEvent<OverChannel>) => {
    if (data.kind === 'enter' || data.kind === 'leave') {
      if (hub) obey(hub, data.from, data, (heard) => channel.postMessage(heard))
    } else if (data.kind === 'leader') channel.postMessage({ ...sent, from: me })
    else forMe(data)
  }
  navigator.locks.request('suyuan-live', { signal: end.signal }, lead).catch(() => undefined)
  const send = (next: Sent) => {
    sent = next
    if (hub) obey(hub, me, next, forMe)
    else channel.postMessage({ ...next, from: me })
  }
  return {
    enter: (after) => send({ kind: 'enter', ...(after !== undefined && { after }) }),
    leave: () => send({ kind: 'leave' }),
    close: () => {
      send({ kind: 'leave' })
      end.abort()
      channel.close()
    },
  }
}

function obey(hub: Hub, name: string, sent: Sent, tell: Tell): void {
  if (sent.kind === 'leave') hub.leave(name)
  else hub.enter(name, { after: sent.after, tell })
}
