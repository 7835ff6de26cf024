/**
 * Reads barcodes in pictures: QR, DataMatrix, GS1-128, Code 128, ITF-14 and EAN. The reader is
 * WebAssembly of this server, loaded when somebody scans and not before.
 */
import { prepareZXingModule, type ReadResult, readBarcodes } from 'zxing-wasm/reader'
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url'

export interface Scanned {
  /** As the server reads it: with the identifier of its symbology where that says GS1. */
  readonly text: string
  /** Such as QRCode or Code128. */
  readonly symbology: string
}

prepareZXingModule({ overrides: { locateFile: () => wasmUrl } })

/** Symbologies whose text is a GS1 element string: its separators are in it. */
const GS1 = new Set([']C1', ']d2', ']Q3', ']e0', ']J1'])
/** One-dimensional codes are not read when they lie askew by more: the picture is turned. */
const TURNS = [0, 12, -12, 24, -24, 90]

/** The first code in a picture; `turn` for one of a row of attempts at a live one. */
export async function decode(image: ImageData): Promise<Scanned | undefined> {
  const [found] = await readBarcodes(image, {
    formats: ['QRCode', 'DataMatrix', 'Code128', 'ITF', 'EAN13', 'EAN8', 'UPCA', 'UPCE'],
    maxNumberOfSymbols: 1,
    tryHarder: true,
    tryRotate: true,
    textMode: 'Plain',
  })
  return found && scannedOf(found)
}

function scannedOf({ text, symbologyIdentifier, format }: ReadResult): Scanned {
  const isGs1 = GS1.has(symbologyIdentifier)
  return { text: isGs1 ? symbologyIdentifier + text : text, symbology: format }
}

/** A still picture, turned until a code shows. */
export async function decodePhoto(file: Blob): Promise<Scanned | undefined> {
  const bitmap = await createImageBitmap(file)
  try {
    for (const turn of TURNS) {
      const found = await decode(turned(bitmap, bitmap.width, bitmap.height, turn))
      if (found) return found
    }
    return undefined
  } finally {
    bitmap.close()
  }
}

/** How many attempts at a live picture make a round of all turns. */
export function decodeFrame(
  video: HTMLVideoElement,
  attempt: number,
): Promise<Scanned | undefined> {
  const turn = TURNS[attempt % (TURNS.length - 1)] ?? 0
  return decode(turned(video, video.videoWidth, video.videoHeight, turn))
}

const MOST_PIXELS_A_SIDE = 1600

function turned(
  source: CanvasImageSource,
  width: number,
  height: number,
  degrees: number,
): ImageData {
  const scale = Math.min(1, MOST_PIXELS_A_SIDE / Math.max(width, height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(width * scale))
  canvas.height = Math.max(1, Math.round(height * scale))
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('there is no canvas')
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.translate(canvas.width / 2, canvas.height / 2)
  context.rotate((degrees * Math.PI) / 180)
  const [w, h] = [canvas.width, canvas.height]
  context.drawImage(source, -w / 2, -h / 2, w, h)
  return context.getImageData(0, 0, w, h)
}
