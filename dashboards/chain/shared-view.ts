/**
 * What graph and curve share: which part of the time axis is in view and where the cursor is, in
 * pixels of the layout. Kept outside of React, as it changes with every frame of a pan.
 */
export class SharedView {
  scrollX = 0
  width = 0
  cursorX: number | undefined
  readonly #listeners = new Set<() => void>()

  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  show(scrollX: number, width: number): void {
    if (scrollX === this.scrollX && width === this.width) return
    this.scrollX = scrollX
    this.width = width
    this.#tell()
  }

  point(cursorX: number | undefined): void {
    if (cursorX === this.cursorX) return
    this.cursorX = cursorX
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
