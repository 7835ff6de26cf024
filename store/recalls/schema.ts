/**
 * The tables of recalls.db. `step` is the history, and is only ever added to; the other tables hold
 * what it has led to, and the scopes. A scope is never changed once it is known: another version
 * has a scope of its own.
 */
export const migrations: readonly string[] = [
  `
  -- scope: that of the version in force.
  CREATE TABLE recall (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
    isDrill INTEGER NOT NULL, class TEXT NOT NULL, law TEXT, domain TEXT NOT NULL, product TEXT,
    author TEXT NOT NULL, seed TEXT NOT NULL, decidedUs INTEGER NOT NULL,
    createdUs INTEGER NOT NULL, changedUs INTEGER NOT NULL, version INTEGER NOT NULL,
    scope INTEGER, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX recall_state ON recall (state, seq);
  CREATE INDEX recall_scope ON recall (scope) WHERE scope IS NOT NULL;

  CREATE TABLE scope_version (
    recall INTEGER NOT NULL, version INTEGER NOT NULL, scope INTEGER NOT NULL UNIQUE,
    state TEXT NOT NULL, atUs INTEGER NOT NULL, "by" TEXT NOT NULL, reason TEXT NOT NULL,
    suspects TEXT NOT NULL, assume TEXT NOT NULL, startedUs INTEGER, knownUs INTEGER,
    found INTEGER NOT NULL, placed INTEGER NOT NULL, approvedUs INTEGER, approvedBy TEXT,
    counts TEXT, failure TEXT, PRIMARY KEY (recall, version)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX scope_version_state ON scope_version (state);
  CREATE TABLE scope_number (last INTEGER NOT NULL) STRICT;
  INSERT INTO scope_number VALUES (0);
  -- Scopes that were begun and left: a crash came, and they were begun anew under another number.
  CREATE TABLE scope_left (scope INTEGER PRIMARY KEY) STRICT;

  -- By key first: whether an item is recalled is asked at every scan. way: the steps that lead to
  -- it, its own excepted; "by", certainty and events are of its own step. events: numbers of
  -- scope_event, as JSON. assumptions: bits.
  CREATE TABLE scope_item (
    key TEXT NOT NULL, scope INTEGER NOT NULL, kind INTEGER NOT NULL, tier INTEGER NOT NULL,
    assumptions INTEGER NOT NULL, way INTEGER NOT NULL, "by" INTEGER NOT NULL,
    certainty INTEGER NOT NULL, events TEXT NOT NULL, isWhole INTEGER NOT NULL,
    PRIMARY KEY (key, scope)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX scope_item_page ON scope_item (scope, tier, assumptions, key);
  -- Steps that many items have in common.
  CREATE TABLE scope_way (
    id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, key TEXT NOT NULL, "by" INTEGER NOT NULL,
    certainty INTEGER NOT NULL, events TEXT NOT NULL
  ) STRICT;
  CREATE TABLE scope_event (id INTEGER PRIMARY KEY, eventID TEXT NOT NULL UNIQUE) STRICT;

  -- Scopes that came into force or went out of it, not those of drills: so many numbers from first
  -- on, one for each item.
  CREATE TABLE scope_change (
    first INTEGER PRIMARY KEY, count INTEGER NOT NULL, scope INTEGER NOT NULL
  ) STRICT;

  -- Who had an item, or a part of a lot, last.
  CREATE TABLE holding (
    scope INTEGER NOT NULL, party TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL,
    uom TEXT NOT NULL, quantity REAL NOT NULL, place TEXT NOT NULL, isInferred INTEGER NOT NULL,
    PRIMARY KEY (scope, party, key, state, uom)
  ) STRICT, WITHOUT ROWID;
  -- The same, summed up.
  CREATE TABLE scope_holder (
    scope INTEGER NOT NULL, party TEXT NOT NULL, uom TEXT NOT NULL, state TEXT NOT NULL,
    quantity REAL NOT NULL, PRIMARY KEY (scope, party, uom, state)
  ) STRICT, WITHOUT ROWID;

  -- answers: by unit, as JSON.
  CREATE TABLE consignee (
    recall INTEGER NOT NULL, party TEXT NOT NULL, noticeUs INTEGER, acknowledgedUs INTEGER,
    acknowledgedBy TEXT, answeredUs INTEGER, answers TEXT NOT NULL, subNotified INTEGER NOT NULL,
    checkResult TEXT, checkUs INTEGER, checkBy TEXT, checkReason TEXT,
    PRIMARY KEY (recall, party)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX consignee_party ON consignee (party, recall);

  -- isDue: it is to be sent, and has not been.
  CREATE TABLE notice (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, recall INTEGER NOT NULL, party TEXT NOT NULL,
    step INTEGER NOT NULL, kind TEXT NOT NULL, queuedUs INTEGER NOT NULL, isDue INTEGER NOT NULL,
    deliveredUs INTEGER, devices INTEGER
  ) STRICT;
  CREATE INDEX notice_due ON notice (party, seq) WHERE isDue = 1;
  CREATE INDEX notice_of ON notice (recall, party, seq);

  CREATE TABLE step (
    seq INTEGER PRIMARY KEY, recall INTEGER NOT NULL, atUs INTEGER NOT NULL, step TEXT NOT NULL,
    state TEXT NOT NULL, "by" TEXT NOT NULL, more TEXT NOT NULL
  ) STRICT;
  CREATE INDEX step_recall ON step (recall, seq);
  `,
  `
  -- What was heard of a scope's goods after it was traced, in the order in which it was. path: keys
  -- from what is in the scope to it, as JSON.
  CREATE TABLE scope_late (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, scope INTEGER NOT NULL, key TEXT NOT NULL,
    tier INTEGER NOT NULL, path TEXT NOT NULL, eventID TEXT NOT NULL, atUs INTEGER NOT NULL,
    UNIQUE (key, scope)
  ) STRICT;
  CREATE INDEX scope_late_of ON scope_late (scope, seq);
  -- Of a change of late goods: the number of the first of them.
  ALTER TABLE scope_change ADD COLUMN late INTEGER;

  -- What is suspected by product: ranges of lots and times of making.
  CREATE TABLE scope_suspect (
    product TEXT NOT NULL, recall INTEGER NOT NULL, version INTEGER NOT NULL,
    suspect TEXT NOT NULL, PRIMARY KEY (product, recall, version, suspect)
  ) STRICT, WITHOUT ROWID;
  INSERT OR IGNORE INTO scope_suspect
    SELECT json_extract(value, '$.product'), recall, version, value
    FROM scope_version, json_each(suspects) WHERE json_extract(value, '$.product') IS NOT NULL;

  -- Up to which event goods of all scopes were followed; and scopes that are behind that.
  CREATE TABLE scope_followed (eventRef INTEGER NOT NULL) STRICT;
  INSERT INTO scope_followed VALUES (0);
  CREATE TABLE scope_behind (scope INTEGER PRIMARY KEY, eventRef INTEGER NOT NULL) STRICT;
  `,
  `
  -- Of late goods that may be as bad though no event says so, why.
  ALTER TABLE scope_late ADD COLUMN assumption TEXT;
  `,
]
