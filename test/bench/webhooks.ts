/**
 * From a device's publish to a receiver of webhooks: events come at a steady rate, some of them are
 * a serial's second commissioning, and each of these is an alert that a webhook tells of. Beside
 * it, in the same run: the same requests from here to the same receiver at the same rate, and the
 * time to the acknowledgement of the event.
 */
import { Agent, request as httpRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import { request } from '#simulators/server.ts'
import { type Receiver, startReceiver } from '../api/webhooks/receiver.ts'
import type { Program } from '../e2e/program.ts'
import { loadDevices, withProgram } from './program-load.ts'
import { quantile, rounded } from './report.ts'

export interface WebhookLoad {
  readonly eventsPerSecond: number
  /** One of so many events is an alert. */
  readonly oneOf: number
  readonly seconds: number
}

export interface Latency {
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface WebhookResult extends WebhookLoad {
  /** Events that were acknowledged, a second. */
  readonly publishedPerSecond: number
  /** From publish to the whole request at the receiver; each alert once. */
  readonly publishToWebhook: Latency
  /** From the moment that the alert was raised. */
  readonly raisedToWebhook: Latency
  readonly publishToPuback: Latency
  readonly bareRequests: Latency
  /** Alerts that had not come a while after the last event. */
  readonly missing: number
  /** Requests that brought what had come before. */
  readonly repeated: number
}

const WARM_UP_S = 3
const TICK_MS = 5
const PATIENCE_MS = 60_000

export function measureWebhooks(load: WebhookLoad): Promise<WebhookResult> {
  return withProgram({ ALLOW_PRIVATE_WEBHOOKS: '1' }, async (program) => {
    const receiver = await startReceiver()
    const listening = listen(receiver)
    try {
      // What these events lack would be an alert of each of them.
      const changes = [{ rule: 'C13', enabled: false, revision: 'off', fromUs: 0, reason: 'x' }]
      await request(program, 'PUT', '/v1/rules', { basedOn: 0, reason: 'bench', changes })
      await request(program, 'POST', '/v1/webhooks', {
        url: receiver.url,
        filters: { types: ['suyuan.alert.raised'] },
      })
      const bareRequests = await bare(receiver.url, load)
      const published = await publish(program, load)
      const { alerts: _, ...told } = published
      return { ...load, bareRequests, ...told, ...(await untilAll(listening, published)) }
    } finally {
      await receiver.close()
    }
  })
}

interface Heard {
  readonly serial: string
  readonly atMs: number
  readonly raisedMs: number
}

type Published = Pick<WebhookResult, 'publishedPerSecond' | 'publishToPuback'> & {
  /** By serial, when the event was published that is an alert. */
  readonly alerts: ReadonlyMap<string, number>
}

const nowMs = () => performance.timeOrigin + performance.now()

/** Notes when each alert is heard of first. */
function listen(receiver: Receiver) {
  const heard = new Map<string, Heard>()
  const counted = { repeated: 0 }
  receiver.behave((response, { headers, event: { subject, data } }) => {
    const atMs = nowMs()
    response.writeHead(204).end()
    // The bare requests have none.
    if (headers['webhook-id'] === undefined) return
    const { step } = data as { step: { time: string } }
    if (heard.has(subject)) counted.repeated += 1
    else heard.set(subject, { atMs, raisedMs: Date.parse(step.time), serial: serialOf(data) })
  })
  return { heard, counted }
}

function serialOf(data: Record<string, unknown>): string {
  const { subject } = data['alert'] as { subject: string }
  return subject.split('/').at(-1) ?? ''
}

/** Waits until all have come, or long enough; gives how long each took. */
async function untilAll(
  { heard, counted }: ReturnType<typeof listen>,
  { alerts }: Published,
): Promise<Pick<WebhookResult, 'publishToWebhook' | 'raisedToWebhook' | 'missing' | 'repeated'>> {
  const deadlineMs = nowMs() + PATIENCE_MS
  const pairs = () =>
    [...heard.values()].flatMap(({ serial, ...one }) => {
      const sentMs = alerts.get(serial)
      return sentMs === undefined ? [] : [{ ...one, sentMs }]
    })
  while (nowMs() < deadlineMs && pairs().length < alerts.size) await sleep(200)
  const all = pairs()
  return {
    publishToWebhook: latencyOf(all.map(({ atMs, sentMs }) => atMs - sentMs)),
    raisedToWebhook: latencyOf(all.map(({ atMs, raisedMs }) => atMs - raisedMs)),
    missing: alerts.size - all.length,
    ...counted,
  }
}

function latencyOf(values: readonly number[]): Latency {
  const [p50Ms, p99Ms] = [0.5, 0.99].map((share) => rounded(quantile(values, share)))
  return { count: values.length, p50Ms: p50Ms ?? 0, p99Ms: p99Ms ?? 0 }
}

/** Calls `each` at a steady rate, whatever it takes; gives what it was called with last. */
async function steadily(
  perSecond: number,
  seconds: number,
  each: (n: number) => void,
): Promise<number> {
  const startMs = performance.now()
  let n = 0
  for (;;) {
    const elapsedS = (performance.now() - startMs) / 1000
    if (elapsedS >= seconds) return n
    for (const due = elapsedS * perSecond; n < due; n += 1) each(n)
    await sleep(TICK_MS)
  }
}

/** What the receiver and this machine take by themselves. */
async function bare(url: string, { eventsPerSecond, oneOf, seconds }: WebhookLoad) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const body = JSON.stringify({ data: 'x'.repeat(1500) })
  const under: Promise<number>[] = []
  await steadily(eventsPerSecond / oneOf, Math.min(seconds, 5), () => {
    under.push(requestMs(url, agent, body))
  })
  const values = await Promise.all(under)
  agent.destroy()
  return latencyOf(values)
}

function requestMs(url: string, agent: Agent, body: string): Promise<number> {
  const sentMs = performance.now()
  return new Promise((resolve, reject) => {
    const sending = httpRequest(url, { method: 'POST', agent }, (response) => {
      response.resume()
      response.once('end', () => resolve(performance.now() - sentMs))
    })
    sending.once('error', reject)
    sending.end(body)
  })
}

async function publish(
  program: Program,
  { eventsPerSecond, oneOf, seconds }: WebhookLoad,
): Promise<Published> {
  const [device] = await loadDevices(program, 1)
  if (!device) throw new Error('there is no device')
  const { username, password, topic } = device
  const client = await connectAsync(program.mqttUrl, { username, password, clientId: username })
  const alerts = new Map<string, number>()
  const acknowledgedMs: number[] = []
  const isMeasured = (n: number) => n >= WARM_UP_S * eventsPerSecond
  const count = await steadily(eventsPerSecond, WARM_UP_S + seconds, (n) => {
    const isAlert = n % oneOf === oneOf - 1
    const serial = `S${isAlert ? n - 1 : n}`
    const sentMs = nowMs()
    if (isAlert && isMeasured(n)) alerts.set(serial, sentMs)
    send(client, topic, eventOf(serial, isAlert), () => {
      if (isMeasured(n)) acknowledgedMs.push(nowMs() - sentMs)
    })
  })
  await client.endAsync()
  return {
    alerts,
    publishToPuback: latencyOf(acknowledgedMs),
    publishedPerSecond: Math.round(count / (WARM_UP_S + seconds)),
  }
}

function send(client: MqttClient, topic: string, event: object, onDone: () => void): void {
  client.publish(topic, JSON.stringify(event), { qos: 1 }, (error) => {
    if (!error) onDone()
  })
}

function eventOf(serial: string, isSecond: boolean): object {
  return {
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    type: 'ObjectEvent',
    eventTime: `2026-03-0${isSecond ? 2 : 1}T08:00:00Z`,
    eventTimeZoneOffset: '+00:00',
    epcList: [`https://id.gs1.org/01/09521321000018/21/${serial}`],
    ...{ action: 'ADD', bizStep: 'commissioning' },
    readPoint: { id: 'https://id.gs1.org/414/9521321000018' },
  }
}
