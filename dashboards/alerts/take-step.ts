import type { InferRequestType } from 'hono/client'
import { api, inPath, Refused, told } from '../server/api.ts'
import type { AlertSummary } from './cases.ts'

export type StepGiven = InferRequestType<(typeof api.v1.alerts)[':id']['steps']['$post']>['json']
/** Telling the public takes a text of its own, and is not offered here. */
export type Action = Exclude<StepGiven['action'], 'publish' | 'unpublish'>

/** Takes a step on an alert and gives it as it is then. Throws Refused. */
export function takeStep(id: string, step: StepGiven) {
  return told(api.v1.alerts[':id'].steps.$post({ param: { id: inPath(id) }, json: step }))
}

/** A step that was not taken on all that it was for. Its cause is the first refusal. */
export class TakenInPart extends Error {
  override readonly name = 'TakenInPart'
  readonly done: number
  readonly all: number

  constructor(done: number, all: number, cause: unknown) {
    super('not taken on all', { cause })
    this.done = done
    this.all = all
  }
}

const CONFLICT = 409

/**
 * Takes a step on each of some alerts, and gives each as it is then. Where another was quicker with
 * one the rest is done all the same; any other refusal ends it. Throws TakenInPart.
 */
export async function takeOnEach(
  ids: readonly string[],
  step: StepGiven,
  onChanged: (alert: AlertSummary) => void,
): Promise<void> {
  let done = 0
  let refusal: unknown
  for (const id of ids) {
    try {
      onChanged(await takeStep(id, step))
      done += 1
    } catch (error) {
      refusal ??= error
      if (!(error instanceof Refused) || error.status !== CONFLICT) break
    }
  }
  if (refusal !== undefined) throw new TakenInPart(done, ids.length, refusal)
}
