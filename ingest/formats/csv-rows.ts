/** Lines and fields of a table, with quotes as in RFC 4180. */
import { MAX_PARTS } from '#ingest/decoded.ts'

const MAX_COLUMNS = 100

/** What divides the fields: what the first line has of semicolons, tabs, commas. */
export function dividerOf(text: string): string {
  const end = text.search(/[\r\n]/)
  const firstLine = end < 0 ? text : text.slice(0, end)
  return [';', '\t', ','].find((mark) => firstLine.includes(mark)) ?? ','
}

/**
 * The fields of every line that is not empty; undefined where a quote is not closed or a line has
 * too many.
 */
export function rowsOf(text: string, divider: string): string[][] | undefined {
  const rows: string[][] = []
  let row: string[] = []
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at <= text.length; at += 1) {
    const field = text[at] === '"' ? quoted(text, at) : bare(text, at, divider)
    if (field === undefined) return undefined
    row.push(field.text)
    if (row.length > MAX_COLUMNS) return undefined
    at = field.end
    if (at < text.length && !`${divider}\r\n`.includes(text[at] ?? '')) return undefined
    if (text[at] === divider) continue
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
    if (rows.length > MAX_PARTS + 1) return rows
    if (text[at] === '\r' && text[at + 1] === '\n') at += 1
  }
  return rows
}

function bare(text: string, from: number, divider: string): { text: string; end: number } {
  let end = from
  while (end < text.length && text[end] !== divider && text[end] !== '\n' && text[end] !== '\r') {
    end += 1
  }
  return { text: text.slice(from, end), end }
}

function quoted(text: string, from: number): { text: string; end: number } | undefined {
  let at = from + 1
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return undefined
    if (text[quote + 1] !== '"') {
      return { text: text.slice(from + 1, quote).replaceAll('""', '"'), end: quote + 1 }
    }
    at = quote + 2
  }
}
