/**
 * A scanned code as a page: the verdict is written by the server, so that it shows before any
 * script has come, also on a slow network and an old phone. The built pages take over when their
 * script runs, and find here what they would have asked for.
 */
import { gzipSync } from 'node:zlib'
import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import { html, raw } from 'hono/html'
import type { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import { TITLES, type Verdict } from './item-verdict.ts'
import type { itemSchema } from './item-view.ts'
import type { PageFiles } from './page-files.ts'
import { PAGE_HEADERS } from './pages.ts'
import type { Env } from './route.ts'

type Language = 'zh' | 'en'
type Item = z.output<typeof itemSchema>
type Html = ReturnType<typeof html>

const SIGNS = { sell: '✓', check: '!', do_not_sell: '✕', unknown: '?' } as const
const ROOT = '<div id="root"></div>'

const WORDS = {
  zh: {
    nothing: '没有不利记录。',
    fresh: '数据截至',
    scans: '查询次数',
    product: '品名',
    gtin: '商品条码',
    lot: '批号',
    serial: '序列号',
    loading: '正在载入链路…',
    noRecord: '本系统没有此码的任何记录。没有记录不等于假货，但来源无法核实。',
  },
  en: {
    nothing: 'Nothing speaks against it.',
    fresh: 'Data as of',
    scans: 'Times looked up',
    product: 'Product',
    gtin: 'GTIN',
    lot: 'Lot',
    serial: 'Serial',
    loading: 'Loading the chain…',
    noRecord:
      'Nothing here names this code. That does not make it a fake, but where it comes from ' +
      'cannot be verified.',
  },
} as const

/** Whether who asks would rather have a page: a browser that opens a link does. */
export function wantsPage(c: Context<Env>, files: PageFiles): boolean {
  const accept = c.req.header('Accept') ?? ''
  return accept.includes('text/html') && files.has('index.html')
}

/** `id`: as the pages name the code; `item` undefined where there is no record of it. */
export async function firstView(
  c: Context<Env>,
  files: PageFiles,
  id: string,
  item: Item | undefined,
  asOfUs: number,
): Promise<Response> {
  const language = languageOf(c)
  const freshAsOf = formatTimeUs(asOfUs)
  const view = await (item ? known(item, language, freshAsOf) : unknown(language))
  // A data block is never run; what it holds cannot end it.
  const told = item && JSON.stringify({ id, item, freshAsOf }).replaceAll('<', '\\u003c')
  const data =
    told === undefined ? '' : `<script type="application/json" id="told">${told}</script>`
  const index = files.get('index.html')?.plain.toString() ?? ''
  const page = index
    .replace('<html lang="zh-CN">', `<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">`)
    .replace(ROOT, () => `<div id="root">${view}</div>${data}`)
  return pageResponse(c, page, item === undefined ? 404 : 200)
}

function pageResponse(c: Context<Env>, page: string, status: number): Response {
  const isGzip = /\bgzip\b/.test(c.req.header('Accept-Encoding') ?? '')
  return new Response(isGzip ? new Uint8Array(gzipSync(page)) : page, {
    status,
    headers: {
      ...PAGE_HEADERS,
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'private, no-store',
      Vary: 'Accept, Accept-Encoding, Accept-Language, Cookie',
      ...(isGzip && { 'Content-Encoding': 'gzip' }),
    },
  })
}

/** As it was chosen on the pages, else as the browser prefers it. */
function languageOf(c: Context<Env>): Language {
  const chosen = getCookie(c, 'suyuan_lang')
  if (chosen === 'zh' || chosen === 'en') return chosen
  const accepted = c.req.header('Accept-Language') ?? 'zh'
  return /^\s*zh\b/i.test(accepted) ? 'zh' : 'en'
}

function known(item: Item, language: Language, freshAsOf: string): Html {
  const t = WORDS[language]
  const { gtin, lot, serial } = item.understood.parts
  const { scans, product, verdict } = item
  const rows = [
    [t.product, product?.names?.[language] ?? product?.name],
    [t.gtin, gtin],
    [t.lot, lot],
    [t.serial, serial],
    [t.scans, scans?.count],
  ]
  return html`<main id="content">
    ${verdictPart(verdict, t.nothing, language)}
    <section class="card">
      <dl class="facts">
        ${rows.map(([name, value]) =>
          value === undefined ? '' : html`<dt>${name}</dt><dd>${value}</dd>`,
        )}
      </dl>
      <p class="quiet">${t.fresh} ${freshAsOf.slice(0, 16).replace('T', ' ')} UTC</p>
      <p class="quiet">${t.loading}</p>
    </section>
  </main>`
}

function unknown(language: Language): Html {
  const verdict: Verdict = { verdict: 'unknown', title: TITLES.unknown, reasons: [] }
  return html`<main id="content">${verdictPart(verdict, WORDS[language].noRecord, language)}</main>`
}

function verdictPart({ verdict, title, reasons }: Verdict, nothing: string, language: Language) {
  const [first] = reasons
  const heading = [title[language], first?.title?.[language]].filter(Boolean).join(' · ')
  return html`<section class="verdict ${verdict}">
    <h2>${raw(`<span aria-hidden="true">${SIGNS[verdict]}</span>`)} ${heading}</h2>
    <p>${first?.text[language] ?? nothing}</p>
  </section>`
}
