/** Parties and devices of a program under test, and clients with their credentials. */
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { isNewKey, request, type Server } from '#simulators/server.ts'
import type { Program } from './program.ts'

export interface TestDevice {
  readonly party: string
  readonly device: string
  readonly password: string
  /** Of one of its channels. */
  topic(channel: 'epcis' | 'reads' | 'telemetry' | 'status' | 'rejected'): string
}

const site = 'site-1'

/** Registers a party; gives a key that captures and reads for it. */
export async function newParty(program: Server, slug: string): Promise<string> {
  await request(program, 'PUT', `/v1/parties/${slug}`, { slug, name: slug, domain: 'food' })
  const grant = { role: 'enterprise', party: slug, label: 'test' }
  const made = await request(program, 'POST', '/v1/keys', grant)
  if (!isNewKey(made)) throw new Error('no key came')
  return made.secret
}

export async function newDevice(
  program: Program,
  party: string,
  device: string,
): Promise<TestDevice> {
  const body = { party, device, site, name: device }
  const made = await request(program, 'PUT', `/v1/devices/${party}/${device}`, body)
  if (!isNewKey(made)) throw new Error(`${party}/${device} was there before`)
  const topic = (channel: string) => `suyuan/v1/${party}/${site}/${device}/${channel}`
  return { party, device, password: made.secret, topic }
}

/** Connects as a device does; the client connects and sends again by itself. */
export function connectDevice(
  program: Pick<Program, 'mqttUrl'>,
  { party, device, password }: TestDevice,
  options: IClientOptions = {},
): Promise<MqttClient> {
  const username = `${party}/${device}`
  return connectAsync(program.mqttUrl, {
    ...{ username, password, clientId: username, clean: false, reconnectPeriod: 100 },
    ...options,
  })
}
