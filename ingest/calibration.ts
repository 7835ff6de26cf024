/**
 * What a sensor measured after the last day of its valid calibration: counted beside its readings,
 * which are kept as they are.
 */
import { calibrationEndUs } from '#store/calibration.ts'
import type { Device } from '#store/registry/schema.ts'
import type { Reading } from '#store/trail.ts'
import type { Scope } from './memory.ts'

/** The name of the note. */
export const CALIBRATION = 'calibration'

export interface Overdue {
  /** The day that it was due on. */
  readonly due: string
  readonly firstUs: number
  readonly lastUs: number
  readonly readings: number
}

export function foldCalibration(
  { calibrationDue }: Pick<Device, 'calibrationDue'>,
  readings: readonly Reading[],
  scope: Scope,
): void {
  if (calibrationDue === undefined) return
  const endUs = calibrationEndUs(calibrationDue)
  const late = readings.map(({ timeUs }) => timeUs).filter((timeUs) => timeUs >= endUs)
  if (late.length === 0) return
  const before = overdueOf(calibrationDue, scope.get(CALIBRATION))
  const overdue: Overdue = {
    due: calibrationDue,
    firstUs: late.reduce((a, b) => Math.min(a, b), before?.firstUs ?? Number.MAX_SAFE_INTEGER),
    lastUs: late.reduce((a, b) => Math.max(a, b), before?.lastUs ?? 0),
    readings: (before?.readings ?? 0) + late.length,
  }
  scope.set(CALIBRATION, JSON.stringify(overdue))
}

/** What a note says of a due date; undefined where it is of an earlier one, or there is none. */
export function overdueOf(due: string, note: string | undefined): Overdue | undefined {
  const known: Overdue | undefined = note === undefined ? undefined : JSON.parse(note)
  return known?.due === due ? known : undefined
}
