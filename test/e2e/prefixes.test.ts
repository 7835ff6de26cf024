import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type CommandResult, runCommand } from './command.ts'

let directory = ''

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'suyuan-prefixes-'))
})

afterAll(() => rmSync(directory, { recursive: true }))

const run = (...args: string[]): Promise<CommandResult> =>
  runCommand(['prefixes', ...args], { DATA_DIR: join(directory, 'data') })

function fileOf(name: string, text: string): string {
  const file = join(directory, name)
  writeFileSync(file, text)
  return file
}

const json = (date: string, gcpLength: number) =>
  JSON.stringify({ GCPPrefixFormatList: { date, entry: [{ prefix: '952', gcpLength }] } })

it('prefixes loads a table as JSON or XML, shows which it is, and keeps it where one is bad', async () => {
  expect(await run('show')).toMatchObject({ code: 0, stdout: 'no table is loaded\n' })
  const shown = /^1 entries of 2026-01-01, loaded at 20\d\d-.*Z\n$/
  const loaded = await run('load', fileOf('table.json', json('2026-01-01', 7)))
  expect(loaded).toMatchObject({ code: 0, stdout: expect.stringMatching(shown) })
  const bad = await run('load', fileOf('bad.json', json('2026-02-01', 13)))
  expect(bad).toMatchObject({ code: 1, stdout: '' })
  expect(bad.stderr).toMatch(/bad\.json is no table of company prefixes: entry 1 .*gcpLength/)
  expect(await run('show')).toMatchObject({ code: 0, stdout: loaded.stdout })
  const entry = '<entry prefix="952" gcpLength="7"/>'
  const xml = `\n<GCPPrefixFormatList date="2026-03-01">${entry}</GCPPrefixFormatList>`
  expect((await run('load', fileOf('table.xml', xml))).stdout).toMatch(/^1 entries of 2026-03-01/)
})

it.each([
  [['load'], 2, /expected <file>/],
  [['load', 'none.json'], 1, /none\.json/],
  [['show', 'more'], 2, /expected no words/],
  [['lose'], 2, /no action "lose"/],
])('prefixes %j says what is wrong', async (args, code, said) => {
  const result = await run(...args)
  expect(result.code).toBe(code)
  expect(result.stderr).toMatch(said)
  expect(result.stderr).not.toMatch(/\n {4}at /)
})
