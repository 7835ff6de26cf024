import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostFor } from '#api/webhooks/handshake.ts'
import { addressesOf, checkUrl } from '#api/webhooks/target.ts'

const codeOf = (url: string, allowPrivate = false) => {
  const checked = checkUrl(url, { allowPrivate })
  return checked.ok ? 'ok' : checked.code
}

describe('the URL of a webhook', () => {
  it('is https, to a public host, at a port where services do not live', () => {
    expect(codeOf('https://receiver.example/hook?x=1')).toBe('ok')
    expect(codeOf('https://receiver.example:8443/')).toBe('ok')
    expect(codeOf('https://1.1.1.1/')).toBe('ok')
    expect(codeOf('https://[2606:4700::1]/')).toBe('ok')
    expect(codeOf('http://receiver.example/')).toBe('url_not_https')
    expect(codeOf('https://receiver.example:25/')).toBe('url_port')
    expect(codeOf('https://user:word@receiver.example/')).toBe('url_has_credentials')
    for (const url of ['', 'receiver.example', 'ftp://a.example/', 'file:///etc/passwd', '//a']) {
      expect(codeOf(url), url).toBe('url_malformed')
    }
  })

  it('is refused where it names this machine or a private network, in any spelling', () => {
    const hosts = [
      ...['localhost', 'a.localhost', 'LOCALHOST.', 'printer.local', 'db.internal'],
      ...['127.0.0.1', '127.1', '2130706433', '0x7f.1', '0177.0.0.1', '0', '10.0.0.1'],
      ...['169.254.169.254', '100.64.0.1', '[::1]', '[::ffff:127.0.0.1]', '[64:ff9b::7f00:1]'],
      ...['[fd00::1]', '[fe80::1]', '[2002:7f00:1::]', '１２７.０.０.１'],
    ]
    for (const host of hosts) expect(codeOf(`https://${host}/`), host).toBe('url_private')
  })

  it('may be this machine or a private network by the setting, and link-local never', () => {
    for (const host of ['localhost', '127.0.0.1:9', '10.0.0.1', '[::1]', '[fd00::1]']) {
      expect(codeOf(`http://${host}/`, true), host).toBe('ok')
    }
    for (const host of ['169.254.169.254', '[fe80::1]', '[::ffff:127.0.0.1]', '0.0.0.0']) {
      expect(codeOf(`http://${host}/`, true), host).toBe('url_private')
    }
  })
})

describe('who asks a receiver', () => {
  it('is a host, also where no public URL says which', () => {
    expect(hostFor('https://trace.example:8443')).toBe('trace.example:8443')
    expect(hostFor('urn:suyuan:server:0a1b2c')).toBe('0a1b2c.suyuan.invalid')
  })
})

describe('the addresses of a name', () => {
  const ask = (found: readonly string[], allowPrivate = false, url = 'https://a.example/') =>
    addressesOf(new URL(url), { allowPrivate, resolve: async () => found })

  it('are all public, or none is connected to', async () => {
    expect(await ask(['1.1.1.1', '2606:4700::1'])).toMatchObject({ ok: true })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('1.1.1.1', '8.8.8.8', '2606:4700::1'), { maxLength: 4 }),
        fc.constantFrom('127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:10.0.0.1'),
        fc.nat(4),
        async (good, bad, at) => {
          const mixed = [...good.slice(0, at), bad, ...good.slice(at)]
          expect(await ask(mixed)).toEqual({ ok: false, code: 'private_address' })
        },
      ),
    )
  })

  it('may be private by the setting; then http goes there, and to no public address', async () => {
    expect(await ask(['10.0.0.1'], true)).toMatchObject({ ok: true })
    expect(await ask(['169.254.169.254'], true)).toMatchObject({ code: 'private_address' })
    expect(await ask(['10.0.0.1'], true, 'http://a.example/')).toMatchObject({ ok: true })
    const open = await ask(['1.1.1.1'], true, 'http://a.example/')
    expect(open).toEqual({ ok: false, code: 'https_required' })
    const ssh = 'https://a.example:22/'
    expect(await ask(['10.0.0.1'], true, ssh)).toMatchObject({ ok: true })
    expect(await ask(['10.0.0.1', '1.1.1.1'], true, ssh)).toEqual({
      ...{ ok: false, code: 'port_refused' },
    })
    expect(codeOf('https://1.1.1.1:22/', true)).toBe('url_port')
    expect(codeOf('https://10.0.0.1:22/', true)).toBe('ok')
  })

  it('are told apart from names that there are not, and name servers that do not answer', async () => {
    expect(await ask([])).toEqual({ ok: false, code: 'unknown_host' })
    const failing = (code: string) =>
      addressesOf(new URL('https://a.example/'), {
        allowPrivate: false,
        resolve: () => Promise.reject(Object.assign(new Error(code), { code })),
      })
    expect(await failing('ENOTFOUND')).toEqual({ ok: false, code: 'unknown_host' })
    expect(await failing('ETIMEOUT')).toEqual({ ok: false, code: 'name_server' })
  })
})
