/**
 * Lines and boxes painted on square tiles, each once: moving the view costs a few copies, and not
 * a thousand curves. What is about to come into view is painted ahead, one tile a frame, so that no
 * frame has to paint many.
 */
import { type Colours, paintGraph, type View } from './paint-graph.ts'
import type { Scene } from './scene.ts'

/** Of the layout's pixels. */
const SIZE = 512
/** Those not used for longest go: at two pixels of the device in one of the page, 4 MB each. */
const MOST_TILES = 40

interface Place {
  readonly column: number
  readonly row: number
}

export class Sheet {
  readonly #tiles = new Map<string, HTMLCanvasElement>()
  readonly #scene: Scene
  readonly #scale: number
  readonly #colours: Colours

  /** Of one scene in one set of colours. `scale`: pixels of the device in one of the page. */
  constructor(scene: Scene, scale: number, colours: Colours) {
    this.#scene = scene
    this.#scale = scale
    this.#colours = colours
  }

  /** Copies what is in view to a place on a canvas. */
  show(ctx: CanvasRenderingContext2D, view: View, x: number, y: number): void {
    const [left, top, right, bottom] = view
    ctx.save()
    ctx.beginPath()
    ctx.rect(x, y, right - left, bottom - top)
    ctx.clip()
    for (const place of placesIn(view)) {
      const toX = this.#whole(x + place.column * SIZE - left)
      const toY = this.#whole(y + place.row * SIZE - top)
      ctx.drawImage(this.#tile(place), toX, toY, SIZE, SIZE)
    }
    ctx.restore()
  }

  /** Paints one tile beside those in view; false where there is none left to be painted. */
  prepare([left, top, right, bottom]: View): boolean {
    const around = placesIn([left - SIZE, top - SIZE, right + SIZE, bottom + SIZE])
    const missing = around.find((place) => !this.#tiles.has(nameOf(place)))
    if (missing) this.#tile(missing)
    return missing !== undefined
  }

  /** Whole pixels of the device: between them all would be blurred. */
  #whole(at: number): number {
    return Math.round(at * this.#scale) / this.#scale
  }

  #tile(place: Place): HTMLCanvasElement {
    const name = nameOf(place)
    const tile = this.#tiles.get(name) ?? this.#painted(place)
    this.#tiles.delete(name)
    this.#tiles.set(name, tile)
    for (const oldest of this.#tiles.keys()) {
      if (this.#tiles.size <= MOST_TILES) break
      this.#tiles.delete(oldest)
    }
    return tile
  }

  #painted({ column, row }: Place): HTMLCanvasElement {
    const tile = document.createElement('canvas')
    tile.width = SIZE * this.#scale
    tile.height = SIZE * this.#scale
    const ctx = tile.getContext('2d')
    if (!ctx) return tile
    const [left, top] = [column * SIZE, row * SIZE]
    ctx.scale(this.#scale, this.#scale)
    ctx.translate(-left, -top)
    paintGraph(ctx, this.#scene, [left, top, left + SIZE, top + SIZE], this.#colours)
    return tile
  }
}

function nameOf({ column, row }: Place): string {
  return `${column} ${row}`
}

/** Places of tiles that a view touches; none left of or above the layout. */
function placesIn([left, top, right, bottom]: View): Place[] {
  const places: Place[] = []
  for (let row = Math.max(0, Math.floor(top / SIZE)); row * SIZE < bottom; row += 1) {
    for (let column = Math.max(0, Math.floor(left / SIZE)); column * SIZE < right; column += 1) {
      places.push({ column, row })
    }
  }
  return places
}
