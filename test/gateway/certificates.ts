/** An authority and certificates made with the openssl command, for the tests of TLS. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface KeyPair {
  readonly cert: string
  readonly key: string
}

export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Writes into a folder, which is the caller's to remove. */
export class Authority {
  readonly #directory: string
  readonly #name: string

  constructor(directory: string, name: string) {
    this.#directory = directory
    this.#name = name
    this.#openssl(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      this.#file('key'),
      '-out',
      this.#file('crt'),
      ...subject(name),
    )
  }

  get cert(): string {
    return readFileSync(this.#file('crt'), 'utf8')
  }

  /** Signs a certificate with this subject alternative name, such as `DNS:localhost`. */
  issue(name: string, alternativeName: string): KeyPair {
    const [key, request, cert, extensions] = ['key', 'csr', 'crt', 'ext'].map((end) =>
      join(this.#directory, `${this.#name}-${name}.${end}`),
    ) as [string, string, string, string]
    writeFileSync(extensions, `subjectAltName=${alternativeName}\n`)
    this.#openssl('req', ...newKey, '-keyout', key, '-out', request, ...subject(name))
    const signer = ['-CA', this.#file('crt'), '-CAkey', this.#file('key'), '-CAcreateserial']
    this.#openssl('x509', '-req', '-in', request, ...signer, '-extfile', extensions, '-out', cert)
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
  }

  #file(end: string): string {
    return join(this.#directory, `${this.#name}.${end}`)
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: 'pipe' })
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

function subject(name: string): string[] {
  return ['-subj', `/CN=${name}`]
}
