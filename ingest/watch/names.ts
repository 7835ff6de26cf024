/**
 * Facts are kept under the keys that events give, as aliases may be declared or taken back at any
 * time. So what is said of a thing is looked for under all the keys that it goes under by now.
 */
import type { LabReport, Sampled } from '#risk/lab-report.ts'
import type { FactReader, Of } from '#store/alerts/facts.ts'
import { keysOfAll } from '#store/aliased.ts'
import type { Aliases } from '#trace/aliased.ts'

/** The keys that a thing goes under, and the one that stands for them. */
export interface Names {
  primaryOf(key: string): string
  /** The primary first. */
  keysOf(key: string): readonly string[]
}

export const PLAIN: Names = { primaryOf: (key) => key, keysOf: (key) => [key] }

/** `isPlain`: whether nothing goes under several keys. */
export function namesOf(aliases: Aliases, isPlain: () => boolean = () => aliases.isEmpty()): Names {
  return {
    primaryOf: (key) => (isPlain() ? key : (aliases.resolve([key])[0] ?? key)),
    keysOf: (key) => (isPlain() ? [key] : keysOfAll([key], aliases)),
  }
}

/** Facts of reports and samplings by any key of what they are about, and told by its primary. */
export function aliasedFacts(known: FactReader, { primaryOf, keysOf }: Names): FactReader {
  const named = {
    report: (each: Of<LabReport>) => ({ ...each, thing: primaryOf(each.thing) }),
    sampling: (each: Of<Sampled>) => {
      return { ...each, sample: primaryOf(each.sample), lot: primaryOf(each.lot) }
    },
  }
  const samplings = (read: (key: string) => Of<Sampled>[]) => (key: string) => {
    const all = keysOf(key).flatMap((each) => read(each))
    return all.map(named.sampling).sort((one, other) => one.timeUs - other.timeUs)
  }
  return {
    ...known,
    reports(key) {
      // One that names a thing by two of its keys is one report.
      const once = new Map<string, Of<LabReport>>()
      for (const report of keysOf(key).flatMap((each) => known.reports(each))) {
        once.set(`${report.event} ${report.test}`, named.report(report))
      }
      return [...once.values()].sort((one, other) => one.reportedUs - other.reportedUs)
    },
    *reportsBetween(fromUs, toUs) {
      for (const each of known.reportsBetween(fromUs, toUs)) yield named.report(each)
    },
    samplesOf: samplings(known.samplesOf),
    sampledFrom: samplings(known.sampledFrom),
    makerOf: (lot) => keysOf(lot).flatMap((each) => known.makerOf(each) ?? [])[0],
    heldFor: (key) => [...new Set(keysOf(key).flatMap((each) => known.heldFor(each)))],
  }
}
