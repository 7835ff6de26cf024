/**
 * Gaps of a sensor that late values may fill yet (A11). A logger that was out of reach sends what
 * it missed in many messages and in any order: while they come in, most of what looks like a gap
 * is only what has not come yet. So gaps are told once they were seen unchanged for as long as the
 * rule gives. A sensor that was heard as it measured, and is silent since, is told on time.
 *
 * When values came in is not stored with them: it is when they were heard that counts, which is
 * kept with what is remembered of the sensor.
 */
import type { Finding } from '#risk/finding.ts'

/** Where it is waited for four times as long, it is told though more keeps coming. */
const MOST_TIMES = 4
/** More of one sensor are no upload: it measures at longer intervals than its rule has. */
const MOST_GAPS = 500

/** What is waited for. */
export interface Waiting {
  /** Begin and end of each in order; no end while it lasts. */
  readonly gaps: readonly (readonly [fromUs: number, toUs?: number])[]
  /** Since when they are as they are. */
  readonly sinceUs: number
  /** Since when some are waited for. */
  readonly firstUs: number
}

/** How a sensor was looked at. */
export interface Look {
  readonly nowUs: number
  /** When something newer than all before was heard of it last. */
  readonly heardUs: number
  /** How long a gap has to stay as it is. */
  readonly graceUs: number
  /** Whether all of its last time was told again, all that is waited for included. */
  readonly isWhole: boolean
  /** Before it nothing will be told again. */
  readonly againFromUs: number
  /** Whether it was told before: then it is no news. */
  readonly isTold: (finding: Finding) => boolean
  /** Whether there is nothing more to hear: where there is, it is the past that is gone through. */
  readonly isLast: boolean
}

export interface Waited {
  /** What is not to be told yet. */
  readonly held: ReadonlySet<Finding>
  readonly waiting: Waiting | undefined
}

const NONE: Waited = { held: new Set(), waiting: undefined }

/** Which of the findings of a sensor are to be waited with. */
export function waitedWith(
  findings: readonly Finding[],
  before: Waiting | undefined,
  look: Look,
): Waited {
  const { nowUs, graceUs, isWhole, isLast } = look
  if (!isLast) return { ...NONE, waiting: before }
  if (graceUs === 0) return NONE
  const held = new Set(findings.filter((each) => isOpenToDoubt(each, look)))
  const found = [...held].map(({ fromUs, toUs }) => spanOf(fromUs, toUs))
  // What lasted until now has ended, has become longer, or is found again.
  const earlier = isWhole ? [] : (before?.gaps ?? []).filter(([, toUs]) => toUs !== undefined)
  const gaps = [...earlier, ...found].sort(([one], [other]) => one - other)
  if (gaps.length === 0 || gaps.length > MOST_GAPS) return NONE
  const isSame = before !== undefined && JSON.stringify(before.gaps) === JSON.stringify(gaps)
  const sinceUs = isSame ? before.sinceUs : nowUs
  const waiting = { gaps, sinceUs, firstUs: before?.firstUs ?? nowUs }
  return isWhole && nowUs >= waitsUntilUs(waiting, graceUs) ? NONE : { held, waiting }
}

/** When it is to be looked at all of them again. */
export function waitsUntilUs({ sinceUs, firstUs }: Waiting, graceUs: number): number {
  return Math.min(sinceUs + graceUs, firstUs + MOST_TIMES * graceUs)
}

function isOpenToDoubt(each: Finding, look: Look): boolean {
  const { rule, variant, fromUs, toUs, knowableUs } = each
  if (rule !== 'A11' || variant !== 'gap' || fromUs < look.againFromUs) return false
  // Its last value was heard before its silence was one.
  const isOnTime = look.heardUs <= Math.min(knowableUs, fromUs + look.graceUs)
  return !(toUs === undefined && isOnTime) && !look.isTold(each)
}

function spanOf(fromUs: number, toUs: number | undefined): readonly [number, number?] {
  return toUs === undefined ? [fromUs] : [fromUs, toUs]
}
