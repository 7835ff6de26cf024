/** What a server tells of itself on /metrics. */
import { asked, type Server } from './server.ts'

/** Gauges and counters by name; undefined where the key may not read them. */
export async function figuresOf({
  apiUrl,
  key,
}: Server): Promise<ReadonlyMap<string, number> | undefined> {
  const url = `${apiUrl}/metrics`
  const headers = { authorization: `Bearer ${key}` }
  const text = await asked(url, async () => {
    const response = await fetch(url, { headers })
    const body = await response.text()
    return response.ok ? body : undefined
  })
  if (text === undefined) return undefined
  const lines = text.split('\n').filter((line) => !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}
