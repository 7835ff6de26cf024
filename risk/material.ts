/**
 * The chain of a building material: batch, delivery, witnessed sample, report, installed place;
 * and what of it is missing. A sample is a link like the others: a report on a sample that nobody
 * saw being taken proves nothing of the batch.
 */
import type { ItemHappening } from './facts.ts'
import type { TestReport } from './reference.ts'

export interface MaterialStep {
  readonly eventID: string
  readonly timeUs: number
  readonly place: string | undefined
}

/** Codes of what is missing. */
export const MATERIAL_GAPS = {
  not_made: 'No event says that the batch was made.',
  not_delivered: 'It was built in without a delivery.',
  not_sampled: 'No sample was taken.',
  not_witnessed: 'Nobody witnessed the sampling.',
  no_report: 'There is no report on the sample.',
  failed: 'The last report is of a failed test.',
  built_in_before_report: 'It was built in before the report was there.',
} as const

export type MaterialGap = keyof typeof MATERIAL_GAPS

export interface MaterialChain {
  readonly made: readonly MaterialStep[]
  readonly deliveries: readonly MaterialStep[]
  readonly samples: readonly MaterialStep[]
  readonly reports: readonly TestReport[]
  readonly installed: readonly MaterialStep[]
  readonly gaps: readonly MaterialGap[]
}

/** `happenings`: of the batch, of its serials and deliveries, in order. */
export function materialChain(
  happenings: readonly ItemHappening[],
  reports: readonly TestReport[],
): MaterialChain {
  const steps = (isIt: (happening: ItemHappening) => boolean): MaterialStep[] => {
    return happenings.filter(isIt).map(({ facts: { eventID, eventTimeUs, place } }) => {
      return { eventID, timeUs: eventTimeUs, place }
    })
  }
  const chain = {
    made: steps(({ role, facts }) => {
      return role === 'output' || (facts.type === 'ObjectEvent' && facts.action === 'ADD')
    }),
    deliveries: steps(({ facts }) => facts.bizStep === 'receiving'),
    samples: steps(({ facts }) => facts.bizStep === 'sampling'),
    reports: [...reports].sort((one, other) => one.reportedUs - other.reportedUs),
    installed: steps(({ facts }) => facts.bizStep === 'installing'),
  }
  return { ...chain, gaps: gapsOf(chain) }
}

function gapsOf(chain: Omit<MaterialChain, 'gaps'>): MaterialGap[] {
  const { made, deliveries, samples, reports, installed } = chain
  const last = reports.at(-1)
  const firstInstalled = installed[0]?.timeUs
  const isBefore = reports[0] !== undefined && (firstInstalled ?? Infinity) < reports[0].reportedUs
  const wrong: Readonly<Record<MaterialGap, boolean>> = {
    not_made: made.length === 0,
    not_delivered: installed.length > 0 && deliveries.length === 0,
    not_sampled: samples.length === 0 && reports.length === 0,
    not_witnessed: reports.length > 0 && !reports.some(({ witnessed }) => witnessed === true),
    no_report: reports.length === 0,
    failed: last !== undefined && !last.passed,
    built_in_before_report: isBefore,
  }
  return GAPS.filter((gap) => wrong[gap])
}

const GAPS: readonly MaterialGap[] = [
  'not_made',
  'not_delivered',
  'not_sampled',
  'not_witnessed',
  'no_report',
  'failed',
  'built_in_before_report',
]
