import { describe, expect, it } from 'vitest'
import { axisOf, ticksOf } from '../../../dashboards/chain/axis.ts'
import { boxesOf, MOST_OPENED } from '../../../dashboards/chain/boxes.ts'
import { chainRows, csvOf } from '../../../dashboards/chain/export.ts'
import { type Chain, graphOf, sidesOf } from '../../../dashboards/chain/graph.ts'
import { BOX_HEIGHT, layoutOf, placedAt, stepFrom } from '../../../dashboards/chain/layout.ts'
import { sceneOf } from '../../../dashboards/chain/scene.ts'
import { svgOf } from '../../../dashboards/chain/svg.ts'

const lot = (name: string) => `https://id.gs1.org/01/09521321000018/10/${name}`
const serial = (name: string) => `https://id.gs1.org/01/09521321000018/21/${name}`
const at = (hour: number) => new Date(Date.UTC(2026, 2, 1, hour)).toISOString()

type Draft = Partial<Chain['nodes'][number]> & { key: string }

function node({ key, ...more }: Draft): Chain['nodes'][number] {
  const common = { kind: 'lot', standing: 'traced', certainty: 'observed', depth: 0 } as const
  return { key, ...common, eventIDs: [], eventCount: 0, ...more }
}

function event(eventID: string, hour: number, party: string): Chain['events'][number] {
  return { eventID, type: 'ObjectEvent', eventTime: at(hour), party, bizStep: 'receiving' }
}

function link(
  kind: Chain['links'][number]['kind'],
  from: string,
  to: string,
  eventIDs: string[],
  hour: number,
): Chain['links'][number] {
  return { kind, from, to, certainty: 'observed', fromTime: at(hour), eventIDs }
}

/** Farm makes A, mill makes B of it, B goes to the shop; nobody saw C before it went into B. */
const chain: Chain = {
  verdict: 'none',
  recalls: [],
  start: lot('B'),
  direction: 'both',
  nodes: [
    node({ key: lot('B'), eventIDs: ['b-made', 'b-came'] }),
    node({ key: lot('A'), eventIDs: ['a-made', 'a-came'], depth: 1 }),
    node({ key: lot('C'), eventIDs: ['b-made'], depth: 1 }),
    node({ key: serial('1'), kind: 'instance', eventIDs: ['b-came'], depth: 1 }),
    node({ key: 'urn:truck', kind: 'asset', standing: 'carrier', eventIDs: ['b-came'] }),
  ],
  links: [
    link('becomes', lot('A'), lot('B'), ['b-made'], 10),
    link('becomes', lot('C'), lot('B'), ['b-made'], 10),
    link('moves', lot('A'), lot('A'), ['a-made', 'a-came'], 5),
    link('of-lot', serial('1'), lot('B'), ['b-came'], 20),
    link('contains', 'urn:truck', lot('B'), ['b-came'], 20),
  ],
  gaps: [
    {
      kind: 'never-seen-before',
      key: lot('C'),
      time: at(10),
      open: false,
      eventIDs: ['b-made'],
    },
  ],
  cut: [],
  events: [
    event('a-made', 1, 'farm'),
    event('a-came', 5, 'mill'),
    event('b-made', 10, 'mill'),
    event('b-came', 20, 'shop'),
  ],
}

const shown = (graph = graphOf(chain)) => boxesOf(graph, { opened: [] })

describe('the graph of a chain', () => {
  it('has a box for each stay of an item with a party', () => {
    const stays = graphOf(chain).visits.map(({ node: { key }, party }) => `${key} ${party}`)
    expect(stays).toEqual([
      `${lot('B')} mill`,
      `${lot('B')} shop`,
      `${lot('A')} farm`,
      `${lot('A')} mill`,
      `${lot('C')} mill`,
      `${serial('1')} shop`,
      'urn:truck shop',
    ])
  })

  it('tells a move as observed only where events state it', () => {
    const moves = graphOf(chain).edges.filter(({ kind }) => kind === 'moves')
    expect(moves.map(({ from, certainty }) => [from, certainty])).toEqual([
      [`${lot('B')}#0`, 'inferred'],
      [`${lot('A')}#0`, 'observed'],
    ])
  })

  it('leads from the stay in which something was used to that in which it was made', () => {
    const becomes = graphOf(chain).edges.filter(({ kind }) => kind === 'becomes')
    expect(becomes.map(({ from, to }) => `${from} > ${to}`)).toContain(
      `${lot('A')}#1 > ${lot('B')}#0`,
    )
  })

  it('knows what came before and after; a carrier is neither', () => {
    expect([...sidesOf(chain, lot('B'))]).toEqual(
      expect.arrayContaining([
        [lot('A'), 'up'],
        [lot('C'), 'up'],
        [lot('B'), 'start'],
        [serial('1'), 'down'],
      ]),
    )
    expect(sidesOf(chain, lot('B')).has('urn:truck')).toBe(false)
  })
})

describe('lanes', () => {
  it('stand in the order in which parties had the goods', () => {
    const { lanes } = layoutOf(shown(), 'linear', 900)
    expect(lanes.map(({ party }) => party)).toEqual(['farm', 'mill', 'shop'])
  })

  it('let no two boxes cover each other, and none run backwards', () => {
    for (const mode of ['linear', 'compressed'] as const) {
      const { placed, edges } = layoutOf(shown(), mode, 600)
      for (const [index, one] of placed.entries()) {
        for (const other of placed.slice(index + 1)) {
          const apart =
            Math.abs(one.y - other.y) >= BOX_HEIGHT ||
            one.x + one.width <= other.x ||
            other.x + other.width <= one.x
          expect(apart, `${one.box.id} ${other.box.id}`).toBe(true)
        }
      }
      expect(edges.every(({ from, to }) => from.x <= to.x)).toBe(true)
    }
  })

  it('are found by place, and gone through by keys along the lines', () => {
    const layout = layoutOf(shown(), 'linear', 900)
    const made = layout.byId.get(`${lot('B')}#0`)
    expect(made && placedAt(layout, made.x + 2, made.y + 2)?.box.id).toBe(`${lot('B')}#0`)
    const parent = stepFrom(layout, `${lot('B')}#0`, 'parent')
    expect([`${lot('A')}#1`, `${lot('C')}#0`]).toContain(parent)
    expect(stepFrom(layout, parent, 'child')).toBe(`${lot('B')}#0`)
    const after = stepFrom(layout, parent, 'after')
    expect(stepFrom(layout, after, 'before')).toBe(parent)
  })
})

