interface Label {
  /** Its middle. */
  readonly x: number
  readonly width: number
  readonly weight: number
}

/** Of labels in a row those that there is room for, the weightiest first; none touches another. */
export function placed<T extends Label>(labels: readonly T[]): T[] {
  const kept: T[] = []
  const byWeight = [...labels].sort((one, other) => other.weight - one.weight)
  for (const label of byWeight) {
    const isFree = kept.every(({ x, width }) => Math.abs(x - label.x) >= (width + label.width) / 2)
    if (isFree) kept.push(label)
  }
  return kept
}
