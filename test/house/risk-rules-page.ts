/** The page docs/risk-rules.md, made from the tables of the rules. */
import { DISPATCH } from '#risk/dispatch.ts'
import { CLOCKS, NO_CLOCK, RECALL_CLASSES } from '#risk/recall-clock.ts'
import type { ParameterSpec, RuleSpec } from '#risk/rule.ts'
import { SCOPES_OF } from '#risk/scopes.ts'
import { RULE_IDS, type RuleId, ruleOf } from '#risk/table.ts'
import { UNITS } from '#risk/words.ts'

export function riskRulesPage(): string {
  return `# Rules

Every rule with what it says, what to do, its parameters with their bounds, and where the figures
come from. Parameters are defaults: \`PUT /v1/rules\` changes them for a profile, a site or a
product from a date on, as far as the rule takes them, and is refused outside of the bounds. Of
several changes the most particular holds: product and site, then product, then site, then profile.

A finding is \`observed\` where events state it, \`inferred\` where it follows from them, and
\`possible\` where nothing speaks against it. Its identity comes from rule, subject and the
beginning of the incident, so that a replay finds it again.

Out of range means beyond a limit, not at it, except where a rule says "or more". A sample holds
until the next; after three intervals without one nothing is known, which ends a run and is
reported by itself (A11). For A9, a run that begins as a door opening does is waited for. C9 gives
both clocks the benefit of the doubt. C1, C3, C12, C14 and F2 wait for late data before they are
raised; A11 waits with gaps while values come in late.

${RULE_IDS.map(ruleSection).join('\n\n')}

## Recall clocks

By law and class; a recall keeps the clock of the day it was decided on. "Unverified" figures were
not compared with the text of the law.

${table(['law', 'from', 'to', 'class', 'limits', 'source'], CLOCKS.flatMap(clockRows))}

For building materials there is none. ${NO_CLOCK.zh} ${NO_CLOCK.en}
`
}

function ruleSection(id: RuleId): string {
  const { version, title, action, severity, profiles, source, texts, ...rest } = ruleOf(id)
  const { parameters, ofProfile = {} } = rest
  const { triggers, needs } = DISPATCH[id]
  const rows = Object.entries(parameters).map(([name, spec]) => [
    `\`${name}\``,
    [defaultOf(spec), ...otherDefaults(ofProfile, name)].join('; '),
    boundsOf(spec),
    `${spec.about.zh} ${spec.about.en}`,
  ])
  const parts = [
    `## ${id} ${title.zh} ${title.en}`,
    `Version ${version}, ${severity}. Profiles: ${profiles.join(', ')}. Set off by ${triggers.join(
      ', ',
    )}; reads ${needs.join(', ')}. Changes take ${SCOPES_OF[id].join(', ')}. Source: ${source}.`,
    `${action.zh} ${action.en}`,
    ...(rows.length > 0 ? [table(['parameter', 'default', 'bounds', 'what it is'], rows)] : []),
    Object.entries(texts)
      .map(([variant, { zh, en }]) => `- \`${variant}\`: ${zh} ${en}`)
      .join('\n'),
  ]
  return parts.join('\n\n')
}

function defaultOf(spec: ParameterSpec): string {
  switch (spec.kind) {
    case 'number':
      return `${spec.value} ${UNITS[spec.unit].en}`.trim()
    case 'choice':
      return spec.value
    case 'words':
      return spec.value.join(', ')
    case 'bands':
      return spec.value.map(([from, value]) => `${from}+: ${value}`).join('; ')
  }
}

function otherDefaults(ofProfile: NonNullable<RuleSpec['ofProfile']>, name: string): string[] {
  return Object.entries(ofProfile).flatMap(([domain, values]) => {
    const value = values[name]
    if (value === undefined) return []
    return `${domain}: ${Array.isArray(value) ? value.join(', ') : String(value)}`
  })
}

function boundsOf(spec: ParameterSpec): string {
  if (spec.kind === 'number') return `${spec.min} to ${spec.max}`
  if (spec.kind === 'words') return `${spec.of} of CBV, or URIs of others`
  return spec.kind === 'choice' ? spec.of.join(', ') : ''
}

function clockRows({ law, from, to = '', source, verified, limits }: (typeof CLOCKS)[number]) {
  return RECALL_CLASSES.map((each) => [
    law,
    from,
    to,
    each,
    limits[each]
      .map(({ step, hours, days, workingDays }) => {
        if (hours !== undefined) return `${step} ${hours} h`
        return days === undefined ? `${step} ${workingDays} working days` : `${step} ${days} d`
      })
      .join(', '),
    verified ? source : `${source} (unverified)`,
  ])
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
