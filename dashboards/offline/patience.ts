import { Refused } from '../server/api.ts'

/** A network that does not answer in this time is none, where there is something to show. */
const PATIENCE_MS = 8000
/** What is shown without a network is asked for again so often. */
const AGAIN_MS = 15_000

/** An answer; where none comes, or none in time, what is kept of it. Throws Refused. */
export async function orKept<T, K>(
  asked: Promise<T>,
  kept: () => Promise<K | undefined>,
): Promise<T | K> {
  const first = await Promise.race([asked, afterPatience()]).catch((error: unknown) => {
    if (!(error instanceof Refused) || error.status !== 0) throw error
    return undefined
  })
  return first ?? (await kept().catch(() => undefined)) ?? asked
}

function afterPatience(): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), PATIENCE_MS)
  })
}

interface State {
  readonly state: { readonly data?: { readonly keptAt?: number } | undefined }
}

/** For useQuery: what is kept is replaced as soon as the server answers. */
export function untilAnswered({ state: { data } }: State): number | false {
  return data?.keptAt === undefined ? false : AGAIN_MS
}
