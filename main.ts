/**
 * The command line: finds the command, runs it, and turns what it throws into words for people and an
 * exit code. 1 is a failure, 2 a wrong command line.
 */
import {
  simulate as runSimulate,
  simulateHelp,
  simulationOf,
  UsageError,
} from '#simulators/command.ts'
import { demo as runDemo } from '#simulators/demo.ts'
import { progressOn } from '#simulators/progress.ts'
import { type Command, columns, readArguments } from './command.ts'
import { describeSettings, readConfig } from './config.ts'
import { keys } from './keys.ts'
import { createLog } from './log.ts'
import { backup, replay, restore, verify } from './maintain.ts'
import { type Running, serve } from './serve.ts'

const serveCommand: Command = {
  summary: 'run the gateway, ingest and the API until told to stop',
  help: `Usage: main.ts serve

Runs until SIGINT or SIGTERM, which end it in order; a second one ends it at once. Nothing that was
acknowledged is lost either way. Settings are read from the environment:

${settingsTable()}
`,
  async run(args) {
    readArguments(args, {})
    return runUntilStopped()
  },
}

const demo: Command = {
  summary: 'serve, and let a small simulated food chain publish to it',
  help: `Usage: main.ts demo

Starts the server as serve does, lets the devices of a small milk chain publish to it, prints where the
chain of one carton is to be seen, and goes on serving.
`,
  async run(args) {
    readArguments(args, {})
    return runUntilStopped(demonstrate)
  },
}

const simulate: Command = {
  summary: 'let a simulated food chain publish to a server that runs',
  help: simulateHelp,
  async run(args) {
    await runSimulate(simulationOf(args, process.env['ADMIN_KEY']))
    return 0
  },
}

const commands: Readonly<Record<string, Command>> = {
  ...{ serve: serveCommand, demo, simulate, verify, replay, backup, restore, keys },
}

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    const isAsked = name === '--help' || name === 'help'
    const out = isAsked ? process.stdout : process.stderr
    out.write(overview())
    return isAsked ? 0 : 2
  }
  if (args.includes('--help')) {
    process.stdout.write(command.help)
    return 0
  }
  try {
    return await command.run(args)
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`)
    return error instanceof UsageError ? 2 : 1
  }
}

/** Serves until a signal; `meanwhile` runs beside it, and its failure ends the server. */
async function runUntilStopped(
  meanwhile: (running: Running) => Promise<void> = async () => {},
): Promise<number> {
  const config = readConfig(process.env)
  const log = createLog(config.LOG_LEVEL)
  // Whatever nobody has caught is a bug, and what the process would do next is unknown.
  const onFatal = (err: Error) => {
    log.fatal({ err }, 'ends because of a bug; what was acknowledged is on disk')
    process.exit(1)
  }
  process.on('uncaughtException', onFatal)
  const running = await serve(config, log, onFatal)
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        log.info({ signal }, 'stopping')
        process.once(signal, () => process.exit(1))
        resolve()
      })
    }
  })
  const { apiUrl, mqttUrl, madeAdminKey } = running
  if (madeAdminKey !== undefined) {
    process.stdout.write(`The administrator's key, shown this once: ${madeAdminKey}\n`)
  }
  log.info({ api: apiUrl, docs: `${apiUrl}/docs`, mqtt: mqttUrl }, 'ready')
  try {
    await meanwhile(running)
    await stopped
    return 0
  } finally {
    await running.close()
    log.info('stopped')
  }
}

async function demonstrate({ apiUrl, mqttUrl, registry }: Running): Promise<void> {
  const nowUs = Date.now() * 1000
  const issued = registry.keys.issue({ role: 'admin', label: 'demonstration' }, nowUs)
  if (!issued.ok) throw new Error(issued.message)
  const progress = progressOn(process.stderr, 'simulating')
  try {
    const key = issued.secret
    const line = await runDemo({ apiUrl, mqttUrl, key, onProgress: progress.show })
    progress.end()
    process.stdout.write(`${line}\n`)
  } finally {
    registry.keys.revoke(issued.record.keyId, nowUs)
  }
}

function overview(): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const)
  return `Usage: main.ts <command> [options]

${columns(rows)}

Each takes --help. Settings are read from the environment: see serve --help.
`
}

function settingsTable(): string {
  return columns(
    describeSettings().map(({ name, fallback, about }) => [
      name,
      fallback === '' ? about : `${about} (${fallback})`,
    ]),
  )
}

const builtIn: readonly string[] = ['Error', 'TypeError', 'RangeError', 'ReferenceError']

/** What is expected to happen has a name or a code of its own; all else is a bug and keeps its stack. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isBug = builtIn.includes(error.name) && !('code' in error)
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return isBug ? (error.stack ?? error.message) : `${error.message}${cause}`
}

process.exitCode = await main(process.argv.slice(2))
