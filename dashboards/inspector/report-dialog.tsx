/**
 * Reporting on goods in hand. What is said is kept in the browser before anything is sent, so no
 * lack of a network loses it.
 */
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { enqueue, type ReportBody, sendQueue, useQueue } from '../offline/queue.ts'
import { type Session, useSession } from '../shell/session.ts'
import { commonWords } from '../words/common.ts'
import { itemWords } from '../words/item.ts'
import { useWords } from '../words/language.ts'
import { newId } from './new-id.ts'

export type ReportKind = ReportBody['kind']

/** What a role may report. */
export function kindsFor(session: Session | undefined): readonly ReportKind[] {
  const isAuthority = ['inspector', 'regulator', 'admin'].includes(session?.role ?? 'public')
  return isAuthority ? ['finding', 'seal', 'sample', 'release'] : ['problem']
}

const NAMES = {
  finding: 'finding',
  seal: 'seal',
  release: 'release',
  sample: 'sample',
  problem: 'report',
} as const satisfies Record<ReportKind, keyof typeof itemWords.zh>

interface ReportDialogProps {
  readonly code: string
  readonly onClose: () => void
}

export function ReportDialog({ code, onClose }: ReportDialogProps) {
  const t = useWords(itemWords)
  const common = useWords(commonWords)
  const session = useSession()
  const kinds = kindsFor(session)
  const dialog = useRef<HTMLDialogElement>(null)
  const [kind, setKind] = useState<ReportKind>(kinds[0] ?? 'problem')
  const [keptId, setKeptId] = useState<string>()
  useEffect(() => dialog.current?.showModal(), [])
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const report = await reportOf(new FormData(event.currentTarget), kind, code)
    await enqueue({ report, keyId: session?.keyId })
    setKeptId(report.id)
    await sendQueue(session?.keyId)
  }
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="report-title">
      <form onSubmit={submit}>
        <h2 id="report-title">{kinds.length > 1 ? t.act : t.report}</h2>
        {kinds.length > 1 && (
          <fieldset className="kinds" disabled={keptId !== undefined}>
            <legend className="unseen">{t.act}</legend>
            {kinds.map((each) => (
              <label key={each} className="row">
                <input
                  type="radio"
                  name="kind"
                  value={each}
                  checked={each === kind}
                  onChange={() => setKind(each)}
                />
                {t[NAMES[each]] as string}
              </label>
            ))}
          </fieldset>
        )}
        {keptId === undefined ? <Fields kind={kind} /> : <Outcome id={keptId} />}
        <div className="row">
          {keptId === undefined && (
            <button type="submit" className="primary">
              {t.send}
            </button>
          )}
          <button type="button" onClick={() => dialog.current?.close()}>
            {keptId === undefined ? common.cancel : common.close}
          </button>
        </div>
      </form>
    </dialog>
  )
}

const MOST_CHARACTERS = 2000

function Fields({ kind }: { kind: ReportKind }) {
  const t = useWords(itemWords)
  return (
    <>
      {kind === 'sample' && (
        <>
          <label htmlFor="sample-number">{t.sampleNumber}</label>
          <input id="sample-number" name="sampleNumber" required maxLength={100} />
        </>
      )}
      <label htmlFor="note">{t.note}</label>
      <textarea
        id="note"
        name="note"
        rows={3}
        maxLength={MOST_CHARACTERS}
        placeholder={t.noteHint}
        required={kind === 'finding' || kind === 'problem'}
      />
      {'geolocation' in navigator && isSecureContext && (
        <label className="row">
          <input type="checkbox" name="withPlace" /> {t.withPlace}
        </label>
      )}
    </>
  )
}

/** Whether it has left this browser: what waits is told as waiting, never as sent. */
function Outcome({ id }: { id: string }) {
  const t = useWords(itemWords)
  const waits = useQueue().some(({ report }) => report.id === id)
  return (
    <p role="status" className={waits ? 'tag warn' : 'tag fine'}>
      {waits ? `● ${t.queued}` : `✓ ${t.sent}`}
    </p>
  )
}

async function reportOf(form: FormData, kind: ReportKind, code: string): Promise<ReportBody> {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  const place = form.has('withPlace') ? await placeNow() : undefined
  return {
    id: newId(),
    kind,
    code,
    note: text('note'),
    madeAt: new Date().toISOString(),
    ...(kind === 'sample' && { sampleNumber: text('sampleNumber') }),
    ...place,
  }
}

const PLACE_WITHIN_MS = 10_000

function placeNow(): Promise<{ latitude: number; longitude: number } | undefined> {
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude } }) => resolve({ latitude, longitude }),
      () => resolve(undefined),
      { timeout: PLACE_WITHIN_MS, maximumAge: 60_000 },
    )
  })
}
