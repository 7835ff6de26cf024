/**
 * What the registry holds, as zod schemas: who takes part (parties), where (locations), what
 * (products), by which readers and sensors (devices), and who may ask (keys). They are the single
 * source of these types, of the checks at the API and of its OpenAPI document.
 */
import { z } from 'zod'
import { identify, type Kind } from '#epcis/identifier.ts'
import { keyOf, understand } from '#epcis/understand.ts'
import { isUri } from '#epcis/uri.ts'

/** Name of a party, site or device inside a topic, a path and a certificate. */
export const slugSchema = z
  .string()
  .regex(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 of a-z, 0-9 and -')
  .meta({ example: 'green-farm' })

/**
 * Any spelling of an identifier goes in, its canonical key comes out: of what can be several
 * things, one of the kinds wanted. A URI that is malformed is kept, as events may hold it.
 */
function keySchemaOf(...kinds: readonly Kind[]) {
  return z
    .string()
    .min(1)
    .max(2048)
    .refine((text) => understand(text).ok || isUri(text), {
      error: ({ input }) => whyRefused(String(input)),
    })
    .overwrite((text) => keyOf(text, ...kinds))
}

function whyRefused(text: string): string {
  const reading = understand(text)
  return reading.ok ? '' : reading.message
}

const keySchema = keySchemaOf()
export const productKeySchema = keySchemaOf('class').refine(
  (key) => identify(key).kind !== 'instance',
  {
    error: 'names one item, not a product',
  },
)
const placeKeySchema = keySchemaOf('place')

const nameSchema = z.string().min(1).max(200)
const namesSchema = z.strictObject({ zh: nameSchema.optional(), en: nameSchema.optional() })
const domainSchema = z.enum(['food', 'drugs', 'building_materials'])

/** GB/T 2260: two digits of the province, two of a city in it, two of a county in that. */
const regionSchema = z
  .string()
  .regex(/^\d{6}$/, 'must be 6 digits of GB/T 2260')
  .meta({ example: '330106' })

const dateSchema = z.iso.date()
const classesSchema = z.array(nameSchema).min(1).max(100)

/** What a party may deal in, from the first day to the last, both included. */
export const licenceSchema = z.strictObject({
  number: nameSchema.optional(),
  scope: classesSchema.describe('Classes of products that it covers; * is all'),
  from: dateSchema,
  to: dateSchema.describe('Its last day'),
  suspended: z
    .array(z.strictObject({ from: dateSchema, to: dateSchema }))
    .max(20)
    .optional(),
})

export const partySchema = z
  .strictObject({
    slug: slugSchema,
    name: nameSchema,
    names: namesSchema.optional(),
    pgln: keySchemaOf('party').optional().describe('GS1 party key'),
    uscc: z
      .string()
      .regex(/^[0-9A-HJ-NPQRTUWXY]{18}$/, 'must be 18 characters of GB 32100')
      .optional()
      .describe('Unified social credit code, GB 32100'),
    domain: domainSchema,
    contact: z
      .strictObject({
        name: nameSchema.optional(),
        phone: z.string().max(50).optional(),
        email: z.email().max(254).optional(),
      })
      .optional()
      .describe('Whom to reach when goods are recalled'),
    region: regionSchema.optional().describe('Without it that of its USCC'),
    licences: z
      .array(licenceSchema)
      .max(100)
      .optional()
      .describe('Given, also empty: the party needs one for what it does'),
  })
  .meta({ id: 'Party' })
export type Party = z.infer<typeof partySchema>

export const locationSchema = z
  .strictObject({
    key: placeKeySchema.describe('Canonical key of a readPoint or bizLocation').meta({
      example: 'https://id.gs1.org/414/9521321000018',
    }),
    party: slugSchema,
    name: nameSchema,
    names: namesSchema.optional(),
    address: z.string().max(500).optional(),
    latitude: z.number().min(-90).max(90).optional(),
    longitude: z.number().min(-180).max(180).optional(),
    radiusKm: z.number().min(0).max(500).optional(),
    site: placeKeySchema
      .optional()
      .describe('The place it is part of, as a dock is of a warehouse'),
    market: nameSchema.optional().describe('The market it sells in'),
    district: placeKeySchema.optional().describe('The district it lies in, itself a location'),
    residents: z
      .int()
      .positive()
      .max(2_000_000_000)
      .optional()
      .describe('Of a district: by them samples are planned'),
    region: regionSchema.optional(),
  })
  .meta({ id: 'Location' })
export type Location = z.infer<typeof locationSchema>

export const productSchema = z
  .strictObject({
    key: productKeySchema.describe('Canonical key of the class, usually a GTIN').meta({
      example: 'https://id.gs1.org/01/09521321000018',
    }),
    party: slugSchema,
    name: nameSchema,
    names: namesSchema.optional(),
    domain: domainSchema,
    description: z.string().max(2000).optional(),
    netContent: z.string().max(100).optional(),
    shelfLifeDays: z.int().positive().optional(),
    packLevel: z.int().min(1).max(9).optional().describe('1 is the smallest pack that is sold'),
    storageCelsius: z.strictObject({ min: z.number(), max: z.number() }).optional(),
    productClass: nameSchema.optional().describe('Class by which licences are given'),
    markets: classesSchema.optional().describe('Where it may be sold; anywhere without it'),
    consignees: z
      .array(keySchema)
      .max(1000)
      .optional()
      .describe('Parties that it may be shipped to; all without it'),
    serialised: z
      .boolean()
      .optional()
      .describe('Every unit has a serial that its maker commissions here'),
    kgPerUnit: z.number().positive().optional(),
    lotQuota: z
      .strictObject({ quantity: z.number().positive(), uom: z.literal('KGM').optional() })
      .optional()
      .describe('What a permit or certified area allows of one lot; pieces without uom'),
    requiredTests: z
      .array(nameSchema)
      .min(1)
      .max(20)
      .optional()
      .describe('Tests to be passed before it leaves or is built in: docs/alerts.md'),
    witnessed: z.boolean().optional().describe('Its samples are drawn before a witness'),
  })
  .meta({ id: 'Product' })
export type Product = z.infer<typeof productSchema>

const channelSchema = z.enum(['epcis', 'reads', 'telemetry', 'status'])

const vendorTopicSchema = z.strictObject({
  topic: z
    .string()
    .max(512)
    .refine(
      isVendorTopic,
      'must name a topic outside suyuan/ and $, with + as one level at most; of Sparkplug, ' +
        'spBv1.0/{group}/+/{node} or spBv1.0/{group}/+/{node}/+',
    ),
  channel: channelSchema,
})

function isVendorTopic(topic: string): boolean {
  const levels = topic.split('/')
  const wild = levels.filter((level) => level.includes('+'))
  const reserved = topic === '' || topic.startsWith('$') || levels[0] === 'suyuan'
  const firstIsWild = levels[0] === '+'
  const areWhole = wild.every((level) => level === '+')
  const isOne = wild.length <= 1 || isOfNode(levels)
  return !reserved && !firstIsWild && areWhole && isOne && !/[#\0]/.test(topic)
}

/** All devices of one edge node of Sparkplug: their names are not known beforehand. */
function isOfNode(levels: readonly string[]): boolean {
  const [namespace, group, type, node, device, ...more] = levels
  const isNamed = ![group, node].includes('+') && node !== undefined
  return namespace === 'spBv1.0' && isNamed && [type, device].join() === '+,+' && more.length === 0
}

/** What SQLite and JSON both keep as it is. */
const wholeText = (text: string) => !/[\0\ud800-\udfff]/u.test(text)
const notWhole = 'must be Unicode without U+0000'

/** That one key names the same thing as another. */
export const aliasSchema = z
  .strictObject({
    alias: keySchema.refine(wholeText, notWhole).meta({
      example: 'https://id.gs1.org/01/06901234500010/21/1A2B3C',
    }),
    of: keySchema.refine(wholeText, notWhole).describe('Any spelling of the other key'),
    reason: z.string().max(500).refine(wholeText, notWhole).optional(),
  })
  .meta({ id: 'AliasDeclaration' })
export type AliasDeclaration = z.infer<typeof aliasSchema>

/**
 * What a message on the channels `reads` and `telemetry` is written in. Without one a device writes
 * the simple forms of docs/mqtt.md.
 */
export const formatSchema = z.enum([
  'impinj-r700',
  'smartreader',
  'zebra-fx',
  'zebra-rfd',
  'sparkplug-b',
  'chirpstack-v4',
  'tts-v3',
  'milesight-gateway',
  'shelly',
  'senml',
  'csv',
])
export type Format = z.infer<typeof formatSchema>

/**
 * What the bytes of a LoRaWAN sensor are written in, where its network server does not say. Models
 * write what they remember in different ways: docs/devices/milesight-gateway.md.
 */
export const codecSchema = z.enum([
  'milesight-tlv',
  'milesight-em300-mcs',
  'milesight-ts101',
  'milesight-ts30x',
])
export type Codec = z.infer<typeof codecSchema>

/** What a read says beside the tag: the rest of the event it becomes. */
const readSays = {
  readPoint: placeKeySchema.optional(),
  bizLocation: placeKeySchema.optional(),
  bizStep: nameSchema.optional(),
  disposition: nameSchema.optional(),
  action: z.enum(['ADD', 'OBSERVE', 'DELETE']).optional(),
}
const readSaysSchema = z.strictObject(readSays)
export type ReadSays = z.infer<typeof readSaysSchema>

const antennaSchema = z.string().min(1).max(200)

/** How the reads of a device become events: docs/devices/README.md. */
export const bindingSchema = z.strictObject({
  ...readSays,
  quietMs: z
    .int()
    .nonnegative()
    .max(86_400_000)
    .optional()
    .describe('A tag seen again within it is no new event; 30,000 without it'),
  minRssiDbm: z.number().optional().describe('Weaker reads are not looked at'),
  minReads: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('So many reads make an event; 1 without it'),
  rememberMs: z
    .int()
    .min(60_000)
    .max(30 * 86_400_000)
    .optional()
    .describe('How long repeats of a read are recognised after it came; a day without it'),
  expected: z
    .array(keySchema)
    .max(10_000)
    .optional()
    .describe('Keys of items, of classes for all serials, or of lots; other tags are kept apart'),
  companyPrefixes: z
    .array(z.string().regex(/^\d{4,12}$/, 'must be 4 to 12 digits'))
    .max(1000)
    .optional()
    .describe('GS1 company prefixes; tags of others are kept apart'),
  acceptOtherTags: z
    .boolean()
    .optional()
    .describe('Make events also of tags that hold no GS1 EPC, which are kept apart without it'),
  antennas: z
    .array(readSaysSchema.extend({ antenna: antennaSchema }))
    .max(64)
    .optional()
    .describe('What a read says by the antenna that made it, a place each'),
  direction: z
    .strictObject({
      order: z.array(antennaSchema).min(2).max(16).describe('Antennas from outside to inside'),
      inward: readSaysSchema.optional(),
      outward: readSaysSchema.optional(),
    })
    .optional()
    .describe('An event is made once a tag has been seen at both ends, and says which way it went'),
  pack: z
    .strictObject({
      parents: z
        .array(keySchema)
        .max(1000)
        .optional()
        .describe('Keys or classes whose tag closes a case; logistic units without it'),
      withinMs: z.int().min(1000).max(86_400_000).default(600_000),
      event: z.enum(['AggregationEvent', 'AssociationEvent']).default('AggregationEvent'),
    })
    .optional()
    .describe('A pack station: tags are read, then that of their parent, which closes the case'),
  timeZoneOffset: z
    .string()
    .regex(/^[+-](?:0\d|1[0-3]):[0-5]\d$/, 'must be +hh:mm or -hh:mm')
    .optional(),
  asset: keySchema.optional().describe('What the sensor is mounted on'),
})
export type Binding = z.infer<typeof bindingSchema>

/** A sensor behind a gateway or a network server: how these name it, and its own key. */
const behindSchema = z.strictObject({
  id: z.string().min(1).max(100).describe('Such as its DevEUI, or its device id of TTS'),
  epc: keySchema.describe('Canonical key of the sensor'),
})

/** What a codec's value measures, where its name does not say so. */
const fieldSchema = z.strictObject({
  name: nameSchema.describe('As the codec writes it; with the names around it by their dots'),
  type: nameSchema.describe('Such as Temperature'),
  uom: z
    .string()
    .regex(/^[A-Z0-9]{2,3}$/, 'must be a code of UN/ECE Rec. 20, such as CEL')
    .optional(),
  component: z.string().min(1).max(100).optional().describe('Tells it from others of its type'),
})
export type DeclaredField = z.infer<typeof fieldSchema>

export const deviceSchema = z
  .strictObject({
    party: slugSchema,
    device: slugSchema,
    site: slugSchema,
    name: nameSchema,
    enabled: z.boolean().default(true),
    epc: keySchema.optional().describe('Canonical key of the sensor or reader itself'),
    topics: z.array(vendorTopicSchema).max(20).default([]),
    format: formatSchema.optional(),
    codec: codecSchema.optional(),
    fields: z.array(fieldSchema).max(200).optional().describe('What values of its codec measure'),
    sensors: z.array(behindSchema).max(10_000).optional().describe('Sensors it may speak for'),
    calibrationDue: z.iso.date().optional().describe('Its last day of valid calibration'),
    binding: bindingSchema.optional(),
  })
  .meta({ id: 'Device' })
export type Device = z.infer<typeof deviceSchema>

/** The key under which a device's measurements are stored and found. */
export function sensorKeyOf(device: Pick<Device, 'party' | 'device' | 'epc'>): string {
  return device.epc ?? `urn:suyuan:device:${device.party}:${device.device}`
}

const labelSchema = z.string().max(200).default('').describe('What the key is for')

/** What a key lets its holder be. A device and an enterprise act for a party. */
export const keyGrantSchema = z
  .discriminatedUnion('role', [
    z.strictObject({
      role: z.literal('device'),
      party: slugSchema,
      device: slugSchema,
      label: labelSchema,
    }),
    z.strictObject({ role: z.literal('enterprise'), party: slugSchema, label: labelSchema }),
    z.strictObject({ role: z.enum(['inspector', 'regulator', 'admin']), label: labelSchema }),
  ])
  .meta({ id: 'KeyGrant' })
export type KeyGrant = z.infer<typeof keyGrantSchema>

export type Role = KeyGrant['role']

/** Who asks. */
export interface Principal {
  readonly keyId: string
  readonly role: Role
  readonly party?: string
  readonly device?: string
}
