/** What the steps of a recall do of what its clock asks for. */
import type { RecallStep as ClockStep } from '#risk/recall-clock.ts'
import type { RecallStep } from './recall.ts'

const DOES: Readonly<Record<string, readonly ClockStep[]>> = {
  notify: ['start', 'notify'],
  recover: ['complete'],
}

/** The steps of a recall as its clock sees them. */
export function clockSteps(
  steps: readonly RecallStep[],
): { readonly step: ClockStep; readonly timeUs: number }[] {
  return steps.flatMap(({ step, atUs, detail }) => {
    const report = detail?.['report']
    const does: readonly ClockStep[] =
      step === 'report' && (report === 'plan' || report === 'progress')
        ? [report]
        : (DOES[step] ?? [])
    return does.map((each) => ({ step: each, timeUs: atUs }))
  })
}