describe('the time axis', () => {
  const hours = [0, 1, 2, 500].map((hour) => hour * 3_600_000)

  it.each(['linear', 'compressed'] as const)('leads there and back, %s', (mode) => {
    const axis = axisOf(hours, mode, 1000)
    for (const ms of [0, 1_800_000, 7_200_000, 900_000_000]) {
      expect(axis.msOf(axis.xOf(ms))).toBeCloseTo(ms, -1)
    }
  })

  it('compressed leaves less room where nothing happens', () => {
    const [linear, compressed] = [axisOf(hours, 'linear', 1000), axisOf(hours, 'compressed', 1000)]
    const first = 3_600_000
    expect(compressed.xOf(first)).toBeGreaterThan(10 * linear.xOf(first))
  })

  it('writes times far enough apart to be read', () => {
    for (const mode of ['linear', 'compressed'] as const) {
      const places = ticksOf(axisOf(hours, mode, 1000)).map(({ x }) => x)
      expect(places.length).toBeGreaterThan(1)
      for (const [index, x] of places.slice(1).entries()) {
        expect(x - (places[index] ?? 0)).toBeGreaterThan(60)
      }
    }
  })
})

describe('bundles', () => {
  const many = 400
  const names = Array.from({ length: many }, (_, index) => serial(`S${index}`))
  const large: Chain = {
    ...chain,
    nodes: [
      ...chain.nodes,
      ...names.map((key) => node({ key, kind: 'instance', eventIDs: ['b-came'], depth: 1 })),
    ],
    links: [...chain.links, ...names.map((key) => link('of-lot', key, lot('B'), ['b-came'], 20))],
  }
  const graph = graphOf(large)

  it('stand for a place and day where there are too many boxes', () => {
    const { boxes, isBundled, edges } = boxesOf(graph, { opened: [] })
    expect(isBundled).toBe(true)
    const bundle = boxes.find(({ visits }) => visits.length > 100)
    expect(bundle?.visits).toHaveLength(many + 1)
    expect(edges.find(({ to }) => to === bundle?.id)?.count).toBe(many + 1)
  })

  it('open to so many, with the rest as one', () => {
    const bundle = boxesOf(graph, { opened: [] }).boxes.find(({ visits }) => visits.length > 100)
    const { boxes } = boxesOf(graph, { opened: [bundle?.bundle ?? ''] })
    const members = boxes.filter((box) => box.bundle === bundle?.bundle)
    expect(members).toHaveLength(MOST_OPENED + 1)
    expect(members.at(-1)?.visits).toHaveLength(many + 1 - MOST_OPENED)
  })

  it('never hold what the chain is of', () => {
    const { boxes } = boxesOf(graph, { opened: [] })
    const own = boxes.filter(({ visits }) => visits.some(({ node: { key } }) => key === lot('B')))
    expect(own.every(({ visits }) => visits.length === 1)).toBe(true)
  })
})

describe('what is drawn', () => {
  const layout = layoutOf(shown(), 'linear', 900)
  const sides = sidesOf(chain, lot('B'))
  const scene = sceneOf(layout, {
    selected: `${lot('B')}#0`,
    sideOf: ({ visits }) => sides.get(visits[0]?.node.key ?? '') ?? 'other',
    markOf: ({ visits }) => (visits[0]?.node.key === lot('A') ? 'stop' : undefined),
    labelOf: ({ visits }) => visits[0]?.node.key.slice(-1) ?? '',
  })
  const box = (id: string) => scene.boxes.find((one) => one.id === id)

  it('dashes what is missing or inferred, with a sign beside the colour', () => {
    expect(box(`${lot('C')}#0`)).toMatchObject({ text: '? C', stub: true })
    expect(box(`${lot('C')}#0`)?.pen.dash).not.toEqual([])
    expect(box(`${lot('A')}#0`)).toMatchObject({ text: '✕ A', fill: '--stop' })
    expect(scene.lines.filter(({ pen }) => pen.dash.length > 0)).toHaveLength(1)
  })

  it('goes into an SVG whole, with texts that are no markup', () => {
    const svg = svgOf({
      title: 'a <b> & "c"',
      layout,
      scene,
      laneNames: (party) => `<${party}>`,
      ticks: ticksOf(layout.axis),
      tickText: ({ ms }) => String(ms),
      colours: (token) => token.slice(2),
    })
    expect(svg).toContain('<title>a &lt;b> &amp; &quot;c&quot;</title>')
    expect(svg).toContain('&lt;farm>')
    expect(svg.match(/<rect /g)?.length).toBeGreaterThanOrEqual(scene.boxes.length)
  })

  it('goes into a table, where nothing becomes a formula', () => {
    const csv = csvOf([['=1+1', 'a,b', 'say "hi"', 3]])
    expect(csv).toBe(`\uFEFF'=1+1,"a,b","say ""hi""",3\r\n`)
    expect(chainRows(chain)).toHaveLength(1 + 5 + 5 + 1)
  })
})
