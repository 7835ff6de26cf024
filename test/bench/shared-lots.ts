/**
 * Lots that went into more and more products: for going forward from one to 10,000, 100,000 and
 * 1,000,000 serials in the same store.
 */
import type { NewEvent, NewMember } from '#store/trail.ts'

/** Serials of one product lot of trail-data.ts. */
const serialsInRun = 500

export const sharedBy: readonly number[] = [10_000, 100_000, 1_000_000]

/** The lot that is in so many serials once the store has all of their products. */
export function sharedLotOf(serials: number): string {
  return `https://id.gs1.org/01/09521321999992/10/IN-${serials}`
}

/** How many products have that lot in them: those with the lowest numbers. */
export function productsSharing(serials: number): number {
  return serials / serialsInRun
}

/** The number of the product lot that an event makes the serials of; undefined for other events. */
export function productMadeIn({ type, action, members }: NewEvent): number | undefined {
  if (type !== 'ObjectEvent' || action !== 'ADD') return undefined
  return numberOf(members.find(({ role }) => role === 'lot'))
}

/** The same events, where the first products have the shared lots among their inputs. */
export function* withSharedLots(events: Iterable<NewEvent>): Generator<NewEvent> {
  for (const event of events) {
    const output = event.members.find(({ role }) => role === 'output')
    const product = numberOf(output) ?? Number.POSITIVE_INFINITY
    const shared = sharedBy
      .filter((serials) => product < productsSharing(serials))
      .map((serials): NewMember => ({ key: sharedLotOf(serials), kind: 'lot', role: 'input' }))
    yield shared.length === 0 ? event : { ...event, members: [...event.members, ...shared] }
  }
}

function numberOf(lot: NewMember | undefined): number | undefined {
  const [, number] = /\/10\/L(\d+)$/.exec(lot?.key ?? '') ?? []
  return number === undefined ? undefined : Number(number)
}
