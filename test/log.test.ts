import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createLog } from '#log.ts'

function outputOf(isTTY: boolean): { out: NodeJS.WriteStream; text: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY })
  return { out: stream as unknown as NodeJS.WriteStream, text: () => String(stream.read() ?? '') }
}

describe('the log', () => {
  it('is one JSON object a line where a machine reads it', () => {
    const { out, text } = outputOf(false)
    createLog('info', out).info({ port: 8080 }, 'ready')
    expect(JSON.parse(text())).toMatchObject({ level: 30, msg: 'ready', port: 8080 })
  })

  it('is a line for people on a terminal, with the stack of an error', () => {
    const { out, text } = outputOf(true)
    const log = createLog('info', out)
    log.warn({ port: 8080, why: ['a'] }, 'slow')
    expect(text()).toMatch(/^\d\d:\d\d:\d\d .*WARN .* slow port=8080 why=\["a"\]\n$/)
    log.error({ err: new Error('broken') }, 'failed')
    expect(text()).toMatch(/ERROR.* failed\nError: broken\n +at /)
  })

  it('leaves out what is less severe than its level', () => {
    const { out, text } = outputOf(false)
    createLog('warn', out).info('quiet')
    expect(text()).toBe('')
  })
})
