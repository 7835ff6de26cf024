/** Where an alert is: the regions of whom and what it concerns, and the places that it names. */
import type { Alert } from '#store/alerts/alert.ts'
import type { Registry } from '#store/registry.ts'

export interface PlaceArea {
  readonly areaDesc: string
  readonly circle: readonly [latitude: number, longitude: number, km: number]
}

/** Without a radius in the registry. */
const SOME_KM = 1
const MOST_KEYS = 200

type Places = Pick<Registry, 'parties' | 'locations'>

/** Six digits of GB/T 2260 each: of the parties, and of the places that are named. */
export function regionsOf(alert: Alert, parties: readonly string[], registry: Places): string[] {
  const ofParties = parties.flatMap((slug) => {
    const party = registry.parties.get(slug)
    // [GB 32100 3: digits 3 to 8 are the region of the authority that registered it]
    return party?.region ?? party?.uscc?.slice(2, 8) ?? []
  })
  const ofPlaces = placesIn(alert, registry).flatMap(({ region }) => region ?? [])
  return [...new Set([...ofParties, ...ofPlaces])].sort()
}

export function areasOf(alert: Alert, registry: Places): PlaceArea[] {
  return placesIn(alert, registry).flatMap(({ name, latitude, longitude, radiusKm }) =>
    latitude === undefined || longitude === undefined
      ? []
      : [{ areaDesc: name, circle: [latitude, longitude, radiusKm ?? SOME_KM] as const }],
  )
}

function placesIn({ finding }: Alert, { locations }: Places) {
  const { subject, words, affected } = finding
  const keys = [subject, ...Object.values(words), ...affected.flatMap(({ path }) => path)]
  return [...new Set(keys)].slice(0, MOST_KEYS).flatMap((key) => locations.get(key) ?? [])
}
