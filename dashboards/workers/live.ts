/** The one stream of a browser, in a worker that all of its windows share. */
import { Hub } from '../live/hub.ts'

/** The library of types has none of this scope. */
declare const self: { onconnect: (event: MessageEvent) => void }

/** What a window sends: up to where it has heard, or that it is gone. */
export type Sent = { readonly kind: 'enter'; readonly after?: number } | { readonly kind: 'leave' }

const hub = new Hub()

self.onconnect = ({ ports: [port] }) => {
  if (port === undefined) return
  port.onmessage = ({ data }: MessageEvent<Sent>) => {
    if (data.kind === 'leave') hub.leave(port)
    else hub.enter(port, { after: data.after, tell: (heard) => port.postMessage(heard) })
  }
}
