import { useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'

interface ExportsProps {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** What is taken away. */
  readonly of: string
}

/** All rows as a table: the server streams them, whatever there are. */
export function Exports({ path, query, of }: ExportsProps) {
  const t = useWords(recallWords)
  const link = (format: 'csv' | 'xlsx', name: string) => (
    <a
      className="button small"
      href={`${path}?${new URLSearchParams({ ...query, format })}`}
      download
      aria-label={t.exportOf(of, name)}
    >
      {name}
    </a>
  )
  return (
    <span className="row no-print">
      {link('csv', t.saveCsv)}
      {link('xlsx', t.saveXlsx)}
    </span>
  )
}
