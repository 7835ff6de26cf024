/** The pages of docs/devices/ that are made of the guides and of what the decoders really say. */
import { parseTimeUs } from '#epcis/time.ts'
import type { Decoded, Origin } from '#ingest/decoded.ts'
import { decodeFormat } from '#ingest/formats/formats.ts'
import { type Guide, givenTopics, guides, settingsFor } from '#ingest/formats/guide.ts'
import type { Scope } from '#ingest/memory.ts'
import { foldReads } from '#ingest/reads/fold.ts'
import { type Device, type Format, formatSchema } from '#store/registry/schema.ts'
import { table } from './table.ts'

const access = {
  ...{ host: 'suyuan.example', port: 1883, password: undefined },
  ...{ party: 'green-farm', site: 'dock-1', device: 'gate-1', topics: [] },
}
const binding = { readPoint: 'https://id.gs1.org/414/9521321000018', bizStep: 'receiving' }
const receivedAtUs = parseTimeUs('2026-03-04T08:15:43Z') ?? 0
const origin: Origin = {
  ...{ party: access.party, sensor: undefined, receivedAtUs, recordTimeUs: receivedAtUs },
}

/** Path from the root -> text. */
export function devicePages(): Record<string, string> {
  const pages = formatSchema.options.map((format) => [
    `docs/devices/${format}.md`,
    page(format, guides[format]),
  ])
  return { ...Object.fromEntries(pages), 'docs/devices/formats.md': formatsPage() }
}

function formatsPage(): string {
  const rows = formatSchema.options.map((format) => {
    const { title, channel, understood, passedOver } = guides[format]
    return [`[\`${format}\`](${format}.md)`, title, channel, understood, passedOver]
  })
  return `# Formats

What a device is registered with as \`format\`, what is understood of its messages, and what is
passed over. Whose a message is, is never among it: the connection or the topic tells that.

${table(['format', 'device', 'channel', 'understood', 'passed over'], rows)}
`
}

function page(format: Format, guide: Guide): string {
  const rows = settingsFor(guide, access).map(([name, value]) => [name, `\`${value}\``])
  return `# ${guide.title}

Registered with \`"format": "${format}"\`, on the channel \`${guide.channel}\`.

## Settings

As \`main.ts devices add\` prints them, here for the device \`gate-1\` of \`green-farm\`:

${table(['setting', 'value'], rows)}
${topicsOf(guide)}
${guide.notes.join('\n\n')}

## What is understood

${guide.understood}.

Passed over: ${guide.passedOver}.
${sampleOf(format, guide)}`
}

function topicsOf({ channel, topics, alongTopics, isBridged }: Guide): string {
  if (topics.length === 0) return ''
  const where = isBridged ? 'A bridge takes them from the other broker.' : ''
  const isOfOne = alongTopics.length === 0
  const lines = [...topics.map((topic) => ({ topic, channel })), ...alongTopics].map((one) =>
    isOfOne ? `- \`${one.topic}\`` : `- \`${one.topic}\` on the channel \`${one.channel}\``,
  )
  const along = '`main.ts devices add` registers those behind the first with it.'
  const text = [
    `Its topics are the maker's and have to be registered for it. ${where}`,
    lines.join('\n'),
  ]
  return `\n${[...text, ...(isOfOne ? [] : [along])].join('\n\n')}\n`
}

function sampleOf(format: Format, guide: Guide): string {
  const { sample } = guide
  if (sample === undefined) return ''
  const [[, topic] = ['', '']] = settingsFor({ ...guide, settings: [['', sample.topic]] }, access)
  const isText = typeof sample.payload === 'string'
  const payload = isText ? String(sample.payload) : JSON.stringify(sample.payload, null, 2)
  const device: Device = {
    ...{ party: access.party, site: access.site, device: access.device, name: 'Gate 1' },
    ...{ enabled: true, format, codec: 'milesight-tlv', binding },
    topics: givenTopics(guide, guide.topics),
  }
  const decoded = decodeFormat({ payload: Buffer.from(payload), topic }, origin, device)
  return `
## A message, and what it becomes

On \`${topic}\`:

\`\`\`${isText ? '' : 'json'}
${payload.trimEnd()}
\`\`\`

${guide.channel === 'reads' ? eventsOf(decoded) : readingsOf(decoded)}
`
}

function eventsOf({ reads = [] }: Decoded): string {
  const events = foldReads(reads, binding, origin, emptyScope())
  const texts = events.map(({ event }) => JSON.stringify(JSON.parse(event.body), null, 2))
  return `With a binding of \`${JSON.stringify(binding)}\` it becomes

\`\`\`json
${texts.join('\n')}
\`\`\`

and further reads of the tag become nothing while it stays.`
}

function readingsOf({ readings }: Decoded): string {
  const rows = readings.map(({ device, type, component, uom, value, timeUs }) => [
    ...[`\`${device}\``, type, component, uom, String(value)],
    new Date(timeUs / 1000).toISOString(),
  ])
  return table(['sensor', 'type', 'component', 'unit', 'value', 'time'], rows)
}

function emptyScope(): Scope {
  const notes = new Map<string, string>()
  return {
    get: (name) => notes.get(name),
    set: (name, text) => notes.set(name, text),
    delete: (name) => notes.delete(name),
    names: (beginning) => [...notes.keys()].filter((name) => name.startsWith(beginning)),
    count: () => notes.size,
  }
}
