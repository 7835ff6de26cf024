/**
 * Opens the trail store that the settings ask for: a file, or an InfluxDB with its side file.
 * Whoever holds it cannot tell which it is.
 */
import type { DataFolder } from './folder.ts'
import type { Say } from './influx/server.ts'
import { readInfluxTrail, writeInfluxTrail } from './influx/trail.ts'
import { openSqliteTrail } from './sqlite/trail.ts'
import type { TrailReader, TrailWriter } from './trail.ts'

type TrailPlace = Pick<DataFolder, 'trail' | 'influx'>

/**
 * `confirmed` reads what the store has for good: nothing that waits for its server in a spool. For
 * writing, what is missing is made. `say` is told what an operator ought to know.
 * @throws SchemaVersionError, InfluxSetupError
 */
export function openTrail(place: TrailPlace, mode: 'write', say?: Say): Promise<TrailWriter>
export function openTrail(place: TrailPlace, mode: 'read' | 'confirmed'): Promise<TrailReader>
export async function openTrail(
  { trail, influx }: TrailPlace,
  mode: 'write' | 'read' | 'confirmed',
  say: Say = () => undefined,
): Promise<TrailReader> {
  if (influx === undefined) {
    return mode === 'write' ? openSqliteTrail(trail, 'write') : openSqliteTrail(trail, 'read')
  }
  if (mode === 'read') return readInfluxTrail(trail, influx)
  if (mode === 'confirmed') return readInfluxTrail(trail, influx, 'none')
  return writeInfluxTrail(trail, influx, say)
}
