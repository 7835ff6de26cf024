/**
 * How long people wait for pages, in a real browser on the real program: the verdict of a scanned
 * Digital Link on a bad connection and a slow phone, what has to be loaded before a scanner, a
 * large chain that is moved, a long curve that is drawn, and a flood of alerts. Beside them, in the
 * same browser: a bare page on the same connection, and the frames of an empty page.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Page,
  type Response,
} from '@playwright/test'
import { request } from '#simulators/server.ts'
import { buildPages } from '../../dashboards/build.ts'
import { alertsKept, heardBy } from '../dashboards/alerts-heard.ts'
import { CHROMIUM, QUIET } from '../dashboards/chromium.ts'
import { captured, codes, playScene } from '../dashboards/scene.ts'
import { newParty } from '../e2e/devices.ts'
import { until } from '../e2e/http.ts'
import type { Program } from '../e2e/program.ts'
import { playLargeData, ROOT, WATCHED } from './pages-data.ts'
import { withProgram } from './program-load.ts'
import { median, quantile } from './report.ts'

export interface PagesOptions {
  /** How often each thing is opened. */
  readonly rounds: number
  readonly nodes: number
  readonly readings: number
  readonly alerts: number
  readonly onProgress: (what: string) => void
}

/** Milliseconds from one frame to the next. */
export interface Frames {
  readonly p50Ms: number
  readonly p95Ms: number
  readonly mostMs: number
  readonly count: number
}

export interface PagesResult {
  readonly verdictMs: number
  readonly bareMs: number
  /** Of what a phone loads before it scans, and of the page of a scanned link, gzipped. */
  readonly scriptBytes: number
  readonly linkScriptBytes: number
  readonly nodes: number
  readonly chainMs: number
  readonly pan: Frames
  readonly idle: Frames
  readonly readings: number
  readonly curveMs: number
  readonly alerts: number
  readonly alertSeconds: number
  /** Of those that the server raised while the page was open, and that the page says it heard. */
  readonly alertsRaised: number
  readonly alertsHeard: number
  readonly alertFrames: Frames
}

/** DevTools' slow 3G without its make-weight: 400 ms there and back, 50 KB/s; a slow phone. */
const SLOW = { latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 }
const CPU_SLOWDOWN = 4
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
const DESK = { viewport: { width: 1440, height: 900 } }
const PAN_FRAMES = 180
const SETTLED_MS = 3000

export async function measurePages(options: PagesOptions): Promise<PagesResult> {
  // The program serves what is built when it starts.
  await buildPages()
  return withProgram({}, async (program) => {
    const { onProgress } = options
    onProgress('pages: what they show is played')
    const key = await newParty(program, 'bench')
    await playScene(program, Date.now())
    await playLargeData(program, key, options)
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...QUIET] })
    try {
      return await measure(browser, program, key, options)
    } finally {
      await browser.close()
    }
  })
}

async function measure(
  browser: Browser,
  program: Program,
  key: string,
  { rounds, nodes, readings, alerts, onProgress }: PagesOptions,
): Promise<PagesResult> {
  const context = (view: object) => sessionOf(browser, program, view)
  onProgress('pages: a link is opened on slow 3G')
  const link = program.apiUrl + new URL(codes.warm).pathname
  const verdictMs = await slowly(browser, rounds, link, '.verdict')
  const bareMs = await withBarePage((url) => slowly(browser, rounds, url, '#verdict'))
  const scriptBytes = await scriptBytesOf(browser, `${program.apiUrl}/app/`)
  const linkScriptBytes = await scriptBytesOf(browser, link)
  onProgress('pages: a large chain is moved')
  const desk = await context(DESK)
  const chain = await panned(desk, `${program.apiUrl}/app/chain?id=${encodeURIComponent(ROOT)}`)
  const idle = await idleFrames(desk, program.apiUrl)
  onProgress('pages: a long curve is drawn')
  const item = `${program.apiUrl}/app/item?id=${encodeURIComponent(WATCHED)}`
  const curveMs = await curveTime(await context(PHONE), item, rounds)
  onProgress('pages: alerts come')
  const flood = await flooded(desk, program, key, alerts)
  return {
    ...{ verdictMs, bareMs, scriptBytes, linkScriptBytes, nodes, readings, alerts },
    ...{ ...chain, idle, curveMs, ...flood },
  }
}

