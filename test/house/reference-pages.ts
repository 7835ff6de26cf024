/**
 * The reference pages under docs/ that are made from the code, so that neither can drift:
 * `npm run docs` writes them, a test compares.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describeSettings } from '#config.ts'
import { FAILURES, WARNINGS } from '#epcis/failure.ts'
import { devicePages } from './device-pages.ts'
import { table } from './table.ts'
import { root } from './tree.ts'

/** Path from the root -> text. */
export function referencePages(): Record<string, string> {
  return {
    'docs/settings.md': settingsPage(),
    'docs/rejections.md': rejectionsPage(),
    ...devicePages(),
  }
}

function settingsPage(): string {
  const rows = describeSettings().map(({ name, fallback, about }) => [
    `\`${name}\``,
    fallback === '' ? '' : `\`${fallback}\``,
    about,
  ])
  return `# Settings

Read from the environment at the start, checked before anything is opened. An empty variable
counts as unset; a bad value stops the start with a line that names it.

${table(['setting', 'default', 'what it is'], rows)}
`
}

function rejectionsPage(): string {
  const codes = (of: Readonly<Record<string, string>>) =>
    Object.entries(of).map(([code, sentence]) => [`\`${code}\``, sentence])
  return `# What can be wrong with a message

A message that is refused is kept whole, with a stable code, a JSON Pointer (RFC 6901) to the
place and a sentence. Its device hears of it on its \`rejected\` topic, its party at
\`GET /v1/rejections\`; over HTTP the same code stands in the problem (\`code\`, \`path\`,
\`detail\`) or in the capture job. Codes are only ever added, never renamed.

${table(['code', 'what it means'], codes(FAILURES))}

## Odd, and kept all the same

These are stored with the event, as its warnings.

${table(['code', 'what it means'], codes(WARNINGS))}
`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [path, text] of Object.entries(referencePages())) writeFileSync(join(root, path), text)
}
