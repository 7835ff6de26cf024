/** What a camera sees and a photo shows: codes as they are printed. */
import type { Page } from '@playwright/test'
import { toBuffer } from 'bwip-js/node'

/** A code on paper. `bcid`: its symbology, as bwip-js calls it. */
export function pngOf(bcid: string, text: string): Promise<Buffer> {
  const sizes = { scale: 4, paddingwidth: 12, paddingheight: 12, backgroundcolor: 'FFFFFF' }
  return toBuffer({ bcid, text, ...sizes, includetext: false })
}

/** A picture turned and blended into white, made by the browser's own canvas. */
export async function turned(page: Page, png: Buffer, degrees: number, alpha = 1): Promise<Buffer> {
  const url = await page.evaluate(`(async () => {
    const image = new Image()
    image.src = 'data:image/png;base64,${png.toString('base64')}'
    await image.decode()
    const side = Math.ceil(Math.hypot(image.width, image.height))
    const canvas = Object.assign(document.createElement('canvas'), { width: side, height: side })
    const context = canvas.getContext('2d')
    context.fillStyle = '#fff'
    context.fillRect(0, 0, side, side)
    context.globalAlpha = ${alpha}
    context.translate(side / 2, side / 2)
    context.rotate(${degrees} * Math.PI / 180)
    context.drawImage(image, -image.width / 2, -image.height / 2)
    return canvas.toDataURL('image/png')
  })()`)
  return Buffer.from(String(url).replace(/^.*,/, ''), 'base64')
}

const WIDTH = 640
const HEIGHT = 480
const FRAMES = 10

/** A film of one picture, as Chromium takes it for a camera: luminance, and grey for colour. */
export async function y4mOf(page: Page, png: Buffer): Promise<Buffer> {
  const pixels = await page.evaluate(`(async () => {
    const image = new Image()
    image.src = 'data:image/png;base64,${png.toString('base64')}'
    await image.decode()
    const canvas = document.createElement('canvas')
    Object.assign(canvas, { width: ${WIDTH}, height: ${HEIGHT} })
    const context = canvas.getContext('2d')
    context.fillStyle = '#fff'
    context.fillRect(0, 0, ${WIDTH}, ${HEIGHT})
    context.drawImage(image, (${WIDTH} - image.width) / 2, (${HEIGHT} - image.height) / 2)
    const { data } = context.getImageData(0, 0, ${WIDTH}, ${HEIGHT})
    return Array.from({ length: ${WIDTH * HEIGHT} }, (_, at) => data[at * 4])
  })()`)
  return filmOf(Buffer.from(pixels as number[]))
}

/** A film in which there is nothing to be read. */
export function blankFilm(): Buffer {
  return filmOf(Buffer.alloc(WIDTH * HEIGHT, 200))
}

function filmOf(luminance: Buffer): Buffer {
  const grey = Buffer.alloc((WIDTH * HEIGHT) / 2, 128)
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luminance, grey])
  const header = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`)
  return Buffer.concat([header, ...Array.from({ length: FRAMES }, () => frame)])
}
