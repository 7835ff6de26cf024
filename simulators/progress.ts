/**
 * Progress of long work on the command line: a bar on a terminal, else a plain line every tenth.
 */
import { Presets, SingleBar } from 'cli-progress'

export interface Progress {
  /** From 0 to 1. */
  show(share: number): void
  end(): void
}

/** A terminal, or any other stream. */
type Output = NodeJS.WritableStream & { readonly isTTY?: boolean }

export function progressOn(stream: Output, what: string): Progress {
  return stream.isTTY ? bar(stream, what) : lines(stream, what)
}

function bar(stream: Output, what: string): Progress {
  const format = `${what} {bar} {percentage}% | {duration_formatted}, {eta_formatted} left`
  const shown = new SingleBar({ stream, format, hideCursor: true }, Presets.shades_classic)
  shown.start(1000, 0)
  return {
    show: (share) => shown.update(Math.floor(share * 1000)),
    end: () => shown.stop(),
  }
}

function lines(stream: Output, what: string): Progress {
  let next = 0
  return {
    show(share) {
      const tenth = Math.floor(share * 10)
      if (tenth < next) return
      next = tenth + 1
      stream.write(`${what} ${tenth * 10}%\n`)
    },
    end() {},
  }
}
