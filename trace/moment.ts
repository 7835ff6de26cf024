/** The order in which trails are told: by eventTime, and what is simultaneous by recordTime. */

export interface Moment {
  readonly eventTimeUs: number
  readonly eventRef: number
}

export function isAfter(one: Moment, other: Moment): boolean {
  if (one.eventTimeUs !== other.eventTimeUs) return one.eventTimeUs > other.eventTimeUs
  return one.eventRef > other.eventRef
}
