/**
 * What a walk has to find, worked out the slow way: all events in memory, every rule tried on
 * every item until nothing changes. It shares no code with the walk but identifiers and members.
 */
import { gtinOf } from '#epcis/identifier.ts'
import { parseTimeUs } from '#epcis/time.ts'
import { type Member, membersOf } from '#trace/members.ts'
import type { Captured } from './memory-source.ts'

interface Fact {
  readonly at: number
  readonly type: string
  readonly action: string | undefined
  readonly members: readonly Member[]
  readonly transformation: string
}

interface Stay {
  readonly child: string
  readonly parent: string
  readonly from: number
  to: number
  sure: boolean
}

interface Span {
  readonly from: number
  readonly to: number
}

/**
 * A way an item is reached: a bound in time, how certain (0 is observed), and when its contents
 * count.
 */
interface Way {
  readonly bound: number
  readonly tier: number
  readonly open?: Span & { readonly tier: number }
}

const named = (fact: Fact, role: string) =>
  fact.members.filter((member) => member.role === role).map((member) => member.key)
const isCrate = (key: string) => key.includes('/8003/')
const isLot = (key: string) => /\/01\/\d+\/10\//.test(key)
const isSerial = (key: string) => key.includes('/21/')
const overlap = (one: Span, other: Span): Span | undefined => {
  const span = { from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) }
  return span.from < span.to ? span : undefined
}

export class Naive {
  readonly #facts: readonly Fact[]
  readonly #stays: readonly Stay[]
  readonly #forward: boolean
  readonly traced = new Map<string, Way[]>()
  readonly lots = new Map<string, Way[]>()

  constructor(captured: readonly Captured[], direction: 'back' | 'forward', start: string) {
    this.#forward = direction === 'forward'
    this.#facts = captured
      .map(({ event }, at) => ({
        at: parseTimeUs(event.eventTime) ?? Number.NaN,
        type: event.type,
        action: event.type === 'TransformationEvent' ? undefined : event.action,
        members: membersOf(event).members,
        transformation:
          (event.type === 'TransformationEvent' && event.transformationID) || `event ${at}`,
      }))
      .sort((a, b) => a.at - b.at)
    this.#stays = stays(this.#facts)
    const all = { from: -Infinity, to: Infinity, tier: 0 }
    this.traced.set(start, [{ bound: this.#forward ? -Infinity : Infinity, tier: 0, open: all }])
    while (this.#spread());
  }

  /** Each key with its best certainty. */
  best(ways: ReadonlyMap<string, readonly Way[]>): Map<string, number> {
    return new Map([...ways].map(([key, all]) => [key, Math.min(...all.map((way) => way.tier))]))
  }

  /** Everything that carried what is traced, while it did. */
  carriers(): Set<string> {
    const found = new Set<string>()
    const up = (child: string, span: Span) => {
      for (const stay of this.#stays.filter((each) => each.child === child)) {
        const during = overlap(stay, span)
        const name = `${stay.parent} ${during?.from} ${during?.to}`
        if (!during || found.has(name)) continue
        found.add(name)
        up(stay.parent, during)
      }
    }
    for (const [key, ways] of this.traced) {
      for (const { bound } of ways) {
        up(key, this.#forward ? { from: bound, to: Infinity } : { from: -Infinity, to: bound + 1 })
      }
    }
    return new Set([...found].map((name) => name.split(' ')[0] ?? ''))
  }

  #spread(): boolean {
    let changed = false
    const add = (map: Map<string, Way[]>, key: string, way: Way) => {
      const ways = map.get(key) ?? []
      if (ways.some((each) => JSON.stringify(each) === JSON.stringify(way))) return
      map.set(key, [...ways, way])
      changed = true
    }
    for (const [key, ways] of [...this.traced]) {
      for (const way of ways) this.#fromTraced(key, way, add)
    }
    for (const [key, ways] of [...this.lots]) {
      for (const way of ways) this.#through(way, 0, add, this.#ownUses(key))
    }
    return changed
  }

  #fromTraced(key: string, way: Way, add: Add): void {
    this.#through(way, 0, add, this.#ownUses(key))
    this.#through(way, 1, add, this.#containerUses(key, way))
    if (isSerial(key)) this.#lotsOf(key, way, add)
    if (isLot(key) && this.#forward) this.#serialsOf(key, way, add)
    if (way.open) this.#contents(key, way.open, add)
  }

  /** Events in which the item itself is on the near side. */
  #ownUses(key: string): Use[] {
    const roles = this.#forward ? ['input'] : ['output', 'lot']
    return this.#facts
      .filter((fact) => fact.type === 'TransformationEvent')
      .filter((fact) => roles.some((role) => named(fact, role).includes(key)))
      .map((fact) => ({ unit: key, fact }))
  }

  /** Events in which something that held the item is. */
  #containerUses(key: string, way: Way): Use[] {
    const reached = this.#forward
      ? { from: way.bound, to: Infinity }
      : { from: -Infinity, to: way.bound + 1 }
    const uses: Use[] = []
    const up = (child: string, span: Span, path: readonly string[]) => {
      for (const stay of this.#stays.filter((each) => each.child === child)) {
        const during = overlap(stay, span)
        if (!during || path.includes(stay.parent)) continue
        for (const use of this.#ownUses(stay.parent)) {
          const { at } = use.fact
          const early = !this.#forward && !isCrate(stay.parent)
          if (at < during.to && (early || at >= during.from)) uses.push(use)
        }
        up(stay.parent, during, [...path, stay.parent])
      }
    }
    up(key, reached, [key])
    return uses
  }

  #through(way: Way, least: number, add: Add, uses: readonly Use[]): void {
    for (const { unit, fact } of uses) {
      if (this.#forward ? fact.at < way.bound : fact.at > way.bound) continue
      for (const far of this.#facts) {
        if (far.transformation !== fact.transformation) continue
        if (far.type !== 'TransformationEvent') continue
        const inOrder = this.#forward ? fact.at <= far.at : far.at <= fact.at
        const step = far === fact ? 0 : inOrder ? 1 : 2
        for (const role of this.#forward ? ['output', 'lot'] : ['input']) {
          for (const other of named(far, role)) {
            if (other === unit) continue
            const part = role === 'lot' ? 1 : 0
            const tier = Math.max(way.tier, least, step, part)
            const lasting = this.#forward && !isCrate(other)
            const open = { from: far.at, to: lasting ? Infinity : far.at + 1 }
            add(this.traced, other, {
              bound: far.at,
              tier,
              open: { ...open, tier: Math.max(tier, 1) },
            })
          }
        }
      }
    }
  }

  #lotsOf(key: string, way: Way, add: Add): void {
    for (const lot of this.#lotsNamedWith(key)) {
      const born = this.#born(key)
      if (this.#forward) {
        add(this.lots, lot, { bound: Math.max(way.bound, born), tier: 2 })
        continue
      }
      const tier = Math.max(way.tier, 1)
      if (!this.#hasOrigin(key)) add(this.lots, lot, { bound: Math.min(way.bound, born), tier })
      add(this.lots, lot, { bound: way.bound, tier: 2 })
    }
  }

  #serialsOf(lot: string, way: Way, add: Add): void {
    for (const fact of this.#facts.filter((each) => named(each, 'lot').includes(lot))) {
      for (const { key, role } of fact.members) {
        if (!isSerial(key) || gtinOf(key) !== gtinOf(lot) || role === 'input') continue
        const elsewhere = this.#born(key) < way.bound || this.#hasOrigin(key)
        const tier = Math.max(way.tier, way.bound === -Infinity ? 0 : elsewhere ? 2 : 1)
        const open = { from: way.bound, to: Infinity, tier }
        add(this.traced, key, { bound: way.bound, tier, open })
      }
    }
  }

  #contents(parent: string, open: Span & { tier: number }, add: Add): void {
    for (const stay of this.#stays.filter((each) => each.parent === parent)) {
      const inside = overlap(stay, open)
      if (!inside) continue
      const tier = Math.max(open.tier, stay.sure ? 0 : 1)
      const bound = this.#forward ? inside.from : inside.to - 1
      add(this.traced, stay.child, { bound, tier, open: { ...inside, tier } })
    }
  }

