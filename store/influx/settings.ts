/** What has to be known to reach an InfluxDB, and the errors that say that it cannot be used. */

/** Plain data: it is handed to the ingest worker. */
export interface InfluxSettings {
  readonly url: string
  /** Database of 1.x, bucket of 2.x and 3.x. */
  readonly database: string
  /** Of 2.x; 3.x takes any. */
  readonly org?: string | undefined
  /** Of 2.x and 3.x. */
  readonly token?: string | undefined
  /** Of 1.x with authorisation. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** Series that trails are spread over: a power of two, fixed once the store is made. */
  readonly trailBuckets?: number | undefined
  /** Series that events are spread over: a power of two, fixed once the store is made. */
  readonly eventBuckets?: number | undefined
  /** How long readings are kept; undefined leaves it as it is, and begins with for ever. */
  readonly readingsDays?: number | undefined
  /** How long the means of their minutes are kept; the same. */
  readonly minutesDays?: number | undefined
  /** Tries an InfluxDB 3 all the same. */
  readonly force?: boolean | undefined
  /** How much of lines may wait for InfluxDB and be told meanwhile; undefined is 256 MiB. */
  readonly spoolBytes?: number | undefined
  /** How long one request may take. */
  readonly timeoutMs?: number | undefined
}

/** This InfluxDB cannot hold this store; `message` is one line that says why and what to do. */
export class InfluxSetupError extends Error {
  override readonly name = 'InfluxSetupError'
}

/** Points that InfluxDB will never take, in its own words. */
export class PointsRefused extends Error {
  override readonly name = 'PointsRefused'
}
