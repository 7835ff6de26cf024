/**
 * Tables as CSV and XLSX, made row by row while they are read, so that a million rows are never
 * held. A text that a spreadsheet would take for a formula is made harmless.
 */
import { writeCsvStream } from 'hucre/csv'
import { writeXlsxStream } from 'hucre/xlsx'
import { z } from 'zod'

type Cell = string | number | boolean | undefined

export const FORMATS = ['json', 'csv', 'xlsx'] as const

export const formatParameter = {
  format: z
    .enum(FORMATS)
    .default('json')
    .meta({ description: 'csv and xlsx hold all rows, whatever the page' }),
}

const TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

/** What an answer in these formats is, for the description of a route. */
export const tableAnswer = { description: 'A page; a table of all with format=csv or xlsx' }

export function streamTable(
  format: 'csv' | 'xlsx',
  name: string,
  columns: readonly string[],
  rows: AsyncIterable<readonly Cell[]>,
): Response {
  const cells = cellsOf(rows)
  const body =
    format === 'csv'
      ? writeCsvStream(cells, { headers: [...columns], escapeFormulae: true, bom: true })
      : writeXlsxStream(cells, {
          name,
          columns: columns.map((header) => ({ header })),
          freezePane: { rows: 1 },
        })
  return new Response(body, {
    headers: {
      'Content-Type': TYPES[format],
      'Content-Disposition': `attachment; filename="${name}.${format}"`,
    },
  })
}

/** What XML cannot hold would make a sheet that nothing opens. */
const NOT_XML = /[^\P{Cc}\t\n\r]|\p{Noncharacter_Code_Point}|\p{Surrogate}/gu

async function* cellsOf(
  rows: AsyncIterable<readonly Cell[]>,
): AsyncGenerator<(string | number | boolean | null)[]> {
  for await (const row of rows) {
    yield row.map((cell) => {
      if (cell === undefined) return null
      return typeof cell === 'string' ? cell.replace(NOT_XML, '\ufffd') : cell
    })
  }
}
