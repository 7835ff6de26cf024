/** What is kept, and how much room it takes. */
export interface Sized {
  readonly name: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** Bytes. */
  readonly size: number
}

/** The oldest, as many as have to go so that no more than so many bytes are kept. */
export function tooMuch(kept: readonly Sized[], most: number): Sized[] {
  const newestFirst = [...kept].sort((one, other) => other.at - one.at)
  let sum = 0
  return newestFirst.filter(({ size }) => {
    sum += size
    return sum > most
  })
}
