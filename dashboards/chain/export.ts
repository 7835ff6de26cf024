/** What can be taken away of a chain: a table for a spreadsheet, a drawing, a file. */
import type { Chain } from './graph.ts'

/** A table as CSV (RFC 4180) with a mark that tells spreadsheets that it is UTF-8. */
export function csvOf(rows: readonly (readonly (string | number)[])[]): string {
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

function cell(value: string | number): string {
  const text = String(value)
  // What begins like a formula would be one in a spreadsheet.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Items, links and gaps below each other, each line with what it is. */
export function chainRows({ nodes, links, gaps, events }: Chain): (string | number)[][] {
  const times = new Map(events.map(({ eventID, eventTime }) => [eventID, eventTime]))
  const parties = new Map(events.map(({ eventID, party }) => [eventID, party]))
  return [
    ['what', 'kind', 'key', 'to', 'certainty', 'from', 'until', 'parties', 'events'],
    ...nodes.map(({ kind, key, certainty, eventIDs, eventCount }) => [
      ...['item', kind, key, '', certainty],
      ...[times.get(eventIDs[0] ?? '') ?? '', times.get(eventIDs.at(-1) ?? '') ?? ''],
      ...[[...new Set(eventIDs.map((id) => parties.get(id) ?? ''))].join(' '), eventCount],
    ]),
    ...links.map(({ kind, from, to, certainty, fromTime = '', toTime = '', eventIDs }) => [
      ...['link', kind, from, to, certainty, fromTime, toTime, '', eventIDs.length],
    ]),
    ...gaps.map(({ kind, key, time, eventIDs }) => [
      ...['gap', kind, key, '', '', time, '', '', eventIDs.length],
    ]),
  ]
}

/** Gives a file to the reader. */
export function saveFile(name: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
