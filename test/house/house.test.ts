import { describe, expect, it } from 'vitest'
import { arrows, importsOf, pure, sourceFiles } from './tree.ts'

const files = sourceFiles()
const clock = /\b(Date\.now|new Date\(\)|performance\.now|set(Timeout|Immediate))\b/g
const chance = /\b(Math\.random|random(UUID|Bytes|Int))\b/g
const world = /\b(process\.|console\.)/g
/** The name of a test is one sentence in one string, which the formatter leaves on its line. */
const isTitle = (line: string) => /^\s*(it|describe)\('/.test(line)
const folders = Object.keys(arrows)

describe('the house', () => {
  it('imports run one way between the folders', () => {
    const against = files
      .filter((file) => folders.includes(file.folder))
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => {
            const folder = target.split('/')[0] ?? ''
            const ours = target.endsWith('.ts')
            if (!ours && !folders.includes(folder)) return false
            return folder !== file.folder && !arrows[file.folder]?.includes(folder)
          })
          .map((target) => `${file.path} imports ${target}`),
      )
    expect(against).toEqual([])
  })

  it('pure folders touch no clock, no randomness and no part of Node but hashing', () => {
    const touching = files
      .filter((file) => (pure as readonly string[]).includes(file.folder))
      .flatMap((file) => {
        const modules = importsOf(file).filter(
          (target) => target.startsWith('node:') && target !== 'node:crypto',
        )
        const words = [clock, chance, world].flatMap((what) => file.text.match(what) ?? [])
        return [...modules, ...words].map((what) => `${file.path}: ${what}`)
      })
    expect(touching).toEqual([])
  })

  it('files stay under 400 lines and lines under 100 characters', () => {
    const long = files.flatMap((file) => {
      const lines = file.text.split('\n')
      const wide = lines.findIndex((line) => line.length > 100 && !isTitle(line))
      return [
        ...(lines.length > 400 ? [`${file.path}: ${lines.length} lines`] : []),
        ...(wide >= 0 ? [`${file.path}:${wide + 1}: ${lines[wide]?.length} characters`] : []),
      ]
    })
    expect(long).toEqual([])
  })

  it('says nothing that silences the compiler or the linter', () => {
    const silencing = files
      .filter((file) => !file.path.startsWith('test/house/'))
      .filter((file) => /@ts-ignore|@ts-nocheck|biome-ignore/.test(file.text))
      .map((file) => file.path)
    expect(silencing).toEqual([])
  })
})