async function sessionOf(
  browser: Browser,
  { apiUrl, key }: Program,
  view: object,
): Promise<BrowserContext> {
  const context = await browser.newContext({ ...view, baseURL: apiUrl, locale: 'zh-CN' })
  await context.request.post('/v1/session', { data: { key } })
  return context
}

/** From the first byte that is asked for until something is there to be read; nothing is kept. */
async function slowly(
  browser: Browser,
  rounds: number,
  url: string,
  selector: string,
): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const context = await browser.newContext({ ...PHONE, locale: 'zh-CN' })
    const page = await context.newPage()
    const devtools = await context.newCDPSession(page)
    await devtools.send('Network.enable')
    await devtools.send('Network.emulateNetworkConditions', { offline: false, ...SLOW })
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN })
    await page.goto(url, { waitUntil: 'commit' })
    await page.locator(selector).waitFor()
    // It is in the document; the first paint says when it could be read.
    times.push(await untilTold(page, FIRST_PAINT))
    await context.close()
  }
  return Math.round(median(times))
}

/** The number that an expression comes to, once it does. No page may ask itself: its policy. */
async function untilTold(page: Page, expression: string): Promise<number> {
  return until(
    () => page.evaluate<number>(expression),
    (told) => typeof told === 'number',
  )
}

const FIRST_PAINT = `performance.getEntriesByName('first-contentful-paint')[0]?.startTime`

async function withBarePage<T>(use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end('<!doctype html><title>bare</title><h1 id="verdict">可以销售</h1>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    return await use(`http://127.0.0.1:${port}/`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** Of all scripts that a page asks for by itself, as gzip packs them. */
async function scriptBytesOf(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ ...PHONE, serviceWorkers: 'block' })
  const page = await context.newPage()
  const bodies: Promise<Buffer>[] = []
  const onResponse = (response: Response) => {
    if (response.request().resourceType() === 'script') bodies.push(response.body())
  }
  page.on('response', onResponse)
  await page.goto(url, { waitUntil: 'networkidle' })
  // What comes later, as for an alert, has no body any more once the page is closed.
  page.off('response', onResponse)
  const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length)
  await context.close()
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function panned(context: BrowserContext, url: string) {
  const page = await context.newPage()
  const startMs = performance.now()
  await page.goto(url)
  await page.locator('.chain-scroller canvas').waitFor()
  // All of them come with one answer; the count of the bundles is told once they are drawn.
  await page.getByText('按地点和日期合并').waitFor()
  const chainMs = Math.round(performance.now() - startMs)
  const pan = await framesOf(page, PAN_FRAMES, PAN)
  await page.close()
  return { chainMs, pan }
}

/** As fast as a wheel is turned: down to the end and up again, and to the side meanwhile. */
const PAN = `(frame) => {
  const at = document.querySelector('.chain-scroller')
  const length = at.scrollHeight - at.clientHeight
  const way = (frame * 32) % (2 * length)
  at.scrollTop = way < length ? way : 2 * length - way
  at.scrollLeft = ((at.scrollWidth - at.clientWidth) * at.scrollTop) / length
}`

async function idleFrames(context: BrowserContext, url: string): Promise<Frames> {
  const page = await context.newPage()
  await page.goto(`${url}/v1/health`)
  const frames = await framesOf(page, PAN_FRAMES, '() => {}')
  await page.close()
  return frames
}

async function framesOf(page: Page, count: number, act: string): Promise<Frames> {
  const times = (await page.evaluate(`new Promise((resolve) => {
    const act = ${act}
    const times = []
    let before
    const next = (now) => {
      if (before !== undefined) times.push(now - before)
      before = now
      if (times.length >= ${count}) return resolve(times)
      act(times.length)
      requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
  })`)) as number[]
  return framesFrom(times)
}

