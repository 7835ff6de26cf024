/** A feed of messages to the public. [RFC 4287, paged by RFC 5005] */
import type { Text } from '#risk/words.ts'
import type { Published } from '#store/webhooks/bulletin.ts'
import { headlineOf } from './alert-bulletins.ts'
import { type Element, element, xmlDocument } from './xml.ts'

export interface FeedPage {
  /** Of the feed itself, whatever the page. */
  readonly id: string
  readonly title: string
  readonly self: string
  readonly first: string
  readonly next: string | undefined
  readonly language: keyof Text
  /** Where the document of a message is. */
  readonly documentOf: (id: string) => string
  /** The newest first. */
  readonly bulletins: readonly Published[]
}

const NAMESPACE = 'http://www.w3.org/2005/Atom'
const NEVER = '1970-01-01T00:00:00Z'

export function atomFeed(page: FeedPage): string {
  const { id, title, self, first, next, bulletins, language } = page
  const [newest] = bulletins
  return xmlDocument({
    name: 'feed',
    attributes: { xmlns: NAMESPACE, 'xml:lang': language },
    content: [
      element('id', id),
      element('title', title),
      element('updated', newest ? timeOf(newest) : NEVER),
      { name: 'author', content: [element('name', newest?.about.sender ?? title)] },
      link('self', self),
      link('first', first),
      ...(next === undefined ? [] : [link('next', next)]),
      ...bulletins.map((bulletin) => entryOf(bulletin, page)),
    ],
  })
}

function entryOf(bulletin: Published, { language, documentOf }: FeedPage): Element {
  const { about, id } = bulletin
  const headline = headlineOf(about)
  const terms = [about.status, about.msgType, about.severity, about.domain ?? '', ...about.regions]
  return {
    name: 'entry',
    content: [
      element('id', `urn:suyuan:bulletin:${id}`),
      element('title', headline[language]),
      element('updated', timeOf(bulletin)),
      element('published', timeOf(bulletin)),
      element('summary', `${headline.zh} / ${headline.en}`),
      ...terms
        .filter((term) => term !== '')
        .map((term) => ({ name: 'category', attributes: { term } })),
      link('alternate', documentOf(id), 'application/cap+xml'),
    ],
  }
}

function link(rel: string, href: string, type = 'application/atom+xml'): Element {
  return { name: 'link', attributes: { rel, type, href } }
}

function timeOf({ sentUs }: Published): string {
  return new Date(Math.floor(sentUs / 1000)).toISOString()
}
