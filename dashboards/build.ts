/**
 * Builds the pages where they are missing or older than what they are made of, so that a checkout
 * needs no step of its own for them: `npm start`, `npm run demo` and the tests call this first.
 * `--force` builds in any case.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const here = fileURLToPath(new URL('.', import.meta.url))
const dist = join(here, 'dist')
const stampFile = join(dist, '.built-from')
const COMPRESSIBLE = /\.(html|js|css|svg|wasm|webmanifest)$/

/** Whether it had to be built. Throws where the sources do not build. */
export async function buildPages({ force = false } = {}): Promise<boolean> {
  const stamp = stampOfSources()
  const isCurrent = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp
  if (isCurrent && !force) return false
  // Not needed where pages are only served, and not there in a production install.
  const { build } = await import('vite')
  await inProduction(() => build({ configFile: join(here, 'vite.config.ts'), logLevel: 'warn' }))
  listForOffline()
  for (const name of filesIn(dist)) if (COMPRESSIBLE.test(name)) compress(join(dist, name))
  writeFileSync(stampFile, stamp)
  return true
}

/** Under tests NODE_ENV is another, and Vite would make pages for development, not for offline. */
async function inProduction(act: () => Promise<unknown>): Promise<void> {
  const { NODE_ENV: before } = process.env
  process.env['NODE_ENV'] = 'production'
  try {
    await act()
  } finally {
    if (before === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = before
  }
}

/** What the service worker keeps for the time without a network: every file there is. */
function listForOffline(): void {
  const files = filesIn(dist).filter((name) => name !== 'sw.js' && !name.endsWith('.map'))
  const hash = createHash('sha256')
  for (const name of files) hash.update(name).update(readFileSync(join(dist, name)))
  const version = hash.digest('hex').slice(0, 16)
  const worker = join(dist, 'sw.js')
  const list = JSON.stringify({ version, files: files.map((name) => `/app/${name}`) })
  writeFileSync(worker, `self.KEEP=${list};\n${readFileSync(worker, 'utf8')}`)
}

function compress(file: string): void {
  const bytes = readFileSync(file)
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 }
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }))
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
}

function stampOfSources(): string {
  const hash = createHash('sha256')
  const sources = filesIn(here).filter((name) => !name.startsWith('dist'))
  for (const name of sources) hash.update(name).update(readFileSync(join(here, name)))
  hash.update(readFileSync(join(here, '../package.json')))
  return hash.digest('hex')
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length)
        .replace(/^[\\/]/, ''),
    )
    .map((name) => name.split('\\').join('/'))
    .sort()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (existsSync(stampFile) && !existsSync(join(here, '../node_modules/vite'))) {
    process.stdout.write('The pages are as they were built; what builds them is not installed.\n')
  } else {
    process.stdout.write('Building the pages where they are not current …\n')
    await buildPages({ force: process.argv.includes('--force') })
  }
}
