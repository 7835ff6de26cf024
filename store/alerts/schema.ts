/**
 * The tables of alerts.db. `item`, `sensor`, `finding` and all of the second script are what the
 * follower knows, and follow from events alone: they can be made anew. `alert`, `step` and `rules`
 * are what people did, and are only ever added to.
 */
export const migrations: readonly string[] = [
  `
  -- One row. Everything up to the event is looked at. While replayTo is not 0, history is gone
  -- through again up to there, and nothing is raised until it is.
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
  `
  -- What events say of amounts, tests and transports, a row a fact with the number of its event.
  -- Rules that need them are told anew for each owner in dirty: the order of rows is of no account.
  CREATE TABLE movement (
    thing TEXT NOT NULL, event INTEGER NOT NULL, kind TEXT NOT NULL, isSerials INTEGER NOT NULL,
    party TEXT NOT NULL, site TEXT NOT NULL, amount REAL, unit TEXT NOT NULL,
    timeUs INTEGER NOT NULL, recordUs INTEGER NOT NULL,
    PRIMARY KEY (thing, event, kind, isSerials)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX movement_event ON movement (event);

  -- An amount of a lot, or a unit, into a container; below 0 out of it. Child '': it was emptied.
  CREATE TABLE packing (
    child TEXT NOT NULL, event INTEGER NOT NULL, parent TEXT NOT NULL, site TEXT NOT NULL,
    amount REAL, unit TEXT NOT NULL, timeUs INTEGER NOT NULL,
    PRIMARY KEY (child, event, parent, unit)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX packing_parent ON packing (parent);
  CREATE INDEX packing_event ON packing (event);

  -- Lots that came to a site, by their expiry.
  CREATE TABLE stocked (
    site TEXT NOT NULL, product TEXT NOT NULL, expiresUs INTEGER NOT NULL, lot TEXT NOT NULL,
    expiry TEXT NOT NULL, PRIMARY KEY (site, product, expiresUs, lot)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE report (
    thing TEXT NOT NULL, event INTEGER NOT NULL, test TEXT NOT NULL, passed INTEGER NOT NULL,
    result TEXT NOT NULL, reportedUs INTEGER NOT NULL, recordedUs INTEGER NOT NULL,
    eventID TEXT NOT NULL, site TEXT NOT NULL, PRIMARY KEY (thing, event, test)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX report_event ON report (event);
  CREATE INDEX report_time ON report (reportedUs);

  CREATE TABLE sampled (
    lot TEXT NOT NULL, event INTEGER NOT NULL, sample TEXT NOT NULL, party TEXT NOT NULL,
    isWitnessed INTEGER NOT NULL, timeUs INTEGER NOT NULL, site TEXT NOT NULL,
    PRIMARY KEY (lot, event, sample)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sampled_sample ON sampled (sample);
  CREATE INDEX sampled_event ON sampled (event);

  -- A test as the result of a supplier and of a process.
  CREATE TABLE result (
    thing TEXT NOT NULL, event INTEGER NOT NULL, test TEXT NOT NULL, supplier TEXT NOT NULL,
    process TEXT NOT NULL, passed INTEGER NOT NULL, timeUs INTEGER NOT NULL,
    recordUs INTEGER NOT NULL, eventID TEXT NOT NULL, PRIMARY KEY (thing, event, test)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX result_supplier ON result (supplier, timeUs);
  CREATE INDEX result_process ON result (process, timeUs);

  -- One run of a process: what it made of what.
  CREATE TABLE run (
    process TEXT NOT NULL, timeUs INTEGER NOT NULL, event INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (process, timeUs, event)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX run_event ON run (event);

  -- The events of both sides of a transport, by what names it.
  CREATE TABLE shipment (
    id TEXT NOT NULL, event INTEGER NOT NULL, side TEXT NOT NULL, PRIMARY KEY (id, event, side)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX shipment_event ON shipment (event);

  -- Things that are held because something they came of has failed its test.
  CREATE TABLE held (
    thing TEXT NOT NULL, origin TEXT NOT NULL, PRIMARY KEY (thing, origin)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX held_origin ON held (origin);

  -- Items that a sensor found out of their limits, by themselves and by what carried them.
  CREATE TABLE exposed (
    carrier TEXT NOT NULL, item TEXT NOT NULL, PRIMARY KEY (carrier, item)
  ) STRICT, WITHOUT ROWID;
  -- When an item's temperatures were gone through last.
  CREATE TABLE exposure (item TEXT PRIMARY KEY, toldUs INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  -- Whose findings have to be told anew, from when on.
  CREATE TABLE dirty (
    owner TEXT PRIMARY KEY, reason TEXT NOT NULL, dueUs INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX dirty_due ON dirty (dueUs);

  -- How far something else than events has been followed.
  CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  -- Findings that are looked for by their cause; NULL where nobody does.
  ALTER TABLE finding ADD COLUMN cause TEXT;
  CREATE INDEX finding_cause ON finding (cause) WHERE cause IS NOT NULL;

  -- Facts of what was looked at before are not there: history is gone through again.
  UPDATE follower SET replayTo = max(eventRef, replayTo), eventRef = 0, reason = 'rules'
    WHERE eventRef > 0;
  DELETE FROM item; DELETE FROM sensor; DELETE FROM finding;
  `,
  // 1: an authority has decided that the public is told of it.
  'ALTER TABLE alert ADD COLUMN isPublic INTEGER NOT NULL DEFAULT 0',
  `
  -- What was picked of a product at a site: told again where the stock is told late.
  CREATE TABLE pick (
    site TEXT NOT NULL, product TEXT NOT NULL, timeUs INTEGER NOT NULL, event INTEGER NOT NULL,
    PRIMARY KEY (site, product, timeUs, event)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX pick_event ON pick (event);
  CREATE INDEX pick_time ON pick (timeUs);

  UPDATE follower SET replayTo = max(eventRef, replayTo), eventRef = 0, reason = 'rules'
    WHERE eventRef > 0;
  DELETE FROM item; DELETE FROM sensor; DELETE FROM finding;
  `,
  `
  -- Transports that came, by their lane: the last of each. Of what left and came together one item
  -- stands for all; where its life is told again, so are they.
  CREATE TABLE transport (
    origin TEXT NOT NULL, goal TEXT NOT NULL, arrivedUs INTEGER NOT NULL,
    departedUs INTEGER NOT NULL, departure TEXT NOT NULL, event INTEGER NOT NULL,
    item TEXT NOT NULL, PRIMARY KEY (origin, goal, arrivedUs, departedUs, departure, event)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX transport_event ON transport (event);
  CREATE INDEX transport_item ON transport (item);

  UPDATE follower SET replayTo = max(eventRef, replayTo), eventRef = 0, reason = 'rules'
    WHERE eventRef > 0;
  DELETE FROM item; DELETE FROM sensor; DELETE FROM finding;
  `,
  `
  -- When the last of the lot left; NULL while some of it is there, and until that is looked at.
  ALTER TABLE stocked ADD COLUMN goneUs INTEGER;
  CREATE INDEX stocked_lot ON stocked (lot, site);
  `,
  // 2: what the public is told of is a drill.
  `
  UPDATE alert SET isPublic = 2 WHERE isPublic = 1 AND (
    SELECT json_extract(more, '$.exercise') FROM step
    WHERE step.alert = alert.seq AND step.step = 'publish' ORDER BY seq DESC LIMIT 1) = 1;
  `,
  // Whose changes history is gone through again for, as JSON: what else has changed has others.
  `
  ALTER TABLE follower ADD COLUMN rules TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE follower DROP COLUMN reason;
  `,
]
