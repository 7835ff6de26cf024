import { api, told } from '../server/api.ts'

/** Puts changes in force in the place of all. Throws Refused, also where others were first. */
export function putRules(basedOn: number, reason: string, changes: readonly object[]) {
  return told(api.v1.rules.$put({ json: { basedOn, reason, changes: [...changes] } }))
}
