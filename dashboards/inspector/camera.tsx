/** The camera: shows what it sees until a code is read. A line helps to hold bars level. */
import { useEffect, useRef, useState } from 'react'
import { useWords } from '../words/language.ts'
import { scanWords } from '../words/scan.ts'
import type { Scanned } from './decode.ts'

interface CameraProps {
  readonly onScanned: (scanned: Scanned) => void
  readonly onClose: () => void
}

const BETWEEN_FRAMES_MS = 60

export function Camera({ onScanned, onClose }: CameraProps) {
  const t = useWords(scanWords)
  const video = useRef<HTMLVideoElement>(null)
  const scanned = useRef(onScanned)
  scanned.current = onScanned
  const [problem, setProblem] = useState<keyof typeof scanWords.zh>()
  useEffect(() => {
    const end = new AbortController()
    const shown = video.current
    if (shown) watch(shown, end.signal, (found) => scanned.current(found)).catch(setProblemOf)
    function setProblemOf(error: unknown) {
      if (!end.signal.aborted) setProblem(isRefusal(error) ? 'cameraRefused' : 'noCamera')
    }
    return () => end.abort()
  }, [])
  return (
    <div className="camera">
      {problem === undefined ? (
        <div className="finder">
          <video ref={video} muted playsInline aria-label={t.cameraView} />
          <span className="level" aria-hidden="true" />
        </div>
      ) : (
        <p role="alert" className="wrong">
          {t[problem] as string}
        </p>
      )}
      <p className="quiet">{t.cameraHint}</p>
      <button type="button" onClick={onClose}>
        {t.stopCamera}
      </button>
    </div>
  )
}

function isRefusal(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotAllowedError'
}

async function watch(
  video: HTMLVideoElement,
  signal: AbortSignal,
  onScanned: (scanned: Scanned) => void,
): Promise<void> {
  const [stream, { decodeFrame }] = await Promise.all([
    navigator.mediaDevices.getUserMedia({
      video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } },
    }),
    import('./decode.ts'),
  ])
  const stop = () => {
    for (const track of stream.getTracks()) track.stop()
  }
  signal.addEventListener('abort', stop)
  if (signal.aborted) return stop()
  video.srcObject = stream
  await video.play()
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    const found = video.videoWidth > 0 ? await decodeFrame(video, attempt) : undefined
    if (found && !signal.aborted) {
      stop()
      onScanned(found)
      return
    }
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_FRAMES_MS))
  }
}
