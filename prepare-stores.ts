/** Brings the files of a data folder to this version before the program opens them. */
import { openWebhookWriter } from '#api/webhooks/office.ts'
import { startOf } from '#ingest/follower.ts'
import { FOLLOWER } from '#ingest/settle.ts'
import { AlertWriter } from '#store/alerts/writer.ts'
import type { DataFolder } from '#store/folder.ts'
import { openIntake } from '#store/intake.ts'
import { openTrail } from '#store/open.ts'
import { checkStore } from '#store/other-store.ts'
import { RecallWriter } from '#store/recalls/writer.ts'
import type { JournalPosition } from '#store/trail.ts'
import { checkFinished } from '#store/transfer/migrate.ts'
import type { Logger } from './log.ts'

/**
 * Makes the files of the store and the intake, or brings them to this version, and gives how far
 * each has followed the journal.
 * @throws JournalGapError, and what the stores throw that cannot be opened.
 */
export async function prepareStores(
  folder: DataFolder,
  log: Logger,
): Promise<[JournalPosition, JournalPosition]> {
  checkStore(folder, FOLLOWER)
  const trail = await openTrail(folder, 'write', (line, level) => log[level ?? 'info'](line))
  try {
    await checkFinished(trail)
    const intake = openIntake(folder.intake)
    const cursors: [number, number] = [await trail.cursor(FOLLOWER), intake.cursor()]
    // Where the journal no longer has what the store lacks, nothing is begun.
    await startOf({ writer: trail, intake }, folder.journal)
    intake.close()
    new AlertWriter(folder.alerts).close()
    new RecallWriter(folder.recalls).close()
    openWebhookWriter(folder.webhooks).close()
    return cursors
  } finally {
    await trail.close()
  }
}
