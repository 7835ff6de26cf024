/** Reads webhooks.db: what the API answers from, beside the one connection that writes. */
import { type Database, openDatabase, type Statement } from '../sqlite/database.ts'
import { Bulletins } from './bulletins.ts'
import type { Attempt, Delivery, DeliveryState } from './delivery.ts'
import { attemptOf, DELIVERIES, deliveryOf, keyOfRow, subscriptionOf } from './rows.ts'
import { migrations } from './schema.ts'
import type { SigningKey, Subscription } from './subscription.ts'

export interface DeliveryQuery {
  readonly states?: readonly DeliveryState[] | undefined
  /** Made then or later, and before. */
  readonly fromUs?: number | undefined
  readonly toUs?: number | undefined
}

export interface WebhookReader {
  /** Of one party, or all; in the order of their ids. */
  subscriptions(
    party: string | undefined,
    page: { readonly after?: string | undefined; readonly limit: number },
  ): Subscription[]
  subscription(id: string): Subscription | undefined
  /** How many a party has; undefined: how many tell everything. */
  countOf(party: string | undefined): number
  keys(id: string, nowUs: number): SigningKey[]
  /** Newest first. */
  deliveries(
    subscription: string,
    query: DeliveryQuery,
    page: { readonly after?: number | undefined; readonly limit: number },
  ): Delivery[]
  /** One of a subscription, with its attempts and what was sent. */
  delivery(
    subscription: string,
    seq: number,
  ): (Delivery & { readonly tried: readonly Attempt[]; readonly body: string }) | undefined
  /** Of a subscription: how much waits, since when, and how much was given up. */
  standing(subscription: string): {
    readonly pending: number
    readonly oldestUs: number | undefined
    readonly dead: number
  }
  counts(): {
    readonly subscriptions: number
    readonly disabled: number
    readonly pending: number
    readonly dead: number
    /** When the oldest of what waits was made. */
    readonly oldestUs: number | null
  }
  /** How far a ledger has been told. */
  cursor(source: string): number
  readonly bulletins: Pick<Bulletins, 'page' | 'get'>
  close(): void
}

/** Opens webhooks.db for reading; the writer has to have made it. */
export function openWebhookReader(file: string): WebhookReader {
  return webhookReader(openDatabase(file, { readOnly: true, migrations }))
}

const PENDING = "state IN ('ready', 'waiting')"

export function webhookReader(database: Database): WebhookReader {
  const page = database.prepare(
    `SELECT * FROM subscription WHERE (?1 IS NULL OR party = ?1) AND id > ?2 ORDER BY id LIMIT ?3`,
  )
  const one = database.prepare('SELECT * FROM subscription WHERE id = ?')
  const count = database.prepare('SELECT count(*) AS n FROM subscription WHERE party IS ?')
  const keys = database.prepare(
    `SELECT kind, secret, createdUs, endsUs FROM signing_key
     WHERE subscription = ? AND (endsUs IS NULL OR endsUs > ?) ORDER BY kind, createdUs DESC`,
  )
  const delivery = database.prepare(
    `${DELIVERIES} WHERE delivery.subscription = ? AND delivery.seq = ?`,
  )
  const body = database.prepare(
    'SELECT body FROM event WHERE seq = (SELECT event FROM delivery WHERE seq = ?)',
  )
  const attempts = database.prepare(
    'SELECT n, atUs, ms, code, status FROM attempt WHERE delivery = ? ORDER BY n',
  )
  const standing = database.prepare(
    `SELECT (SELECT count(*) FROM delivery WHERE subscription = ?1 AND ${PENDING}) AS pending,
       (SELECT min(createdUs) FROM delivery WHERE subscription = ?1 AND ${PENDING}) AS oldestUs,
       (SELECT count(*) FROM delivery WHERE subscription = ?1 AND state = 'dead') AS dead`,
  )
  const counts = database.prepare(
    `SELECT (SELECT count(*) FROM subscription) AS subscriptions,
       (SELECT count(*) FROM subscription WHERE disabledFor IS NOT NULL) AS disabled,
       (SELECT count(*) FROM delivery WHERE ${PENDING}) AS pending,
       (SELECT count(*) FROM delivery WHERE state = 'dead') AS dead,
       (SELECT min(createdUs) FROM delivery WHERE ${PENDING}) AS oldestUs`,
  )
  const cursor = database.prepare('SELECT seq FROM cursor WHERE source = ?')
  const lists = new Map<string, Statement>()
  return {
    subscriptions: (party, { after = '', limit }) =>
      page.all(party ?? null, after, limit).map(subscriptionOf),
    subscription(id) {
      const row = one.get(id)
      return row && subscriptionOf(row)
    },
    countOf: (party) => count.get(party ?? null).n,
    keys: (id, nowUs) => keys.all(id, nowUs).map(keyOfRow),
    deliveries(subscription, query, { after, limit }) {
      const { sql, values } = conditionsOf(query, after)
      const text = `${DELIVERIES} WHERE delivery.subscription = ?${sql}
        ORDER BY delivery.seq DESC LIMIT ?`
      const statement = lists.get(text) ?? database.prepare(text)
      lists.set(text, statement)
      return statement.all(subscription, ...values, limit).map(deliveryOf)
    },
    delivery(subscription, seq) {
      const row = delivery.get(subscription, seq)
      if (!row) return undefined
      const tried = attempts.all(seq).map(attemptOf)
      return { ...deliveryOf(row), tried, body: body.get(seq).body }
    },
    standing(subscription) {
      const row = standing.get(subscription)
      return { ...row, oldestUs: row.oldestUs ?? undefined }
    },
    counts: () => counts.get(),
    cursor: (source) => cursor.get(source)?.seq ?? 0,
    bulletins: new Bulletins(database),
    close: () => database.close(),
  }
}

function conditionsOf({ states, fromUs, toUs }: DeliveryQuery, after: number | undefined) {
  const asked: readonly (readonly [string, string | number | undefined])[] = [
    ['delivery.state IN (SELECT value FROM json_each(?))', states && JSON.stringify(states)],
    ['delivery.createdUs >= ?', fromUs],
    ['delivery.createdUs < ?', toUs],
    ['delivery.seq < ?', after],
  ]
  const given = asked.flatMap(([sql, value]): [string, string | number][] =>
    value === undefined ? [] : [[sql, value]],
  )
  return {
    sql: given.map(([sql]) => ` AND ${sql}`).join(''),
    values: given.map(([, value]) => value),
  }
}
