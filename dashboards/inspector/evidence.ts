/** What was told of an item, as a file: for a case, as it was at that moment. */
import type { LookedUp } from './item-data.ts'

export function exportEvidence({ item, freshAsOf, keptAt }: LookedUp): void {
  const content = {
    exportedAt: new Date().toISOString(),
    freshAsOf,
    ...(keptAt !== undefined && { toldAt: new Date(keptAt).toISOString() }),
    server: location.origin,
    item,
  }
  const blob = new Blob([JSON.stringify(content, null, 2)], { type: 'application/json' })
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = `${item.understood.key.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(-80)}.json`
  link.click()
  URL.revokeObjectURL(url)
}
