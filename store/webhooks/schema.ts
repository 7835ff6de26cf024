/**
 * The tables of webhooks.db. It is a file of its own because its writer is: deliveries commit many
 * times a second, and neither who raises alerts nor who acts on them may wait for that.
 */
export const migrations: readonly string[] = [
  `
  -- One row: what tells this server from others where no public URL does.
  CREATE TABLE server (one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL) STRICT;

  -- How far each ledger has been told. Moves in the transaction that makes its deliveries.
  CREATE TABLE cursor (source TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE subscription (
    id TEXT PRIMARY KEY, party TEXT, settings TEXT NOT NULL, createdBy TEXT NOT NULL,
    createdUs INTEGER NOT NULL, changedUs INTEGER NOT NULL, isVerified INTEGER NOT NULL,
    allowedRate INTEGER, disabledFor TEXT, failingSinceUs INTEGER, notBeforeUs INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE signing_key (
    subscription TEXT NOT NULL, kind TEXT NOT NULL, createdUs INTEGER NOT NULL, endsUs INTEGER,
    secret BLOB NOT NULL
  ) STRICT;
  CREATE INDEX signing_key_of ON signing_key (subscription, kind, createdUs);

  CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, audience TEXT NOT NULL,
    subject TEXT NOT NULL, atUs INTEGER NOT NULL, facets TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (id, audience)
  ) STRICT;
  CREATE INDEX event_of ON event (audience, seq);
  CREATE INDEX event_at ON event (atUs);

  -- ready: may be sent once it is due. waiting: another one of its subject has to go before.
  CREATE TABLE delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, subscription TEXT NOT NULL, event INTEGER NOT NULL,
    subject TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, code TEXT,
    createdUs INTEGER NOT NULL, dueUs INTEGER NOT NULL, doneUs INTEGER
  ) STRICT;
  CREATE INDEX delivery_ready ON delivery (subscription, dueUs, seq) WHERE state = 'ready';
  CREATE INDEX delivery_subject ON delivery (subscription, subject, seq)
    WHERE state IN ('ready', 'waiting');
  CREATE INDEX delivery_of ON delivery (subscription, seq);
  CREATE INDEX delivery_event ON delivery (event);
  CREATE INDEX delivery_done ON delivery (doneUs) WHERE doneUs IS NOT NULL;
  CREATE INDEX delivery_dead ON delivery (subscription, seq) WHERE state = 'dead';

  CREATE TABLE attempt (
    delivery INTEGER NOT NULL, n INTEGER NOT NULL, atUs INTEGER NOT NULL, ms INTEGER NOT NULL,
    code TEXT NOT NULL, status INTEGER, PRIMARY KEY (delivery, n)
  ) STRICT, WITHOUT ROWID;

  -- Subscriptions that are gone and whose deliveries are yet to go.
  CREATE TABLE removed (subscription TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

  -- What was told to the public, and what it still says.
  CREATE TABLE bulletin (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, thread TEXT NOT NULL,
    sentUs INTEGER NOT NULL, about TEXT NOT NULL, document TEXT NOT NULL
  ) STRICT;
  CREATE INDEX bulletin_thread ON bulletin (thread, seq);
  `,
]
