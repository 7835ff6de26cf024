import { describe, expect, it } from 'vitest'
import { InfluxProbe } from '#store/influx/probe.ts'
import { startProxy } from './influx-proxy.ts'

describe('the probe of an InfluxDB', () => {
  it('asks no more than once in three seconds, however many want to know', async () => {
    const proxy = await startProxy('http://127.0.0.1:9')
    let nowMs = 0
    const probe = new InfluxProbe({ url: proxy.url, database: 'a' }, () => nowMs)
    proxy.decide = () => ({ status: 204 })
    expect(await Promise.all([probe.trouble(), probe.trouble()])).toEqual([undefined, undefined])
    expect(proxy.asked).toHaveLength(1)
    proxy.decide = () => ({ status: 503 })
    nowMs = 2_999
    expect(await probe.trouble()).toBe(undefined)
    nowMs = 3_000
    expect(await probe.trouble()).toMatch(/status 503/)
    proxy.decide = () => 'cut before'
    nowMs = 6_000
    expect(await probe.trouble()).toMatch(/cannot be reached/)
    expect(proxy.asked).toHaveLength(3)
    probe.close()
    await proxy.end()
  })
})
