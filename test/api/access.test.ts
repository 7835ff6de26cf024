import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminKey, document, event, startWorld, type World } from './world.ts'

let world: World
const keys: Record<string, string | undefined> = { public: undefined, admin: adminKey }

beforeAll(async () => {
  world = await startWorld()
  keys['enterprise'] = world.party('farm')
  world.registry.devices.put({
    party: 'farm',
    device: 'gate',
    site: 'north',
    name: 'Gate',
    enabled: true,
    topics: [],
  })
  keys['device'] = world.key({ role: 'device', party: 'farm', device: 'gate', label: '' })
  keys['inspector'] = world.key({ role: 'inspector', label: '' })
  keys['regulator'] = world.key({ role: 'regulator', label: '' })
})

afterAll(() => world.close())

const everybody = ['public', 'device', 'enterprise', 'inspector', 'regulator', 'admin']
const notified = ['enterprise', 'regulator', 'admin']
const records = ['enterprise', 'inspector', 'regulator', 'admin']
const owners = ['enterprise', 'admin']

/** The keys of GS1 Digital Links, by application identifier and by short name. */
const resolved = [
  ...['00', '01', '253', '255', '401', '402', '414', '415', '417', '8003', '8004', '8006', '8010'],
  ...['8013', '8017', '8018', 'cpid', 'gcn', 'gdti', 'giai', 'ginc', 'gln', 'gmn', 'grai', 'gsin'],
  ...['gsrn', 'gsrnp', 'gtin', 'itip', 'party', 'payTo', 'sscc'],
]

/**
 * Who may do what, as README and ARCHITECTURE promise it; written down a second time on purpose.
 */
const may: [string, string, string[]][] = [
  ['GET', '/healthz', everybody],
  ['GET', '/livez', everybody],
  ['GET', '/readyz', everybody],
  ['GET', '/openapi.json', everybody],
  ['GET', '/docs', everybody],
  ['GET', '/docs/style.css', everybody],
  ['GET', '/metrics', ['admin']],
  ['POST', '/epcis/capture', ['device', 'enterprise']],
  ['POST', '/epcis/events', ['device', 'enterprise']],
  ['GET', '/epcis/capture', ['device', 'enterprise', 'regulator', 'admin']],
  ['GET', '/epcis/capture/c0', ['device', 'enterprise', 'regulator', 'admin']],
  ['GET', '/epcis/events', records],
  ['GET', '/epcis/events/urn:x', records],
  ['GET', '/v1/trace/urn:x', records],
  ['GET', '/v1/balance/urn:x', records],
  ['GET', '/v1/lots', records],
  ['GET', '/v1/lanes', ['inspector', 'regulator', 'admin']],
  ['GET', '/v1/shipments', records],
  ['GET', '/v1/device-activity', records],
  ['GET', '/v1/devices/p/d/apart', records],
  ['GET', '/v1/items/urn:x', everybody],
  ['GET', '/v1/identifiers/urn:x', everybody],
  ...resolved.map((path): [string, string, string[]] => ['GET', `/${path}/x`, everybody]),
  ['GET', '/.well-known/gs1resolver', everybody],
  ['GET', '/v1/session', everybody],
  ['POST', '/v1/session', everybody],
  ['DELETE', '/v1/session', everybody],
  ['GET', '/', everybody],
  ['GET', '/app', everybody],
  ['GET', '/app/', everybody],
  ['GET', '/app/x', everybody],
  ['GET', '/v1/telemetry', records],
  ['GET', '/v1/rejections', ['enterprise', 'regulator', 'admin']],
  ['GET', '/v1/rejections/r0', ['enterprise', 'regulator', 'admin']],
  ['GET', '/v1/parties', records],
  ['GET', '/v1/parties/x', records],
  ['PUT', '/v1/parties/x', ['admin']],
  ['DELETE', '/v1/parties/x', ['admin']],
  ['GET', '/v1/locations', records],
  ['GET', '/v1/locations/urn:x', records],
  ['PUT', '/v1/locations/urn:x', owners],
  ['DELETE', '/v1/locations/urn:x', owners],
  ['GET', '/v1/products', records],
  ['GET', '/v1/products/urn:x', records],
  ['PUT', '/v1/products/urn:x', owners],
  ['DELETE', '/v1/products/urn:x', owners],
  ['GET', '/v1/aliases', records],
  ['GET', '/v1/aliases/urn:x', records],
  ['PUT', '/v1/aliases/urn:x', ['enterprise', 'regulator', 'admin']],
  ['DELETE', '/v1/aliases/urn:x', ['enterprise', 'regulator', 'admin']],
  ['GET', '/v1/company-prefixes', records],
  ['PUT', '/v1/company-prefixes', ['admin']],
  ['GET', '/v1/company-prefixes/952', records],
  ['GET', '/v1/work-calendar', records],
  ['PUT', '/v1/work-calendar', ['admin']],
  ['GET', '/v1/alerts', records],
  ['GET', '/v1/alerts/stream', records],
  ['GET', '/v1/alerts/a0', records],
  ['POST', '/v1/alerts/a0/steps', notified],
  ['PUT', '/v1/reports/x', ['public', ...records]],
  ['GET', '/v1/reports', ['inspector', 'regulator', 'admin']],
  ['GET', '/v1/reports/x', ['inspector', 'regulator', 'admin']],
  ['GET', '/v1/recalls', everybody],
  ['POST', '/v1/recalls', ['regulator', 'admin']],
  ['POST', '/v1/recalls/preview', ['regulator', 'admin']],
  ['GET', '/v1/recalls/r0', everybody],
  ['PATCH', '/v1/recalls/r0', ['regulator', 'admin']],
  ['GET', '/v1/recalls/r0/steps', ['inspector', 'regulator', 'admin']],
  ['POST', '/v1/recalls/r0/steps', ['regulator', 'admin']],
  ['GET', '/v1/recalls/r0/versions', ['inspector', 'regulator', 'admin']],
  ['POST', '/v1/recalls/r0/versions', ['regulator', 'admin']],
  ['GET', '/v1/recalls/r0/items', records],
  ['GET', '/v1/recalls/r0/items/urn:x', records],
  ['GET', '/v1/recalls/r0/consignees', records],
  ['POST', '/v1/recalls/r0/consignees/farm/answers', ['enterprise', 'regulator', 'admin']],
  ['POST', '/v1/recalls/r0/consignees/farm/checks', ['regulator', 'admin']],
  ['GET', '/v1/rules', records],
  ['GET', '/v1/rules/A1', records],
  ['PUT', '/v1/rules', ['regulator', 'admin']],
  ['POST', '/v1/rules/dry-run', ['regulator', 'admin']],
  ['GET', '/v1/webhooks', notified],
  ['POST', '/v1/webhooks', notified],
  ['GET', '/v1/webhooks/w0', notified],
  ['PUT', '/v1/webhooks/w0', notified],
  ['DELETE', '/v1/webhooks/w0', notified],
  ['POST', '/v1/webhooks/w0/verify', notified],
  ['POST', '/v1/webhooks/w0/rotate', notified],
  ['POST', '/v1/webhooks/w0/ping', notified],
  ['POST', '/v1/webhooks/w0/replay', notified],
  ['GET', '/v1/webhooks/w0/deliveries', notified],
  ['GET', '/v1/webhooks/w0/deliveries/d0', notified],
  ['GET', '/v1/bulletins', everybody],
  ['GET', '/v1/bulletins/b0', everybody],
  ['GET', '/v1/calibrations', records],
  ['GET', '/v1/devices', records],
  ['GET', '/v1/devices/farm/x', records],
  ['PUT', '/v1/devices/farm/x', owners],
  ['DELETE', '/v1/devices/farm/x', owners],
  ['GET', '/v1/keys', owners],
  ['GET', '/v1/keys/k999', owners],
  ['POST', '/v1/keys', owners],
  ['DELETE', '/v1/keys/k999', owners],
]

