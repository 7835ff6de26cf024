/**
 * The reference pages under docs/ that are made from the code, so that neither can drift:
 * `npm run docs` writes them, a test compares.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describeSettings } from '#config.ts'
import { FAILURES, WARNINGS } from '#epcis/failure.ts'
import { NOTES, REFUSALS } from '#epcis/understood.ts'
import { FORMS } from '../epcis/forms.ts'
import { devicePages } from './device-pages.ts'
import { riskRulesPage } from './risk-rules-page.ts'
import { table } from './table.ts'
import { root } from './tree.ts'

/** Path from the root -> text. */
export function referencePages(): Record<string, string> {
  return {
    'docs/settings.md': settingsPage(),
    'docs/rejections.md': rejectionsPage(),
    ...devicePages(),
    'docs/identifiers.md': identifiersPage(),
    'docs/risk-rules.md': riskRulesPage(),
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

function codes(of: Readonly<Record<string, string>>): string[][] {
  return Object.entries(of).map(([code, sentence]) => [`\`${code}\``, sentence])
}

function rejectionsPage(): string {
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

function identifiersPage(): string {
  const cell = (text: string) => `\`${text.replaceAll('\x1d', '␝')}\``
  const forms = FORMS.map(({ form, name, text, key, kind, test }) => [
    form,
    name,
    cell(text),
    cell(key),
    kind,
    `[${test.replace('epcis/', '')}](../test/${test})`,
  ])
  return `# Identifiers

One thing has one trail, whatever its code is written in. Every route that takes an
\`{id}\`, the \`MATCH_\` parameters of event queries, the paths of the resolver
(\`/01/…\`, \`/00/…\`, \`/gtin/…\`), the registry and \`main.ts id\` understand the same
forms: \`GET /v1/identifiers/{id}\` and \`main.ts id TEXT…\` tell what is understood of one.

- The **key** is what a trail is found by: the GS1 Digital Link on id.gs1.org, cut down to the
  finest thing that it names, or \`scheme:value\`, or the URI or text as it is. Keys never
  contain the length of a company prefix, so that no table can change a trail.
- A text that can be **several things** gives them in the order of likelihood; a look-up takes
  the first of which there are events, and tells the others.
- What **typing** does is forgiven where a text says nothing as it stands: full-width
  characters, blanks, hyphens, quotation marks, the case of fixed words. Where nothing is known
  of a serial as it was typed, it is looked for in capitals, in small letters and with both
  exchanged. It is said.
- A **wrong check digit** is flagged and never refused. What has the beginning of a form and not
  the form is refused, with a code and what was found instead.
- A tag's memory is read strictly: header, partition, digits, characters, lengths, dates, zero
  padding. An EPC that is cut short or followed by other bits is refused.

## Forms

␝ stands for the separator GS (FNC1). Every row is read by
[understand.test.ts](../test/epcis/understand.test.ts); the last column has the tests of the form.

${table(['form', 'of', 'example', 'key', 'kind', 'tests of the form'], forms)}

## The length of a company prefix

A URN and a tag of TDS 1.x tell how long the company prefix is; a Digital Link and a barcode do
not. Where GS1's table of prefix lengths is loaded (\`main.ts prefixes load FILE\`, or \`PUT
/v1/company-prefixes\`), \`companyPrefix\` and the EPC URN are told for them too.

## One thing under several codes

A drug code and a GTIN with a serial, a maker's and a retailer's number:
see [aliases.md](aliases.md).

## Why a text is refused

${table(['code', 'what it means'], codes(REFUSALS))}

## What is odd or was forgiven

${table(['code', 'what it means'], codes(NOTES))}
`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [path, text] of Object.entries(referencePages())) writeFileSync(join(root, path), text)
}
