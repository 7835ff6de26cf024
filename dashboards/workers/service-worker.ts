/**
 * Keeps the pages for the time without a network: every built file, as of one version. Data is
 * never kept here; what of it outlives a network is decided by the pages (offline/).
 *
 * A scanned code opens from the server where that answers, so that its verdict shows even before a
 * script runs, and from here where it does not.
 */
declare const self: ServiceWorkerGlobalScope & {
  /** Written in front of this file by the build. */
  readonly KEEP: { readonly version: string; readonly files: readonly string[] }
}

const INDEX = '/app/index.html'
const cacheName = `pages-${self.KEEP.version}`
/** A network that does not answer in this time is none. */
const patienceMs = 4000

self.addEventListener('install', (event) => {
  event.waitUntil(keepAll())
})

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()))
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (self.KEEP.files.includes(url.pathname)) event.respondWith(kept(url.pathname, request))
  else if (request.mode === 'navigate' && isPage(url.pathname)) {
    event.respondWith(opened(request, url.pathname))
  }
})

async function keepAll(): Promise<void> {
  const cache = await caches.open(cacheName)
  // One at a time: beside a page that is still loading, this is not urgent.
  for (const file of self.KEEP.files) {
    const response = await fetch(file, { cache: 'no-cache' })
    if (!response.ok) throw new Error(`${file}: ${response.status}`)
    await cache.put(file, response)
  }
  await self.skipWaiting()
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name !== cacheName).map((name) => caches.delete(name)))
}

async function kept(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(cacheName)
  return (await cache.match(path)) ?? fetch(request)
}

/** Pages of /app/, and scanned codes: paths that begin with digits or a short name of GS1. */
function isPage(path: string): boolean {
  return path === '/' || path.startsWith('/app/') || /^\/(\d{2,4}|[a-zA-Z]{3,5})\/./.test(path)
}

/** Our own pages never change within a version; what is told of a code does. */
async function opened(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(cacheName)
  const index = await cache.match(INDEX)
  if (index !== undefined && path.startsWith('/app/')) return index
  try {
    return await Promise.race([fetch(request), afterPatience()])
  } catch {
    return index ?? Response.error()
  }
}

function afterPatience(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('no answer')), patienceMs)
  })
}

export {}
