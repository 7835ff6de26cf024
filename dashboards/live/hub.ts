/**
 * One stream for all windows. Each window says up to which step it has heard; the stream begins
 * behind the one that has heard least, and a window passes over what it has heard already. So every
 * window gets every step once, however often windows come, go, sleep or lose the network.
 *
 * A browser that speaks HTTP/1.1 has six connections for a server: seven streams would leave none.
 */
export interface Message {
  /** Number of the last step in it, as the server gave it. */
  readonly id: number
  /** JSON: the steps. */
  readonly data: string
}

/** What a window hears. */
export type Heard =
  | { readonly kind: 'steps'; readonly message: Message }
  | { readonly kind: 'state'; readonly isOpen: boolean }

interface Listener {
  /** The last step that it has heard; undefined where it wants what comes. */
  after: number | undefined
  readonly tell: (heard: Heard) => void
}

const URL_OF_STREAM = '/v1/alerts/stream'
/** After an answer that is no stream, such as a refusal, it is tried again this much later. */
const AGAIN_MS = 5000

export class Hub {
  readonly #listeners = new Map<unknown, Listener>()
  #source: EventSource | undefined
  /** The last step that the stream brought. */
  #at: number | undefined
  #again: ReturnType<typeof setTimeout> | undefined

  /** `name` stands for the window; one that comes again takes its own place. */
  enter(name: unknown, listener: Listener): void {
    const { after } = listener
    this.#listeners.set(name, { ...listener, after: after ?? this.#at })
    const missed = after !== undefined && this.#at !== undefined && after < this.#at
    if (this.#source === undefined || missed) this.#open(this.#leastHeard())
    else listener.tell({ kind: 'state', isOpen: this.#source.readyState === EventSource.OPEN })
    // Whoever wants what comes has to know from where: it may have to ask for it elsewhere later.
    if (after === undefined && this.#at !== undefined) {
      listener.tell({ kind: 'steps', message: { id: this.#at, data: '[]' } })
    }
  }

  leave(name: unknown): void {
    this.#listeners.delete(name)
    if (this.#listeners.size > 0) return
    this.#close()
    this.#at = undefined
  }

  #leastHeard(): number | undefined {
    const known = [...this.#listeners.values()].flatMap(({ after }) => after ?? [])
    const all = this.#at === undefined ? known : [...known, this.#at]
    return all.length === 0 ? undefined : Math.min(...all)
  }

  #open(after: number | undefined): void {
    this.#close()
    const query = after === undefined ? '' : `?lastEventID=${after}`
    const source = new EventSource(URL_OF_STREAM + query)
    this.#source = source
    source.onopen = () => this.#tell({ kind: 'state', isOpen: true })
    source.onerror = () => {
      this.#tell({ kind: 'state', isOpen: false })
      // The browser itself comes again after a break, with the last id; not after a refusal.
      if (source.readyState !== EventSource.CLOSED) return
      this.#again = setTimeout(() => this.#open(this.#at ?? after), AGAIN_MS)
    }
    // Where it begins is told as steps of which there are none: whoever wants what comes has to
    // know it, or a break before the first step would lose some.
    source.addEventListener('beginning', (event) => this.#steps(event as MessageEvent, '[]'))
    source.addEventListener('steps', (event) => this.#steps(event as MessageEvent))
  }

  #steps(event: MessageEvent, data: string = event.data): void {
    const id = Number(event.lastEventId)
    this.#at = id
    for (const listener of this.#listeners.values()) {
      if (listener.after !== undefined && listener.after >= id) continue
      listener.after = id
      listener.tell({ kind: 'steps', message: { id, data } })
    }
  }

  #close(): void {
    clearTimeout(this.#again)
    this.#source?.close()
    this.#source = undefined
  }

  #tell(heard: Heard): void {
    for (const { tell } of this.#listeners.values()) tell(heard)
  }
}
