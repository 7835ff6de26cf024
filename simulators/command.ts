/** `main.ts simulate`: a simulated supply chain against a server that runs. */
import { parseArgs } from 'node:util'
import { progressOn } from './progress.ts'
import { runSimulation, type SimulationOptions } from './simulate.ts'

export const simulateHelp = `Usage: main.ts simulate [options]

Lets the farms, dairy, distribution centre and shops of a simulated milk chain publish to a running
server, each device over a connection of its own, until all is acknowledged. The same seed and
number of items give the same messages to the byte.

  --seed TEXT    what decides everything that happens (default: 1)
  --items N      cartons of milk to make, sell or leave on a shelf (default: 1000)
  --speed N      simulated seconds in one real second; 0 is as fast as possible (default: 0)
  --window N     messages a device has on their way at a time (default: 100)
  --truth FILE   write what really happened, one JSON object a line
  --url URL      HTTP API of the server (default: http://localhost:8080)
  --mqtt URL     its MQTT port (default: mqtt://, the host of --url, port 1883)
  --key KEY      an administrator's key (default: ADMIN_KEY of the environment)
`

/** What the command line does not say right; `message` is for its user. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** `adminKey` stands in for --key. Throws UsageError. */
export function simulationOf(
  args: readonly string[],
  adminKey: string | undefined,
): SimulationOptions {
  const { values } = parse(args)
  const key = values.key ?? adminKey
  if (key === undefined) throw new UsageError('--key or ADMIN_KEY is needed')
  const url = urlOf('--url', values.url)
  return {
    seed: values.seed,
    items: wholeNumber('--items', values.items, 1),
    speed: wholeNumber('--speed', values.speed, 0),
    window: wholeNumber('--window', values.window, 1),
    truthFile: values.truth,
    apiUrl: url.href.replace(/\/$/, ''),
    mqttUrl:
      values.mqtt === undefined ? `mqtt://${url.hostname}:1883` : urlOf('--mqtt', values.mqtt).href,
    key,
  }
}

/** Runs it with progress on standard error; the report goes to standard output as one JSON line. */
export async function simulate(options: SimulationOptions): Promise<void> {
  const progress = progressOn(process.stderr, 'simulating')
  try {
    const report = await runSimulation({ ...options, onProgress: progress.show })
    process.stdout.write(`${JSON.stringify(report)}\n`)
  } finally {
    progress.end()
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string', default: '1' },
        items: { type: 'string', default: '1000' },
        speed: { type: 'string', default: '0' },
        window: { type: 'string', default: '100' },
        truth: { type: 'string' },
        url: { type: 'string', default: 'http://localhost:8080' },
        mqtt: { type: 'string' },
        key: { type: 'string' },
      },
    })
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function wholeNumber(flag: string, text: string, least: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least) return value
  throw new UsageError(`${flag} must be a whole number from ${least} to 999999999, not ${text}`)
}

function urlOf(flag: string, text: string): URL {
  if (!URL.canParse(text)) throw new UsageError(`${flag} must be a URL, not ${text}`)
  return new URL(text)
}
