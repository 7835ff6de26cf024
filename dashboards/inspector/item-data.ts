/**
 * An item as the server tells it, with how fresh that is. What the server has written into the page
 * itself is used first; where there is no network, what was told the last time.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { orKept, untilAnswered } from '../offline/patience.ts'
import { keepLookUp, keptLookUp } from '../offline/recents.ts'
import { answered, api, inPath } from '../server/api.ts'

export type Item = InferResponseType<(typeof api.v1.items)[':id']['$get']>
export type FullItem = Extract<Item, { evidence: unknown }>

export interface ItemTold {
  readonly item: Item
  /** Up to when everything that was acknowledged is in it: RFC 3339. */
  readonly freshAsOf: string
}

export interface LookedUp extends ItemTold {
  /** When it was told, if that was another time: there is no network. */
  readonly keptAt?: number
}

export function isFull(item: Item): item is FullItem {
  return 'evidence' in item
}

/** What the server has written into the page for one code, taken once. */
let written = readWritten()

function readWritten(): (ItemTold & { readonly id: string }) | undefined {
  const text = document.getElementById('told')?.textContent
  return text ? JSON.parse(text) : undefined
}

/** `isScan`: somebody has it in hand, which the server counts. */
export function useItem(id: string, isScan: boolean) {
  const queries = useQueryClient()
  const queryKey = ['item', id]
  return useQuery({
    queryKey,
    // What is kept is shown while the server is asked again: that is no other scan.
    queryFn: () => lookUp(id, isScan && queries.getQueryData(queryKey) === undefined),
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: untilAnswered,
    enabled: id !== '',
  })
}

function lookUp(id: string, isScan: boolean): Promise<LookedUp> {
  const asked = fetched(id, isScan).then((told): LookedUp => {
    // Without room in the browser, or in a private window, there is nothing to go back to.
    keepLookUp({ id, at: Date.now(), told }).catch(() => undefined)
    return told
  })
  return orKept(asked, async () => {
    const known = await keptLookUp(id)
    return known && { ...known.told, keptAt: known.at }
  })
}

async function fetched(id: string, isScan: boolean): Promise<ItemTold> {
  if (written?.id === id) {
    const told = written
    written = undefined
    return told
  }
  const query = isScan ? { scanned: '1' } : {}
  const { body, headers } = await answered(
    api.v1.items[':id'].$get({ param: { id: inPath(id) }, query }),
  )
  return {
    item: body,
    freshAsOf: headers.get('Suyuan-Fresh-As-Of') ?? new Date().toISOString(),
  }
}
