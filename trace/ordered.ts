/** Looking up in what stands in order. */

/**
 * The place of the first that `isIt` holds of, where it holds of all behind the first one; that
 * behind the last where it holds of none.
 */
export function placeOfFirst<Each>(
  ordered: readonly Each[],
  isIt: (each: Each) => boolean,
): number {
  let low = 0
  let high = ordered.length
  while (low < high) {
    const middle = (low + high) >> 1
    const found = ordered[middle]
    if (found === undefined || isIt(found)) high = middle
    else low = middle + 1
  }
  return low
}
