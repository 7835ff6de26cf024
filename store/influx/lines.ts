/**
 * Gathers lines into requests. They are written to bytes as they come: kept as strings until a
 * batch is whole, they would cost the collector more than making them.
 */
import type { Part } from './redo.ts'

/**
 * One request. InfluxDB takes 25 MB by default; of this size a batch has enough of them to keep it
 * busy on several cores.
 */
const bytesAtOnce = 500_000
/** Room for what goes beyond it, so that few requests have to be copied. */
const roomBytes = bytesAtOnce + 100_000
const keptBuffers = 32
const mostBytesOfUnit = 3
const lineFeed = 10

export class Lines {
  /** Kept from batch to batch: memory that is taken anew has to be cleared by the system. */
  readonly #buffers: Buffer[] = []
  #parts: Part[] = []
  #bytes = this.#buffer(0)
  #end = 0

  /** Begins anew: parts given before are overwritten. */
  clear(): void {
    this.#parts = []
    this.#bytes = this.#buffer(0)
    this.#end = 0
  }

  /** Lines with a line feed between them: they go into one request. */
  add(lines: string): void {
    if (this.#end > 0 && this.#end + lines.length > bytesAtOnce) this.#close()
    const most = this.#end + 1 + lines.length * mostBytesOfUnit
    if (most > this.#bytes.length) this.#grow(most)
    if (this.#end > 0) this.#bytes[this.#end++] = lineFeed
    this.#end += this.#bytes.write(lines, this.#end)
  }

  /** All that was added, by requests. They hold until clear(). */
  parts(): readonly Part[] {
    if (this.#end > 0) this.#close()
    return this.#parts
  }

  #close(): void {
    this.#parts.push(this.#bytes.subarray(0, this.#end))
    this.#bytes = this.#buffer(this.#parts.length)
    this.#end = 0
  }

  #buffer(at: number): Buffer {
    const buffer = this.#buffers[at] ?? Buffer.allocUnsafe(roomBytes)
    if (at < keptBuffers) this.#buffers[at] = buffer
    return buffer
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafe(bytes)
    larger.set(this.#bytes.subarray(0, this.#end))
    this.#bytes = larger
  }
}
