/**
 * Streams text as it is made. The next part is asked for when the receiver has taken the last one,
 * so an answer of any length is held a few kilobytes at a time; a receiver that goes away ends it.
 */

import type { Context, MiddlewareHandler } from 'hono'
import type { Logger } from 'pino'
import type { Env } from './route.ts'

const chunkLength = 16 * 1024

/** Lets streamText() end an answer that a fault has come into, with a line in the log. */
export function cutAnswers(log: Logger): MiddlewareHandler<Env> {
  return async (c, next) => {
    c.set('cut', (err) => {
      log.warn({ err, path: c.req.path }, 'an answer was cut')
      // By ourselves: the server would print the fault between the lines of the log. Where the app
      // is called without a server there is nothing to end.
      const { outgoing }: Partial<Env['Bindings']> = c.env ?? {}
      outgoing?.destroy()
      return outgoing !== undefined
    })
    await next()
  }
}

/**
 * A response of text parts, once the first of them are there: a fault before that is an answer like
 * any other. One while it runs cuts the connection, as the status is out by then.
 */
export async function streamText(
  c: Context<Env>,
  parts: AsyncIterable<string>,
  headers: Record<string, string>,
): Promise<Response> {
  const iterator = chunked(parts)
  const encoder = new TextEncoder()
  let next: Promise<IteratorResult<string>> | undefined = Promise.resolve(await iterator.next())
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value, done } = await (next ?? iterator.next())
          next = undefined
          if (done) controller.close()
          else controller.enqueue(encoder.encode(value))
        } catch (error) {
          if (c.get('cut')(error)) controller.close()
          else controller.error(error)
        }
      },
      async cancel() {
        await iterator.return(undefined)
      },
    },
    { highWaterMark: 1 },
  )
  return new Response(stream, { headers })
}

async function* chunked(parts: AsyncIterable<string>): AsyncGenerator<string> {
  let waiting = ''
  for await (const part of parts) {
    waiting += part
    if (waiting.length < chunkLength) continue
    yield waiting
    waiting = ''
  }
  if (waiting !== '') yield waiting
}
