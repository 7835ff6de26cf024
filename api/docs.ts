/**
 * /openapi.json, made of the same route descriptions that guard the routes, and /docs, the same
 * document as a page to read: written by the server, without a script and without any request to
 * somewhere else, so it also works where there is no internet.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { docsPage, docsStyle, type OpenApiDocument } from './docs-page.ts'
import type { Env, Router } from './route.ts'

export function serveDocs(router: Router, app: OpenAPIHono<Env>): void {
  let built: OpenApiDocument | undefined
  // Made at the first request: only then is every route there.
  const document = () => {
    built ??= app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'Suyuan',
        version: '0.1.0',
        description:
          'Life histories of products from tag reads and sensor readings. An identifier in a ' +
          'path is a URN or a GS1 Digital Link, percent-encoded; a whole URI at the end of a ' +
          'path also works as it is. Every refusal is application/problem+json. ' +
          'Where not all that was acknowledged is stored yet, an answer to GET says so: ' +
          'Suyuan-Fresh-As-Of is the recordTime up to which everything is in it, ' +
          'Suyuan-Behind-Bytes how much is not.',
      },
    })
    return built
  }
  router.serve(
    {
      method: 'get',
      path: '/openapi.json',
      may: 'read service',
      tag: 'Service',
      summary: 'This interface as an OpenAPI 3.1 document',
      answers: { 200: { description: 'The document', schema: z.looseObject({}) } },
    },
    (c) => c.json(document()),
  )
  router.serve(
    {
      method: 'get',
      path: '/docs',
      may: 'read service',
      tag: 'Service',
      summary: 'This interface as a page',
      answers: { 200: { description: 'The page', type: 'text/html', schema: z.string() } },
    },
    (c) => {
      c.header('Content-Security-Policy', "default-src 'none'; style-src 'self'; base-uri 'none'")
      c.header('X-Content-Type-Options', 'nosniff')
      return c.html(docsPage(document()))
    },
  )
  router.serve(
    {
      method: 'get',
      path: '/docs/style.css',
      may: 'read service',
      tag: 'Service',
      summary: 'How the page looks',
      answers: { 200: { description: 'The style', type: 'text/css', schema: z.string() } },
    },
    (c) => c.body(docsStyle, 200, { 'Content-Type': 'text/css; charset=utf-8' }),
  )
}
