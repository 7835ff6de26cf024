/**
 * Whether the calibration of a sensor is valid: the register has its last day. Readings after it
 * are kept, and whoever relies on them is told.
 */
import { type Device, sensorKeyOf } from './registry/schema.ts'
import type { Registry } from './registry.ts'

export const CALIBRATION_STATES = ['valid', 'due_soon', 'overdue'] as const
export type CalibrationState = (typeof CALIBRATION_STATES)[number]

const DAY_US = 86_400_000_000
/** So long before its last day somebody should be sent for. */
const SOON_US = 30 * DAY_US
const AT_ONCE = 1000

/** The end of its last day, in UTC. */
export function calibrationEndUs(due: string): number {
  return Date.parse(`${due}T00:00:00Z`) * 1000 + DAY_US
}

export function calibrationState(due: string, nowUs: number): CalibrationState {
  const endUs = calibrationEndUs(due)
  if (nowUs >= endUs) return 'overdue'
  return nowUs >= endUs - SOON_US ? 'due_soon' : 'valid'
}

export interface Calibrated extends Device {
  readonly calibrationDue: string
}

/** The devices whose calibration is due some day, by the keys of their sensors. */
export type Calibrations = () => ReadonlyMap<string, Calibrated>

/** Reads the registry again when it has changed. */
export function calibrationsOf(registry: Pick<Registry, 'devices' | 'version'>): Calibrations {
  let known: { readonly version: number; readonly all: Map<string, Calibrated> } | undefined
  return () => {
    const version = registry.version()
    if (known?.version !== version) known = { version, all: readAll(registry) }
    return known.all
  }
}

function readAll({ devices }: Pick<Registry, 'devices'>): Map<string, Calibrated> {
  const all = new Map<string, Calibrated>()
  let after: string | undefined
  do {
    const page = devices.list({ after, limit: AT_ONCE })
    for (const device of page.items) {
      const { calibrationDue, sensors = [] } = device
      if (calibrationDue === undefined) continue
      const calibrated = { ...device, calibrationDue }
      for (const key of [sensorKeyOf(device), ...sensors.map(({ epc }) => epc)]) {
        all.set(key, calibrated)
      }
    }
    after = page.after
  } while (after !== undefined)
  return all
}

/** How many devices measure with a calibration that has run out. */
export function countOverdue(calibrations: Calibrations, nowUs: number): number {
  const all = new Set(
    [...calibrations().values()].map(({ party, device, calibrationDue }) => {
      return calibrationState(calibrationDue, nowUs) === 'overdue' ? `${party}/${device}` : ''
    }),
  )
  all.delete('')
  return all.size
}
