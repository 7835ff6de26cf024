/** A11 while what a sensor measured comes in late, in whatever order. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AlertFollower } from '#ingest/watch/follower.ts'
import { REASONS } from '#risk/difference.ts'
import { US_A_MINUTE, US_AN_HOUR } from '#risk/words.ts'
import { startWatched, type Watched } from './watched.ts'

const SENSOR = 'urn:suyuan:device:maker:logger'
/** Hours: between two messages, of which all take longer than a gap is waited with, and as long. */
const SOON = 0.015
const GRACE = 0.27

let watched: Watched
beforeEach(async () => {
  watched = await startWatched('food')
  const { devices } = watched.world.registry
  const logger = { party: 'maker', device: 'logger', name: 'Logger', site: 'store' }
  devices.put({ ...logger, enabled: true, topics: [] })
})
afterEach(() => watched.world.close())

let written = 0
/** Values at some minutes from a time on, as one message. */
const write = async (
  fromUs: number,
  minutes: readonly number[],
  celsius = (minute: number) => 4 + (minute % 60) / 60,
) => {
  written += 1
  await watched.world.trail.apply({
    events: [],
    readings: minutes.map((minute) => ({
      ...{ device: SENSOR, party: 'maker', type: 'Temperature', component: '', uom: 'CEL' },
      ...{ timeUs: fromUs + minute * US_A_MINUTE, value: celsius(minute) },
    })),
    ...{ follower: `test ${written}`, to: 1 },
  })
}
const nowUs = () => Date.now() * 1000
/** What became of alerts of A11, oldest first. */
const steps = () =>
  watched.world.alerts.reader
    .stepsAfter(0, 500)
    .filter(({ alert }) => alert.startsWith('A11'))
    .map(({ step }) => step)
/** The same with the reason, and of what. */
const told = () =>
  watched.world.alerts.reader.stepsAfter(0, 500).flatMap(({ alert, step, reason = '' }) => {
    const its = watched.world.alerts.reader.alert(alert)?.finding.variant
    const [name] = Object.entries(REASONS).find(([, { en }]) => en === reason) ?? []
    return `${step}: ${name} ${its}`
  })
/** The gaps that are alerts, in minutes from a time on. */
const gaps = (fromUs: number) =>
  watched.world.alerts.reader
    .alerts({ rules: ['A11'], states: ['open'] }, { limit: 100 })
    .map(({ finding }) => [minutesFrom(fromUs, finding.fromUs), minutesFrom(fromUs, finding.toUs)])
const minutesFrom = (fromUs: number, us: number | undefined) =>
  us === undefined ? undefined : Math.round((us - fromUs) / US_A_MINUTE)
const look = async (hoursAhead: number) => {
  watched.world.follower.lookAgain()
  await watched.world.watched(hoursAhead)
}
/** As one that has just been started does. */
const lookAfterRestart = async (hoursAhead: number) => {
  const { trail, alerts, registry } = watched.world
  const follower = new AlertFollower({
    ...{ trail, alerts, registry },
    nowUs: () => nowUs() + hoursAhead * US_AN_HOUR,
  })
  while (await follower.advance());
}

/** Ten hours: a message for each half an hour of them, a value each five minutes. */
const HISTORY = Array.from({ length: 20 }, (_, message) =>
  Array.from({ length: 6 }, (_, at) => message * 30 + at * 5),
)
type Messages = readonly (readonly number[])[]

const interleaved = (all: Messages) => [
  ...all.filter((_, at) => at % 2 === 0),
  ...all.filter((_, at) => at % 2 === 1),
]
const fromBothEnds = (all: Messages) =>
  all.map((_, at) => all[at % 2 === 0 ? at / 2 : all.length - (at + 1) / 2] ?? [])
const ORDERS: readonly (readonly [string, (all: Messages) => Messages])[] = [
  ['in order', (all) => all],
  ['the newest first', (all) => all.toReversed()],
  ['every second message first', interleaved],
  ['from both ends', fromBothEnds],
]

/** The hour of the last message. */
async function upload(fromUs: number, all: Messages, at = look): Promise<number> {
  let hours = 0
  for (const message of all) {
    await write(fromUs, message)
    hours += SOON
    await at(hours)
  }
  return hours
}

