/** XML as text: elements in order, everything escaped that has to be. [XML 1.0] */

export interface Element {
  readonly name: string
  readonly attributes?: Readonly<Record<string, string>>
  /** Text, or elements. */
  readonly content?: string | readonly (Element | undefined)[]
}

/** A document; what is undefined is left out. */
export function xmlDocument(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${textOf(root, '')}`
}

/** An element that holds text; undefined, and left out, without any. */
export function element(name: string, text: string | undefined): Element | undefined {
  return text === undefined ? undefined : { name, content: text }
}

function textOf({ name, attributes = {}, content = '' }: Element, indent: string): string {
  const named = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`)
  const start = `${indent}<${name}${named.join('')}`
  if (typeof content === 'string') {
    return content === '' ? `${start}/>\n` : `${start}>${escaped(content)}</${name}>\n`
  }
  const inside = content.map((each) => (each ? textOf(each, `${indent}  `) : ''))
  return `${start}>\n${inside.join('')}${indent}</${name}>\n`
}

/** Characters that no XML may hold are shown as such. [XML 1.0 2.2] */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu

function escaped(text: string): string {
  return text
    .replace(FORBIDDEN, '\u{fffd}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;')
}
