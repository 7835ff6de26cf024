/** Where a code comes in: by the camera, from a photo, or typed. */
import { type ChangeEvent, type FormEvent, useEffect, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { bytesKept, MOST_BYTES } from '../offline/answers.ts'
import { type KeptLookUp, MOST_LOOK_UPS, recentLookUps } from '../offline/recents.ts'
import { Card } from '../ui/card.tsx'
import { VirtualList } from '../ui/virtual-list.tsx'
import { numberText, shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { scanWords } from '../words/scan.ts'
import { Camera } from './camera.tsx'
import { pathOfItem } from './item-path.ts'
import { VERDICT_SIGNS } from './verdict-card.tsx'

export function ScanPage() {
  return (
    <>
      <ScanCard />
      <RecentCard />
    </>
  )
}

function ScanCard() {
  const t = useWords(scanWords)
  const [, navigate] = useLocation()
  const [isLive, setIsLive] = useState(false)
  const [typed, setTyped] = useState('')
  const open = (text: string, symbology?: string) => navigate(pathOfItem(text, symbology))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (typed.trim() !== '') open(typed.trim())
  }
  const hasCamera = isSecureContext && 'mediaDevices' in navigator
  return (
    <Card title={t.title}>
      {isLive ? (
        <Camera
          onScanned={({ text, symbology }) => open(text, symbology)}
          onClose={() => setIsLive(false)}
        />
      ) : (
        hasCamera && (
          <button type="button" className="primary big" onClick={() => setIsLive(true)}>
            {t.scan}
          </button>
        )
      )}
      {!hasCamera && <p className="quiet">{t.plainHttp}</p>}
      <PhotoButton onScanned={open} />
      <form className="row" onSubmit={submit}>
        <input
          className="grow"
          aria-label={t.typed}
          placeholder={t.typed}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoCapitalize="characters"
          autoComplete="off"
          spellCheck={false}
          enterKeyHint="search"
        />
        <button type="submit">{t.lookUp}</button>
      </form>
    </Card>
  )
}

function PhotoButton({ onScanned }: { onScanned: (text: string, symbology: string) => void }) {
  const t = useWords(scanWords)
  const input = useRef<HTMLInputElement>(null)
  const [state, setState] = useState<'idle' | 'reading' | 'notRead'>('idle')
  const choose = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [file] = target.files ?? []
    target.value = ''
    if (file === undefined) return
    setState('reading')
    const { decodePhoto } = await import('./decode.ts')
    const found = await decodePhoto(file).catch(() => undefined)
    if (found) onScanned(found.text, found.symbology)
    else setState('notRead')
  }
  return (
    <>
      <button type="button" disabled={state === 'reading'} onClick={() => input.current?.click()}>
        {state === 'reading' ? t.reading : t.photo}
      </button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        aria-label={t.photo}
        onChange={choose}
      />
      {state === 'notRead' && (
        <p role="alert" className="wrong">
          {t.notRead}
        </p>
      )}
    </>
  )
}

const ROW_HEIGHT = 56

function RecentCard() {
  const t = useWords(scanWords)
  const language = useLanguage()
  const [lookUps, setLookUps] = useState<readonly KeptLookUp[]>()
  const [bytes, setBytes] = useState(0)
  useEffect(() => {
    recentLookUps().then(setLookUps, () => setLookUps([]))
    bytesKept().then(setBytes, () => setBytes(0))
  }, [])
  const megabytes = (count: number) => numberText(count / 1_000_000, language)
  if (lookUps === undefined) return null
  return (
    <Card title={t.recent}>
      {lookUps.length === 0 ? (
        <p className="quiet">{t.noRecent}</p>
      ) : (
        <>
          <VirtualList
            items={lookUps}
            keyOf={({ id }) => id}
            rowHeight={ROW_HEIGHT}
            label={t.recent}
          >
            {(lookUp) => <Recent lookUp={lookUp} />}
          </VirtualList>
          <p className="quiet">
            {t.kept(lookUps.length, MOST_LOOK_UPS, megabytes(bytes), megabytes(MOST_BYTES))}
          </p>
        </>
      )}
    </Card>
  )
}

function Recent({ lookUp: { id, at, told } }: { lookUp: KeptLookUp }) {
  const language = useLanguage()
  const { verdict, product, understood } = told.item
  const sign = VERDICT_SIGNS[verdict.verdict]
  return (
    <Link href={pathOfItem(id)} className={`recent ${verdict.verdict}`}>
      <span className="sign" aria-hidden="true">
        {sign}
      </span>
      <span className="grow">
        <strong>{product?.names?.[language] ?? product?.name ?? understood.key}</strong>
        <br />
        <span className="quiet">
          {verdict.title[language]} · {id}
        </span>
      </span>
      <span className="quiet">{shortTime(at, language)}</span>
    </Link>
  )
}
