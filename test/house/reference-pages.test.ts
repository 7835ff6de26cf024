import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { referencePages } from './reference-pages.ts'
import { root } from './tree.ts'

it.each(Object.entries(referencePages()))('%s says what the code says', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text)
})
