import type { InferRequestType } from 'hono/client'
import { api, inPath, told } from '../server/api.ts'

export type StepGiven = InferRequestType<(typeof api.v1.alerts)[':id']['steps']['$post']>['json']
/** Telling the public takes a text of its own, and is not offered here. */
export type Action = Exclude<StepGiven['action'], 'publish' | 'unpublish'>

/** Takes a step on an alert and gives it as it is then. Throws Refused. */
export function takeStep(id: string, step: StepGiven) {
  return told(api.v1.alerts[':id'].steps.$post({ param: { id: inPath(id) }, json: step }))
}
