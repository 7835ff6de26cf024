import { describe, expect, it } from 'vitest'
import { tooMuch } from '../../../dashboards/offline/too-much.ts'

const kept = [
  { name: 'old', at: 1, size: 40 },
  { name: 'new', at: 3, size: 40 },
  { name: 'middle', at: 2, size: 40 },
]
const namesOver = (most: number) => tooMuch(kept, most).map(({ name }) => name)

describe('what goes when the room for kept answers is used up', () => {
  it('nothing while all of it fits', () => {
    expect(namesOver(120)).toEqual([])
  })

  it('the oldest first, and no more than has to', () => {
    expect(namesOver(119)).toEqual(['old'])
    expect(namesOver(79)).toEqual(['middle', 'old'])
    expect(namesOver(0)).toEqual(['new', 'middle', 'old'])
  })

  it('what is older than a thing that does not fit goes too: there are no holes in time', () => {
    const withBig = [...kept, { name: 'big', at: 2.5, size: 500 }]
    expect(tooMuch(withBig, 200).map(({ name }) => name)).toEqual(['big', 'middle', 'old'])
  })
})
