/**
 * Whether InfluxDB answers, and is the one that the side file belongs to: asked for whoever wants
 * to know before a request of his own would wait in vain, or find what an older copy has.
 *
 * Once it has been silent, who asks is spared the wait: the question is short then, is asked once
 * for all who come meanwhile, and its answer holds for a while.
 */
import { isStoreFault, StoreFault } from '#store/fault.ts'
import { checkStill } from './binding.ts'
import { Connection } from './connection.ts'
import type { Ledger } from './ledger.ts'
import { openLedgerToRead } from './ledger-file.ts'
import type { InfluxSettings } from './settings.ts'

const shortMs = 2_000
const freshMs = 3_000

export class InfluxProbe {
  readonly #patient: Connection
  readonly #brief: Connection
  readonly #ledger: Ledger
  readonly #nowMs: () => number
  #askedMs = Number.NEGATIVE_INFINITY
  #answeredMs = Number.NEGATIVE_INFINITY
  #told: Promise<string | undefined> = Promise.resolve(undefined)
  #isWell = true

  /** `file`: the side file. `nowMs`: a clock that goes on. */
  constructor(file: string, settings: InfluxSettings, nowMs: () => number) {
    const timeoutMs = Math.min(shortMs, settings.timeoutMs ?? shortMs)
    this.#patient = new Connection(settings)
    this.#brief = new Connection({ ...settings, timeoutMs })
    this.#ledger = openLedgerToRead(file, 'none')
    this.#nowMs = nowMs
  }

  /**
   * What is wrong with it; undefined where nothing is. Asks once in three seconds, however many
   * want to know, and waits no longer than two for it where something was wrong.
   */
  trouble(): Promise<string | undefined> {
    const nowMs = this.#nowMs()
    if (nowMs - this.#askedMs >= freshMs) {
      this.#askedMs = nowMs
      this.#told = this.#ask()
    }
    return this.#told
  }

  /**
   * To be awaited before a request is sent; gives the time at which it is.
   * @throws StoreFault where something is wrong.
   */
  async admit(): Promise<number> {
    const trouble = await this.trouble()
    if (trouble !== undefined) throw new StoreFault(trouble)
    return this.#nowMs()
  }

  /** A request has had an answer, whatever it says. */
  onAnswer(): void {
    this.#answeredMs = this.#nowMs()
  }

  /** A request that was sent then has had none. Where others have, it was slow by itself. */
  onSilence(sentMs: number): void {
    if (this.#answeredMs >= sentMs) return
    this.#isWell = false
    this.#askedMs = Number.NEGATIVE_INFINITY
  }

  close(): void {
    this.#patient.close()
    this.#brief.close()
    this.#ledger.close()
  }

  async #ask(): Promise<string | undefined> {
    try {
      await checkStill(this.#isWell ? this.#patient : this.#brief, this.#ledger)
      this.#isWell = true
      this.onAnswer()
      return undefined
    } catch (error) {
      if (!isStoreFault(error)) throw error
      this.#isWell = false
      return error.message
    }
  }
}
