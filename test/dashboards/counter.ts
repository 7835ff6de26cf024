import { isNewKey, request } from '#simulators/server.ts'
import { connectDevice } from '../e2e/devices.ts'
import { until } from '../e2e/http.ts'
import { server, stage } from './browser.ts'

/** A gateway whose one sensor numbers its frames; each `send` returns when they are counted. */
export async function counter(party: string, device: string) {
  const { mqttUrl = '' } = stage ?? {}
  const body = { party, device, site: 'store', name: device, format: 'milesight-gateway' }
  const made = await request(server(), 'PUT', `/v1/devices/${party}/${device}`, body)
  if (!isNewKey(made)) throw new Error(`${device} was there before`)
  const topic = () => `suyuan/v1/${party}/store/${device}/telemetry`
  const client = await connectDevice({ mqttUrl }, { party, device, password: made.secret, topic })
  let sent = 0
  const heard = async () => {
    const answer = await request(server(), 'GET', `/v1/device-activity?party=${party}&perPage=1000`)
    const { items } = answer as { items: { device: string; messages: number }[] }
    return items.find((one) => one.device === device)?.messages
  }
  return {
    async send(...counts: number[]): Promise<void> {
      for (const fCnt of counts) {
        const frame = { devEUI: '24e124136b502217', fCnt, temperature: 3.2 }
        await client.publishAsync(topic(), JSON.stringify(frame), { qos: 1 })
      }
      sent += counts.length
      await until(heard, (messages) => messages === sent)
    },
    end: () => client.endAsync(),
  }
}
