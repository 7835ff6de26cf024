/**
 * The built pages, read once: some two megabytes, held so that no request touches the disk. Each
 * file stands beside its compressed forms, which the build has made.
 */
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

export interface PageFile {
  readonly type: string
  /** Its name holds a hash of its content, so it never changes. */
  readonly isImmutable: boolean
  readonly plain: Buffer
  readonly br: Buffer | undefined
  readonly gzip: Buffer | undefined
}

/** By path below /app/, with forward slashes; empty where the pages have not been built. */
export type PageFiles = ReadonlyMap<string, PageFile>

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
}

export async function readPageFiles(directory: string): Promise<PageFiles> {
  const names = await readdir(directory, { recursive: true }).catch(() => [])
  const files = new Map<string, PageFile>()
  for (const name of names) {
    const type = TYPES[extname(name)]
    if (type === undefined) continue
    const [plain, br, gzip] = await Promise.all(
      ['', '.br', '.gz'].map((end) => readFile(join(directory, name + end)).catch(() => undefined)),
    )
    if (plain === undefined) continue
    const path = name.split(sep).join('/')
    files.set(path, { type, isImmutable: path.startsWith('assets/'), plain, br, gzip })
  }
  return files
}
