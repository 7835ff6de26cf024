/**
 * The tables of the trail store.
 *
 * Text is stored once: `word` holds what repeats (steps, places, parties, units, the beginnings of
 * keys), everything else refers to it by number; 0 is "none". An item is numbered at its first
 * mention, so what is new stands together at the end of every tree and a batch touches few pages.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

  -- A key is the text of its prefix followed by its suffix.
  CREATE TABLE item (
    id INTEGER PRIMARY KEY, kind INTEGER NOT NULL,
    prefix INTEGER NOT NULL, suffix TEXT NOT NULL, UNIQUE (prefix, suffix)
  ) STRICT;

  -- seq rises with recordTimeUs and has no holes. code: packEvent(). eventID: packEventID().
  -- The members come last: a query that filters does not read the pages they overflow to.
  CREATE TABLE event (
    seq INTEGER PRIMARY KEY, eventTimeUs INTEGER NOT NULL, recordTimeUs INTEGER NOT NULL,
    code INTEGER NOT NULL, bizStep INTEGER NOT NULL, disposition INTEGER NOT NULL,
    readPoint INTEGER NOT NULL, bizLocation INTEGER NOT NULL, party INTEGER NOT NULL,
    context INTEGER NOT NULL, warnings INTEGER NOT NULL, eventID ANY NOT NULL,
    members BLOB NOT NULL
  ) STRICT;
  CREATE INDEX event_time ON event (eventTimeUs);

  -- Bodies of the events from first on: see bodies.ts.
  CREATE TABLE body (first INTEGER PRIMARY KEY, block BLOB NOT NULL) STRICT;

  -- Events by a hash of their eventID: see event-index.ts.
  CREATE TABLE event_id_recent (
    hash INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (hash, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE event_id_main (
    hash INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (hash, seq)
  ) STRICT, WITHOUT ROWID;

  -- Events that do not stand, and since when: those declared in error and the declarations.
  CREATE TABLE voided (seq INTEGER PRIMARY KEY, voidedAtUs INTEGER NOT NULL) STRICT;

  -- part: packPart().
  CREATE TABLE trail (
    item INTEGER NOT NULL, eventTimeUs INTEGER NOT NULL, seq INTEGER NOT NULL,
    part INTEGER NOT NULL, PRIMARY KEY (item, eventTimeUs, seq, part)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE series (
    id INTEGER PRIMARY KEY, device TEXT NOT NULL, type TEXT NOT NULL, component TEXT NOT NULL,
    uom TEXT NOT NULL, party TEXT NOT NULL, UNIQUE (device, type, component, uom, party)
  ) STRICT;
  CREATE TABLE reading (
    series INTEGER NOT NULL, timeUs INTEGER NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (series, timeUs)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE cursor (follower TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  -- One row: of the tables that are too large to count, how many rows they have; and the number of
  -- the last event that stands in event_id_main.
  CREATE TABLE tally (
    trailRows INTEGER NOT NULL, readings INTEGER NOT NULL, eventsMoved INTEGER NOT NULL
  ) STRICT;
  INSERT INTO tally VALUES (0, 0, 0);
  `,
  `
  -- What a follower remembers from one message to the next.
  CREATE TABLE note (key TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  -- What readings came to that another store no longer kept, before all readings of their series.
  CREATE TABLE minute (
    series INTEGER NOT NULL, timeUs INTEGER NOT NULL, total REAL NOT NULL, least REAL NOT NULL,
    most REAL NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (series, timeUs)
  ) STRICT, WITHOUT ROWID;
  `,
]
