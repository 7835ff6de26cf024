/** The code of pages that has been loaded. */
import type { ComponentType } from 'react'
import type { Page } from './pages.ts'

const loaded = new Map<Page, ComponentType>()

export function loadedPage(page: Page): ComponentType | undefined {
  return loaded.get(page)
}

/** Throws where it cannot be loaded. */
export async function loadPage(page: Page): Promise<ComponentType> {
  const component = await page.load()
  loaded.set(page, component)
  return component
}
