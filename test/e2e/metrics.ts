/** What a program under test tells of itself. */
import type { Program } from './program.ts'

/** The figures of /metrics by name, without the prefix. */
export async function metricsOf(program: Program): Promise<ReadonlyMap<string, number>> {
  const headers = { authorization: `Bearer ${program.key}` }
  const response = await fetch(`${program.apiUrl}/metrics`, { headers })
  const lines = (await response.text()).matchAll(/^suyuan_(\w+) (\S+)$/gm)
  return new Map([...lines].map(([, name = '', value]) => [name, Number(value)]))
}
