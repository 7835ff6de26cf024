/** Alerts that a test raises for itself, and time that passes for one of them. */
import { join } from 'node:path'
import { migrations } from '#store/alerts/schema.ts'
import { openDatabase } from '#store/sqlite/database.ts'
import { newParty } from '../e2e/devices.ts'
import { get, until } from '../e2e/http.ts'
import { server, stage } from './browser.ts'
import { captured } from './scene.ts'

const US_A_MINUTE = 60_000_000
const keys = new Map<string, string>()

/** A key of a party that only tests know, made once. */
export async function rightsOf(party: string): Promise<string> {
  const key = keys.get(party) ?? (await newParty(server(), party))
  keys.set(party, key)
  return key
}

/** Sends a serial into the world twice: rule C2, at once. */
export async function raiseAlert(name: string): Promise<void> {
  await raiseCase(name, 1)
}

export interface Raised {
  /** Of the alert. */
  readonly id: string
  /** Key of the item. */
  readonly subject: string
}

/** The same of so many serials by one event: alerts of one case, in the order of their items. */
export async function raiseCase(
  name: string,
  count: number,
  party = 'twice-maker',
): Promise<Raised[]> {
  // A test can run again on the same server; a serial has 20 characters at most.
  const run = Date.now().toString(36).slice(-6, -3)
  const serials = Array.from({ length: count }, (_, at) => `${name}-${run}-${at}`)
  const epcList = serials.map((serial) => `https://id.gs1.org/01/06907654321007/21/${serial}`)
  const made = (eventTime: string) => ({
    ...{ type: 'ObjectEvent', action: 'ADD', bizStep: 'commissioning' },
    ...{ eventTime, eventTimeZoneOffset: '+00:00', epcList },
  })
  const twice = [made('2026-03-01T08:00:00Z'), made('2026-03-02T08:00:00Z')]
  await captured(server(), await rightsOf(party), twice)
  const { body } = await until(
    () => get(server(), `/v1/alerts?rule=C2&party=${party}&perPage=1000`),
    ({ body }) => epcList.every((epc) => idOf(body, epc) !== undefined),
  )
  return epcList.map((subject) => ({ subject, id: idOf(body, subject) ?? '' }))
}

function idOf(body: object, subject: string): string | undefined {
  const { items } = body as { items: readonly Raised[] }
  return items.find((one) => one.subject === subject)?.id
}

/** As if an alert had been raised so long before: what the program does about that is its own. */
export function letPass(minutes: number, { id }: Raised): void {
  const database = openDatabase(join(stage?.dataDir ?? '', 'alerts.db'), { migrations })
  const by = minutes * US_A_MINUTE
  database
    .prepare(
      'UPDATE alert SET raisedUs = raisedUs - ?1, escalateUs = escalateUs - ?1 WHERE identity = ?2',
    )
    .run(by, id)
  database.close()
}
