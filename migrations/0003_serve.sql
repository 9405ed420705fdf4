-- What a daemon that stays needs to remember: the queue, schedules, sensors, partitions, backfills,
-- alerts, tokens, and who changed what. Times are microseconds since 1970, UTC.

-- A run can be taken up again, by another daemon, from what was asked for.
ALTER TABLE runs ADD COLUMN request TEXT;                 -- JSON; NULL: not known
ALTER TABLE runs ADD COLUMN resumes INTEGER NOT NULL DEFAULT 0;     -- a daemon that stays takes it up
ALTER TABLE runs ADD COLUMN resumptions INTEGER NOT NULL DEFAULT 0; -- how often one has
ALTER TABLE runs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN actor TEXT;                   -- who asked: token:ci, user, NULL: the daemon
ALTER TABLE runs ADD COLUMN of_run TEXT;                  -- the run that it repeats
ALTER TABLE runs ADD COLUMN backfill_id TEXT;

CREATE INDEX runs_of_state ON runs (state, id);
CREATE INDEX runs_to_take_up ON runs (id) WHERE resumes AND state IN ('queued', 'interrupted');
CREATE INDEX runs_of_trigger ON runs (trigger, id);
CREATE INDEX runs_of_backfill ON runs (backfill_id, id) WHERE backfill_id IS NOT NULL;

