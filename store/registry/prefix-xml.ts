/**
 * Reads the one flat form of XML that GS1's table of company prefixes has: a root with attributes,
 * in it elements `entry` with attributes, and nothing else. What is more than that, a DOCTYPE or an
 * entity for one, is refused and not interpreted, so that a text costs what it is long.
 */

export interface XmlEntry {
  readonly prefix: string | undefined
  readonly gcpLength: string | undefined
}

interface XmlTable {
  readonly date: string | undefined
  readonly entries: readonly XmlEntry[]
}

export type PrefixXml = ({ readonly ok: true } & XmlTable) | { readonly ok: false; message: string }

/** Not well-formed, or not of this form. */
class FormError extends Error {
  override readonly name = 'FormError'
}

/** `name`: that of the root. Reads one entry more than `most`, which tells that there are more. */
export function readPrefixXml(text: string, name: string, most: number): PrefixXml {
  const scanner = new Scanner(text)
  try {
    return { ok: true, ...readRoot(scanner, name, most) }
  } catch (error) {
    if (error instanceof FormError) return { ok: false, message: error.message }
    throw error
  }
}

function readRoot(scanner: Scanner, name: string, most: number): XmlTable {
  scanner.take(DECLARATION)
  scanner.skip()
  const root = scanner.open(name)
  const date = root.attributes.get('date')
  const entries: XmlEntry[] = []
  if (!root.isEmpty) {
    for (scanner.skip(); !scanner.close(name); scanner.skip()) {
      const { attributes, isEmpty } = scanner.open('entry')
      if (!isEmpty) scanner.end('entry')
      entries.push({ prefix: attributes.get('prefix'), gcpLength: attributes.get('gcpLength') })
      if (entries.length > most) return { date, entries }
    }
  }
  scanner.skip()
  if (!scanner.isAtEnd) throw scanner.not('the end')
  return { date, entries }
}

const DECLARATION = /\uFEFF?(?:<\?xml[ \t\r\n][^<>?]*\?>)?/y
const SPACE = /[ \t\r\n]+/y
const NAME = /[A-Za-z_][\w.:-]*/y
const ATTRIBUTE = /[ \t\r\n]+([A-Za-z_][\w.:-]*)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<&]*)"|'([^'<&]*)')/y
const TAG_END = /[ \t\r\n]*(\/?)>/y

class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length
  }

  /** What a sticky pattern matches here, which is passed over. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match) this.#at += match[0].length
    return match ?? undefined
  }

  /** Passes over space and comments. */
  skip(): void {
    for (this.take(SPACE); this.#text.startsWith('<!--', this.#at); this.take(SPACE)) {
      const end = this.#text.indexOf('-->', this.#at + 4)
      if (end < 0) throw this.not('a comment that ends')
      this.#at = end + 3
    }
  }

  /** A start tag, or an empty element, of this name. */
  open(name: string): { attributes: ReadonlyMap<string, string>; isEmpty: boolean } {
    const isTag = this.#text[this.#at] === '<'
    this.#at += isTag ? 1 : 0
    if (!isTag || this.take(NAME)?.[0] !== name) throw this.not(`<${name}>`)
    const attributes = new Map<string, string>()
    for (let found = this.take(ATTRIBUTE); found; found = this.take(ATTRIBUTE)) {
      const [, key = '', double, single = ''] = found
      if (attributes.has(key)) throw this.not(`the attribute ${key} once`)
      attributes.set(key, double ?? single)
    }
    const end = this.take(TAG_END)
    if (!end) throw this.not(`an attribute or the end of <${name}>`)
    return { attributes, isEmpty: end[1] === '/' }
  }

  /** Whether the end tag of this name stands here, which is passed over. */
  close(name: string): boolean {
    if (!this.#text.startsWith(`</${name}`, this.#at)) return false
    this.#at += name.length + 2
    const end = this.take(TAG_END)
    if (end?.[1] !== '') throw this.not(`the end of </${name}>`)
    return true
  }

  /** Passes over the end tag of an element that has nothing in it. */
  end(name: string): void {
    this.skip()
    if (!this.close(name)) throw this.not(`</${name}>`)
  }

  not(expected: string): FormError {
    const found = this.#text.slice(this.#at, this.#at + 40)
    return new FormError(
      `expected ${expected} at character ${this.#at}, found ${JSON.stringify(found)}`,
    )
  }
}
