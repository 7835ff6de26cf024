/**
 * Chilled pork of this week, for pages that look at today: three farms, a slaughterhouse, a cold
 * store, a distributor and a shop. One crate was warm on its way, and its sensor was silent for a
 * while; the other was not.
 */
import { request, type Server } from '#simulators/server.ts'
import { newParty } from '../e2e/devices.ts'
import { get, post, until } from '../e2e/http.ts'
import type { Program } from '../e2e/program.ts'

const CONTEXT = ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld']
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

const gtin = '06901234567892'
const pack = (serial: string) => `https://id.gs1.org/01/${gtin}/21/${serial}`
const place = (number: number) =>
  `https://id.gs1.org/414/69012345${String(number).padStart(5, '0')}`
const crate = (number: number) => `https://id.gs1.org/00/0690123450000000${['04', '11'][number]}`
const sensor = (number: number) => `https://id.gs1.org/8004/690123456SENSOR${number}`
const pigs = (farm: string) => `https://id.gs1.org/01/06901234567809/10/${farm}`
const carcasses = 'https://id.gs1.org/01/06901234567816/10/SB-03'

/** The GTIN of all packs, and their lot. */
export const product = { gtin, lot: 'DR-03' } as const

export const codes = {
  /** In order, and may be sold. */
  fine: pack('A8K1'),
  /** Was warm for hours on its way. */
  warm: pack('A8K2'),
  recalled: pack('A8K3'),
  /** Nobody has ever seen it. */
  unknown: pack('FAKE'),
} as const

const FIRMS = [
  ['north-farm', '北岭养殖场', 'North Ridge Farm'],
  ['east-farm', '东河养殖场', 'East River Farm'],
  ['stone-farm', '青石养殖场', 'Blue Stone Farm'],
  ['huasheng', '华盛屠宰一厂', 'Huasheng Slaughterhouse'],
  ['lingang', '临港冷库', 'Lingang Cold Store'],
  ['xianda', '鲜达配送中心', 'Xianda Distribution'],
  ['renmin', '人民路门店', 'Renmin Road Shop'],
] as const
type Firm = (typeof FIRMS)[number][0]

/** Plays it; all of it is stored when this resolves. `nowMs`: the end of the story. */
export async function playScene(program: Program, nowMs: number): Promise<void> {
  const keys = await register(program)
  const at = (hoursAgo: number) => new Date(nowMs - hoursAgo * HOUR_MS).toISOString()
  const capture = async (firm: Firm, events: readonly object[]) => {
    await captured(program, keys.get(firm) ?? '', events)
  }
  const farms = ['north-farm', 'east-farm', 'stone-farm'] as const
  for (const [index, farm] of farms.entries()) {
    const eventTime = at(168 + index)
    await capture(farm, [
      thing({ eventTime, action: 'ADD', bizStep: 'commissioning', ...lot(pigs(farm), 40) }, index),
      thing({ eventTime: at(150), bizStep: 'shipping', ...lot(pigs(farm), 40) }, index),
    ])
  }
  await capture('huasheng', slaughter(at, farms))
  await capture('lingang', storeAndPack(at, nowMs))
  await capture('xianda', distribute(at))
  await capture('renmin', sell(at))
}

/** Captures events of a firm at once, and waits until all of them are stored. */
export async function captured(
  program: Server,
  key: string,
  events: readonly object[],
): Promise<void> {
  const document = {
    '@context': CONTEXT,
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: new Date().toISOString(),
    epcisBody: { eventList: events },
  }
  const { status, headers, body } = await post(program, '/epcis/capture', key, document)
  if (status !== 202) throw new Error(JSON.stringify(body))
  const job = new URL(headers.get('Location') ?? '').pathname
  const { body: outcome } = await until(
    () => get(program, job, key),
    (answer) => answer.body['running'] === false,
  )
  if (outcome['success'] !== true) throw new Error(JSON.stringify(outcome))
}

/** Its readings come all at once: what is missing of them is told without waiting for more. */
async function tellGapsAtOnce(program: Program): Promise<void> {
  const reason = 'All of the story comes at once.'
  const change = { rule: 'A11', domain: 'food', parameters: { graceMinutes: 0 }, fromUs: 0 }
  const changes = [{ ...change, revision: 'story', reason }]
  await request(program, 'PUT', '/v1/rules', { basedOn: 0, reason, changes })
}

async function register(program: Program): Promise<Map<Firm, string>> {
  await tellGapsAtOnce(program)
  const keys = new Map<Firm, string>()
  for (const [index, [slug, zh, en]] of FIRMS.entries()) {
    keys.set(slug, await newParty(program, slug))
    const named = { name: zh, names: { zh, en } }
    const contact = { name: `${zh.slice(0, 2)}质量部`, phone: `+86 571 8800 00${index}0` }
    await request(program, 'PUT', `/v1/parties/${slug}`, { ...named, domain: 'food', contact })
    const key = encodeURIComponent(place(index))
    await request(program, 'PUT', `/v1/locations/${key}`, { ...named, party: slug })
  }
  for (const number of [0, 1]) {
    const probe = { name: `Probe ${number}`, site: 'store', epc: sensor(number) }
    await request(program, 'PUT', `/v1/devices/lingang/probe-${number}`, probe)
  }
  const productKey = encodeURIComponent(`https://id.gs1.org/01/${gtin}`)
  await request(program, 'PUT', `/v1/products/${productKey}`, {
    party: 'lingang',
    name: '冷鲜猪前腿 400 克',
    names: { zh: '冷鲜猪前腿 400 克', en: 'Chilled pork shoulder 400 g' },
    domain: 'food',
    netContent: '400 g',
    storageCelsius: { min: 0, max: 4 },
  })
  return keys
}

