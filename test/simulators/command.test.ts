import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { simulationOf, UsageError } from '#simulators/command.ts'
import { progressOn } from '#simulators/progress.ts'

describe('the arguments of simulate', () => {
  it('need a key, and nothing else', () => {
    expect(simulationOf([], 'secret')).toEqual({
      seed: '1',
      items: 1000,
      speed: 0,
      window: 100,
      truthFile: undefined,
      apiUrl: 'http://localhost:8080',
      mqttUrl: 'mqtt://localhost:1883',
      key: 'secret',
    })
    expect(() => simulationOf([], undefined)).toThrow(UsageError)
    expect(simulationOf(['--key', 'other'], 'secret').key).toBe('other')
  })

  it('find the MQTT port on the host of the API, unless they name one', () => {
    const url = ['--url', 'https://trace.example/suyuan/']
    expect(simulationOf(url, 'k')).toMatchObject({
      apiUrl: 'https://trace.example/suyuan',
      mqttUrl: 'mqtt://trace.example:1883',
    })
    const both = [...url, '--mqtt', 'mqtts://broker.example:8883']
    expect(simulationOf(both, 'k').mqttUrl).toBe('mqtts://broker.example:8883')
  })

  it('are refused by name where they make no sense', () => {
    const wrong = [
      ['--items', '0'],
      ['--items', 'many'],
      ['--speed', '-1'],
      ['--window', '1.5'],
      ['--url', 'nowhere'],
      ['--fast', '1'],
    ] as const
    for (const [flag, value] of wrong) {
      expect(() => simulationOf([`${flag}=${value}`], 'k')).toThrow(UsageError)
      expect(() => simulationOf([`${flag}=${value}`], 'k')).toThrow(flag)
    }
  })
})

it('progress that nobody watches on a terminal is a line every tenth, each once', () => {
  const out = new PassThrough()
  const progress = progressOn(out, 'simulating')
  for (const share of [0, 0.001, 0.05, 0.31, 0.32, 0.9999, 1, 1]) progress.show(share)
  progress.end()
  const said = String(out.read())
  expect(said).toBe('simulating 0%\nsimulating 30%\nsimulating 90%\nsimulating 100%\n')
})
