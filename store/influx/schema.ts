/**
 * The tables of the side file: what has to be looked up for every event that comes, and what has to
 * be durable before its first point is written. All of it can be made anew from InfluxDB.
 *
 * Items, words and eventIDs stand in it as in the embedded store, whose classes read them.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE item (
    id INTEGER PRIMARY KEY, kind INTEGER NOT NULL,
    prefix INTEGER NOT NULL, suffix TEXT NOT NULL, UNIQUE (prefix, suffix)
  ) STRICT;

  -- What an event is known by, and all that a chain, a list or a condition asks of it: in InfluxDB
  -- a thousand others would have to be read with it. seq rises with recordTimeUs and has no holes.
  -- Its points begin at the nanosecond (recordTimeUs + lagUs) * 1000 + placeNs. Its trail rows take
  -- the slots from slot on of its eventTimeUs, width of them: see slots.ts.
  CREATE TABLE event (
    seq INTEGER PRIMARY KEY, eventTimeUs INTEGER NOT NULL, recordTimeUs INTEGER NOT NULL,
    code INTEGER NOT NULL, bizStep INTEGER NOT NULL, disposition INTEGER NOT NULL,
    readPoint INTEGER NOT NULL, bizLocation INTEGER NOT NULL, party INTEGER NOT NULL,
    context INTEGER NOT NULL, warnings INTEGER NOT NULL, eventID ANY NOT NULL,
    lagUs INTEGER NOT NULL, placeNs INTEGER NOT NULL, slot INTEGER NOT NULL,
    width INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX event_time ON event (eventTimeUs);
  CREATE TABLE event_id_recent (
    hash INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (hash, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE event_id_main (
    hash INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (hash, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE tally (eventsMoved INTEGER NOT NULL) STRICT;
  INSERT INTO tally VALUES (0);

  -- Of an event time that has more rows than slots: how many of them each bucket has beyond them.
  CREATE TABLE hot (
    eventTimeUs INTEGER NOT NULL, bucket INTEGER NOT NULL, rows INTEGER NOT NULL,
    PRIMARY KEY (eventTimeUs, bucket)
  ) STRICT, WITHOUT ROWID;

  -- Events that do not stand, since when, and the event that this became known with.
  CREATE TABLE voided (
    seq INTEGER PRIMARY KEY, voidedAtUs INTEGER NOT NULL, bySeq INTEGER NOT NULL
  ) STRICT;

  -- Events that InfluxDB does not take, and its words.
  CREATE TABLE refused (seq INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT;

  -- batch: the one that has brought the first reading of it.
  CREATE TABLE series (
    id INTEGER PRIMARY KEY, device TEXT NOT NULL, type TEXT NOT NULL, component TEXT NOT NULL,
    uom TEXT NOT NULL, party TEXT NOT NULL, firstUs INTEGER NOT NULL, lastUs INTEGER NOT NULL,
    batch INTEGER NOT NULL, UNIQUE (device, type, component, uom, party)
  ) STRICT;

  -- Where sensors are that InfluxDB has been told of. What is told again is no harm.
  CREATE TABLE sensor_site (
    device TEXT NOT NULL, site TEXT NOT NULL, PRIMARY KEY (device, site)
  ) STRICT, WITHOUT ROWID;

  -- Minutes of series whose points in the minutes do not tell of all readings yet: see minutes.ts.
  -- mark is the last batch that brings a reading of it.
  CREATE TABLE stale (
    minuteUs INTEGER NOT NULL, series INTEGER NOT NULL, mark INTEGER NOT NULL,
    PRIMARY KEY (minuteUs, series)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX stale_series ON stale (series, minuteUs);

  CREATE TABLE cursor (follower TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  -- What followers remember from one message to the next. It stands here alone: where this file is
  -- made anew, a visit that was under way is forgotten.
  CREATE TABLE note (key TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- One row. store names the database in InfluxDB that this file belongs to. The figures are those
  -- of what InfluxDB has confirmed, batch its last batch. lastPlace is the last place that is
  -- taken. readingsKeptUs is how long readings are kept: 0 for ever.
  CREATE TABLE state (
    store TEXT NOT NULL, trailBuckets INTEGER NOT NULL, eventBuckets INTEGER NOT NULL,
    events INTEGER NOT NULL, items INTEGER NOT NULL, trailRows INTEGER NOT NULL,
    readings INTEGER NOT NULL, refused INTEGER NOT NULL,
    lastPlaceUs INTEGER NOT NULL, lastPlaceNs INTEGER NOT NULL, era INTEGER NOT NULL,
    readingsKeptUs INTEGER NOT NULL, batch INTEGER NOT NULL
  ) STRICT;

  -- How often this file was made anew is the era; of each that is over, its last event.
  CREATE TABLE era (era INTEGER PRIMARY KEY, events INTEGER NOT NULL) STRICT;

  -- Batches that are decided and not confirmed, by number: what the figures become with each, how
  -- many readings it adds, and which of them InfluxDB has yet to be asked about; where what tells
  -- of its end stands; and how to read its lines, which are in a file of their own: see redo.ts.
  -- Those that readers see are isSpooled: see spool.ts.
  CREATE TABLE pending (
    batch INTEGER PRIMARY KEY, follower TEXT NOT NULL, position INTEGER NOT NULL,
    events INTEGER NOT NULL, items INTEGER NOT NULL, trailRows INTEGER NOT NULL,
    added INTEGER NOT NULL, isSpooled INTEGER NOT NULL,
    endUs INTEGER NOT NULL, endNs INTEGER NOT NULL, kept TEXT NOT NULL, late TEXT NOT NULL
  ) STRICT;

  -- Readings that InfluxDB does not take, by their lines, and its words, until those who brought
  -- them have been told.
  CREATE TABLE refused_reading (line TEXT PRIMARY KEY, words TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- Of batches that readers see and InfluxDB has not confirmed, what it would be asked for.
  CREATE TABLE spool_trail (
    item INTEGER NOT NULL, eventTimeUs INTEGER NOT NULL, seq INTEGER NOT NULL, part TEXT NOT NULL,
    PRIMARY KEY (item, eventTimeUs, seq, part)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX spool_trail_seq ON spool_trail (seq);
  CREATE TABLE spool_event (seq INTEGER PRIMARY KEY, m TEXT NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE TABLE spool_reading (
    series INTEGER NOT NULL, timeUs INTEGER NOT NULL, value REAL NOT NULL, batch INTEGER NOT NULL,
    PRIMARY KEY (series, timeUs)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX spool_reading_batch ON spool_reading (batch);
  `,
  `
  -- Before it a series has minutes alone, whatever the retention of readings is.
  ALTER TABLE series ADD COLUMN summedToUs INTEGER NOT NULL DEFAULT 0;
  `,
]
