/** Which steps go with a recall as it stands: the same as the server's table, which decides. */
import type { InferRequestType } from 'hono/client'
import type { api } from '../server/api.ts'
import type { recallWords } from '../words/recalls.ts'
import type { Recall, Version } from './recall-data.ts'

export type StepGiven = InferRequestType<(typeof api.v1.recalls)[':id']['steps']['$post']>['json']
export type Action = StepGiven['action']

/** What leads on from a state. */
const ONWARD = {
  draft: 'approve',
  approved: 'notify',
  notified: 'seal',
  sealed: 'recover',
  recovered: 'close',
  closed: undefined,
  cancelled: undefined,
} as const satisfies Record<Recall['state'], Action | undefined>

export interface Offered {
  /** What leads on; undefined where it is over. */
  readonly onward: Action | undefined
  /** What can be done besides. */
  readonly others: readonly Action[]
}

export function actionsFor(recall: Pick<Recall, 'state' | 'version' | 'versions'>): Offered {
  const { state } = recall
  const onward = ONWARD[state]
  if (onward === undefined) return { onward, others: ['comment'] }
  const isNewer = state !== 'draft' && approvable(recall).length > 0
  return {
    onward,
    others: [
      ...(isNewer ? (['approve'] as const) : []),
      ...(state === 'draft' ? [] : (['report'] as const)),
      ...(['classify', 'comment', 'cancel'] as const),
    ],
  }
}

/** Versions that could come into force. */
export function approvable({
  version,
  versions,
}: Pick<Recall, 'version' | 'versions'>): readonly Version[] {
  return versions.filter((one) => one.version > version && one.state === 'known')
}

type Word = keyof typeof recallWords.zh

export const ACTION_WORDS = {
  approve: 'approve',
  notify: 'notify',
  seal: 'seal',
  recover: 'recover',
  close: 'close',
  cancel: 'cancelRecall',
  classify: 'classify',
  report: 'report',
  comment: 'comment',
} as const satisfies Record<Action, Word>

/** What a step takes, where there is something to be known before it. */
export const NEEDS: Readonly<
  Partial<
    Record<
      Action,
      | 'needs_approve'
      | 'needs_notify'
      | 'needs_seal'
      | 'needs_recover'
      | 'needs_close'
      | 'needs_cancel'
    >
  >
> = {
  approve: 'needs_approve',
  notify: 'needs_notify',
  seal: 'needs_seal',
  recover: 'needs_recover',
  close: 'needs_close',
  cancel: 'needs_cancel',
}
