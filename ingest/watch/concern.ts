/** Whom an alert concerns: who captured what it rests on, whose goods and places it is of. */
import { productKeyOf } from '#epcis/product-key.ts'
import type { Finding } from '#risk/finding.ts'
import type { Concern, Evidence } from '#store/alerts/alert.ts'
import type { RegistryReference } from '#store/reference.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'

export async function concernOf(
  finding: Finding,
  trail: Pick<TrailReader, 'byEventID' | 'summaries'>,
  reference: RegistryReference,
  registry: Pick<Registry, 'parties'>,
): Promise<Concern> {
  const { subject, affected, readings } = finding
  const evidence = await evidenceOf(finding, trail)
  const thing = [subject, ...affected.map(({ key }) => key)].find((key) => reference.product(key))
  const owner = thing === undefined ? undefined : reference.productParty(thing)
  const sensors = [subject, ...readings.map(({ device }) => device)].flatMap((key) => {
    return /^urn:suyuan:device:([a-z0-9-]+):/.exec(key)?.[1] ?? []
  })
  const itself = [subject, reference.party(subject)?.key ?? ''].flatMap((key) => slugOf(key) ?? [])
  const parties = [
    ...new Set([...evidence.map(({ party }) => party), ...itself, ...sensors, owner ?? []].flat()),
  ].sort()
  const first = parties[0]
  const domain =
    (thing === undefined ? undefined : reference.product(thing)?.domain) ??
    (first === undefined ? undefined : registry.parties.get(first)?.domain)
  const product = thing === undefined ? productKeyOf(subject) : (productKeyOf(thing) ?? thing)
  return { parties, domain, product, evidence }
}

function slugOf(key: string): string | undefined {
  return key.startsWith('party:') ? key.slice('party:'.length) : undefined
}

async function evidenceOf(
  { eventIDs }: Finding,
  trail: Pick<TrailReader, 'byEventID' | 'summaries'>,
): Promise<Evidence[]> {
  const found: Evidence[] = []
  for (const eventID of eventIDs) {
    const refs = await trail.byEventID(eventID)
    for (const { party, declaresError } of await trail.summaries(refs)) {
      if (!declaresError) found.push({ eventID, party })
    }
  }
  return found
}
