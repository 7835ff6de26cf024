/** Where people act: steps on alerts, and changes of rules. One connection does all of it. */
import { differing } from '#risk/rule-set.ts'
import type { ActCommand, Acted } from '#store/alerts/book.ts'
import type { RulesVersion } from '#store/alerts/rule-versions.ts'
import type { AlertWriter, RulesChanged } from '#store/alerts/writer.ts'

export interface RulesCommand {
  /** The version that the new one was made of. */
  readonly basedOn: number
  readonly next: Omit<RulesVersion, 'version' | 'atUs'>
}

/** What was done is durable once it resolves. */
export interface AlertDesk {
  act(command: ActCommand): Promise<Acted>
  /** Refused, with the version in force, where that is another than the one it was made of. */
  setRules(command: RulesCommand): Promise<RulesChanged>
}

/** The desk of whoever holds the writer. */
export function deskOf(alerts: AlertWriter, nowUs: () => number): AlertDesk {
  return {
    act: async (command) => alerts.act(command, nowUs()),
    async setRules({ basedOn, next }) {
      const atUs = nowUs()
      const before = alerts.rules().changes
      const isOfPast = differing(before, next.changes).some(({ fromUs }) => fromUs < atUs)
      return alerts.setRules(basedOn, { ...next, atUs }, isOfPast)
    },
  }
}
