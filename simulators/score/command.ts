/** `main.ts score`: how much of the truth of a simulated run a server has found. */
import { writeFileSync } from 'node:fs'
import { readFlags, UsageError, urlOf, wholeNumber } from '#simulators/flags.ts'
import { progressOn } from '#simulators/progress.ts'
import { isExact, jsonOf, tableOf } from './report.ts'
import { type ScoreOptions, score } from './score.ts'

export const scoreHelp = `Usage: main.ts score TRUTH [options]

Compares what a server found with the truth that simulate wrote: every link of the chains forward
from every lot that went into something, chains back from a sample of items, every item of every
recall scope by how certain it is, and alerts by kind, subject and time. Prints a table; ends with 1
where of chains and scopes something that was reported was not found, or something that is not so
was. Alerts do not decide that: which rules are at work is the server's affair. The truth is indexed
in a file beside it, which is taken away at the end.

  --sample N     items whose chains are traced back, spread over the run (default: 500)
  --alerts       compare alerts alone, and trace no chains
  --wait SECONDS how long to wait until the server has looked at everything; 0 does not wait
                 (default: 900)
  --json FILE    write the score as JSON as well
  --url URL      HTTP API of the server (default: http://localhost:8080)
  --key KEY      a key that may trace everything (default: ADMIN_KEY of the environment)
`

interface Asked {
  readonly options: ScoreOptions
  readonly jsonFile: string | undefined
}

/** `adminKey` stands in for --key. Throws UsageError. */
export function scoreOf(args: readonly string[], adminKey: string | undefined): Asked {
  const text = { type: 'string' } as const
  const { values, positionals } = readFlags(args, {
    sample: { type: 'string', default: '500' },
    alerts: { type: 'boolean', default: false },
    wait: { type: 'string', default: '900' },
    json: text,
    url: { type: 'string', default: 'http://localhost:8080' },
    key: text,
  })
  const [truthFile, ...more] = positionals
  if (truthFile === undefined || more.length > 0) {
    throw new UsageError('one file with the truth of a run is needed')
  }
  const key = values.key ?? adminKey
  if (key === undefined) throw new UsageError('--key or ADMIN_KEY is needed')
  const apiUrl = urlOf('--url', values.url).href.replace(/\/$/, '')
  const sample = wholeNumber('--sample', values.sample, 0)
  const waitMs = wholeNumber('--wait', values.wait, 0) * 1000
  const { alerts: isAlertsAlone, json: jsonFile } = values
  return { options: { truthFile, sample, isAlertsAlone, waitMs, apiUrl, key }, jsonFile }
}

/** Gives the exit code. */
export async function runScore(args: readonly string[], adminKey: string | undefined) {
  const { options, jsonFile } = scoreOf(args, adminKey)
  const progress = progressOn(process.stderr, 'scoring')
  try {
    const result = await score({ ...options, onProgress: progress.show })
    progress.end()
    process.stdout.write(tableOf(result))
    if (jsonFile !== undefined) {
      writeFileSync(jsonFile, `${JSON.stringify(jsonOf(result), null, 2)}\n`)
    }
    return isExact(result) ? 0 : 1
  } finally {
    progress.end()
  }
}
