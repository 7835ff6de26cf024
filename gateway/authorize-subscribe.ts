/** What a device may hear: its own `rejected` and `cmd`. SUBACK answers 0x80 to anything else. */
import type { AedesOptions } from 'aedes'
import type { Connections } from './connections.ts'
import type { Refusals } from './refusals.ts'

/** Of a foreign topic, so much is logged. */
const shownTopic = 200

export function authorizeSubscribe(
  connections: Connections,
  refusals: Refusals,
): NonNullable<AedesOptions['authorizeSubscribe']> {
  return (client, subscription, callback) => {
    const connection = connections.of(client.conn)
    if (connection.admission?.topics.subscribable(subscription.topic)) {
      connection.granted.set(subscription.topic, subscription.qos)
      callback(null, subscription)
      return
    }
    const topic = subscription.topic.slice(0, shownTopic)
    refusals.note('foreign_subscription', connection, { topic })
    callback(null, null)
  }
}
