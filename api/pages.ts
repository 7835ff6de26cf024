/**
 * The pages for people, all of them below /app/: no path of the interface or of a scanned code can
 * ever be one of a page, nor the other way round. A path below /app/ that is no file is one of the
 * pages, and opens them.
 *
 * Pages load nothing from any other host, and run no script but the built files: the headers say so
 * to the browser.
 */
import type { Context } from 'hono'
import { z } from 'zod'
import type { PageFile, PageFiles } from './page-files.ts'
import { Problem } from './problem.ts'
import type { Env, Router } from './route.ts'

/** Headers of every page. The scanner compiles WebAssembly; nothing else is evaluated. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(self), geolocation=(self), microphone=()',
}

export function servePages(router: Router, files: PageFiles): void {
  const common = { method: 'get', may: 'read service', tag: 'Pages' } as const
  const page = { 200: { description: 'It', type: 'text/html', schema: z.string() } } as const
  for (const path of ['/', '/app'] as const) {
    router.serve(
      {
        ...common,
        path,
        summary: 'Leads to the pages',
        answers: { 302: { description: 'To /app/' } },
      },
      (c) => c.redirect('/app/'),
    )
  }
  router.serve(
    { ...common, path: '/app/', openQuery: true, summary: 'The pages', answers: page },
    (c) => pageAnswer(c, files, ''),
  )
  router.serve(
    {
      ...common,
      path: '/app/{path}',
      tail: true,
      openQuery: true,
      summary: 'A page, or a file that pages are made of',
      answers: page,
    },
    (c, { params: { path = '' } }) => pageAnswer(c, files, path),
  )
}

function pageAnswer(c: Context<Env>, files: PageFiles, path: string): Response {
  const file = files.get(path)
  if (file !== undefined && path !== 'index.html') return fileAnswer(c, file, path)
  if (path.startsWith('assets/')) {
    throw new Problem('not_found', { detail: `there is no ${path.slice(0, 200)} in these pages` })
  }
  const index = files.get('index.html')
  if (index === undefined) {
    const detail = 'the pages are not built: npm run build, then start again'
    throw new Problem('unavailable', { code: 'pages_not_built', detail })
  }
  return fileAnswer(c, index, 'index.html')
}

function fileAnswer(c: Context<Env>, file: PageFile, path: string): Response {
  const accepted = c.req.header('Accept-Encoding') ?? ''
  const br = /\bbr\b/.test(accepted) ? file.br : undefined
  const gzip = br === undefined && /\bgzip\b/.test(accepted) ? file.gzip : undefined
  const encoding = br ? 'br' : gzip ? 'gzip' : undefined
  return new Response(new Uint8Array(br ?? gzip ?? file.plain), {
    headers: {
      ...PAGE_HEADERS,
      'Content-Type': file.type,
      'Cache-Control': file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      Vary: 'Accept-Encoding',
      ...(encoding && { 'Content-Encoding': encoding }),
      // It also answers for scanned codes, which open outside of /app/.
      ...(path === 'sw.js' && { 'Service-Worker-Allowed': '/' }),
    },
  })
}
