/** A score as a table for people and as JSON for machines. */
import type { AlertScore } from './alerts.ts'
import type { ChainTally, KindTally } from './compare.ts'
import { type ScopeTally, tiers } from './scope.ts'
import type { Score } from './score.ts'

/** Whether chains and scopes are exact on what was reported, but for what the field excuses. */
export function isExact({ forward, back, scopes }: Score): boolean {
  const chains = [forward, back].every(({ wrong, missing }) => wrong === 0 && missing === 0)
  return chains && scopes.reportedFound === scopes.reported && wrongIn(scopes) === 0
}

function wrongIn(scopes: ScopeTally): number {
  const { observed, inferred } = scopes.tiers
  return observed.found - observed.right + inferred.found - inferred.right
}

export function tableOf(score: Score): string {
  const { book, forward, alerts } = score
  const { world, seed, items } = book.run
  return [
    `${world}, seed ${seed}, ${items} items, scored in ${(score.elapsedMs / 1000).toFixed(1)} s`,
    ...(book.isComplete ? [] : [cutShort]),
    ...(score.isSettled ? [] : ['The server may not have looked at everything yet.']),
    ...fieldLines(score),
    ...(forward.chains === 0 ? [] : tracedLines(score)),
    '',
    ...alertLines(alerts),
    '',
    ...aliasLines(score),
    ...(forward.chains === 0 ? [] : [verdictOf(score)]),
    '',
  ].join('\n')
}

const cutShort =
  'THE TRUTH IS CUT SHORT: the run was stopped, and what it published last may count as wrong.'

function verdictOf(score: Score): string {
  return isExact(score) ? 'Exact on what was reported.' : 'NOT exact on what was reported.'
}

function tracedLines({ forward, back, scopes }: Score): string[] {
  return [
    '',
    ...chainLines(`Forward from ${forward.chains} lots, ${forward.exactChains} exact`, forward),
    '',
    ...chainLines(`Back from ${back.chains} items, ${back.exactChains} exact`, back),
    '',
    ...scopeLines(scopes),
  ]
}

const alertColumns = ['found', 'of', 'delay s', 'most s', 'off s']

function alertLines(alerts: AlertScore | undefined): string[] {
  if (alerts === undefined) return ['Alerts: NOT SCORED, this server has no /v1/alerts']
  const { kinds, rules, falseExamples } = alerts
  const { found, expected } = recallOf(alerts)
  const counted = (severity: string) => {
    const of = [...rules].filter(([name]) => name.startsWith(severity))
    const all = of.reduce((sum, [, { alerts: count }]) => sum + count, 0)
    const known = all - of.reduce((sum, [, rule]) => sum + rule.false, 0)
    return `  of ${all} ${severity}alerts ${known} explained, precision ${share(known, all)}`
  }
  return [
    `Alerts: of critical faults ${found} of ${expected} found, recall ${share(found, expected)}`,
    counted('critical '),
    ...leastPrecise(rules),
    counted(''),
    `  ${pad('', 25)}${alertColumns.map((name) => ` ${name.padStart(9)}`).join('')}`,
    ...kinds.map((kind) => {
      const { delaySeconds, worstDelaySeconds, offSeconds } = kind
      const cells = [kind.found, kind.expected, delaySeconds, worstDelaySeconds, offSeconds]
      const texts = cells.map((cell) => ` ${String(cell ?? '-').padStart(9)}`)
      return `  ${pad(kind.fault, 25)}${texts.join('')}`
    }),
    ...[...rules]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, { alerts: count, explained, ofField, false: wrong }]) => {
        const known = `${count}, so ${explained}, of the field ${ofField}`
        return `  ${pad(name, 14)} ${known}${wrong === 0 ? '' : `, FALSE ${wrong}`}`
      }),
    ...falseExamples
      .slice(0, 5)
      .map(({ rule, subject, from }) => `    false: ${rule} of ${subject} from ${from}`),
  ]
}

/** Alerts of one rule can hide the false ones of another, as they are thousands. */
function leastPrecise(rules: AlertScore['rules']): string[] {
  const [least] = [...rules]
    .filter(([name]) => name.startsWith('critical '))
    .map(([name, { alerts, false: wrong }]) => ({ name, known: alerts - wrong, alerts }))
    .sort((one, other) => one.known / one.alerts - other.known / other.alerts)
  if (least === undefined) return []
  const { name, known, alerts } = least
  return [`  of the rules the least precise: ${name}, ${share(known, alerts)}`]
}

function recallOf({ kinds }: AlertScore): { readonly found: number; readonly expected: number } {
  const critical = kinds.filter((kind) => kind.critical && kind.expected > 0)
  return {
    found: critical.reduce((all, kind) => all + kind.found, 0),
    expected: critical.reduce((all, kind) => all + kind.expected, 0),
  }
}

