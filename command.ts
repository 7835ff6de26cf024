/** What every command of the program is made of. */
import { type ParseArgsConfig, parseArgs } from 'node:util'

type Options = NonNullable<ParseArgsConfig['options']>

export interface Command {
  /** One line for the overview. */
  readonly summary: string
  /** The whole text of `--help`. */
  readonly help: string
  /** Runs with what follows the command's name; gives the exit code. Throws UsageError. */
  run(args: readonly string[]): Promise<number>
}

/** The command line is wrong; `message` says how, for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/**
 * Reads the options of a command and the words beside them, of which there must be one for each
 * name in `words`. Throws UsageError.
 */
export function readArguments<const Given extends Options>(
  args: readonly string[],
  options: Given,
  ...words: readonly string[]
) {
  const { values, positionals } = parse(args, options)
  if (positionals.length === words.length) return { values, words: positionals }
  const expected = words.length === 0 ? 'no words' : words.map((word) => `<${word}>`).join(' ')
  throw new UsageError(`expected ${expected}, not "${positionals.join(' ')}"`)
}

/** Reads the options of a command and one or more words beside them. Throws UsageError. */
export function readWords<const Given extends Options>(
  args: readonly string[],
  options: Given,
  word: string,
) {
  const { values, positionals } = parse(args, options)
  if (positionals.length > 0) return { values, words: positionals }
  throw new UsageError(`expected at least one <${word}>`)
}

function parse<const Given extends Options>(args: readonly string[], options: Given) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (cause) {
    // Without the cause: its message is this one, and would be told twice.
    throw new UsageError(cause instanceof Error ? cause.message : String(cause))
  }
}

/** Lines of two columns. */
export function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}
