/**
 * Sends notices of recalls down to the devices of those who hold the goods. A notice stands in
 * recalls.db from the transaction of the step that it tells of until it has been handed to a device
 * that listens, so that neither a crash nor a device that is away loses it. It may come twice: the
 * number of the step tells.
 */
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { formatTimeUs } from '#epcis/time.ts'
import type { RecallReader } from '#store/recalls/reader.ts'
import { type HoldingPlace, type Notice, type Recall, verdictOf } from '#store/recalls/recall.ts'
import type { RecallDesk } from './desk.ts'

export interface SenderParts {
  readonly recalls: Pick<
    RecallReader,
    'dueNotices' | 'recall' | 'consignees' | 'holdings' | 'blocks'
  >
  readonly desk: Pick<RecallDesk, 'delivered'>
  readonly devices: {
    /** Parties of which a device listens to commands. */
    listening(): readonly string[]
    /** Hands a command to the devices of a party that listen; gives how many have taken it. */
    publishNotice(party: string, payload: string): Promise<number>
  }
}

const AT_ONCE = 100
const WAIT_MS = 1000
const HOLDINGS_AT_ONCE = 500

/** Sends what is due, once; gives how many notices have reached somebody. */
export async function sendNotices(parts: SenderParts): Promise<number> {
  const listening = parts.devices.listening()
  if (listening.length === 0) return 0
  let reached = 0
  for (const notice of parts.recalls.dueNotices(listening, AT_ONCE)) {
    const command = await commandOf(parts.recalls, notice)
    const taken = await parts.devices.publishNotice(notice.party, command)
    if (taken === 0) continue
    await parts.desk.delivered(notice.seq, taken)
    reached += 1
  }
  return reached
}

/** What a device reads on its `cmd` topic, as JSON. */
async function commandOf(recalls: SenderParts['recalls'], notice: Notice): Promise<string> {
  const { recall: id, step, kind, party, queuedUs } = notice
  const recall = recalls.recall(id)
  const lines = recalls.consignees(id).find((each) => each.party === party)?.lines ?? []
  const isLifted = recall?.state === 'cancelled'
  const others = recall && isLifted ? await othersOf(recalls, recall, party) : []
  return JSON.stringify({
    command: isLifted ? 'recall_cancelled' : 'recall',
    recall: id,
    step,
    change: kind,
    state: recall?.state,
    class: recall?.recallClass,
    product: recall?.product,
    title: recall?.title,
    reason: recall?.reason,
    instructions: recall?.instructions,
    sell: isLifted && others.length === 0,
    ...(others.length > 0 && { heldBy: others }),
    time: formatTimeUs(queuedUs),
    amounts: lines.map(({ uom, expected }) => ({ uom, ...expected })),
    items: `/v1/recalls/${id}/items`,
  })
}

/** Other recalls that hold some of what a party has of one, as far as one look finds them. */
async function othersOf(
  recalls: SenderParts['recalls'],
  { id, version }: Recall,
  party: string,
): Promise<string[]> {
  let after: HoldingPlace | undefined
  for (;;) {
    const page = recalls.holdings(id, version, party, { limit: HOLDINGS_AT_ONCE, after })
    const blocks = recalls.blocks([...new Set(page.map(({ key }) => key))])
    const others = blocks.filter((block) => block.recall !== id && verdictOf(block) !== 'none')
    if (others.length > 0) return [...new Set(others.map(({ recall }) => recall))].sort()
    if (page.length < HOLDINGS_AT_ONCE) return []
    after = page.at(-1)
    await turn()
  }
}

/** Sends what is due, again and again, until it is stopped. */
export function startSending(parts: SenderParts): { stop(): Promise<void> } {
  const over = new AbortController()
  const run = async () => {
    while (!over.signal.aborted) {
      const reached = await sendNotices(parts)
      if (reached > 0) continue
      await pause(WAIT_MS, undefined, { signal: over.signal }).catch(() => undefined)
    }
  }
  const running = run()
  return {
    stop() {
      over.abort()
      return running
    },
  }
}
