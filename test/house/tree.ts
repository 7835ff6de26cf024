/** Reads the project's own source files, for the tests that hold the shape of the house. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** The folders that hold code, each with the folders it may import. Imports run one way. */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  epcis: [],
  trace: ['epcis'],
  risk: ['epcis', 'trace'],
  store: ['epcis', 'trace', 'risk'],
  ingest: ['epcis', 'trace', 'risk', 'store'],
  gateway: ['epcis', 'trace', 'risk', 'store', 'ingest'],
  api: ['epcis', 'trace', 'risk', 'store', 'ingest'],
  simulators: ['epcis'],
  dashboards: ['api'],
}

/** Folders of pure code: no I/O, no clock, no randomness. */
export const pure = ['epcis', 'trace', 'risk'] as const

export interface SourceFile {
  /** Path from the root, with forward slashes. */
  readonly path: string
  /** Its top-level folder, or '' beside main.ts. */
  readonly folder: string
  readonly text: string
}

export function sourceFiles(): SourceFile[] {
  const top = readdirSync(root).filter((name) => name.endsWith('.ts'))
  const folders = [...Object.keys(arrows), 'test'].filter((name) => existsSync(join(root, name)))
  const inside = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !name.includes('node_modules'))
      .map((name) => join(folder, name)),
  )
  return [...top, ...inside].map((name) => {
    const path = name.split('\\').join('/')
    return {
      path,
      folder: path.includes('/') ? (path.split('/')[0] ?? '') : '',
      text: readFileSync(join(root, name), 'utf8'),
    }
  })
}

const importPattern = new RegExp(
  [
    /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]/,
    /(?:^|\n)\s*import\s*['"]([^'"]+)['"]/,
    /import\(\s*['"]([^'"]+)['"]/,
    /new URL\(\s*['"](\.[^'"]+)['"]/,
  ]
    .map((pattern) => pattern.source)
    .join('|'),
  'g',
)

/** Everything a file imports: a path from the root for our own files, else the module's name. */
export function importsOf(file: SourceFile): string[] {
  const found = file.text.matchAll(importPattern)
  return [...found].map((match) => {
    const target = match[1] ?? match[2] ?? match[3] ?? match[4] ?? ''
    if (target.startsWith('#')) return target.slice(1)
    if (!target.startsWith('.')) return target
    return relative(root, resolve(root, posix.dirname(file.path), target))
      .split('\\')
      .join('/')
  })
}