function framesFrom(times: readonly number[]): Frames {
  const tenths = (value: number) => Math.round(value * 10) / 10
  return {
    p50Ms: tenths(median(times)),
    p95Ms: tenths(quantile(times, 0.95)),
    mostMs: tenths(Math.max(...times)),
    count: times.length,
  }
}

async function curveTime(context: BrowserContext, url: string, rounds: number): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const page = await context.newPage()
    await page.goto(url)
    times.push(await untilTold(page, CURVE))
    await page.close()
  }
  return Math.round(median(times))
}

const CURVE = `performance.getEntriesByName('curve')[0]?.duration`

/** Second commissionings at a steady rate, while somebody looks at the alerts. */
async function flooded(context: BrowserContext, program: Program, key: string, alerts: number) {
  const changes = [{ rule: 'C13', enabled: false, revision: 'off', fromUs: 0, reason: 'x' }]
  await request(program, 'PUT', '/v1/rules', { basedOn: 0, reason: 'bench', changes })
  const page = await context.newPage()
  await page.goto(`${program.apiUrl}/app/alerts`)
  await page.locator('main').waitFor()
  // What opening it takes is no part of what alerts cost.
  await sleep(SETTLED_MS)
  // Of before the page was opened; rules may still be at work on what was played.
  const before = await lasting(async () => (await alertsKept(program)) - (await heardBy(page)))
  const heardBefore = await heardBy(page)
  await page.evaluate(NOTE_FRAMES)
  const startMs = performance.now()
  const seconds = Math.max(1, Math.round((alerts / 1000) * 60))
  let made = 0
  for (let second = 1; second <= seconds; second += 1) {
    const upTo = Math.round((alerts / seconds) * second)
    await captured(program, key, twice(made, upTo))
    made = upTo
    await sleep(Math.max(0, second * 1000 - (performance.now() - startMs)))
  }
  const alertSeconds = Math.round((performance.now() - startMs) / 1000)
  const alertFrames = framesFrom((await page.evaluate('globalThis.framesNoted')) as number[])
  // Rules and stream may be behind by then, and catch up: what is never heard is told as that.
  const { raised: alertsRaised, heard: alertsHeard } = await lasting(async () => ({
    raised: (await alertsKept(program)) - before - heardBefore,
    heard: (await heardBy(page)) - heardBefore,
  }))
  await page.close()
  return { alertSeconds, alertsRaised, alertsHeard, alertFrames }
}

const LASTING_MS = 5000
const LOOK_AGAIN_MS = 500

/** What is told once it has not changed for a while. */
async function lasting<T>(ask: () => Promise<T>): Promise<T> {
  let told = await ask()
  for (let sinceMs = performance.now(); performance.now() - sinceMs < LASTING_MS; ) {
    await sleep(LOOK_AGAIN_MS)
    const next = await ask()
    if (JSON.stringify(next) !== JSON.stringify(told)) sinceMs = performance.now()
    told = next
  }
  return told
}

const NOTE_FRAMES = `(() => {
  globalThis.framesNoted = []
  let before = performance.now()
  const next = (now) => {
    framesNoted.push(now - before)
    before = now
    requestAnimationFrame(next)
  }
  requestAnimationFrame(next)
})()`

function twice(first: number, end: number): object[] {
  const made = (n: number, secondsAgo: number) => ({
    ...{ type: 'ObjectEvent', action: 'ADD', bizStep: 'commissioning' },
    eventTime: new Date(Date.now() - secondsAgo * 1000).toISOString(),
    eventTimeZoneOffset: '+08:00',
    epcList: [`https://id.gs1.org/01/06907654321093/21/TWICE${n}`],
    readPoint: { id: `https://id.gs1.org/414/690765430000${secondsAgo > 30 ? 1 : 2}` },
  })
  const all = Array.from({ length: end - first }, (_, at) => first + at)
  return all.flatMap((n) => [made(n, 60), made(n, 1)])
}
