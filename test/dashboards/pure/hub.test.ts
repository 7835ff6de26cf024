import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Heard, Hub } from '../../../dashboards/live/hub.ts'

class Source {
  static readonly OPEN = 1
  static readonly CLOSED = 2
  static readonly all: Source[] = []
  readonly readyState = Source.OPEN
  readonly url: string
  readonly #listeners = new Map<string, (event: object) => void>()

  constructor(url: string) {
    this.url = url
    Source.all.push(this)
  }

  addEventListener(name: string, listener: (event: object) => void): void {
    this.#listeners.set(name, listener)
  }

  bring(name: 'beginning' | 'steps', lastEventId: string, data = '[]'): void {
    this.#listeners.get(name)?.({ lastEventId, data })
  }

  close(): void {}
}

beforeEach(() => {
  Source.all.length = 0
  vi.stubGlobal('EventSource', Source)
})
afterEach(() => vi.unstubAllGlobals())

/** A window, and the numbers that it has heard of. */
function windowOf(hub: Hub, name: string, after?: number) {
  const ids: number[] = []
  const tell = (heard: Heard) => {
    if (heard.kind === 'steps') ids.push(heard.message.id)
  }
  hub.enter(name, { after, tell })
  return ids
}

describe('windows that share a stream', () => {
  it('know from where they hear, whenever they come', () => {
    const hub = new Hub()
    const first = windowOf(hub, 'first')
    Source.all[0]?.bring('beginning', '5')
    const second = windowOf(hub, 'second')
    Source.all[0]?.bring('steps', '7')
    expect(first).toEqual([5, 7])
    expect(second).toEqual([5, 7])
    expect(Source.all).toHaveLength(1)
  })

  it('begin behind the one that has heard least', () => {
    const hub = new Hub()
    windowOf(hub, 'first', 9)
    Source.all[0]?.bring('steps', '12')
    const late = windowOf(hub, 'late', 10)
    expect(Source.all.map(({ url }) => url.split('=')[1])).toEqual(['9', '10'])
    Source.all[1]?.bring('steps', '12')
    expect(late).toEqual([12])
  })
})
