/** Reports that have not reached the server yet. */
import { discard, type QueuedReport, sendQueue, useQueue } from '../offline/queue.ts'
import { useSession } from '../shell/session.ts'
import { Card } from '../ui/card.tsx'
import { Empty } from '../ui/states.tsx'
import { shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { scanWords } from '../words/scan.ts'

export function QueuePage() {
  const t = useWords(scanWords)
  const session = useSession()
  const queue = useQueue()
  return (
    <Card
      title={t.queueTitle}
      side={
        queue.length > 0 && (
          <button type="button" className="small" onClick={() => sendQueue(session?.keyId)}>
            {t.sendNow}
          </button>
        )
      }
    >
      {queue.length === 0 && <Empty title={t.queueEmpty} />}
      <ul className="reasons">
        {queue.map((queued) => (
          <Queued key={queued.report.id} queued={queued} mine={queued.keyId === session?.keyId} />
        ))}
      </ul>
    </Card>
  )
}

function Queued({ queued: { report, refused }, mine }: { queued: QueuedReport; mine: boolean }) {
  const t = useWords(scanWords)
  const language = useLanguage()
  return (
    <li>
      <span className="tag warn">{t[`kinds_${report.kind}`]}</span>{' '}
      <span className="quiet">{shortTime(report.madeAt, language)}</span>
      <span className="block">{report.code}</span>
      <span className="block">{report.note}</span>
      {!mine && <span className="quiet block">{t.otherKey}</span>}
      {refused !== undefined && (
        <span className="block wrong">
          {t.notTaken}
          {refused}{' '}
          <button type="button" className="small" onClick={() => discard(report.id)}>
            {t.discard}
          </button>
        </span>
      )}
    </li>
  )
}
