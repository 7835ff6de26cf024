import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runCommand } from './command.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const nowhere = { DATA_DIR: '/nonexistent' }

describe('main.ts id', () => {
  it('tells what is understood, for people and for programs', async () => {
    const told = await runCommand(['id', '(01)06901234567892(21)A1'], nowhere)
    expect(told).toMatchObject({ code: 0, stderr: '' })
    expect(told.stdout).toContain('https://id.gs1.org/01/06901234567892/21/A1')
    expect(told.stdout).toMatch(/serial +A1/)
    const json = await runCommand(['id', '--json', '6901234000016', '(01)123'], nowhere)
    expect(json.code).toBe(1)
    const [ambiguous, refused] = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(ambiguous.candidates.map(({ kind }: { kind: string }) => kind)).toEqual([
      'class',
      'place',
      'party',
    ])
    expect(refused).toMatchObject({ text: '(01)123', refused: { code: 'ai_value' } })
  })

  it('needs a text', async () => {
    expect(await runCommand(['id'], nowhere)).toMatchObject({ code: 2, stdout: '' })
  })

  it('reads lines, and its output is whole however slowly it is read', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'main.ts', 'id', '--json', '-'], {
      cwd: root,
      env: { PATH: process.env['PATH'], ...nowhere },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const count = 3000
    for (let n = 0; n < count; n++) child.stdin.write(`${6_901_234_000_000 + n}\n`)
    child.stdin.end()
    const ended = once(child, 'close')
    // By now the pipe is full and the program is done with its input.
    await pause(2000)
    let lines = 0
    for await (const line of createInterface({ input: child.stdout })) {
      JSON.parse(line)
      lines += 1
    }
    await ended
    expect([lines, child.exitCode]).toEqual([count, 0])
  })
})
