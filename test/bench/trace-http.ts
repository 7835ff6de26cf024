/** The same traces as a user gets them: from the running program, over HTTP. */
import type { Program } from '../e2e/program.ts'
import { type Resident, residentOf } from './children.ts'
import { quantile, rounded } from './report.ts'
import type { BackResult } from './walk-back.ts'

export interface StreamResult {
  readonly serials: number
  readonly seconds: number
  readonly bytes: number
  /** Of the program, after it; the peak is since it started. */
  readonly resident: Resident | undefined
}

/** Goes back from each serial by one request after the other, for the JSON document. */
export async function backOverHttp(
  program: Program,
  serials: readonly string[],
): Promise<BackResult> {
  const timesMs: number[] = []
  let nodes = 0
  for (const serial of serials) {
    const startedMs = performance.now()
    const response = await ask(program, serial, 'back', 'application/json')
    const chain = await response.json()
    timesMs.push(performance.now() - startedMs)
    nodes += (chain as { nodes: unknown[] }).nodes.length
  }
  return {
    nodes: Math.round(nodes / serials.length),
    p50Ms: rounded(quantile(timesMs, 0.5)),
    p99Ms: rounded(quantile(timesMs, 0.99)),
  }
}

/** Goes forward as a stream, and counts the serials in it. */
export async function forwardOverHttp(program: Program, lot: string): Promise<StreamResult> {
  const startedMs = performance.now()
  const response = await ask(program, lot, 'forward', 'application/x-ndjson')
  const decoder = new TextDecoder()
  let [serials, bytes] = [0, 0]
  let rest = ''
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('{"part":"node"') && line.includes('"kind":"instance"')) serials += 1
    }
  }
  const seconds = rounded((performance.now() - startedMs) / 1000)
  return { serials, seconds, bytes, resident: residentOf(program.pid) }
}

async function ask(program: Program, key: string, direction: string, accept: string) {
  const url = `${program.apiUrl}/v1/trace/${encodeURIComponent(key)}?direction=${direction}`
  const headers = { authorization: `Bearer ${program.key}`, accept }
  const response = await fetch(url, { headers })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return response
}
