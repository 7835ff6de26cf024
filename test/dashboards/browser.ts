/**
 * A real browser on the real pages. Whatever a page must never do fails the test that it happens
 * in: an error in the console, an exception that nobody caught, a request to another host. A test
 * that fails leaves a picture in `test-results/`.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test'
import axe from 'axe-core'
import { afterAll, expect, inject } from 'vitest'
import type { Server } from '#simulators/server.ts'
import { QUIET } from './chromium.ts'
import type { Stage } from './setup.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const REDRAWN_MS = 800

export type Language = 'zh' | 'en'

/** Of two, the one in a language. */
export function said<T>(language: Language, zh: T, en: T): T {
  return language === 'zh' ? zh : en
}

export type View = 'phone' | 'desk'
export type Role = 'public' | 'inspector' | 'enterprise' | 'regulator' | 'admin'
/** Of the simulated chain: whom an enterprise's key is of where nothing else is said. */
const PARTY = 'pork-plant'

/** Undefined where no browser is: tests of pages skip then, which setup.ts has said. */
export const stage: Stage | undefined = inject('stage')

/** The stage as helpers of other tests want it. */
export function server(): Server {
  const { url: apiUrl = '', adminKey: key = '' } = stage ?? {}
  return { apiUrl, key }
}

const VIEWS = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  desk: { viewport: { width: 1440, height: 900 } },
} as const

export interface Visit {
  readonly language?: Language
  readonly view?: View
  readonly role?: Role
  /** Of an enterprise: which. */
  readonly party?: string
  /** The server is reached under this instead, such as through a proxy. */
  readonly through?: string
  /** A picture of a scanner's field of view for the camera, as y4m or mjpeg. */
  readonly camera?: string
  readonly isDark?: boolean
}

export interface Visited {
  readonly page: Page
  readonly context: BrowserContext
  /** What a page must not have done so far. */
  readonly faults: readonly string[]
  /** Faults that a test brings about itself, such as a refusal that it provokes. */
  allow(pattern: RegExp): void
  /** Opens a path of the server and waits until the page is there. */
  open(path: string): Promise<void>
  /** Fails on every violation that axe finds, and on every fault. */
  check(): Promise<void>
  /** A picture of the whole page, for docs/screens/ where pictures are wanted. */
  picture(name: string): Promise<void>
}

/** Puts a browser at a test's disposal; ends with it. */
export async function visit<T>(how: Visit, act: (visited: Visited) => Promise<T>): Promise<T> {
  if (stage === undefined) throw new Error('there is no browser')
  // What a camera sees is an argument of the browser; all else is apart in a context of its own.
  const browser = how.camera === undefined ? await sharedBrowser(stage) : await launch(stage, how)
  const { through: url = stage.url } = how
  const context = await contextOf(browser, { ...stage, url }, how)
  try {
    const page = await context.newPage()
    const visited = watched(page, context, { ...stage, url })
    try {
      const result = await act(visited)
      expect(visited.faults).toEqual([])
      return result
    } catch (error) {
      await failurePicture(page, how)
      throw error
    }
  } finally {
    await context.close()
    if (how.camera !== undefined) await browser.close()
  }
}

let shared: Promise<Browser> | undefined

function sharedBrowser(at: Stage): Promise<Browser> {
  shared ??= launch(at, {})
  return shared
}

afterAll(async () => {
  await (await shared)?.close()
})

function launch({ chromium: executablePath }: Stage, { camera }: Visit): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      ...QUIET,
      ...(camera === undefined
        ? []
        : [
            '--use-fake-ui-for-media-stream',
            '--use-fake-device-for-media-stream',
            `--use-file-for-fake-video-capture=${camera}`,
          ]),
    ],
  })
}

const keys = new Map<string, string>()

/** A key of a role, made once; of an enterprise one for each party. */
export async function keyOf(
  role: Exclude<Role, 'public'>,
  { url, adminKey }: Stage,
  party: string = PARTY,
) {
  if (role === 'admin') return adminKey
  const name = role === 'enterprise' ? `${role} ${party}` : role
  const known = keys.get(name)
  if (known !== undefined) return known
  const response = await fetch(`${url}/v1/keys`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminKey}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      role,
      label: `pages: ${role}`,
      ...(role === 'enterprise' && { party }),
    }),
  })
  const { secret } = (await response.json()) as { secret: string }
  keys.set(name, secret)
  return secret
}

async function contextOf(browser: Browser, { url, adminKey, ...rest }: Stage, how: Visit) {
  const { language = 'zh', view = 'phone', role = 'public', isDark = false } = how
  const context = await browser.newContext({
    ...VIEWS[view],
    baseURL: url,
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    timezoneId: 'Asia/Shanghai',
    colorScheme: isDark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    ...(how.camera !== undefined && { permissions: ['camera'] }),
  })
  if (role !== 'public') {
    const key = await keyOf(role, { url, adminKey, ...rest }, how.party)
    const answer = await context.request.post('/v1/session', { data: { key } })
    expect(answer.status()).toBe(201)
  }
  return context
}

function watched(page: Page, context: BrowserContext, { url }: Stage): Visited {
  const faults: string[] = []
  const allowed: RegExp[] = []
  const fault = (text: string) => {
    if (!allowed.some((pattern) => pattern.test(text))) faults.push(text)
  }
  page.on('console', (message) => {
    if (message.type() === 'error') fault(`console: ${message.text()} ${message.location().url}`)
  })
  page.on('pageerror', (error) => fault(`uncaught: ${error.stack ?? error.message}`))
  context.on('request', (request) => {
    const target = request.url()
    const isOurs = target.startsWith(url) || /^(blob|data):/.test(target)
    if (!isOurs) fault(`request to another host: ${target}`)
  })
  return {
    page,
    context,
    faults,
    allow: (pattern) => allowed.push(pattern),
    async open(path) {
      await page.goto(path)
      await page.locator('main').waitFor()
    },
    async check() {
      expect(await violations(page)).toEqual([])
      expect(faults).toEqual([])
    },
    async picture(name) {
      if (process.env['SCREENS'] !== '1') return
      const folder = join(root, 'docs/screens')
      mkdirSync(folder, { recursive: true })
      // As high as the page, so that what sticks to the bottom stands there.
      const before = page.viewportSize()
      const height = Number(await page.evaluate('document.documentElement.scrollHeight'))
      if (before) await page.setViewportSize({ ...before, height })
      // What is drawn is drawn again in its new size.
      await page.waitForTimeout(REDRAWN_MS)
      await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
      if (before) await page.setViewportSize(before)
    },
  }
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
  }[]
}

/** The content policy forbids foreign scripts, so axe is put in by the browser's own debugger. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations: found } = (await page.evaluate('axe.run()')) as AxeResults
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${html} ${failureSummary}`),
  )
}

async function failurePicture(page: Page, { language, view, role }: Visit): Promise<void> {
  const folder = join(root, 'test-results')
  mkdirSync(folder, { recursive: true })
  const test = expect.getState().currentTestName ?? 'test'
  const name = [test, role, language, view].join(' ').replaceAll(/[^\p{L}\p{N}]+/gu, '-')
  await page.screenshot({ path: join(folder, `${name.slice(0, 120)}.png`), fullPage: true })
}

/** Both languages in both views. */
export const everyLook: readonly { language: Language; view: View }[] = [
  { language: 'zh', view: 'phone' },
  { language: 'en', view: 'phone' },
  { language: 'zh', view: 'desk' },
  { language: 'en', view: 'desk' },
]
