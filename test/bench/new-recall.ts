/** A recall of one lot, as a regulator makes it: not traced yet. */
import type { RecallWriter } from '#store/recalls/writer.ts'

export function makeRecall(
  recalls: RecallWriter,
  { lot, sameLineAndDay, nowUs }: { lot: string; sameLineAndDay: boolean; nowUs: number },
): string {
  const made = recalls.create(
    {
      text: {
        ...{ title: '', reason: '', instructions: '', depth: 'retail', level: 'A' },
        levelPercent: undefined,
      },
      ...{ isDrill: false, recallClass: 'I', law: undefined, domain: 'food', product: undefined },
      ...{ alerts: [], returnsTo: [], decidedUs: nowUs, by: 'regulator:k1' },
      suspects: [{ kind: 'key', key: lot }],
      assume: { sameLineAndDay, carryOverHours: 0 },
    },
    'seed',
    nowUs,
  )
  if (!made.ok) throw new Error(made.code)
  return made.recall
}

/** Puts the first version of its scope in force. */
export function approveRecall(recalls: RecallWriter, recall: string, nowUs: number): void {
  const by = 'regulator:k2'
  recalls.act({ recall, action: 'approve', version: 1, reason: '', by }, nowUs)
}
