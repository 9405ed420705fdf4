-- Runs, what happened in them, and what they made. Times are microseconds since 1970, UTC.

CREATE TABLE runs (
    id            TEXT PRIMARY KEY,     -- sorts by time of creation
    pipeline      TEXT NOT NULL,
    target        TEXT NOT NULL,
    trigger       TEXT NOT NULL,        -- manual, schedule:NAME, …
    selection     TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed',
                                                 'canceled', 'interrupted')),
    created_us    INTEGER NOT NULL,
    started_us    INTEGER,
    ended_us      INTEGER,
    error_code    TEXT,
    error_message TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX runs_unfinished ON runs (state) WHERE state IN ('queued', 'running');

CREATE TABLE steps (
    run_id   TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    asset    TEXT NOT NULL,
    position INTEGER NOT NULL,          -- in the plan
    kind     TEXT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'canceled',
                                            'interrupted', 'skipped', 'fresh')),
    reason   TEXT,                      -- why it is in this state
    executor TEXT,
    PRIMARY KEY (run_id, asset)
) STRICT, WITHOUT ROWID;

CREATE INDEX steps_running ON steps (state) WHERE state = 'running';

CREATE TABLE attempts (
    run_id        TEXT NOT NULL,
    asset         TEXT NOT NULL,
    number        INTEGER NOT NULL,     -- from 1
    state         TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'canceled',
                                                 'interrupted')),
    started_us    INTEGER NOT NULL,
    ended_us      INTEGER,
    error_code    TEXT,
    error_message TEXT,
    rows          INTEGER,
    PRIMARY KEY (run_id, asset, number),
    FOREIGN KEY (run_id, asset) REFERENCES steps (run_id, asset) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- A step has at most one attempt that is still at work.
CREATE UNIQUE INDEX attempts_running ON attempts (run_id, asset) WHERE state = 'running';

CREATE TABLE check_results (
    id         INTEGER PRIMARY KEY,
    run_id     TEXT NOT NULL,
    asset      TEXT NOT NULL,
    check_name TEXT NOT NULL,
    status     TEXT NOT NULL,
    severity   TEXT NOT NULL,
    failures   INTEGER NOT NULL,
    sample     TEXT,                    -- JSON
    at_us      INTEGER NOT NULL,
    FOREIGN KEY (run_id, asset) REFERENCES steps (run_id, asset) ON DELETE CASCADE
) STRICT;

CREATE INDEX check_results_of_run ON check_results (run_id, id);

CREATE TABLE events (
    run_id   TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    sequence INTEGER NOT NULL,          -- from 1, without gaps
    at_us    INTEGER NOT NULL,
    asset    TEXT,
    kind     TEXT NOT NULL,
    detail   TEXT,                      -- JSON
    PRIMARY KEY (run_id, sequence)
) STRICT, WITHOUT ROWID;

-- What exists, apart from how it came about: no run is referred to by a key, so that pruning runs
-- never makes an asset look missing.
CREATE TABLE materializations (
    id          INTEGER PRIMARY KEY,
    asset       TEXT NOT NULL,
    run_id      TEXT NOT NULL,
    at_us       INTEGER NOT NULL,
    rows        INTEGER,
    version     TEXT NOT NULL,
    fingerprint TEXT NOT NULL
) STRICT;

CREATE INDEX materializations_of_asset ON materializations (asset, id);
