import { describe, expect, it } from 'vitest'
import { withEvidence } from '#risk/cold-evidence.ts'
import { type Found, finding } from '#risk/finding.ts'
import { readingOf, type Sample } from '#risk/sample.ts'
import { hour } from '../trace/world.ts'
import { inForce } from './setting.ts'

/** Readings each hour: in a box, from hour 3 on in a lorry. */
const series = [5, 9, 12, 22, 9, 5].map(
  (celsius, hours): Sample => ({
    ...{ timeUs: hour(hours), celsius, device: hours < 3 ? 'urn:box' : 'urn:lorry' },
    ...{ certainty: hours < 3 ? 'observed' : 'inferred', via: hours < 3 ? ['urn:b'] : ['urn:l'] },
  }),
)
const eventsAt = (timeUs: number) =>
  timeUs < hour(3) ? ['urn:packed'] : ['urn:packed', 'urn:left']

/** What is found of the hours 1 to 4, told for one of them. */
function told(at: number, more: Partial<Found> = {}) {
  const worst = series[at]
  if (!worst) throw new RangeError(`no reading ${at}`)
  const found = finding(inForce('A2'), 'hot', {
    ...{ subject: 'urn:item', fromUs: hour(1), toUs: hour(5), knowableUs: hour(5) },
    ...{ readings: [readingOf(worst)], certainty: 'inferred' },
    measures: [{ name: 'temperature', value: worst.celsius, limit: 8, unit: 'celsius' }],
    ...more,
  })
  return withEvidence(found, { series, eventsAt })
}
const valuesOf = ({ readings }: ReturnType<typeof told>) => readings.map(({ value }) => value)

describe('the evidence of what was too warm', () => {
  it('is its first, worst and last readings, in order, each once', () => {
    expect(valuesOf(told(3))).toEqual([9, 22, 9])
    expect(valuesOf(told(1, { toUs: undefined }))).toEqual([9, 5])
  })

  it('ends with the last one before a silence, and before the first that is fine', () => {
    expect(valuesOf(told(3, { toUs: hour(3) }))).toEqual([9, 22])
    expect(valuesOf(told(2, { toUs: hour(3), fromUs: hour(2) }))).toEqual([12, 22])
  })

  it('has the way to the sensor by then, as certain as all of it, and the events behind it', () => {
    expect(told(3)).toMatchObject({
      eventIDs: ['urn:packed', 'urn:left'],
      affected: [{ key: 'urn:item', certainty: 'inferred', path: ['urn:l'] }],
    })
    expect(told(2)).toMatchObject({ eventIDs: ['urn:packed'], affected: [{ path: ['urn:b'] }] })
  })
})