type At = (hoursAgo: number) => string

function slaughter(at: At, farms: readonly string[]): object[] {
  return [
    ...farms.map((farm) =>
      thing({ eventTime: at(146), bizStep: 'receiving', ...lot(pigs(farm), 40) }, 3),
    ),
    event({
      type: 'TransformationEvent',
      eventTime: at(140),
      bizStep: 'killing',
      inputQuantityList: farms.map((farm) => ({ epcClass: pigs(farm), quantity: 40 })),
      outputQuantityList: [{ epcClass: carcasses, quantity: 9000, uom: 'KGM' }],
      ...where(3),
    }),
    thing({ eventTime: at(130), bizStep: 'shipping', ...lot(carcasses, 9000) }, 3),
  ]
}

function storeAndPack(at: At, nowMs: number): object[] {
  const packs = [codes.fine, codes.warm, codes.recalled]
  const best = new Date(nowMs + 72 * HOUR_MS).toISOString().slice(0, 10)
  return [
    thing({ eventTime: at(124), bizStep: 'receiving', ...lot(carcasses, 9000) }, 4),
    event({
      type: 'TransformationEvent',
      eventTime: at(110),
      bizStep: 'packing',
      inputQuantityList: [{ epcClass: carcasses, quantity: 9000, uom: 'KGM' }],
      outputEPCList: packs,
      ilmd: { 'cbvmda:lotNumber': product.lot, 'cbvmda:itemExpirationDate': best },
      ...where(4),
    }),
    ...[codes.fine, codes.warm].flatMap((one, index) => [
      event({
        type: 'AssociationEvent',
        eventTime: at(101),
        action: 'ADD',
        parentID: crate(index),
        childEPCs: [sensor(index)],
        ...where(4),
      }),
      event({
        type: 'AggregationEvent',
        eventTime: at(100),
        action: 'ADD',
        bizStep: 'packing',
        parentID: crate(index),
        childEPCs: [one],
        ...where(4),
      }),
      thing({ eventTime: at(60), bizStep: 'shipping', epcList: [crate(index)] }, 4),
      ...readings(index, nowMs),
    ]),
    thing(
      {
        eventTime: at(20),
        bizStep: 'holding',
        epcList: [codes.recalled],
        persistentDisposition: { set: ['recalled'] },
      },
      4,
    ),
  ]
}

/** A reading each ten minutes, in the cold store and on the way; the second crate was warm. */
function readings(crateNumber: number, nowMs: number): object[] {
  const events: object[] = []
  for (let minutesAgo = 99 * 60; minutesAgo >= 23 * 60; minutesAgo -= 60) {
    const isSilent = crateNumber === 1 && minutesAgo < 36 * 60 && minutesAgo > 29 * 60
    if (isSilent) continue
    const times = [0, 10, 20, 30, 40, 50].map((minute) => nowMs - (minutesAgo - minute) * MINUTE_MS)
    events.push(
      event({
        eventTime: new Date(times.at(-1) ?? nowMs).toISOString(),
        action: 'OBSERVE',
        bizStep: 'sensor_reporting',
        epcList: [],
        readPoint: { id: place(4) },
        sensorElementList: times.map((time) => ({
          sensorMetadata: { time: new Date(time).toISOString(), deviceID: sensor(crateNumber) },
          sensorReport: [
            {
              type: 'Temperature',
              value: celsius(crateNumber, (nowMs - time) / HOUR_MS),
              uom: 'CEL',
            },
          ],
        })),
      }),
    )
  }
  return events
}

function celsius(crateNumber: number, hoursAgo: number): number {
  const wave = 2 + Math.sin(hoursAgo * 1.7) * 0.5
  const isWarm = crateNumber === 1 && hoursAgo < 54 && hoursAgo > 50
  const rise = isWarm ? 8.2 * Math.sin(((54 - hoursAgo) / 4) * Math.PI) : 0
  return Math.round((wave + rise) * 10) / 10
}

function distribute(at: At): object[] {
  return [0, 1].flatMap((index) => {
    const one = index === 0 ? codes.fine : codes.warm
    return [
      thing({ eventTime: at(46), bizStep: 'receiving', epcList: [crate(index)] }, 5),
      event({
        type: 'AggregationEvent',
        eventTime: at(24),
        action: 'DELETE',
        bizStep: 'unpacking',
        parentID: crate(index),
        childEPCs: [one],
        ...where(5),
      }),
      thing({ eventTime: at(23), bizStep: 'shipping', epcList: [one] }, 5),
    ]
  })
}

function sell(at: At): object[] {
  return [
    thing(
      {
        eventTime: at(20),
        bizStep: 'receiving',
        disposition: 'sellable_accessible',
        epcList: [codes.fine, codes.warm],
      },
      6,
    ),
  ]
}

function lot(epcClass: string, quantity: number): object {
  return { quantityList: [{ epcClass, quantity }] }
}

function where(number: number): object {
  return { readPoint: { id: place(number) }, bizLocation: { id: place(number) } }
}

function thing(more: object, at: number): object {
  return event({ type: 'ObjectEvent', action: 'OBSERVE', ...where(at), ...more })
}

function event(more: object): object {
  return {
    type: 'ObjectEvent',
    eventTimeZoneOffset: '+08:00',
    ...more,
  }
}
