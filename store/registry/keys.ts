/**
 * Keys of devices and people. A key is 32 random bytes, shown once when it is made; only its
 * SHA-256 is kept. A plain hash is enough for a random key, where a password would need a slow one.
 *
 * `k0` is the administrator's key. The setting or the file beside the data decides it, so it is
 * replaced at start and cannot be revoked here.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Database } from '../sqlite/database.ts'
import type { Commit, Listing, Page, Refusal } from './collection.ts'
import { type KeyGrant, keyGrantSchema, type Principal } from './schema.ts'

/** A key as it is kept: everything but the key itself. */
export interface KeyRecord {
  readonly keyId: string
  readonly grant: KeyGrant
  readonly createdAtUs: number
  readonly revokedAtUs: number | undefined
}

export interface Keys {
  get(keyId: string): KeyRecord | undefined
  /** In the order they were made. */
  list(page: Page): Listing<KeyRecord>
  /** Makes a key. `secret` is what its holder sends; it is nowhere else. Durable on return. */
  issue(grant: KeyGrant, nowUs: number): { ok: true; record: KeyRecord; secret: string } | Refusal
  /** False where there is no such key; revoking again keeps the first time. Durable on return. */
  revoke(keyId: string, nowUs: number): { ok: true; known: boolean } | Refusal
  /** Makes `secret` the one administrator's key of `k0`. */
  setAdmin(secret: string, nowUs: number): void
  /** The standing grant of a secret. */
  principal(secret: string): Principal | undefined
  /** The same by the id of a key and the SHA-256 of its secret. */
  principalOf(keyId: string, digest: Uint8Array): Principal | undefined
  /** Whether a secret is a standing key of this device. */
  opensDevice(party: string, device: string, secret: string): boolean
  /** Ends every key of a party, or of one device of it; for use inside a commit. */
  revokeOf(party: string, device: string | undefined, nowUs: number): void
}

interface KeyRow {
  id: number
  role: string
  party: string | null
  device: string | null
  label: string
  createdAtUs: number
  revokedAtUs: number | null
}

export const keyTable = `
  CREATE TABLE keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sha256 BLOB NOT NULL, role TEXT NOT NULL, party TEXT,
    device TEXT, label TEXT NOT NULL, createdAtUs INTEGER NOT NULL, revokedAtUs INTEGER
  );
  CREATE INDEX keys_sha256 ON keys (sha256);
  CREATE INDEX keys_owner ON keys (party, device);
`

const columns = 'id, role, party, device, label, createdAtUs, revokedAtUs'

export function openKeys(
  database: Database,
  commit: Commit,
  random: (size: number) => Uint8Array,
  refuse: (grant: KeyGrant) => Refusal | undefined,
): Keys {
  const select = database.prepare(`SELECT ${columns} FROM keys WHERE id = ?`)
  const page = database.prepare(
    `SELECT ${columns} FROM keys WHERE id > ?1 AND (?2 IS NULL OR party = ?2) ORDER BY id LIMIT ?3`,
  )
  const bySecret = database.prepare(
    `SELECT ${columns} FROM keys WHERE sha256 = ? AND revokedAtUs IS NULL ORDER BY id`,
  )
  const ofDevice = database.prepare(
    `SELECT sha256 FROM keys
     WHERE party = ? AND device = ? AND role = 'device' AND revokedAtUs IS NULL`,
  )
  const insert = database.prepare(
    `INSERT INTO keys (id, sha256, role, party, device, label, createdAtUs)
     VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING ${columns}`,
  )
  const revoke = database.prepare(
    'UPDATE keys SET revokedAtUs = COALESCE(revokedAtUs, ?) WHERE id = ?',
  )
  const revokeOwner = database.prepare(
    `UPDATE keys SET revokedAtUs = ?1
     WHERE party = ?2 AND (?3 IS NULL OR device = ?3) AND revokedAtUs IS NULL`,
  )
  const removeAdmin = database.prepare('DELETE FROM keys WHERE id = 0')
  const holdsAdmin = database.prepare('SELECT 1 FROM keys WHERE id = 0 AND sha256 = ?')

  return {
    get(keyId) {
      const id = numberOf(keyId)
      const row = id === undefined ? undefined : select.get(id)
      return row === undefined ? undefined : recordOf(row)
    },
    list({ party, after, limit }) {
      const start = after === undefined ? -1 : (numberOf(after) ?? -1)
      const rows = page.all(start, party ?? null, limit + 1)
      const items = rows.slice(0, limit).map(recordOf)
      return { items, after: rows.length > limit ? items.at(-1)?.keyId : undefined }
    },
    issue(grant, nowUs) {
      const secret = `sy_${Buffer.from(random(32)).toString('base64url')}`
      return commit(() => {
        const refusal = refuse(grant)
        if (refusal !== undefined) return refusal
        const { party = null, device = null } = ownerOf(grant)
        const row = insert.get(null, sha256(secret), grant.role, party, device, grant.label, nowUs)
        return { ok: true, record: recordOf(row), secret }
      })
    },
    revoke(keyId, nowUs) {
      const id = numberOf(keyId)
      if (id === 0) return adminIsASetting
      if (id === undefined) return { ok: true, known: false }
      return commit(() => ({ ok: true, known: revoke.run(nowUs, id).changes > 0 }))
    },
    setAdmin(secret, nowUs) {
      if (holdsAdmin.get(sha256(secret)) !== undefined) return
      commit(() => {
        removeAdmin.run()
        insert.get(0, sha256(secret), 'admin', null, null, 'ADMIN_KEY', nowUs)
      })
    },
    principal(secret) {
      // Found by its hash: the time this takes tells at most how much of a hash matched, which is
      // no help in guessing 32 random bytes.
      const row = bySecret.get(sha256(secret))
      return row === undefined ? undefined : principalOfRow(row)
    },
    principalOf(keyId, digest) {
      const rows: KeyRow[] = bySecret.all(digest)
      const row = rows.find(({ id }) => id === numberOf(keyId))
      return row && principalOfRow(row)
    },
    opensDevice(party, device, secret) {
      const digest = sha256(secret)
      return ofDevice.all(party, device).some((row) => timingSafeEqual(row.sha256, digest))
    },
    revokeOf(party, device, nowUs) {
      revokeOwner.run(nowUs, party, device ?? null)
    },
  }
}

const adminIsASetting: Refusal = {
  ok: false,
  code: 'admin_key_is_a_setting',
  path: '',
  message: 'k0 is the administrator’s key: change ADMIN_KEY or its file and restart',
}

function sha256(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function numberOf(keyId: string): number | undefined {
  return /^k\d{1,15}$/.test(keyId) ? Number(keyId.slice(1)) : undefined
}

function ownerOf(grant: KeyGrant): { party?: string; device?: string } {
  if (grant.role === 'device') return { party: grant.party, device: grant.device }
  if (grant.role === 'enterprise') return { party: grant.party }
  return {}
}

function principalOfRow(row: KeyRow): Principal {
  const { keyId, grant } = recordOf(row)
  return { keyId, role: grant.role, ...ownerOf(grant) }
}

function recordOf(row: KeyRow): KeyRecord {
  const { role, label } = row
  const grant = keyGrantSchema.parse({
    role,
    label,
    ...(row.party === null ? {} : { party: row.party }),
    ...(row.device === null ? {} : { device: row.device }),
  })
  return {
    keyId: `k${row.id}`,
    grant,
    createdAtUs: row.createdAtUs,
    revokedAtUs: row.revokedAtUs ?? undefined,
  }
}