describe('a logger that was out of reach sends ten hours', () => {
  it.each(ORDERS)('%s: nothing is raised of what comes', async (_, order) => {
    const fromUs = nowUs() - 10 * US_AN_HOUR
    // What it had sent before it was out of reach.
    await write(fromUs, [-30, -25, -20, -15, -10, -5])
    await look((await upload(fromUs, order(HISTORY))) + GRACE)
    expect(steps()).toEqual([])
  })

  it.each(ORDERS)('%s: of what is missing of them one alert is raised', async (_, order) => {
    const fromUs = nowUs() - 10 * US_AN_HOUR
    await write(fromUs, [-5])
    const all = HISTORY.filter((_, at) => at < 8 || at > 9)
    const hours = await upload(fromUs, order(all))
    expect(steps()).toEqual([])
    await write(fromUs, [600, 615])
    // What has changed since it was looked at is waited with once more.
    await look(hours + GRACE)
    await look(hours + 2 * GRACE)
    expect(gaps(fromUs)).toEqual([[235, 300]])
    expect(steps()).toEqual(['raised'])
  })

  it('though what watches is started anew again and again', async () => {
    const fromUs = nowUs() - 10 * US_AN_HOUR
    await write(fromUs, [-5])
    const hours = await upload(fromUs, HISTORY.toReversed(), lookAfterRestart)
    await lookAfterRestart(hours + GRACE)
    expect(steps()).toEqual([])
  })

  it('while it sends what it measures now', async () => {
    const fromUs = nowUs() - 10 * US_AN_HOUR
    await write(fromUs, [-5])
    const hours = await upload(
      fromUs,
      HISTORY.map((message, at) => (at % 5 === 0 ? [...message, 600 + at] : message)),
    )
    await look(hours + GRACE)
    expect(steps()).toEqual([])
  })
})

describe('a sensor that falls silent', () => {
  it('is told on time, that it was silent when it is heard again, and keeps that', async () => {
    const fromUs = nowUs()
    await write(fromUs, [-10, -5, 0])
    await look(0)
    await look(44 / 60)
    expect(gaps(fromUs)).toEqual([])
    await look(46 / 60)
    expect(gaps(fromUs)).toEqual([[0, undefined]])
    await write(fromUs, [90])
    await look(91 / 60)
    expect(gaps(fromUs)).toEqual([[0, 90]])
    watched.world.follower.replay()
    await look(100 / 60)
    await look(120 / 60)
    expect(gaps(fromUs)).toEqual([[0, 90]])
    expect(steps()).toEqual(['raised', 'continued'])
  })

  it('is told once what it sent late was all', async () => {
    const fromUs = nowUs() - 10 * US_AN_HOUR
    await write(fromUs, [0, 5, 10])
    await look(0)
    await look(0.24)
    expect(gaps(fromUs)).toEqual([])
    await look(0.26)
    expect(gaps(fromUs)).toEqual([[10, undefined]])
  })

  it('is told though more keeps coming, after four times as long', async () => {
    const fromUs = nowUs() - 10 * US_AN_HOUR
    await write(fromUs, [-5])
    await look(0)
    for (let at = 0; at < 6; at += 1) {
      await write(fromUs, [60 + at * 60])
      await look(at * 0.2)
    }
    expect(gaps(fromUs).length).toBeGreaterThan(0)
  })
})

describe('what goes on for longer than is told again', () => {
  it('is one alert: a sensor that is stuck for two weeks, and is well again', async () => {
    const fromUs = nowUs() - 14 * 24 * US_AN_HOUR
    const stuck = Array.from({ length: 14 * 24 * 2 }, (_, at) => at * 30)
    await write(fromUs, stuck, () => 5)
    for (const hours of [0, 1.1, 2.2, 3.3, 4.4]) await look(hours)
    // The other one is that it has been silent since.
    expect(told()).toEqual(['raised: newer stuck', 'raised: time gap'])
    const well = [270, 300, 330].map((minute) => stuck.length * 30 + minute)
    await write(fromUs, well, () => 6)
    for (const hours of [5.6, 6.2]) await look(hours)
    expect(told().slice(2).sort()).toEqual(['continued: newer gap', 'continued: newer stuck'])
  })
})
