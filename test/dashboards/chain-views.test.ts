/** A chain looked at in other ways: as files, on another axis, with its curve, on paper. */
import type { Page } from '@playwright/test'
import { describe, expect, it } from 'vitest'
import { get } from '../e2e/http.ts'
import { server, stage, visit } from './browser.ts'
import { saved } from './saved.ts'
import { codes } from './scene.ts'

const inEnglish = { language: 'en', view: 'desk', role: 'regulator' } as const
const chainAt = `/app/chain?id=${encodeURIComponent(codes.warm)}`

interface Chain {
  readonly nodes: readonly {
    readonly kind: string
    readonly key: string
    readonly certainty: string
    readonly standing: string
    readonly eventIDs: readonly string[]
  }[]
  readonly links: readonly {
    readonly kind: string
    readonly from: string
    readonly to: string
    readonly certainty: string
  }[]
  readonly gaps: readonly { readonly kind: string; readonly key: string }[]
  readonly events: readonly {
    readonly eventID: string
    readonly eventTime: string
    readonly party: string
  }[]
}

async function toldChain(): Promise<Chain> {
  const path = `/v1/trace/${encodeURIComponent(codes.warm)}?direction=both&limit=1000`
  return (await get(server(), path)).body as unknown as Chain
}

/** How often some of the items were with one party after another. */
function staysIn({ nodes, events }: Chain): number {
  const inOrder = [...events].sort((one, other) => (one.eventTime < other.eventTime ? -1 : 1))
  const stays = nodes.map(({ eventIDs }) => {
    const its = inOrder.filter(({ eventID }) => eventIDs.includes(eventID))
    const comes = its.filter(({ party }, at) => party !== its[at - 1]?.party)
    return Math.max(1, comes.length)
  })
  return stays.reduce((sum, each) => sum + each, 0)
}

const graph = (page: Page) => page.getByRole('application')
const press = (page: Page, name: string) => () =>
  page.getByRole('button', { name, exact: true }).click()

interface Drawn {
  readonly title: string
  readonly width: number
  readonly text: string
  /** Of boxes, from left to right. */
  readonly boxes: readonly { readonly x: number; readonly label: string }[]
}

