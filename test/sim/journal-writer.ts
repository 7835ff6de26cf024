/** Another process that appends to a journal: journal-child.ts, and what it has acknowledged. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const child = fileURLToPath(new URL('./journal-child.ts', import.meta.url))

export interface WriterOptions {
  /** Stands before the number of each message. */
  readonly name: string
  readonly seed: string
  readonly segmentBytes: number
  /** Largest file that the system lets it write. Default: no limit. */
  readonly maxFileKiB?: number
}

export class JournalWriter {
  readonly process: ChildProcess
  readonly #output: string
  #errors = ''

  /** What it acknowledges goes to `folder`.out: a file takes a line at once, whoever is killed. */
  constructor(folder: string, { name, seed, segmentBytes, maxFileKiB }: WriterOptions) {
    this.#output = `${folder}.${name}.out`
    const output = openSync(this.#output, 'w')
    const limit = maxFileKiB === undefined ? '' : `ulimit -f ${maxFileKiB} && `
    this.process = spawn(
      'bash',
      ['-c', `${limit}exec "$0" --import tsx "$@"`, process.execPath, child, folder].concat(
        name,
        seed,
        String(segmentBytes),
      ),
      { stdio: ['ignore', output, 'pipe'] },
    )
    closeSync(output)
    this.process.stderr?.on('data', (text) => {
      this.#errors += text
    })
  }

  /** What it wrote to standard error; all of it after `ended`. */
  get errors(): string {
    return this.#errors
  }

  get acknowledged(): string[] {
    // What is behind the last line end was being printed.
    return readFileSync(this.#output, 'utf8').split('\n').slice(0, -1)
  }

  /** Resolves when it has acknowledged something. */
  async working(): Promise<void> {
    while (this.acknowledged.length === 0) {
      if (this.process.exitCode !== null) throw new Error(this.#errors)
      await sleep(5)
    }
  }

  async ended(): Promise<void> {
    await once(this.process, 'close')
  }
}
