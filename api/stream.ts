/**
 * Streams text as it is made. The next part is asked for when the receiver has taken the last one,
 * so an answer of any length is held a few kilobytes at a time; a receiver that goes away ends it.
 */

const chunkLength = 16 * 1024

/**
 * A response of text parts. A fault while it runs cuts the connection: the status is out by then.
 */
export function streamText(
  parts: AsyncIterable<string>,
  headers: Record<string, string>,
): Response {
  const iterator = chunked(parts)
  const encoder = new TextEncoder()
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await iterator.next()
        if (done) controller.close()
        else controller.enqueue(encoder.encode(value))
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
