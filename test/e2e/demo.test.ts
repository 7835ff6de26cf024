import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

it('the demonstration shows the chain of a carton at the URL it prints, and serves on', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'suyuan-demo-'))
  const child = spawn(process.execPath, ['--import', 'tsx', 'main.ts', 'demo'], {
    cwd: root,
    env: { ...process.env, DATA_DIR: dataDir, HTTP_PORT: '0', MQTT_PORT: '0', LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(child, 'exit')
  const lines: string[] = []
  for await (const line of createInterface(child.stdout)) {
    lines.push(line)
    if (line.includes('curl')) break
  }
  const [, carton, header, url] =
    /(\S+) has its chain at: curl -H '(.+)' (\S+)$/.exec(lines.at(-1) ?? '') ?? []
  const page = /^Open (\S+) in a browser/.exec(lines.at(-2) ?? '')?.[1] ?? ''
  expect(new URL(page).searchParams.get('id')).toBe(carton)
  const [name = '', value = ''] = header?.split(': ') ?? []
  const response = await fetch(url ?? '', { headers: { [name]: value } })
  const chain = (await response.json()) as { start: string; nodes: { key: string }[] }
  expect([response.status, chain.start]).toEqual([200, carton])
  const farms = chain.nodes.filter(({ key }) => /\/10\/R\d+-[12]$/.test(key))
  expect(farms).toHaveLength(2)
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  rmSync(dataDir, { recursive: true })
})
