/**
 * What every trail store promises, as tests. An implementation passes a function that opens a new,
 * empty store; nothing in here knows which it is.
 */
import { describe } from 'vitest'
import { eventsContract } from './contract/events.ts'
import { identityContract } from './contract/identity.ts'
import { notesContract } from './contract/notes.ts'
import { queryContract } from './contract/query.ts'
import type { OpenStore } from './contract/store.ts'
import { telemetryContract } from './contract/telemetry.ts'
import { trailsContract } from './contract/trails.ts'

export function trailContract(name: string, open: OpenStore): void {
  describe(name, () => {
    identityContract(open)
    trailsContract(open)
    eventsContract(open)
    queryContract(open)
    telemetryContract(open)
    notesContract(open)
  })
}
