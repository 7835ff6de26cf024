import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { askedFor } from '#simulators/command.ts'
import { allFaults } from '#simulators/faults.ts'
import { UsageError } from '#simulators/flags.ts'
import { progressOn } from '#simulators/progress.ts'

/** A run that a command line asks for. */
function runOf(...args: readonly string[]) {
  const asked = askedFor(args, 'secret')
  if (asked.what !== 'run') throw new Error(`asked for ${asked.what}`)
  return asked.options
}

describe('the arguments of simulate', () => {
  it('need a key, and nothing else', () => {
    const { world, ...rest } = runOf()
    expect(world.name).toBe('food')
    expect(rest).toEqual({
      about: { seed: '1', items: 1000 },
      speed: 0,
      rate: undefined,
      window: 100,
      overHttp: false,
      truthFile: undefined,
      apiUrl: 'http://localhost:8080',
      mqttUrl: 'mqtt://localhost:1883',
      key: 'secret',
    })
    expect(() => askedFor([], undefined)).toThrow(UsageError)
    expect(runOf('--key', 'other').key).toBe('other')
  })

  it('find the MQTT port on the host of the API, unless they name one', () => {
    const url = ['--url', 'https://trace.example/suyuan/']
    expect(runOf(...url)).toMatchObject({
      apiUrl: 'https://trace.example/suyuan',
      mqttUrl: 'mqtt://trace.example:1883',
    })
    const both = [...url, '--mqtt', 'mqtts://broker.example:8883']
    expect(runOf(...both).mqttUrl).toBe('mqtts://broker.example:8883')
  })

  it('name a world or a preset, and may change what a preset says', () => {
    expect(runOf('drugs').world.name).toBe('drugs')
    const lesson = runOf('lesson', '--items', '30')
    expect([lesson.world.name, lesson.about]).toEqual([
      'pork',
      { seed: '1', items: 30, faults: allFaults },
    ])
    expect(runOf('lesson', '--faults', 'none').about.faults).toBeUndefined()
    expect(runOf('rough').about.field).toMatchObject({ missedReads: 0.05, duplicates: 0.1 })
    expect(runOf('pork', '--late', '0.5').about.field).toMatchObject({ late: 0.5, lost: 0 })
  })

  it('are refused by name where they make no sense', () => {
    const wrong = [
      ['--items', '0'],
      ['--items', 'many'],
      ['--items', '10000001'],
      ['--speed', '-1'],
      ['--window', '1.5'],
      ['--url', 'nowhere'],
      ['--fast', '1'],
      ['--late', '2'],
      ['--faults', 'sabotage'],
    ] as const
    for (const [flag, value] of wrong) {
      expect(() => askedFor([`${flag}=${value}`], 'k')).toThrow(UsageError)
      expect(() => askedFor([`${flag}=${value}`], 'k')).toThrow(flag)
    }
    expect(() => askedFor(['--fast'], 'k')).toThrow(/^Unknown option '--fast'/)
    expect(() => askedFor(['atlantis'], 'k')).toThrow('atlantis')
    expect(() => askedFor(['materials', '--faults', 'cold_chain_break'], 'k')).toThrow(UsageError)
  })
})

it('flags that would change nothing are refused beside a recording', () => {
  for (const flag of ['--truth=t.jsonl', '--rate=5', '--http']) {
    expect(() => askedFor(['milk', '--record=r.jsonl', flag], undefined)).toThrow(UsageError)
  }
  for (const word of ['milk', '--items=5', '--faults=all', '--record=r.jsonl']) {
    expect(() => askedFor(['--replay=r.jsonl', word], 'k')).toThrow(`${word.split('=')[0]} does`)
  }
})

it('progress that nobody watches on a terminal is a line every tenth, each once', () => {
  const out = new PassThrough()
  const progress = progressOn(out, 'simulating')
  for (const share of [0, 0.001, 0.05, 0.31, 0.32, 0.9999, 1, 1]) progress.show(share)
  progress.end()
  const said = String(out.read())
  expect(said).toBe('simulating 0%\nsimulating 30%\nsimulating 90%\nsimulating 100%\n')
})
