/** The address of an item's page, and back. */

/** `symbology` where it was scanned just now. */
export function pathOfItem(id: string, symbology?: string): string {
  const query = new URLSearchParams({ id, ...(symbology !== undefined && { symbology }) })
  return `/app/item?${query}`
}

export interface AskedItem {
  readonly id: string
  readonly symbology: string | undefined
}

/** A scanned Digital Link is its own address: its domain does not matter, what it says does. */
export function itemOfLocation(pathname: string, search: string): AskedItem {
  if (!pathname.startsWith('/app')) {
    return { id: `https://id.gs1.org${pathname}${search && `?${search}`}`, symbology: undefined }
  }
  const query = new URLSearchParams(search)
  return { id: query.get('id') ?? '', symbology: query.get('symbology') ?? undefined }
}
