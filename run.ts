/** The commands that run the program: serve, demo and simulate. */
import { simulate as runSimulate, simulateHelp } from '#simulators/command.ts'
import { demo as runDemo } from '#simulators/demo.ts'
import { progressOn } from '#simulators/progress.ts'
import { type Command, columns, readArguments } from './command.ts'
import { describeSettings, readConfig } from './config.ts'
import { createLog } from './log.ts'
import { type Running, serve as startServer } from './serve.ts'

export const serve: Command = {
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

export const demo: Command = {
  summary: 'serve, and let a small simulated food chain publish to it',
  help: `Usage: main.ts demo

Starts the server as serve does, lets the devices of a small milk chain publish to it, prints where
the chain of one carton is to be seen, and goes on serving.
`,
  async run(args) {
    readArguments(args, {})
    return runUntilStopped(demonstrate)
  },
}

export const simulate: Command = {
  summary: 'let a simulated supply chain publish to a server that runs',
  help: simulateHelp,
  async run(args) {
    await runSimulate(args, process.env['ADMIN_KEY'])
    return 0
  },
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
  const running = await startServer(config, log, onFatal)
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
    await Promise.race([meanwhile(running).then(() => stopped), stopped])
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

function settingsTable(): string {
  return columns(
    describeSettings().map(({ name, fallback, about }) => [
      name,
      fallback === '' ? about : `${about} (${fallback})`,
    ]),
  )
}