async function drawn(page: Page): Promise<Drawn> {
  const text = (await saved(page, press(page, 'SVG'))).toString()
  const boxes = [...text.matchAll(/<rect x="([\d.]+)"[^>]* rx="[\s\S]*?<text[^>]*>([^<]*)/g)]
  return {
    text,
    title: /<title>(.*?)<\/title>/.exec(text)?.[1] ?? '',
    width: Number(/ width="(\d+)"/.exec(text)?.[1]),
    boxes: boxes
      .map(([, x, label = '']) => ({ x: Number(x), label }))
      .sort((one, other) => one.x - other.x || (one.label < other.label ? -1 : 1)),
  }
}

const labels = ({ boxes }: Drawn) => boxes.map(({ label }) => label).sort()

describe.skipIf(stage === undefined)('a chain is looked at', () => {
  it('as a table that holds all that the server tells of it', async () => {
    const { nodes, links, gaps } = await toldChain()
    await visit(inEnglish, async ({ page, open }) => {
      await open(chainAt)
      await graph(page).waitFor()
      const csv = (await saved(page, press(page, 'CSV'))).toString()
      // No cell of this chain has a comma in it.
      const rows = csv
        .replace('\uFEFF', '')
        .trimEnd()
        .split('\r\n')
        .map((line) => line.split(','))
      const of = (what: string) =>
        rows.filter(([first]) => first === what).map((row) => row.slice(1, 5).join(' '))
      expect(of('item')).toEqual(nodes.map((one) => `${one.kind} ${one.key}  ${one.certainty}`))
      expect(of('link')).toEqual(
        links.map(({ kind, from, to, certainty }) => `${kind} ${from} ${to} ${certainty}`),
      )
      expect(of('gap')).toEqual(gaps.map(({ kind, key }) => `${kind} ${key}  `))
      expect(rows).toHaveLength(1 + nodes.length + links.length + gaps.length)
    })
  })

  it('as a drawing with every stay of every item, in the lanes of their parties', async () => {
    const stays = staysIn(await toldChain())
    await visit(inEnglish, async ({ page, open }) => {
      await open(chainAt)
      await graph(page).waitFor()
      // Names come with the register.
      await page.getByText('Chilled pork shoulder 400 g').first().waitFor()
      const svg = await drawn(page)
      expect(svg.title).toBe(codes.warm)
      expect(svg.boxes).toHaveLength(stays)
      // Membership of a lot is inferred, and drawn as that.
      expect(svg.text).toMatch(/<path [^>]*fill="none"[^>]*stroke-dasharray/)
      for (const name of ['Blue Stone Farm', 'Huasheng Slaughterhouse', 'Renmin Road Shop']) {
        expect(svg.text).toContain(`>${name}</text>`)
      }
    })
  })

  it('on an axis that leaves out what is long and empty, wider, and narrower again', async () => {
    await visit(inEnglish, async ({ page, open, check }) => {
      await open(chainAt)
      await graph(page).waitFor()
      const wide = () => graph(page).evaluate((element) => element.scrollWidth)
      const linear = await drawn(page)
      await press(page, 'compressed')()
      const compressed = await drawn(page)
      expect(labels(compressed)).toEqual(labels(linear))
      // The farms' week of waiting takes less room, the day of the packing more.
      expect(compressed.boxes.map(({ x }) => x)).not.toEqual(linear.boxes.map(({ x }) => x))
      const before = await wide()
      await press(page, 'Wider')()
      await expect.poll(wide).toBeGreaterThan(before * 1.7)
      expect((await drawn(page)).width).toBeGreaterThan(compressed.width * 1.7)
      await check()
      await press(page, 'Narrower')()
      await press(page, 'linear')()
      await expect.poll(wide).toBe(before)
      expect((await drawn(page)).boxes).toEqual(linear.boxes)
    })
  })

  it('with only what is related to it, and with all again', async () => {
    const chain = await toldChain()
    const stays = staysIn(chain)
    // Crates and their sensors are no part of what it was made of.
    const isRelated = (standing: string) => standing === 'traced' || standing === 'lot'
    const related = chain.nodes.filter(({ standing }) => isRelated(standing))
    const kept = staysIn({ ...chain, nodes: related })
    expect(kept).toBeLessThan(stays)
    await visit(inEnglish, async ({ page, open, check }) => {
      await open(chainAt)
      await graph(page).waitFor()
      await page.getByLabel('Only what is related').check()
      expect((await drawn(page)).boxes).toHaveLength(kept)
      await check()
      await page.getByLabel('Only what is related').uncheck()
      expect((await drawn(page)).boxes).toHaveLength(stays)
    })
  })

  it('with one cursor in the graph and in the curve below it, also when it is moved', async () => {
    await visit(inEnglish, async ({ page, open }) => {
      await open(chainAt)
      await page.locator('.chain-curve canvas').first().waitFor()
      await press(page, 'Wider')()
      await graph(page).evaluate((element) => element.scrollTo({ left: 300 }))
      const [above, below] = await Promise.all([
        graph(page).boundingBox(),
        page.locator('.chain-curve .u-over').boundingBox(),
      ])
      if (!above || !below) throw new Error('both are there')
      const inCurve = async () =>
        ((await page.locator('.chain-curve .u-cursor-x').boundingBox())?.x ?? -1) - below.x
      const inGraph = () => page.evaluate<number[]>(cursorColumns(0xb3, 0x59, 0x00))
      for (const at of [80, below.width / 2, below.width - 30]) {
        await page.mouse.move(below.x + at, above.y + 40)
        await expect.poll(async () => Math.abs((await inCurve()) - at)).toBeLessThan(4)
        // And the other way: over the curve, drawn in the graph.
        await page.mouse.move(below.x + at - 50, below.y + 60)
        const where = Math.round(below.x + at - 50 - above.x)
        const isThere = async () => (await inGraph()).some((x) => Math.abs(x - where) < 4)
        await expect.poll(isThere).toBe(true)
      }
    })
  })

  it('on paper: all of the drawing, also what is scrolled away, and nothing to press', async () => {
    const stays = staysIn(await toldChain())
    await visit(inEnglish, async ({ page, open }) => {
      await open(chainAt)
      await graph(page).waitFor()
      await press(page, 'Wider')()
      await page.emulateMedia({ media: 'print' })
      await page.evaluate(`dispatchEvent(new Event('beforeprint'))`)
      const paper = page.locator('.chain-paper svg')
      expect(await paper.locator('rect[rx]').count()).toBe(stays)
      const { width = 0 } = (await paper.boundingBox()) ?? {}
      const room = await page.evaluate<number>('document.documentElement.clientWidth')
      expect(width).toBeGreaterThan(0)
      expect(width).toBeLessThanOrEqual(room)
      for (const screen of ['header.top', '.chain-scroller', '.no-print', '#asked']) {
        expect(await page.locator(screen).first().isVisible(), screen).toBe(false)
      }
      await page.emulateMedia({ media: 'screen' })
      await page.evaluate(`dispatchEvent(new Event('afterprint'))`)
      expect(await paper.count()).toBe(0)
      await graph(page).waitFor()
    })
  })
})

/** Run in the page: the columns of the graph in which a colour goes from top to bottom. */
function cursorColumns(red: number, green: number, blue: number): string {
  return `(() => {
    const canvas = document.querySelector('.chain-scroller canvas')
    const { width, height } = canvas
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
    const isIt = (x, y) => {
      const at = (y * width + x) * 4
      const off = Math.abs(data[at] - ${red}) + Math.abs(data[at + 1] - ${green})
      return off + Math.abs(data[at + 2] - ${blue}) < 300
    }
    const rows = [0.1, 0.3, 0.5, 0.7, 0.9].map((part) => Math.floor((height - 30) * part))
    return Array.from({ length: width }, (_, x) => x).filter((x) => rows.every((y) => isIt(x, y)))
  })()`
}
