/** All that delivers, joined: what the worker runs, and tests in their own thread. */
import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import type { AlertReader } from '#store/alerts/reader.ts'
import type { RecallReader } from '#store/recalls/reader.ts'
import type { Registry } from '#store/registry.ts'
import { WebhookWriter } from '#store/webhooks/writer.ts'
import { alertSource } from './alert-source.ts'
import { Deliverer, type DelivererParts } from './deliverer.ts'
import { type WebhookDesk, webhookDesk } from './desk.ts'
import { OutboxFollower } from './follower.ts'
import { recallSource } from './recall-source.ts'
import type { Line } from './request.ts'

export interface OfficeParts {
  /** webhooks.db. */
  readonly file: string
  readonly alerts: AlertReader
  readonly recalls: RecallReader
  readonly registry: Pick<Registry, 'parties' | 'locations' | 'aliases'>
  readonly publicUrl: string | undefined
  readonly line: Line
  readonly nowUs: () => number
  readonly onDisabled: DelivererParts['onDisabled']
  readonly onTrouble: DelivererParts['onTrouble']
}

export interface Office {
  readonly desk: WebhookDesk
  readonly follower: OutboxFollower
  readonly deliverer: Deliverer
  readonly writer: WebhookWriter
  /** What is done from time to time; false where there was nothing left to do. */
  tidy(): boolean
  close(): void
}

/** It holds secrets; its write-ahead log has the mode of the file. */
const OWNER_ONLY = 0o600

/** Makes webhooks.db where it is missing, or brings it to this version. */
export function openWebhookWriter(file: string): WebhookWriter {
  closeSync(openSync(file, 'a', OWNER_ONLY))
  return new WebhookWriter(file, () => `urn:suyuan:server:${randomBytes(12).toString('hex')}`)
}

export function openOffice(parts: OfficeParts): Office {
  const { file, alerts, recalls, registry, publicUrl, line, nowUs } = parts
  const { onDisabled, onTrouble } = parts
  const writer = openWebhookWriter(file)
  const origin = publicUrl ?? writer.serverName()
  const random = Math.random
  const deliverer = new Deliverer({ writer, line, nowUs, random, onDisabled, onTrouble })
  const follower = new OutboxFollower({
    writer,
    sources: [
      alertSource({ alerts, registry, origin, publicUrl }),
      recallSource({ recalls, registry, origin }),
    ],
    nowUs,
    onDeliveries: (subscriptions) => deliverer.pump(subscriptions),
  })
  const { allowPrivate } = line.rules
  const desk = webhookDesk({ writer, deliverer, allowPrivate, origin, nowUs, randomBytes })
  return {
    ...{ desk, follower, deliverer, writer },
    tidy() {
      for (const { id, party, disabledFor } of [...writer.subscriptions()]) {
        const isNobodys = party !== undefined && registry.parties.get(party) === undefined
        if (!isNobodys || disabledFor !== undefined) continue
        writer.disable(id, 'no_party', nowUs())
        onDisabled(id, 'no_party')
      }
      return deliverer.tidy()
    },
    close() {
      deliverer.close()
      writer.close()
    },
  }
}