-- A request that is made twice is one run. Kept for a day or more.
CREATE TABLE idempotency (
    key          TEXT PRIMARY KEY,      -- the actor's name, then what he sent
    request_hash TEXT NOT NULL,         -- the same key with another request is refused
    run_id       TEXT NOT NULL,
    at_us        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_age ON idempotency (at_us);

-- Events have a number of their own besides that within the run: who reads all of them goes on
-- behind the last one that he has seen.
CREATE TABLE new_events (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id   TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    sequence INTEGER NOT NULL,          -- from 1, without gaps
    at_us    INTEGER NOT NULL,
    asset    TEXT,
    kind     TEXT NOT NULL,
    detail   TEXT                       -- JSON
) STRICT;

INSERT INTO new_events (run_id, sequence, at_us, asset, kind, detail)
SELECT run_id, sequence, at_us, asset, kind, detail FROM events ORDER BY run_id, sequence;

DROP TABLE events;
ALTER TABLE new_events RENAME TO events;
CREATE UNIQUE INDEX events_of_run ON events (run_id, sequence);

-- Schedules, sensors and streams that a person has paused, whatever the files say.
CREATE TABLE pauses (
    subject   TEXT PRIMARY KEY,         -- schedule:NAME, sensor:NAME, stream:NAME, asset:KEY
    is_paused INTEGER NOT NULL,         -- 0: resumed, though the file says paused
    actor     TEXT,
    at_us     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Until when each schedule's ticks are accounted for, and what became of each.
CREATE TABLE schedules (
    name        TEXT PRIMARY KEY,
    definition  TEXT NOT NULL,          -- cron and time zone: another one begins anew
    reached_us  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ticks (
    schedule TEXT NOT NULL,
    due_us   INTEGER NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('fired', 'skipped', 'missed', 'failed')),
    run_id   TEXT,
    reason   TEXT,
    at_us    INTEGER NOT NULL,
    PRIMARY KEY (schedule, due_us)
) STRICT, WITHOUT ROWID;

CREATE INDEX ticks_age ON ticks (at_us);

CREATE TABLE sensors (
    name       TEXT PRIMARY KEY,
    definition TEXT NOT NULL,
    cursor     TEXT,                    -- what has been seen, as the sensor's kind writes it
    looked_us  INTEGER NOT NULL,        -- the last time it looked
    fired_us   INTEGER,                 -- the last time it asked for a run
    run_id     TEXT,
    failures   INTEGER NOT NULL DEFAULT 0, -- in a row
    error      TEXT
) STRICT, WITHOUT ROWID;

-- What automation has tried of each asset: one attempt per version of its parents.
CREATE TABLE automation (
    asset        TEXT NOT NULL,
    target       TEXT NOT NULL,
    definition   TEXT NOT NULL,         -- of its automation: another one begins anew
    since_us     INTEGER NOT NULL,      -- when it began
    seen         TEXT NOT NULL,         -- a hash of the parents' versions that were acted on, or empty
    requested_us INTEGER,               -- the last time; NULL: not yet
    run_id       TEXT,                  -- NULL: no run could be made
    PRIMARY KEY (asset, target)
) STRICT, WITHOUT ROWID;

-- When each partition was published last, and what became of it since. Those that were never made
-- have no row.
CREATE TABLE partitions (
    asset          TEXT NOT NULL,
    target         TEXT NOT NULL,
    key            TEXT NOT NULL,       -- 2024-04-04, 2024-W14, north
    start_us       INTEGER NOT NULL,    -- of a list: 0, as end_us
    end_us         INTEGER NOT NULL,
    published_us   INTEGER,
    began_us       INTEGER,             -- when the attempt began that published it
    run_id         TEXT,
    failed_us      INTEGER,             -- after that
    failed_run_id  TEXT,
    running_run_id TEXT,                -- that is at work on it
    touched_us     INTEGER,             -- by the statement that writes several columns in turn
    PRIMARY KEY (asset, target, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE backfills (
    id           TEXT PRIMARY KEY,      -- sorts by time of creation
    request      TEXT NOT NULL,         -- JSON: selection, range, variables
    target       TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'canceled')),
    priority     INTEGER NOT NULL,
    at_once      INTEGER NOT NULL,      -- runs
    actor        TEXT,
    created_us   INTEGER NOT NULL,
    ended_us     INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE backfill_partitions (
    backfill_id  TEXT NOT NULL REFERENCES backfills (id) ON DELETE CASCADE,
    position     INTEGER NOT NULL,
    key          TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'queued', 'succeeded', 'failed',
                                                'canceled')),
    run_id       TEXT,
    PRIMARY KEY (backfill_id, position)
) STRICT, WITHOUT ROWID;

-- Alerts that have been raised: delivered at least once.
CREATE TABLE alerts (
    id          TEXT PRIMARY KEY,       -- a ULID; goes with each delivery: who has seen it drops it
    destination TEXT NOT NULL,          -- the name of [alert.NAME]
    target      TEXT NOT NULL,
    subject     TEXT NOT NULL,          -- asset:KEY, run:SELECTION, stream:KEY: what is deduplicated
    kind        TEXT NOT NULL,          -- failure, recovery, lateness, warning, lag, summary
    of_kind     TEXT NOT NULL,          -- of a recovery: what is over; else the kind
    body        TEXT NOT NULL,          -- JSON
    state       TEXT NOT NULL CHECK (state IN (
                    'waiting',          -- to be delivered, not before next_us
                    'held',             -- beyond what an hour may have; for a summary
                    'delivered',
                    'summed',           -- a summary names it
                    'dropped')),        -- refused for good, or tried for days: error says it
    tries       INTEGER NOT NULL DEFAULT 0,
    next_us     INTEGER NOT NULL,
    created_us  INTEGER NOT NULL,
    ended_us    INTEGER,
    error       TEXT                    -- of the last try
) STRICT;

CREATE INDEX alerts_waiting ON alerts (next_us) WHERE state = 'waiting';
CREATE INDEX alerts_held ON alerts (destination, id) WHERE state = 'held';
CREATE INDEX alerts_of_subject ON alerts (destination, target, subject, of_kind, id);
CREATE INDEX alerts_age ON alerts (created_us);

CREATE TABLE tokens (
    id         TEXT PRIMARY KEY,        -- the public part of the token
    name       TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    hash       TEXT NOT NULL,           -- SHA-256 of the secret part, in hex; that is 256 bits of chance
    created_us INTEGER NOT NULL,
    expires_us INTEGER,
    revoked_us INTEGER,
    used_us    INTEGER
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX tokens_of_name ON tokens (name) WHERE revoked_us IS NULL;

-- Every change that somebody asked for.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at_us   INTEGER NOT NULL,
    actor   TEXT NOT NULL,              -- token:NAME, user:UID, the daemon
    address TEXT,                       -- where the request came from
    action  TEXT NOT NULL,              -- the verb
    subject TEXT,                       -- what it was about
    result  TEXT NOT NULL,              -- accepted, refused
    detail  TEXT                        -- JSON; no secret
) STRICT;

CREATE INDEX audit_age ON audit (at_us);

-- What an asset's checks said last, without reading what they said before.
CREATE INDEX check_results_of_asset ON check_results (asset, id);
