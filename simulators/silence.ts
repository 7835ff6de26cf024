/** When each sensor of a run fell silent: told at its end, as rules will say it of all of them. */
import { formatTimeUs } from '#epcis/time.ts'
import type { Step } from './script.ts'

export function* withSilence(steps: Iterable<Step>): Generator<Step> {
  const lastUs = new Map<string, number>()
  let atUs = 0
  for (const step of steps) {
    yield step
    atUs = step.atUs
    if (step.kind !== 'message' || step.device.channel !== 'telemetry') continue
    const { epc } = step.device
    if (epc !== undefined) lastUs.set(epc, step.atUs)
  }
  for (const [sensor, sinceUs] of lastUs) {
    yield { kind: 'truth', atUs, line: { kind: 'silent', sensor, since: formatTimeUs(sinceUs) } }
  }
}
