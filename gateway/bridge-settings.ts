/** Other brokers that messages are taken from: the file that the setting BRIDGES names. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'

const bridgeSchema = z.strictObject({
  url: z
    .url({ protocol: /^(?:mqtt|mqtts|ws|wss)$/ })
    .describe('Such as mqtt://chirpstack.example:1883'),
  /** `{party}/{device}` of the registry. */
  device: z.string().regex(/^[a-z0-9-]{1,40}\/[a-z0-9-]{1,40}$/, 'must be {party}/{device}'),
  topics: z.array(z.string().min(1)).min(1).describe('Filters to subscribe to'),
  version: z.union([z.literal(4), z.literal(5)]).default(5),
  clientId: z.string().min(1).max(100).optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  /** The host application of Sparkplug that this server is there. */
  sparkplugHost: z
    .string()
    .regex(/^[^/+#]{1,100}$/, 'must be one level of a topic')
    .optional(),
  /** PEM files. */
  ca: z.string().optional(),
  cert: z.string().optional(),
  key: z.string().optional(),
})
export type BridgeSettings = z.infer<typeof bridgeSchema>

/** The file is not there or does not hold. `message` says which entry and why. */
export class BridgeSettingsError extends Error {
  override readonly name = 'BridgeSettingsError'
}

/** Reads the file of bridges. @throws BridgeSettingsError */
export async function readBridges(file: string): Promise<BridgeSettings[]> {
  let json: unknown
  try {
    json = JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new BridgeSettingsError(`${file} cannot be read as JSON`, { cause })
  }
  const parsed = z.array(bridgeSchema).safeParse(json)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new BridgeSettingsError(`${file}: ${lines.join('; ')}`)
}
