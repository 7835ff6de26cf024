/**
 * The language of the pages, and words in it. The choice stands in a cookie, which the server reads
 * too: it writes the first verdict before any script runs.
 */
import { useSyncExternalStore } from 'react'

export type Language = 'zh' | 'en'

type Entry = string | ((...args: never[]) => string)
type Like<T> = { readonly [K in keyof T]: T[K] extends string ? string : T[K] }

/** Words of one part of the pages. */
export interface Words<T> {
  readonly zh: T
  readonly en: Like<T>
}

/** Words in both languages: one that is missing in the second does not compile. */
export function words<const T extends Readonly<Record<string, Entry>>>(
  zh: T,
  en: Like<T>,
): Words<T> {
  return { zh, en }
}

const COOKIE = 'suyuan_lang'
const listeners = new Set<() => void>()
let current: Language = chosen() ?? (navigator.language.startsWith('zh') ? 'zh' : 'en')
document.documentElement.lang = htmlLang(current)

function chosen(): Language | undefined {
  const found = new RegExp(`(?:^|; )${COOKIE}=(zh|en)`).exec(document.cookie)?.[1]
  return found === 'zh' || found === 'en' ? found : undefined
}

function htmlLang(language: Language): string {
  return language === 'zh' ? 'zh-CN' : 'en'
}

export function setLanguage(language: Language): void {
  current = language
  document.cookie = `${COOKIE}=${language}; path=/; max-age=31536000; samesite=lax`
  document.documentElement.lang = htmlLang(language)
  for (const tell of listeners) tell()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, () => current)
}

/** Words in the language that is chosen. */
export function useWords<T>({ zh, en }: Words<T>): Like<T> {
  // The type of the second is that of the first with other texts.
  return useLanguage() === 'zh' ? (zh as Like<T>) : en
}
