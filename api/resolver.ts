/**
 * The GS1 Digital Link resolver: a scanned code opens here, under the path that it carries. It
 * answers with the item, or with the links that lead on from it. [GS1-Conformant resolver 1.1]
 */
import type { Context } from 'hono'
import { z } from 'zod'
import { KEY_PATHS } from '#epcis/gs1-key.ts'
import type { Caller } from './caller.ts'
import { firstView, wantsPage } from './first-view.ts'
import type { Lag } from './freshness.ts'
import { refusal } from './item.ts'
import { itemSchema } from './item-view.ts'
import { type ItemQuery, type ItemsParts, itemAnswer, itemQuery } from './items.ts'
import type { PageFiles } from './page-files.ts'
import { Problem } from './problem.ts'
import type { Env, Router } from './route.ts'

const linksetType = 'application/linkset+json'
const canonicalHost = 'https://id.gs1.org'

/** Link types of the GS1 web vocabulary that lead somewhere here -> where. */
const linkTargets = {
  'gs1:defaultLink': '/v1/items/',
  'gs1:traceability': '/v1/trace/',
  'gs1:epcis': '/epcis/events?MATCH_anyEPC=',
} as const

const linkTitles: Readonly<Record<keyof typeof linkTargets, string>> = {
  'gs1:defaultLink': 'What is known of it',
  'gs1:traceability': 'Where it comes from and what became of it',
  'gs1:epcis': 'The events that name it',
}

export interface ResolverParts extends ItemsParts {
  readonly pages: PageFiles
  readonly lag: () => Lag | undefined
}

export function serveResolver(router: Router, parts: ResolverParts): void {
  for (const { path, name } of KEY_PATHS) {
    router.serve(
      {
        method: 'get',
        path: `/${path}/{rest}`,
        tail: true,
        openQuery: true,
        may: 'read items',
        tag: 'Resolver',
        summary: `What a ${name} opens`,
        description:
          `A GS1 Digital Link on this server. linkType=linkset or Accept: ${linksetType} tells ` +
          'what can be opened from here, another linkType of those leads there.',
        query: { ...itemQuery, linkType: z.string().optional() },
        answers: {
          200: {
            description: 'The item, as a page where text/html is accepted',
            schema: itemSchema,
          },
          307: { description: 'Leads to what the linkType asks for' },
        },
      },
      (c, { caller, query }) => answer(c, parts, caller, query),
    )
  }
  router.serve(
    {
      method: 'get',
      path: '/.well-known/gs1resolver',
      may: 'read service',
      tag: 'Resolver',
      summary: 'What this resolver resolves',
      answers: { 200: { description: 'Its description', schema: z.looseObject({}) } },
    },
    (c) =>
      c.json({
        name: 'Suyuan',
        resolverRoot: c.get('baseUrl'),
        supportedPrimaryKeys: KEY_PATHS.map(({ path }) => path).filter((path) => /^\d/.test(path)),
        supportedLinkTypes: [
          {
            namespace: 'https://gs1.org/voc/',
            prefix: 'gs1:',
            profile: 'https://www.gs1.org/voc/?show=linktypes',
          },
        ],
        linkTypeDefaultCanBeLinkset: true,
      }),
  )
}

async function answer(
  c: Context<Env>,
  parts: ResolverParts,
  caller: Caller,
  {
    linkType,
    at,
    history,
  }: { linkType?: string | undefined; at?: number | undefined; history: number },
): Promise<Response> {
  const { pathname, search } = new URL(c.req.url)
  const link = `${canonicalHost}${pathname}${search}`
  c.header('Link', `<${c.get('baseUrl')}${pathname}?linkType=linkset>; rel="linkset"`)
  c.header('Vary', 'Accept')
  const reading = parts.read(link)
  const isPage = linkType === undefined && wantsPage(c, parts.pages)
  if (isPage) return page(c, parts, caller, link, { at, history })
  if (!reading.ok) throw refusal(reading)
  const wantsLinks = c.req.header('Accept')?.includes(linksetType) && linkType === undefined
  if (wantsLinks || linkType === 'linkset' || linkType === 'all') return linkset(c, pathname)
  if (linkType === undefined)
    return c.json(await itemAnswer(parts, caller, [link], { at, history, isScan: true }))
  const target = Object.entries(linkTargets).find(([type]) => isSameType(type, linkType))?.[1]
  if (target === undefined) {
    const detail = `there is no ${linkType} here, but ${Object.keys(linkTargets).join(', ')}`
    throw new Problem('not_found', { code: 'unknown_link_type', path: 'linkType', detail })
  }
  return c.redirect(hrefOf(c, target, pathname), 307)
}

/** What is no code, or not known, is a page too: whoever scanned it is told so in words. */
async function page(
  c: Context<Env>,
  parts: ResolverParts,
  caller: Caller,
  link: string,
  asked: Omit<ItemQuery, 'isScan'>,
): Promise<Response> {
  const asOfUs = parts.lag()?.freshAsOfUs ?? parts.nowUs()
  const item = await itemAnswer(parts, caller, [link], { ...asked, isScan: true }).catch(
    (problem: unknown) => {
      if (problem instanceof Problem && [400, 404].includes(problem.status)) return undefined
      throw problem
    },
  )
  return firstView(c, parts.pages, link, item, asOfUs)
}

function isSameType(type: string, asked: string): boolean {
  return asked === type || asked === type.replace('gs1:', 'https://gs1.org/voc/')
}

function hrefOf(c: Context<Env>, target: string, pathname: string): string {
  return `${c.get('baseUrl')}${target}${encodeURIComponent(canonicalHost + pathname)}`
}

/** The links that lead on, as RFC 9264 writes them. */
function linkset(c: Context<Env>, pathname: string): Response {
  const links = Object.entries(linkTargets).map(([type, target]) => {
    const title = linkTitles[type as keyof typeof linkTargets]
    return [
      type.replace('gs1:', 'https://gs1.org/voc/'),
      [{ href: hrefOf(c, target, pathname), title, type: 'application/json' }],
    ]
  })
  const body = {
    linkset: [{ anchor: `${c.get('baseUrl')}${pathname}`, ...Object.fromEntries(links) }],
  }
  return c.body(JSON.stringify(body), 200, { 'Content-Type': linksetType })
}
