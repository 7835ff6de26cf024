import { describe, expect, it } from 'vitest'
import { ConfigError, describeSettings, readConfig } from '#config.ts'

const refusal = (environment: Record<string, string>): string => {
  try {
    readConfig(environment)
    return ''
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return String((error as Error).message)
  }
}

describe('the settings', () => {
  it('have defaults, and an empty variable counts as unset', () => {
    expect(readConfig({})).toMatchObject({ DATA_DIR: './data', HTTP_PORT: 8080, MQTT_PORT: 1883 })
    expect(readConfig({ HTTP_PORT: '', ADMIN_KEY: '' })).toEqual(readConfig({}))
    expect(readConfig({ HTTP_PORT: '0' }).HTTP_PORT).toBe(0)
  })

  it('name every value that does not hold, with what it should be', () => {
    const lines = refusal({
      HTTP_PORT: 'abc',
      MQTT_PORT: '65536',
      PUBLIC_URL: 'ftp://here',
      LOG_LEVEL: 'loud',
      JOURNAL_MAX_BYTES: '1.5',
      MQTT_MAX_CONNECTIONS: '0',
    }).split('\n')
    expect(lines.sort()).toEqual([
      'HTTP_PORT must be a number',
      'JOURNAL_MAX_BYTES must be a whole number',
      'LOG_LEVEL must be fatal, error, warn, info, debug, trace or silent',
      'MQTT_MAX_CONNECTIONS must be above 0',
      'MQTT_PORT must be 0 to 65535',
      'PUBLIC_URL must be an http or https URL',
    ])
  })

  it('refuse what goes together wrongly, or is not there yet', () => {
    expect(refusal({ MQTTS_PORT: '8883', TLS_CERT: 'a.pem' })).toMatch(/TLS_KEY/)
    const influx = { INFLUX_URL: 'http://localhost:8086' }
    expect(refusal({ ...influx, INFLUX_TOKEN: 'a', INFLUX_USERNAME: 'b' })).toMatch(/exclude/)
    expect(refusal({ ...influx, INFLUX_PASSWORD: 'a' })).toMatch(/needs INFLUX_USERNAME/)
    expect(refusal({ ...influx, INFLUX_BUCKET: 'a', INFLUX_DATABASE: 'b' })).toMatch(/one of them/)
    const secret = refusal({ INFLUX_URL: 'http://root:s3cret@localhost:8086' })
    expect(secret).toMatch(/INFLUX_USERNAME/)
    expect(secret).not.toMatch(/s3cret/)
    expect(refusal({ INFLUX_URL: 'http://localhost:8086?u=a&p=s3cret' })).toMatch(/its path/)
    expect(refusal({ ...influx, INFLUX_TRAIL_BUCKETS: '1000' })).toMatch(/power of two/)
  })

  it('are each described, with their default', () => {
    for (const { name, about } of describeSettings()) expect(about, name).not.toBe('')
    expect(describeSettings()).toContainEqual(
      expect.objectContaining({ name: 'HTTP_PORT', fallback: '8080' }),
    )
  })
})
