/**
 * What the public is told of an alert, once an authority has decided that it is: an Alert, an
 * Update with each change of what was told, a Cancel when it does not hold. What was taken back is
 * told in full once more, so that nothing is lost on the way.
 */
import type { Finding } from '#risk/finding.ts'
import { ruleOf } from '#risk/table.ts'
import type { Alert, Step } from '#store/alerts/alert.ts'
import type { Bulletin, BulletinAbout } from '#store/webhooks/bulletin.ts'
import { type CapMessage, capDocument } from './cap.ts'
import type { PlaceArea } from './places.ts'

export interface BulletinParts {
  /** Names this server; without blanks, commas, < and &. */
  readonly sender: string
  /** Such as https://trace.example; links are left out without it. */
  readonly publicUrl: string | undefined
  readonly regions: readonly string[]
  readonly areas: readonly PlaceArea[]
}

type Told = Pick<Bulletin, 'sentUs' | 'about'>

/** Steps with which what was told has changed. */
const UPDATES: ReadonlySet<string> = new Set([
  ...['continued', 'superseded', 'block', 'unblock', 'reopen', 'resolve', 'publish'],
])

/**
 * The message that a step makes, if any. `alert` is what is told of: the one that took the place of
 * another, where one did. `told` are the messages of its thread so far, `id` names the new one.
 */
export function bulletinOf(
  id: string,
  step: Step,
  alert: Alert,
  told: readonly Told[],
  parts: BulletinParts,
): Bulletin | undefined {
  const last = told.at(-1)?.about
  const isOut = last !== undefined && last.msgType !== 'Cancel'
  const msgType = messageType(step, alert, isOut)
  if (msgType === undefined) return undefined
  const isPublishing = step.step === 'publish'
  const isExercise = isPublishing ? step.exercise === true : last?.status === 'Exercise'
  const notice = (isPublishing ? step.notice : undefined) ?? (isOut ? last.notice : undefined)
  const about: BulletinAbout = {
    sender: parts.sender,
    identifier: id,
    status: isExercise ? 'Exercise' : 'Actual',
    msgType,
    title: ruleOf(alert.finding.rule).title,
    severity: SEVERITY[alert.finding.severity],
    regions: parts.regions,
    domain: alert.domain,
    notice,
  }
  const references = msgType === 'Alert' ? [] : sinceItIsOut(told)
  const message = messageOf({ about, step, alert, references, parts })
  return {
    id,
    thread: alert.id,
    sentUs: step.atUs,
    about,
    document: capDocument(message),
  }
}

function messageType(step: Step, alert: Alert, isOut: boolean): CapMessage['msgType'] | undefined {
  if (step.step === 'publish') return isOut ? 'Update' : 'Alert'
  if (!isOut) return undefined
  if (step.step === 'unpublish' || step.step === 'withdrawn') return 'Cancel'
  if (step.step === 'superseded') return alert.state === 'superseded' ? 'Cancel' : 'Update'
  if (step.step === 'resolve' && step.causeCode !== 'genuine') return 'Cancel'
  return UPDATES.has(step.step) ? 'Update' : undefined
}

/** The messages behind the last Cancel. */
function sinceItIsOut(told: readonly Told[]): Told[] {
  const ended = told.map(({ about }) => about.msgType).lastIndexOf('Cancel')
  return told.slice(ended + 1)
}

const SEVERITY = { critical: 'Severe', warning: 'Moderate', info: 'Minor' } as const
const URGENCY = { critical: 'Immediate', warning: 'Expected', info: 'Future' } as const
const CERTAINTY = { observed: 'Observed', inferred: 'Likely', possible: 'Possible' } as const

interface Message {
  readonly about: BulletinAbout
  readonly step: Step
  readonly alert: Alert
  readonly references: readonly Told[]
  readonly parts: BulletinParts
}

function messageOf({ about, step, alert, references, parts }: Message): CapMessage {
  const { finding, domain } = alert
  const { sender, identifier, status, msgType, title, notice } = about
  const isOver = msgType === 'Cancel' || alert.state === 'resolved'
  const { publicUrl, regions, areas } = parts
  return {
    ...{ sender, identifier, status, msgType, sentUs: step.atUs },
    note: status === 'Exercise' ? 'Exercise 演练' : undefined,
    references: references.map((each) => ({ ...each.about, sentUs: each.sentUs })),
    incident: `case-${alert.caseId}`,
    category: domain === 'building_materials' ? 'Safety' : 'Health',
    event: title,
    responseType: isOver ? 'AllClear' : finding.severity === 'info' ? 'Monitor' : 'Avoid',
    urgency: isOver ? 'Past' : URGENCY[finding.severity],
    severity: SEVERITY[finding.severity],
    certainty: CERTAINTY[finding.certainty],
    onsetUs: finding.fromUs,
    headline: headlineOf(about),
    description: finding.text,
    instruction: notice,
    web: publicUrl && `${publicUrl}/v1/bulletins/${identifier}`,
    parameters: parametersOf(finding, alert),
    areas: [...areas, ...regions.map((region) => ({ areaDesc: region, region }))],
  }
}

const KINDS = {
  Alert: { zh: '警示', en: 'Alert' },
  Update: { zh: '更新', en: 'Update' },
  Cancel: { zh: '撤销', en: 'Cancelled' },
} as const

/** What it is and what kind of message, an exercise said first. */
export function headlineOf({ status, msgType, title }: BulletinAbout) {
  const kind = KINDS[msgType]
  const [zh, en] = status === 'Exercise' ? ['【演练】', '[Exercise] '] : ['', '']
  return { zh: `${zh}${kind.zh}:${title.zh}`, en: `${en}${kind.en}: ${title.en}` }
}

const MOST_ITEMS = 100

function parametersOf({ rule, ruleVersion, subject, affected }: Finding, alert: Alert) {
  const items = [...new Set([subject, ...affected.map(({ key }) => key)])].slice(0, MOST_ITEMS)
  return [
    ['rule', rule],
    ['ruleVersion', String(ruleVersion)],
    ['blocked', String(alert.isBlocked)],
    ...(alert.product === undefined ? [] : [['product', alert.product] as const]),
    ...items.map((key) => ['item', key] as const),
  ] as const
}
