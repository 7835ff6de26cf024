/** Whether InfluxDB answers, asked for whoever asks whether the program is ready. */
import { isStoreFault } from '#store/fault.ts'
import { Connection } from './connection.ts'
import type { InfluxSettings } from './settings.ts'

const patienceMs = 2_000
const freshMs = 3_000

export class InfluxProbe {
  readonly #connection: Connection
  readonly #nowMs: () => number
  #askedMs = Number.NEGATIVE_INFINITY
  #told: Promise<string | undefined> = Promise.resolve(undefined)

  /** `nowMs`: a clock that goes on. */
  constructor(settings: InfluxSettings, nowMs: () => number) {
    this.#connection = new Connection({ ...settings, timeoutMs: patienceMs })
    this.#nowMs = nowMs
  }

  /**
   * Why it does not answer; undefined where it does. Asks within two seconds and no more than once
   * in three, however many want to know.
   */
  trouble(): Promise<string | undefined> {
    const nowMs = this.#nowMs()
    if (nowMs - this.#askedMs >= freshMs) {
      this.#askedMs = nowMs
      this.#told = this.#ask()
    }
    return this.#told
  }

  close(): void {
    this.#connection.close()
  }

  async #ask(): Promise<string | undefined> {
    try {
      const { status } = await this.#connection.send('GET', '/ping')
      return status < 400 ? undefined : `InfluxDB answers with status ${status}`
    } catch (error) {
      if (!isStoreFault(error)) throw error
      return error.message
    }
  }
}