/** A stream has no end to wait for. */
async function statusOfStream(path: string, key: string | undefined): Promise<number> {
  const headers = key === undefined ? {} : { Authorization: `Bearer ${key}` }
  const response = await world.app.request(path, { headers })
  await response.body?.cancel()
  return response.status
}

describe('who may do what', () => {
  it.each(may)('%s %s is for %j', async (method, path, allowed) => {
    for (const role of everybody) {
      const writes = ['POST', 'PUT', 'PATCH'].includes(method)
      const body = writes ? { body: 'not json' } : {}
      const status = path.endsWith('/stream')
        ? await statusOfStream(path, keys[role])
        : (await world.call(path, { method, key: keys[role], ...body })).status
      const refused = role === 'public' ? 401 : 403
      if (allowed.includes(role)) expect([role, status]).not.toEqual([role, refused])
      else expect([role, status]).toEqual([role, refused])
    }
  })

  it('leaves out no route', () => {
    const served = world.app.routes
      .filter(({ method }) => method !== 'ALL' && method !== 'OPTIONS')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:\w+(\{[^}]*\})?/g, '*')}`)
    const listed = may.map(([method, path]) => {
      if (path === '/app/x' || resolved.includes(path.split('/')[1] ?? ''))
        return `${method} ${path.slice(0, -1)}*`
      if (path.startsWith('/v1/recalls/')) {
        return `${method} ${path.replaceAll(/\/(?:r0|urn:x|farm)\b/g, '/*')}`
      }
      const exact = ['/v1/alerts/stream', '/v1/rules/dry-run'].includes(path)
      if (path.startsWith('/v1/webhooks/')) return `${method} ${path.replace(/\/[wd]0/g, '/*')}`
      if (exact || path.endsWith('/steps')) return `${method} ${path.replace('/a0/', '/*/')}`
      const pattern = /^\/(epcis|v1)\/([\w-]+)\/(.+)$/.exec(path)
      const ofDevice = path.endsWith('/apart') ? '*/*/apart' : '*/*'
      const rest = pattern?.[2] === 'devices' ? ofDevice : '*'
      return `${method} ${pattern ? `/${pattern[1]}/${pattern[2]}/${rest}` : path}`
    })
    expect([...new Set(served)].sort()).toEqual([...new Set(listed)].sort())
  })
})

describe('a device', () => {
  it('captures in the name of its party and learns what became of it', async () => {
    const answer = await world.call('/epcis/capture', {
      method: 'POST',
      key: keys['device'],
      body: document([event({ eventID: 'urn:x:by-device' })]),
    })
    const job = await world.finished(answer.headers.get('Location'), keys['device'] ?? '')
    expect(job).toMatchObject({ success: true, stored: 1 })
    const found = await world.call('/epcis/events/urn:x:by-device', { key: keys['enterprise'] })
    expect(found.status).toBe(200)
  })

  it('opens nothing once it is disabled', async () => {
    const gate = world.registry.device('farm', 'gate')
    if (gate === undefined) throw new Error('there is a gate')
    world.registry.devices.put({ ...gate, enabled: false })
    const { status } = await world.call('/epcis/capture', { key: keys['device'] })
    expect(status).toBe(401)
    world.registry.devices.put(gate)
  })
})