function fieldLines({ book }: Score): string[] {
  const counts = [...book.fieldCounts].map(([what, count]) => `${what} ${count}`)
  return counts.length === 0 ? [] : [`In the field: ${counts.join(', ')}`]
}

function aliasLines({ book }: Score): string[] {
  if (book.aliases === 0) return []
  return [`Under a second code: ${book.aliases} items; what was seen under it is not followed`]
}

const columns = ['real', 'reported', 'found', 'exact', 'inferred', 'precision', 'recall', 'of all']

function chainLines(title: string, tally: ChainTally): string[] {
  const total = sum([...tally.kinds.values()])
  const rows = [...tally.kinds, ['all', total] as const]
  return [
    title,
    `  ${pad('', 11)}${columns.map((name) => name.padStart(10)).join('')}`,
    ...rows.map(([kind, counts]) => `  ${pad(kind, 11)}${cellsOf(counts).join('')}`),
    ...(total.possible === 0
      ? []
      : [`  merely possible, and not counted: ${total.possible}, true: ${total.possibleReal}`]),
    ...[...tally.excused].map(([excuse, count]) => `  differs, ${excuse}: ${count}`),
    ...(tally.missingExcused === 0
      ? []
      : [`  missing for a missed read or a wrong clock nearby: ${tally.missingExcused}`]),
    ...(tally.wrong === 0 ? [] : [`  WRONG: ${tally.wrong}`]),
    ...tally.wrongExamples.slice(0, 3).map(({ start, link }) => `    from ${start}: ${link}`),
    ...(tally.missing === 0 ? [] : [`  MISSING: ${tally.missing}`]),
    ...tally.missingExamples.slice(0, 3).map(({ start, link }) => `    from ${start}: ${link}`),
  ]
}

function cellsOf({ real, reported, found, exact, inferred, realFound }: KindTally): string[] {
  const counts = [real, reported, found, exact, inferred].map((count) => String(count).padStart(10))
  const shares = [share(exact, found), share(exact, reported), share(realFound, real)]
  return [...counts, ...shares.map((text) => text.padStart(10))]
}

function scopeLines(scopes: ScopeTally): string[] {
  const { real, reported, realFound, reportedFound } = scopes
  return [
    `Recall scopes of ${scopes.scopes} lots, ${scopes.exactScopes} exact`,
    `  items: ${real} real, ${reported} reported; found ${realFound} and ${reportedFound}`,
    `  recall ${share(reportedFound, reported)}, of all ${share(realFound, real)}`,
    ...tiers.map((tier) => {
      const { found, right } = scopes.tiers[tier]
      return `  ${pad(tier, 9)} found ${found}, right ${right}, precision ${share(right, found)}`
    }),
    ...scopes.examples
      .slice(0, 3)
      .map(({ start, item, what }) => `    ${what}: ${item} from ${start}`),
  ]
}

function sum(all: readonly KindTally[]): KindTally {
  const of = (name: keyof KindTally) => all.reduce((total, one) => total + one[name], 0)
  return {
    real: of('real'),
    reported: of('reported'),
    found: of('found'),
    inferred: of('inferred'),
    possible: of('possible'),
    possibleReal: of('possibleReal'),
    exact: of('exact'),
    realFound: of('realFound'),
  }
}

function share(part: number, whole: number): string {
  return whole === 0 ? '-' : (part / whole).toFixed(5)
}

function pad(text: string, width: number): string {
  return text.padEnd(width)
}

export function jsonOf(score: Score): unknown {
  const { book, forward, back, scopes, alerts, elapsedMs } = score
  return {
    run: book.run,
    isComplete: book.isComplete,
    isExact: isExact(score),
    field: Object.fromEntries(book.fieldCounts),
    forward: chainJson(forward),
    back: chainJson(back),
    scopes: {
      scopes: scopes.scopes,
      exactScopes: scopes.exactScopes,
      real: scopes.real,
      reported: scopes.reported,
      realFound: scopes.realFound,
      reportedFound: scopes.reportedFound,
      tiers: scopes.tiers,
      examples: scopes.examples,
    },
    isSettled: score.isSettled,
    alerts:
      alerts === undefined
        ? 'not scored: this server has no /v1/alerts'
        : { ...alerts, ...recallOf(alerts), rules: Object.fromEntries(alerts.rules) },
    aliases: book.aliases,
    elapsedMs,
  }
}

function chainJson(tally: ChainTally): unknown {
  return {
    chains: tally.chains,
    exactChains: tally.exactChains,
    kinds: Object.fromEntries(tally.kinds),
    excused: Object.fromEntries(tally.excused),
    missingExcused: tally.missingExcused,
    wrong: tally.wrong,
    missing: tally.missing,
    wrongExamples: tally.wrongExamples,
    missingExamples: tally.missingExamples,
  }
}
