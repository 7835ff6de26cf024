/**
 * Puts in force what an authority would for a world: how cold its stores and vehicles have to be,
 * and, where a run is faster than life, how long rules wait for late data. Changes of others stay
 * as they are, and what is in force already is not put again.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ColdPlace, World } from './script.ts'
import { request, type Server, ServerError } from './server.ts'

interface Change {
  readonly revision: string
  readonly rule: string
  readonly parameters: Readonly<Record<string, number>>
  readonly [field: string]: unknown
}

interface Rules {
  readonly version: number
  readonly rules: readonly { readonly changes: readonly Change[] }[]
}

/** Rules that wait for late data before they speak, for as long as their graceHours say. */
const waiting = ['C1', 'C3', 'C12', 'D4', 'E3', 'E4', 'F2'] as const
/** How long a gap of a sensor may have to stay as it is, at the most. */
const mostGraceMinutes = 1440
/** A set of changes has a bound, and others may need some of it. */
const mostLimits = 800
/** A vehicle's thermometer is silent from one trip to the next, and over a Sunday. */
const onTrips = { interval: 1440, stuckHours: 720 } as const
const tries = 5
const conflict = 409

/** Throws ServerError. `graceHours`: undefined leaves the rules as patient as they are. */
export async function putLimits(
  server: Server,
  world: World,
  graceHours: number | undefined,
): Promise<void> {
  const fromUs = world.fromUs
  const reason = 'What the simulated world needs.'
  const wanted = [
    ...world.coldPlaces.flatMap(limitsOf).slice(0, mostLimits),
    ...(graceHours === undefined ? [] : gracesOf(world, graceHours)),
  ].map((change): Change => ({ ...change, fromUs, reason }))
  if (wanted.length === 0) return
  for (let attempt = 1; ; attempt += 1) {
    try {
      await put(server, wanted, reason)
      return
    } catch (error) {
      // Somebody else has changed the rules in between.
      const isRace = error instanceof ServerError && error.status === conflict
      if (!isRace || attempt === tries) throw error
      await sleep(50 * attempt)
    }
  }
}

async function put(server: Server, wanted: readonly Change[], reason: string): Promise<void> {
  const { version, rules } = (await request(server, 'GET', '/v1/rules')) as Rules
  const known = rules.flatMap(({ changes }) => changes)
  const names = new Set(wanted.map(({ revision }) => revision))
  const held = known.filter(({ revision }) => names.has(revision))
  if (held.length === wanted.length && wanted.every((one) => held.some((it) => says(it, one)))) {
    return
  }
  const changes = [...known.filter(({ revision }) => !names.has(revision)), ...wanted]
  await request(server, 'PUT', '/v1/rules', { basedOn: version, reason, changes })
}

/** Whether a change that is in force says all that another one would. */
function says(held: Change, wanted: Change): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => JSON.stringify(held[name]) === JSON.stringify(value),
  )
}

function limitsOf({ key: site, min, max, isDriven }: ColdPlace) {
  const name = site.slice(site.lastIndexOf('/') + 1)
  const revision = (what: string) => `simulated ${what} ${name}`.slice(0, 100)
  const cold = { rule: 'A1', site, parameters: { low: min, high: max } }
  const trips = { rule: 'A11', site, parameters: onTrips }
  return [
    { revision: revision('cold'), ...cold },
    ...(isDriven ? [{ revision: revision('trips'), ...trips }] : []),
  ]
}

function gracesOf({ products }: World, graceHours: number) {
  const domains = [...new Set(products.map(({ domain = 'food' }) => domain))]
  const graceMinutes = Math.min(graceHours * 60, mostGraceMinutes)
  return domains.flatMap((domain) => {
    const grace = (rule: string, parameters: Record<string, number>) => {
      return { revision: `simulated grace ${rule} ${domain}`, rule, domain, parameters }
    }
    return [...waiting.map((rule) => grace(rule, { graceHours })), grace('A11', { graceMinutes })]
  })
}
