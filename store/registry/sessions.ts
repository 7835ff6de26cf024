/**
 * Sessions of browsers: whoever shows a key once is known by a cookie afterwards, so that the key
 * stays in no browser. A session is 32 random bytes of which only the SHA-256 is kept; it ends
 * after a week, when it is ended, and with its key. Durable on return, so that a restart logs
 * nobody out.
 */
import { createHash } from 'node:crypto'
import type { Database } from '../sqlite/database.ts'
import type { Keys } from './keys.ts'
import type { Principal } from './schema.ts'

export interface Sessions {
  /** Begins one for the standing key that a secret is; undefined where it is none of a person. */
  begin(secret: string, nowUs: number): Begun | undefined
  /** Who a session speaks for, while its key stands. */
  principal(session: string, nowUs: number): Principal | undefined
  end(session: string): void
}

export interface Begun {
  /** What the browser sends; it is nowhere else. */
  readonly session: string
  readonly principal: Principal
}

export const SESSION_SECONDS = 7 * 86_400

export const sessionTable = `
  CREATE TABLE sessions (
    sha256 BLOB PRIMARY KEY, keyId TEXT NOT NULL, keySha256 BLOB NOT NULL, endsAtUs INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX sessions_end ON sessions (endsAtUs);
`

export function openSessions(
  database: Database,
  keys: Pick<Keys, 'principal' | 'principalOf'>,
  random: (size: number) => Uint8Array,
): Sessions {
  const insert = database.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?)')
  const select = database.prepare(
    'SELECT keyId, keySha256 FROM sessions WHERE sha256 = ? AND endsAtUs > ?',
  )
  const remove = database.prepare('DELETE FROM sessions WHERE sha256 = ?')
  const removeEnded = database.prepare('DELETE FROM sessions WHERE endsAtUs <= ?')
  return {
    begin(secret, nowUs) {
      const principal = keys.principal(secret)
      // A device has no browser: its key on a page is a mistake.
      if (principal === undefined || principal.role === 'device') return undefined
      const session = Buffer.from(random(32)).toString('base64url')
      removeEnded.run(nowUs)
      const endsAtUs = nowUs + SESSION_SECONDS * 1e6
      insert.run(sha256(session), principal.keyId, sha256(secret), endsAtUs)
      return { session, principal }
    },
    principal(session, nowUs) {
      const row: { keyId: string; keySha256: Uint8Array } | undefined = select.get(
        sha256(session),
        nowUs,
      )
      return row && keys.principalOf(row.keyId, row.keySha256)
    },
    end(session) {
      remove.run(sha256(session))
    },
  }
}

function sha256(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