  #lotsNamedWith(key: string): Set<string> {
    const makes = this.#facts.filter(
      (fact) =>
        named(fact, 'output').includes(key) ||
        (fact.action === 'ADD' &&
          fact.type === 'ObjectEvent' &&
          named(fact, 'object').includes(key)),
    )
    const lots = makes.flatMap((fact) => named(fact, 'lot'))
    return new Set(lots.filter((lot) => gtinOf(lot) === gtinOf(key)))
  }

  #born(key: string): number {
    return this.#facts.find((fact) => fact.members.some((each) => each.key === key))?.at ?? Infinity
  }

  #hasOrigin(key: string): boolean {
    return this.#facts.some((fact) => named(fact, 'output').includes(key))
  }
}

type Add = (map: Map<string, Way[]>, key: string, way: Way) => void

interface Use {
  readonly unit: string
  readonly fact: Fact
}

/** One pass over the events with what is in what at that moment. */
function stays(facts: readonly Fact[]): Stay[] {
  const all: Stay[] = []
  const inside = new Map<string, Stay>()
  const born = new Map<string, number>()
  const emptied = new Map<string, number>()
  const left = new Map<string, number>()
  const leave = (child: string, at: number, sure: boolean) => {
    const stay = inside.get(child)
    if (!stay) return
    stay.to = at
    stay.sure = sure
    left.set(child, at)
    inside.delete(child)
  }
  for (const fact of facts) {
    const { at, action } = fact
    for (const { key } of fact.members) if (!born.has(key)) born.set(key, at)
    if (fact.type !== 'AggregationEvent') continue
    const [parent] = named(fact, 'parent')
    const children = named(fact, 'child').filter((child) => child !== parent)
    if (!parent) continue
    if (action === 'DELETE' && named(fact, 'child').length === 0) {
      emptied.set(parent, at)
      for (const [child, stay] of inside) if (stay.parent === parent) leave(child, at, true)
    }
    for (const child of children) {
      const now = inside.get(child)
      const isAgain = now?.parent === parent && !(isCrate(parent) && now.from < at)
      if (action === 'ADD' && !isAgain) {
        leave(child, at, false)
        const stay = { child, parent, from: at, to: Infinity, sure: true }
        inside.set(child, stay)
        all.push(stay)
      } else if (action === 'DELETE' && now?.parent === parent) {
        leave(child, at, true)
      } else if (action === 'DELETE' && !now) {
        const bounds = [left.get(child), emptied.get(parent), born.get(child)]
        const since = bounds.filter((time) => time !== undefined && time < at)
        const from = Math.max(-Infinity, ...since.map(Number))
        if (since.length === 0 && isCrate(parent)) continue
        left.set(child, at)
        all.push({ child, parent, from, to: at, sure: false })
      }
    }
  }
  return all
}
