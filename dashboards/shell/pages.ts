/**
 * All pages: where each one is, who is offered it, and where its code is. A page is loaded when it
 * is first opened. Adding one is an entry here and a word in `words/navigation.ts`.
 */
import type { ComponentType } from 'react'
import type { navigationWords } from '../words/navigation.ts'
import type { Role } from './session.ts'

export interface Page {
  /** Below /app. */
  readonly path: string
  readonly word: keyof typeof navigationWords.zh
  /** Who is offered it; undefined for everybody. The server decides what it answers. */
  readonly roles?: readonly Role[]
  /** False for what is reached from other pages only. */
  readonly isInNavigation: boolean
  /** Needs the room of a desk: the content is not narrowed. */
  readonly isWide?: true
  readonly load: () => Promise<ComponentType>
}

const DESK = ['enterprise', 'inspector', 'regulator', 'admin'] as const

const pages: readonly Page[] = [
  {
    path: '/',
    word: 'scan',
    isInNavigation: true,
    load: async () => (await import('../inspector/scan-page.tsx')).ScanPage,
  },
  {
    path: '/item',
    word: 'item',
    isInNavigation: false,
    load: async () => (await import('../inspector/item-page.tsx')).ItemPage,
  },
  {
    path: '/chain',
    word: 'chain',
    roles: DESK,
    isInNavigation: true,
    isWide: true,
    load: async () => (await import('../chain/chain-page.tsx')).ChainPage,
  },
  {
    path: '/alerts',
    word: 'alerts',
    roles: DESK,
    isInNavigation: true,
    isWide: true,
    load: async () => (await import('../alerts/alerts-page.tsx')).AlertsPage,
  },
  {
    path: '/recalls',
    word: 'recalls',
    roles: DESK,
    isInNavigation: true,
    isWide: true,
    load: async () => (await import('../recalls/recalls-page.tsx')).RecallsPage,
  },
  {
    path: '/rules',
    word: 'rules',
    roles: DESK,
    isInNavigation: true,
    isWide: true,
    load: async () => (await import('../rules/rules-page.tsx')).RulesPage,
  },
  {
    path: '/parties',
    word: 'parties',
    roles: ['regulator', 'admin', 'inspector'],
    isInNavigation: true,
    isWide: true,
    load: async () => (await import('../parties/parties-page.tsx')).PartiesPage,
  },
  {
    path: '/enterprise',
    word: 'enterprise',
    roles: ['enterprise', 'admin'],
    isInNavigation: true,
    isWide: true,
    load: async () => (await import('../enterprise/enterprise-page.tsx')).EnterprisePage,
  },
  {
    path: '/webhooks',
    word: 'webhooks',
    roles: ['enterprise', 'regulator', 'admin'],
    isInNavigation: true,
    isWide: true,
    load: async () => (await import('../webhooks/webhooks-page.tsx')).WebhooksPage,
  },
  {
    path: '/queue',
    word: 'queue',
    isInNavigation: false,
    load: async () => (await import('../inspector/queue-page.tsx')).QueuePage,
  },
  {
    path: '/login',
    word: 'logIn',
    isInNavigation: false,
    load: async () => (await import('./login-page.tsx')).LoginPage,
  },
]

const itemPage = pages[1]

/** The page of an address. A scanned code, which stands outside of /app, opens its item. */
export function pageAt(pathname: string): Page | undefined {
  if (!pathname.startsWith('/app')) return itemPage
  const path = pathname.slice('/app'.length) || '/'
  return pages.find((page) => page.path === path)
}

/** What the navigation offers to a role. */
export function offeredTo(role: Role): readonly Page[] {
  return pages.filter((page) => page.isInNavigation && mayOpen(page, role))
}

export function mayOpen({ roles }: Page, role: Role): boolean {
  return roles === undefined || roles.includes(role)
}
