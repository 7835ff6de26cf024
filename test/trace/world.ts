/**
 * Small worlds for the tests of tracing: events in a few words, and what a chain says of them in
 * as few. Times are hours of one day; names stand for GS1 keys.
 */
import type { EpcisEvent } from '#epcis/event.ts'
import { checkDigit } from '#epcis/gs1-key.ts'
import { identify } from '#epcis/identifier.ts'
import { type Chain, chain } from '#trace/chain.ts'
import type { WalkOptions } from '#trace/walk.ts'
import { type Captured, MemorySource } from './memory-source.ts'

const base = 'https://id.gs1.org'
const digits = (text: string) => text + checkDigit(text)

/** GTIN of the n-th product. */
export const gtin = (product = 1) => digits(`0952132${String(product).padStart(6, '0')}`)
export const serial = (name: string | number, product = 1) =>
  `${base}/01/${gtin(product)}/21/${name}`
export const lot = (name: string, product = 1) => `${base}/01/${gtin(product)}/10/${name}`
export const product = (number = 1) => `${base}/01/${gtin(number)}`
export const pallet = (number: number) =>
  `${base}/00/${digits(`09521321${String(number).padStart(9, '0')}`)}`
export const crate = (name: string | number) => `${base}/8003/${digits('0952132100001')}${name}`
export const sensor = (name: string | number) => `${base}/8004/9521321${name}`
export const place = (number: number) =>
  `${base}/414/${digits(`9521321${String(number).padStart(5, '0')}`)}`

/** Some amount of a lot or product. */
export interface Amount {
  readonly epcClass: string
  readonly quantity?: number
  readonly uom?: string
}

export const amount = (epcClass: string, quantity?: number, uom?: string): Amount => ({
  epcClass,
  ...(quantity === undefined ? {} : { quantity }),
  ...(uom === undefined ? {} : { uom }),
})

export type Thing = string | Amount
type Fields = Readonly<Record<string, unknown>>

const epcs = (things: readonly Thing[]) => things.filter((thing) => typeof thing === 'string')
const amounts = (things: readonly Thing[]) => things.filter((thing) => typeof thing !== 'string')
const filled = (name: string, list: readonly unknown[]) => (list.length > 0 ? { [name]: list } : {})

export const hour = (hours: number) => Date.UTC(2026, 2, 1) * 1000 + Math.round(hours * 3.6e9)

/** Rows and members that come at once: odd, and more than one in most worlds. */
const CHUNK = 7

export class World {
  readonly captured: Captured[] = []
  #party = 'us'

  /** Who captures the events that follow. */
  by(party: string): this {
    this.#party = party
    return this
  }

