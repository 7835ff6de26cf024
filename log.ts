/**
 * The loggers: one JSON object a line on standard output, or lines for people when that is a
 * terminal. Keys and payloads never go into a log line.
 */
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'

export type { Logger }

/** A logger that writes to standard output, readable for people where people read it. */
export function createLog(level: string, out: NodeJS.WriteStream = process.stdout): Logger {
  const options = { level, base: null, timestamp: stdTimeFunctions.isoTime }
  return out.isTTY ? pino(options, forPeople(out)) : pino(options, out)
}

const colours: Readonly<Record<number, string>> = { 60: '31', 50: '31', 40: '33', 30: '32' }

/** Turns pino's lines into `12:30:01 INFO  message  key=value`. */
function forPeople(out: NodeJS.WriteStream): DestinationStream {
  return {
    write(line) {
      const { level, time, msg = '', err, ...rest } = JSON.parse(line)
      const name = (pino.levels.labels[level] ?? '').toUpperCase().padEnd(5)
      const fields = Object.entries(rest).map(
        ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
      )
      const head = `${String(time).slice(11, 19)} \x1b[${colours[level] ?? '90'}m${name}\x1b[0m`
      const tail = err === undefined ? '' : `\n${err.stack ?? err.message}`
      out.write(`${[head, msg, ...fields].join(' ')}${tail}\n`)
    },
  }
}
