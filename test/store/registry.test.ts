import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureAdminKey, WeakAdminKeyError } from '#store/registry/admin-key.ts'
import { deviceSchema, locationSchema, sensorKeyOf } from '#store/registry/schema.ts'
import { openRegistry, type Registry } from '#store/registry.ts'

let directory: string
let registry: Registry
const nowUs = 1_700_000_000_000_000

const farm = { slug: 'farm', name: 'Green Farm', domain: 'food' as const }
const gate = {
  party: 'farm',
  device: 'gate-1',
  site: 'north',
  name: 'Gate 1',
  enabled: true,
  topics: [{ topic: 'ziotc/+/tags', channel: 'reads' as const }],
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'suyuan-registry-'))
  registry = openRegistry(join(directory, 'registry.db'), { nowUs: () => nowUs })
})

afterEach(() => {
  registry.close()
  rmSync(directory, { recursive: true })
})

function issue(grant: Parameters<Registry['keys']['issue']>[0]) {
  const issued = registry.keys.issue(grant, nowUs)
  if (!issued.ok) throw new Error(issued.message)
  return issued
}

describe('the registry', () => {
  it('gives back what was put, after it was closed and opened again', () => {
    expect(registry.parties.put(farm)).toEqual({ ok: true, created: true })
    expect(registry.devices.put(gate)).toEqual({ ok: true, created: true })
    registry.close()
    registry = openRegistry(join(directory, 'registry.db'))
    expect(registry.parties.get('farm')).toEqual(farm)
    expect(registry.device('farm', 'gate-1')).toEqual(gate)
    expect(registry.device('farm', 'gate-2')).toBeUndefined()
  })

  it('replaces what is put again under the same key', () => {
    registry.parties.put(farm)
    expect(registry.parties.put({ ...farm, name: 'Greener' })).toEqual({ ok: true, created: false })
    expect(registry.parties.get('farm')?.name).toBe('Greener')
  })

  it('refuses a device, location or product of a party that is not there', () => {
    const refusal = { ok: false, code: 'unknown_party', path: '/party' }
    expect(registry.devices.put(gate)).toMatchObject(refusal)
    expect(registry.locations.put({ key: 'x:y', party: 'farm', name: 'Y' })).toMatchObject(refusal)
    expect(
      registry.products.put({ key: 'x:z', party: 'farm', name: 'Z', domain: 'food' }),
    ).toMatchObject(refusal)
    expect(registry.devices.get('farm/gate-1')).toBeUndefined()
  })

  it('keeps a party that still has something, and lets it go once it has nothing', () => {
    registry.parties.put(farm)
    registry.devices.put(gate)
    expect(registry.parties.remove('farm')).toMatchObject({ ok: false, code: 'party_in_use' })
    registry.devices.remove('farm/gate-1')
    expect(registry.parties.remove('farm')).toEqual({ ok: true, removed: true })
    expect(registry.parties.remove('farm')).toEqual({ ok: true, removed: false })
  })

  it('lists in pages that together hold everything once', () => {
    registry.parties.put(farm)
    registry.parties.put({ ...farm, slug: 'mill' })
    for (let n = 10; n < 35; n++) {
      const party = n % 2 === 0 ? 'farm' : 'mill'
      registry.devices.put({ ...gate, party, device: `d${n}` })
    }
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = registry.devices.list({ party: 'farm', after, limit: 4 })
      seen.push(...page.items.map((device) => device.device))
      after = page.after
    } while (after !== undefined)
    expect(seen).toEqual([10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34].map((n) => `d${n}`))
    expect(registry.devices.list({ limit: 100 }).items).toHaveLength(25)
  })

  it('shows every change in its version, to other connections too', () => {
    const reader = openRegistry(join(directory, 'registry.db'), { readOnly: true })
    const before = reader.version()
    registry.parties.put(farm)
    const after = reader.version()
    expect(after).toBeGreaterThan(before)
    expect(reader.parties.get('farm')).toEqual(farm)
    issue({ role: 'enterprise', party: 'farm', label: '' })
    expect(reader.version()).toBeGreaterThan(after)
    reader.close()
  })

  it('takes any spelling of a location’s key and keeps the canonical one', () => {
    const parsed = locationSchema.parse({
      key: 'urn:epc:id:sgln:9521321.00001.0',
      party: 'farm',
      name: 'Gate',
    })
    expect(parsed.key).toBe('https://id.gs1.org/414/9521321000018')
  })

  it('refuses vendor topics that could cover more than one device', () => {
    const isTaken = (topic: string) =>
      deviceSchema.safeParse({ ...gate, topics: [{ topic, channel: 'reads' }] }).success
    const bad = ['#', 'a/#', '+/x', 'a/+/b/+', 'a/x+', '$SYS/a', 'suyuan/v1/a', '', 'a\0b']
    expect(bad.filter(isTaken)).toEqual([])
    const node = ['spBv1.0/g/+/n', 'spBv1.0/g/+/n/d', 'spBv1.0/g/+/n/+']
    expect(node.filter(isTaken)).toEqual(node)
    const nodes = ['g/+/+', '+/+/n', 'g/+/+/d', '+/+/n/+', 'g/+/+/+', 'g/+/n/+/x', 'g/n/+/+']
    expect(nodes.filter((rest) => isTaken(`spBv1.0/${rest}`))).toEqual([])
    expect(deviceSchema.safeParse(gate).success).toBe(true)
  })

  it('names a sensor by its EPC, and by its party and slug where it has none', () => {
    expect(sensorKeyOf(gate)).toBe('urn:suyuan:device:farm:gate-1')
    expect(sensorKeyOf({ ...gate, epc: 'urn:x' })).toBe('urn:x')
  })
})

