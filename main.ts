/**
 * The command line: finds the command, runs it, and turns what it throws into words for people and
 * an exit code. 1 is a failure, 2 a wrong command line.
 */
import { type Command, columns } from './command.ts'

/** Each is loaded when it is asked for: what `keys` takes no server has to be read for. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./run.ts')).serve,
  demo: async () => (await import('./run.ts')).demo,
  simulate: async () => (await import('./run.ts')).simulate,
  score: async () => (await import('./score.ts')).score,
  verify: async () => (await import('./maintain.ts')).verify,
  replay: async () => (await import('./maintain.ts')).replay,
  rebuild: async () => (await import('./maintain.ts')).rebuild,
  migrate: async () => (await import('./transfer.ts')).migrate,
  export: async () => (await import('./transfer.ts')).exportStore,
  import: async () => (await import('./transfer.ts')).importStore,
  backup: async () => (await import('./maintain.ts')).backup,
  restore: async () => (await import('./maintain.ts')).restore,
  devices: async () => (await import('./devices.ts')).devices,
  keys: async () => (await import('./keys.ts')).keys,
  prefixes: async () => (await import('./prefixes.ts')).prefixes,
  id: async () => (await import('./id.ts')).id,
}

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load === undefined) {
    const isAsked = name === '--help' || name === 'help'
    const out = isAsked ? process.stdout : process.stderr
    out.write(await overview())
    return isAsked ? 0 : 2
  }
  try {
    const command = await load()
    if (!args.includes('--help')) return await command.run(args)
    process.stdout.write(command.help)
    return 0
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`)
    return error instanceof Error && error.name === 'UsageError' ? 2 : 1
  }
}

async function overview(): Promise<string> {
  const rows = Object.entries(commands).map(
    async ([name, load]) => [name, (await load()).summary] as const,
  )
  return `Usage: main.ts <command> [options]

${columns(await Promise.all(rows))}

Each takes --help. Settings are read from the environment: see serve --help.
`
}

const builtIn: readonly string[] = ['Error', 'TypeError', 'RangeError', 'ReferenceError']

/**
 * What is expected to happen has a name or a code of its own; all else is a bug and keeps its
 * stack.
 */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isBug = builtIn.includes(error.name) && !('code' in error)
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return isBug ? (error.stack ?? error.message) : `${error.message}${cause}`
}

// Whoever reads the output may stop before its end, as head does; that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})
const code = await main(process.argv.slice(2))
// What a command has left under way, such as a demonstration that was interrupted, ends with it;
// what it has printed goes out first, however slowly it is read.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
