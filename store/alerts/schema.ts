/**
 * The tables of alerts.db. `item`, `sensor` and `finding` are what the follower knows, and follow
 * from events alone: they can be made anew. `alert`, `step` and `rules` are what people did, and
 * are only ever added to.
 */
export const migrations: readonly string[] = [
  `
  -- One row. Everything up to the event is looked at. While replayTo is not 0, history is gone
  -- through again up to there, for that reason, and nothing is raised until it is.
  CREATE TABLE follower (
    eventRef INTEGER NOT NULL, replayTo INTEGER NOT NULL, reason TEXT NOT NULL
  ) STRICT;
  INSERT INTO follower VALUES (0, 0, 'newer');

  CREATE TABLE item (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, lastUs INTEGER NOT NULL, through INTEGER NOT NULL,
    dueUs INTEGER, state TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX item_due ON item (dueUs) WHERE dueUs IS NOT NULL;

  CREATE TABLE sensor (
    key TEXT PRIMARY KEY, lastUs INTEGER NOT NULL, dueUs INTEGER, state TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sensor_due ON sensor (dueUs) WHERE dueUs IS NOT NULL;

  -- dueUs: when it becomes an alert; NULL once it has.
  CREATE TABLE finding (
    identity TEXT PRIMARY KEY, owner TEXT NOT NULL, isSure INTEGER NOT NULL,
    count INTEGER NOT NULL, replaces TEXT, reason TEXT NOT NULL, dueUs INTEGER, body TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX finding_owner ON finding (owner);
  CREATE INDEX finding_due ON finding (dueUs) WHERE dueUs IS NOT NULL;

  -- Alerts of one rule and cause.
  CREATE TABLE alert_case (
    id INTEGER PRIMARY KEY, cause TEXT NOT NULL UNIQUE, alerts INTEGER NOT NULL,
    open INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE alert (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, identity TEXT NOT NULL UNIQUE, rule TEXT NOT NULL,
    severity TEXT NOT NULL, state TEXT NOT NULL, isBlocked INTEGER NOT NULL, causeCode TEXT,
    count INTEGER NOT NULL, escalation INTEGER NOT NULL, escalateUs INTEGER,
    raisedUs INTEGER NOT NULL, changedUs INTEGER NOT NULL, caseId INTEGER NOT NULL,
    domain TEXT, product TEXT, parties TEXT NOT NULL, evidence TEXT NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX alert_state ON alert (state, seq);
  CREATE INDEX alert_case_of ON alert (caseId, seq);
  CREATE INDEX alert_escalate ON alert (escalateUs) WHERE escalateUs IS NOT NULL;

  CREATE TABLE alert_item (
    key TEXT NOT NULL, alert INTEGER NOT NULL, PRIMARY KEY (key, alert)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE alert_party (
    party TEXT NOT NULL, alert INTEGER NOT NULL, PRIMARY KEY (party, alert)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE step (
    seq INTEGER PRIMARY KEY, alert INTEGER NOT NULL, atUs INTEGER NOT NULL, step TEXT NOT NULL,
    state TEXT NOT NULL, "by" TEXT NOT NULL, more TEXT NOT NULL
  ) STRICT;
  CREATE INDEX step_alert ON step (alert, seq);

  -- Each version of the changes of rules, as a whole.
  CREATE TABLE rules (
    version INTEGER PRIMARY KEY, atUs INTEGER NOT NULL, "by" TEXT NOT NULL, reason TEXT NOT NULL,
    changes TEXT NOT NULL
  ) STRICT;
  `,
  // 1: an authority has decided that the public is told of it.
  'ALTER TABLE alert ADD COLUMN isPublic INTEGER NOT NULL DEFAULT 0',
]
