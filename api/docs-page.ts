/** The OpenAPI document as a page: what each route takes, gives and asks for, and the schemas. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { html } from 'hono/html'
import type { Env } from './route.ts'

export type OpenApiDocument = ReturnType<OpenAPIHono<Env>['getOpenAPI31Document']>
type PathItem = NonNullable<OpenApiDocument['paths']>[string]
type OperationObject = NonNullable<PathItem['get']>
type Html = ReturnType<typeof html>

interface Operation extends OperationObject {
  readonly method: string
  readonly path: string
}

const methods = ['get', 'post', 'put', 'delete'] as const

export function docsPage(document: OpenApiDocument): Html {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method]
      return operation === undefined ? [] : [{ ...operation, method, path }]
    }),
  )
  const tags = [...new Set(operations.flatMap(({ tags: [tag = ''] = [] }) => tag))]
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${document.info.title} API</title>
        <link rel="stylesheet" href="docs/style.css" />
      </head>
      <body>
        <h1>${document.info.title} API</h1>
        <p>${document.info.description}</p>
        <p>As a document for programs: <a href="openapi.json">openapi.json</a></p>
        <nav>${tags.map((tag) => tagIndex(tag, ofTag(operations, tag)))}</nav>
        ${tags.map((tag) => html`<h2>${tag}</h2>${ofTag(operations, tag).map(operationPart)}`)}
        <h2>Schemas</h2>
        ${Object.entries(document.components?.schemas ?? {}).map(schemaPart)}
      </body>
    </html>`
}

function ofTag(operations: readonly Operation[], wanted: string): readonly Operation[] {
  return operations.filter(({ tags: [tag = ''] = [] }) => tag === wanted)
}

function anchorOf({ method, path }: Operation): string {
  return `${method}${path.replaceAll(/[^a-zA-Z0-9]+/g, '-')}`
}

function tagIndex(tag: string, operations: readonly Operation[]): Html {
  return html`<h2>${tag}</h2>
    <ul>
      ${operations.map(
        (operation) =>
          html`<li>
            <a href="#${anchorOf(operation)}"
              ><b>${operation.method.toUpperCase()}</b> ${operation.path}</a
            >
            ${operation.summary}
          </li>`,
      )}
    </ul>`
}

function operationPart(operation: Operation): Html {
  const { method, path, summary, description = '', parameters = [], requestBody } = operation
  const given = parameters.filter((parameter) => 'name' in parameter)
  return html`<section id="${anchorOf(operation)}">
    <h3><b>${method.toUpperCase()}</b> ${path}</h3>
    <p>${summary}</p>
    ${description.split('\n\n').map((text) => html`<p>${text}</p>`)}
    ${
      given.length > 0 &&
      html`<table>
        <tr><th>Parameter</th><th>in</th><th>type</th><th></th></tr>
        ${given.map(
          ({ name, in: place, required, schema, description: about }) =>
            html`<tr>
              <td><code>${name}</code>${required ? ' *' : ''}</td>
              <td>${place}</td>
              <td>${schemaName(schema)}</td>
              <td>${about}</td>
            </tr>`,
        )}
      </table>`
    }
    ${
      requestBody !== undefined &&
      'content' in requestBody &&
      html`<p>Body: ${Object.entries(requestBody.content).map(mediaPart)}</p>`
    }
    <table>
      <tr><th>Answer</th><th></th><th></th></tr>
      ${Object.entries(operation.responses ?? {}).map(
        ([status, answer]: [string, { description?: string; content?: object }]) =>
          html`<tr>
            <td>${status}</td>
            <td>${answer.description}</td>
            <td>${Object.entries(answer.content ?? {}).map(mediaPart)}</td>
          </tr>`,
      )}
    </table>
  </section>`
}

function mediaPart([type, { schema }]: [string, { schema?: unknown }]): Html {
  return html`<code>${type}</code> ${schemaName(schema)} `
}

/** A schema in a word: a link to a named one, else its type. */
function schemaName(schema: unknown): Html | string {
  if (typeof schema !== 'object' || schema === null) return ''
  if ('$ref' in schema) {
    const name = String(schema.$ref).split('/').at(-1)
    return html`<a href="#schema-${name}">${name}</a>`
  }
  if ('enum' in schema) return JSON.stringify(schema.enum)
  if ('items' in schema) return html`list of ${schemaName(schema.items)}`
  if ('properties' in schema) {
    const { items } = schema.properties as { items?: unknown }
    return items === undefined ? 'object' : html`page of ${schemaName(items)}`
  }
  return 'type' in schema ? String(schema.type) : ''
}

function schemaPart([name, schema]: [string, unknown]): Html {
  return html`<section id="schema-${name}">
    <h3>${name}</h3>
    <pre>${JSON.stringify(schema, undefined, 2)}</pre>
  </section>`
}

export const docsStyle = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
section { border-top: 1px solid #8886; padding-bottom: 1rem; }
section:target { outline: 2px solid #2a7; outline-offset: 4px; }
nav ul { list-style: none; padding: 0; }
h3 { overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { border: 1px solid #8886; padding: .25rem .5rem; text-align: left; vertical-align: top; }
pre { overflow: auto; max-height: 30rem; padding: .5rem; border: 1px solid #8886; }
`
