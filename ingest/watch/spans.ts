/** A set of times, as spans that do not touch: what of a span is new to it is told. */

/** The time [fromUs, toUs], both in whole microseconds; none where it ends before it begins. */
export interface Span {
  readonly fromUs: number
  readonly toUs: number
}

export class Spans {
  #all: readonly Span[] = []

  /** The parts of a span that are not in it, in order. */
  missingOf({ fromUs, toUs }: Span): Span[] {
    const missing: Span[] = []
    let nextUs = fromUs
    for (const each of this.#all) {
      if (each.toUs < nextUs) continue
      if (each.fromUs > toUs) break
      if (each.fromUs > nextUs) missing.push({ fromUs: nextUs, toUs: each.fromUs - 1 })
      nextUs = each.toUs + 1
    }
    return nextUs <= toUs ? [...missing, { fromUs: nextUs, toUs }] : missing
  }

  add(span: Span): void {
    if (span.toUs < span.fromUs) return
    const touches = ({ fromUs, toUs }: Span) => fromUs <= span.toUs + 1 && span.fromUs <= toUs + 1
    const joined = [span, ...this.#all.filter(touches)]
    const whole = {
      fromUs: Math.min(...joined.map(({ fromUs }) => fromUs)),
      toUs: Math.max(...joined.map(({ toUs }) => toUs)),
    }
    const apart = this.#all.filter((each) => !touches(each))
    this.#all = [...apart, whole].sort((one, other) => one.fromUs - other.fromUs)
  }
}