  /** An event with any fields. Its eventID is its number: `e1`. */
  event(hours: number, type: EpcisEvent['type'], fields: Fields): string {
    const eventID = `urn:e:${this.captured.length + 1}`
    const time = new Date(hour(hours) / 1000).toISOString()
    const common = { type, eventID, eventTime: time, eventTimeZoneOffset: '+00:00' }
    this.captured.push({ event: { ...common, ...fields } as EpcisEvent, party: this.#party })
    return eventID
  }

  object(
    hours: number,
    action: string,
    bizStep: string,
    things: readonly Thing[],
    more: Fields = {},
  ) {
    const lists = { epcList: epcs(things), ...filled('quantityList', amounts(things)) }
    return this.event(hours, 'ObjectEvent', { action, bizStep, ...lists, ...more })
  }

  make(hours: number, things: readonly Thing[], lotNumber?: string) {
    const ilmd = lotNumber === undefined ? {} : { ilmd: { 'cbvmda:lotNumber': lotNumber } }
    return this.object(hours, 'ADD', 'commissioning', things, ilmd)
  }

  ship(hours: number, things: readonly Thing[], more: Fields = {}) {
    return this.object(hours, 'OBSERVE', 'shipping', things, more)
  }

  receive(hours: number, things: readonly Thing[], more: Fields = {}) {
    return this.object(hours, 'OBSERVE', 'receiving', things, more)
  }

  aggregate(hours: number, action: string, parentID: string, things: readonly Thing[] = []) {
    return this.event(hours, 'AggregationEvent', {
      action,
      parentID,
      ...filled('childEPCs', epcs(things)),
      ...filled('childQuantityList', amounts(things)),
    })
  }

  pack(hours: number, parent: string, things: readonly Thing[]) {
    return this.aggregate(hours, 'ADD', parent, things)
  }

  /** Without things, everything is unpacked. */
  unpack(hours: number, parent: string, things: readonly Thing[] = []) {
    return this.aggregate(hours, 'DELETE', parent, things)
  }

  associate(hours: number, action: string, parentID: string, childEPCs: readonly string[] = []) {
    const children = filled('childEPCs', childEPCs)
    return this.event(hours, 'AssociationEvent', { action, parentID, ...children })
  }

  transform(
    hours: number,
    inputs: readonly Thing[],
    outputs: readonly Thing[],
    more: Fields = {},
  ): string {
    return this.event(hours, 'TransformationEvent', {
      ...filled('inputEPCList', epcs(inputs)),
      ...filled('inputQuantityList', amounts(inputs)),
      ...filled('outputEPCList', epcs(outputs)),
      ...filled('outputQuantityList', amounts(outputs)),
      ...more,
    })
  }

  /** Declares an event wrong at a time. */
  declareWrong(hours: number, eventID: string): void {
    const wrong = this.captured.find(({ event }) => event.eventID === eventID)
    if (!wrong) throw new RangeError(`no event ${eventID}`)
    const declarationTime = new Date(hour(hours) / 1000).toISOString()
    const event = { ...wrong.event, errorDeclaration: { declarationTime } }
    this.captured.push({ event, party: wrong.party })
  }

  source(order: readonly Captured[] = this.captured, chunk?: number): MemorySource {
    return new MemorySource(order, chunk)
  }

  async chain(start: string, options: WalkOptions): Promise<Chain> {
    const found = await chain(this.source(this.captured, CHUNK), start, options)
    if (!found) throw new RangeError(`nothing is known of ${start}`)
    return found
  }

  back(start: string, more: Partial<WalkOptions> = {}): Promise<Chain> {
    return this.chain(start, { direction: 'back', ...more })
  }

  forward(start: string, more: Partial<WalkOptions> = {}): Promise<Chain> {
    return this.chain(start, { direction: 'forward', ...more })
  }
}

/**
 * Keys of the nodes in some standings, sorted; with what they are certain to where it is not
 * observed.
 */
export function nodes(found: Chain, ...standings: string[]): string[] {
  return found.nodes
    .filter((node) => standings.length === 0 || standings.includes(node.standing))
    .map((node) => short(node.key) + (node.certainty === 'observed' ? '' : ` ${node.certainty}`))
    .sort()
}

/** Links of some kinds as `from > to`, sorted; with their certainty where it is not observed. */
export function links(found: Chain, ...kinds: string[]): string[] {
  return found.links
    .filter((link) => kinds.length === 0 || kinds.includes(link.kind))
    .map(({ from, to, certainty }) => {
      return `${short(from)} > ${short(to)}${certainty === 'observed' ? '' : ` ${certainty}`}`
    })
    .sort()
}

export function gaps(found: Chain): string[] {
  return found.gaps.map(({ kind, key, open }) => `${kind} ${short(key)}${open ? ' open' : ''}`)
}

/** A key without what all have in common: the serial, lot, SSCC or place number. */
export function short(key: string): string {
  const { kind } = identify(key)
  const last = key.split('/').at(-1) ?? key
  if (kind === 'logistic-unit') return `P${Number(last.slice(8, -1))}`
  return last.replace(/^09521321000018/, 'C').replace(/^9521321/, 'S')
}

export const nodeOf = (found: Chain, key: string) => found.nodes.find((node) => node.key === key)