describe('a key', () => {
  beforeEach(() => {
    registry.parties.put(farm)
    registry.devices.put(gate)
  })

  it('opens what it was made for, and nothing else', () => {
    const { secret, record } = issue({
      role: 'device',
      party: 'farm',
      device: 'gate-1',
      label: 'gate',
    })
    registry.devices.put({ ...gate, device: 'gate-2' })
    expect(registry.authenticateDevice('farm', 'gate-1', secret)).toEqual(gate)
    expect(registry.authenticateDevice('farm', 'gate-2', secret)).toBeUndefined()
    expect(registry.authenticateDevice('farm', 'gate-1', `${secret}x`)).toBeUndefined()
    expect(registry.authenticateDevice('farm', 'gate-1', '')).toBeUndefined()
    expect(registry.principal(secret)).toEqual({
      keyId: record.keyId,
      role: 'device',
      party: 'farm',
      device: 'gate-1',
    })
    expect(registry.principal('sy_guess')).toBeUndefined()
  })

  it('of an enterprise opens no device', () => {
    const { secret } = issue({ role: 'enterprise', party: 'farm', label: '' })
    expect(registry.principal(secret)).toMatchObject({ role: 'enterprise', party: 'farm' })
    expect(registry.authenticateDevice('farm', 'gate-1', secret)).toBeUndefined()
  })

  it('is nowhere in the file', () => {
    const { secret } = issue({ role: 'inspector', label: '' })
    registry.close()
    const bytes = readFileSync(join(directory, 'registry.db'))
    registry = openRegistry(join(directory, 'registry.db'))
    expect(bytes.includes(secret)).toBe(false)
    expect(bytes.includes(secret.slice(3))).toBe(false)
  })

  it('ends when it is revoked, and keeps the time it ended', () => {
    const { secret, record } = issue({ role: 'regulator', label: 'city' })
    expect(registry.keys.revoke(record.keyId, nowUs + 5)).toEqual({ ok: true, known: true })
    registry.keys.revoke(record.keyId, nowUs + 9)
    expect(registry.principal(secret)).toBeUndefined()
    expect(registry.keys.get(record.keyId)).toEqual({ ...record, revokedAtUs: nowUs + 5 })
    expect(registry.keys.revoke('k999', nowUs)).toEqual({ ok: true, known: false })
  })

  it('of a disabled device opens nothing until it is enabled again', () => {
    const { secret } = issue({ role: 'device', party: 'farm', device: 'gate-1', label: '' })
    registry.devices.put({ ...gate, enabled: false })
    expect(registry.authenticateDevice('farm', 'gate-1', secret)).toBeUndefined()
    expect(registry.principal(secret)).toBeUndefined()
    registry.devices.put(gate)
    expect(registry.authenticateDevice('farm', 'gate-1', secret)).toEqual(gate)
  })

  it('ends with its device, also when a device of that name is made again', () => {
    const { secret } = issue({ role: 'device', party: 'farm', device: 'gate-1', label: '' })
    registry.devices.remove('farm/gate-1')
    registry.devices.put(gate)
    expect(registry.authenticateDevice('farm', 'gate-1', secret)).toBeUndefined()
  })

  it('is refused for a device or party that is not there', () => {
    expect(
      registry.keys.issue({ role: 'device', party: 'farm', device: 'no', label: '' }, nowUs),
    ).toMatchObject({ ok: false, code: 'unknown_device' })
    expect(
      registry.keys.issue({ role: 'enterprise', party: 'no', label: '' }, nowUs),
    ).toMatchObject({ ok: false, code: 'unknown_party' })
  })

  it('is listed in the order of making, by party where asked', () => {
    const first = issue({ role: 'enterprise', party: 'farm', label: 'a' }).record
    const second = issue({ role: 'inspector', label: 'b' }).record
    const third = issue({ role: 'enterprise', party: 'farm', label: 'c' }).record
    expect(registry.keys.list({ limit: 2 })).toEqual({
      items: [first, second],
      after: second.keyId,
    })
    expect(registry.keys.list({ limit: 2, after: second.keyId })).toEqual({
      items: [third],
      after: undefined,
    })
    expect(registry.keys.list({ party: 'farm', limit: 9 }).items).toEqual([first, third])
  })
})

describe('the administrator’s key', () => {
  const ensure = (configured?: string) =>
    ensureAdminKey(registry.keys, { directory, configured, nowUs, random: randomBytes })

  it('is made once, kept so that only its owner reads it, and told once', () => {
    const { made } = ensure()
    const file = join(directory, 'admin-key')
    expect(readFileSync(file, 'utf8').trim()).toBe(made)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(registry.principal(made ?? '')).toEqual({ keyId: 'k0', role: 'admin' })
    expect(ensure().made).toBeUndefined()
    expect(registry.principal(made ?? '')).toEqual({ keyId: 'k0', role: 'admin' })
  })

  it('is the setting where there is one, and the one before ends', () => {
    const { made } = ensure()
    expect(ensure('correct horse battery').made).toBeUndefined()
    expect(registry.principal('correct horse battery')).toMatchObject({ role: 'admin' })
    expect(registry.principal(made ?? '')).toBeUndefined()
    ensure('another setting, longer')
    expect(registry.principal('correct horse battery')).toBeUndefined()
  })

  it('is refused when it is short, in the setting or in the file', () => {
    expect(() => ensure('short')).toThrow(WeakAdminKeyError)
    writeFileSync(join(directory, 'admin-key'), '\n')
    expect(() => ensure()).toThrow(WeakAdminKeyError)
  })

  it('cannot be revoked', () => {
    const { made } = ensure()
    expect(registry.keys.revoke('k0', nowUs)).toMatchObject({ code: 'admin_key_is_a_setting' })
    expect(registry.principal(made ?? '')).toMatchObject({ role: 'admin' })
  })
})
