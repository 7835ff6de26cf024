import { describe, expect, it } from 'vitest'
import { placed } from '../../../dashboards/inspector/placed.ts'

const label = (x: number, weight: number) => ({ x, width: 40, weight })

describe('labels on a curve', () => {
  it('none touches another, and the worst is always told', () => {
    const labels = Array.from({ length: 100 }, (_, at) => label(at * 7, (at * 37) % 101))
    const kept = placed(labels)
    expect(kept.length).toBeGreaterThan(5)
    expect(kept[0]?.weight).toBe(Math.max(...labels.map(({ weight }) => weight)))
    const places = kept.map(({ x }) => x).sort((one, other) => one - other)
    for (const [at, x] of places.slice(1).entries()) {
      expect(x - (places[at] ?? 0)).toBeGreaterThanOrEqual(40)
    }
  })

  it('all of them where there is room', () => {
    expect(placed([label(0, 1), label(40, 5), label(80, 3)])).toHaveLength(3)
  })
})
