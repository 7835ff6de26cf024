/** Recalls as the server tells them: whole to authorities, to others what concerns them. */
import { useQuery } from '@tanstack/react-query'
import type { InferRequestType, InferResponseType } from 'hono/client'
import { api, inPath, told } from '../server/api.ts'
import { usePages } from '../server/pages.ts'
import { useSession } from '../shell/session.ts'

export type Listed = InferResponseType<typeof api.v1.recalls.$get>['items'][number]
type Told = InferResponseType<(typeof api.v1.recalls)[':id']['$get']>
export type Recall = Extract<Told, { progress: unknown }>
export type OfConsignee = Extract<Told, { consignee: unknown }>
export type Notice = Pick<Listed, keyof Told & keyof Listed>
export type Version = Recall['versions'][number]
export type Progress = Recall['progress']
export type Balance = Progress['balance'][number]
export type Consignee = OfConsignee['consignee']
export type Step = InferResponseType<
  (typeof api.v1.recalls)[':id']['steps']['$get']
>['items'][number]
export type Asked = InferRequestType<typeof api.v1.recalls.$post>['json']
export type From = Asked['from'][number]

export const TIERS = ['proven', 'inferred', 'possible'] as const
export type Tier = (typeof TIERS)[number]

/** How it goes where nothing is cancelled. */
export const WAY: readonly Listed['state'][] = [
  'draft',
  'approved',
  'notified',
  'sealed',
  'recovered',
  'closed',
]

export const CLASSES = ['I', 'II', 'III'] as const
export const DEPTHS = ['wholesale', 'retail', 'consumer'] as const
export const LEVELS = ['A', 'B', 'C', 'D', 'E'] as const
export const DOMAINS = ['food', 'drugs', 'building_materials'] as const
export const LAWS = ['food-cn', 'drugs-cn', 'drugs-us'] as const

const SOON_MS = 2_000
const LATER_MS = 15_000

/** While a scope is found out it is asked for often, so that what is found is seen to rise. */
export function useRecall(id: string) {
  return useQuery({
    queryKey: ['recall', id],
    queryFn: () => told(api.v1.recalls[':id'].$get({ param: { id: inPath(id) } })),
    refetchInterval: ({ state: { data } }) =>
      data && 'versions' in data && data.versions.some(isUnderWay) ? SOON_MS : LATER_MS,
  })
}

export function isUnderWay({ state }: Version): boolean {
  return state === 'waiting' || state === 'tracing' || state === 'holders'
}

/** The version whose items are shown: that in force, else the newest that is known. */
export function shownVersion({ version, versions }: Recall): Version | undefined {
  return (
    versions.find((one) => one.version === version) ??
    versions.findLast(({ counts }) => counts !== undefined)
  )
}

/** Every step, the first first. */
export function useRecallSteps(id: string) {
  return usePages(
    ['recall', id, 'steps'],
    (after) =>
      told(
        api.v1.recalls[':id'].steps.$get({
          param: { id: inPath(id) },
          query: { perPage: '1000', ...after },
        }),
      ),
    { refetchInterval: LATER_MS },
  )
}

/** Who the reader is to the server's steps, and whether it may take any. */
export function useMe(): { readonly by: string; readonly mayAct: boolean } {
  const session = useSession()
  const role = session?.role ?? 'public'
  return {
    by: `${role}:${session?.keyId ?? ''}`,
    mayAct: role === 'regulator' || role === 'admin',
  }
}
