/*
 * What the run store holds, as structs that are written (write.h) and read (read.h).
 *
 *     run:      queued ──▶ running ──▶ succeeded | failed | canceled | interrupted
 *                 │                                                     │
 *                 ▼                                                     ▼
 *              canceled                                    running (it is taken up again)
 *
 *     step:     queued ──▶ running ──▶ succeeded | fresh | failed | canceled | interrupted
 *                 │ ▲                                        │                    │
 *                 │ └──────────── a retry ───────────────────┴────────────────────┘
 *                 ▼
 *              skipped | failed | canceled
 *
 *     attempt:  running ──▶ succeeded | failed | canceled | interrupted
 *
 * A state changes by comparison: from the one that the caller knows to the next. If the store
 * holds another, nothing changes and the caller is told (invariant 4: a second attempt cannot
 * start, the schema allows one that runs).
 */
#ifndef AORTA_STORE_RECORD_H
#define AORTA_STORE_RECORD_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* What is not known. */
#define STORE_NO_COUNT INT64_C(-1)

enum store_state {
    STATE_QUEUED,
    STATE_RUNNING,
    STATE_SUCCEEDED,
    STATE_FAILED,
    STATE_CANCELED,
    STATE_INTERRUPTED,
    STATE_SKIPPED, /* steps: not run, `reason` says why */
    STATE_FRESH,   /* steps: nothing to do */
};

/* "queued", … as it stands in the store and in answers. */
const char *store_state_name(enum store_state state);

/* False for a name that is none. */
bool store_state_from_name(const char *name, enum store_state *state);

/* Whether the drawing above has that arrow. */
bool store_run_may_change(enum store_state from, enum store_state to);
bool store_step_may_change(enum store_state from, enum store_state to);
bool store_attempt_may_change(enum store_state from, enum store_state to);

/* Times that are not known are 0, texts NULL. error_message is NULL without an error. */
struct store_run {
    const char *id; /* a ULID: sorts by time of creation */
    const char *pipeline;
    const char *target;
    const char *trigger; /* "manual", "schedule:nightly" */
    const char *selection;
    enum store_state state;
    const char *request;     /* JSON: what was asked for (message/control.h) */
    const char *actor;       /* who asked; NULL: the daemon */
    const char *of_run;      /* the run that it repeats */
    const char *backfill_id; /* that it is a part of */
    int64_t priority;
    bool resumes;      /* it is taken up again when the daemon has ended */
    int64_t deaths;    /* when read: how often one died while the run was at work */
    bool cancel_asked; /* when it is, it ends as canceled */
    int64_t created_us;
    int64_t started_us;
    int64_t ended_us;
    enum err_code error_code;
    const char *error_message;
    /* When read: its steps, and how many are over by now. ok: published or fresh; skipped: also
     * those that were canceled. */
    int64_t step_count, ok_count, failed_count, skipped_count;
};

/* Nothing more will come of it. One that was interrupted and is to be taken up again only waits. */
bool store_run_is_over(const struct store_run *run);

struct store_step {
    const char *run_id;
    const char *asset;
    int64_t position; /* in the plan */
    const char *kind; /* "model", "source", … */
    enum store_state state;
    const char *reason;
    const char *executor;
    int64_t attempts; /* when read: how many there were; the last one's facts: */
    int64_t started_us;
    int64_t ended_us;
    int64_t rows; /* STORE_NO_COUNT: not known */
    enum err_code error_code;
    const char *error_message;
};

/* The newest step of an asset that is not merely queued, in whatever run. */
struct store_last_step {
    const char *asset;
    const char *run_id;
    enum store_state state;
    const char *reason;
    int64_t started_us, ended_us; /* of its last attempt; without one 0, and the run's end */
    int64_t confirmed_us; /* when the last attempt began that published it or found it fresh */
};

/* What a request was made with that may be made again. */
struct store_key {
    const char *key; /* the actor, a newline, what he sent */
    const char *request_hash;
    const char *run_id;
    int64_t at_us;
};

/* The end of an attempt. */
struct store_outcome {
    enum store_state state;
    int64_t ended_us;
    int64_t rows;            /* STORE_NO_COUNT: not known */
    const struct err *error; /* NULL: none */
};

struct store_event {
    int64_t id; /* of all runs' events; 0: given by the store */
    const char *run_id;
    int64_t sequence; /* of the run's, from 1; given by the store */
    int64_t at_us;
    const char *asset; /* NULL: of the run */
    const char *kind;
    const char *detail; /* JSON, or NULL */
};

struct store_materialization {
    int64_t id; /* given by the store; they only grow */
    const char *asset;
    const char *run_id;
    int64_t at_us;
    int64_t rows; /* STORE_NO_COUNT: not known */
    const char *version;
    const char *fingerprint;
};

struct store_check_result {
    const char *run_id;
    const char *asset;
    const char *check; /* "not_null(user_id)" */
    const char *status;
    const char *severity;
    int64_t failures;
    const char *sample; /* JSON, or NULL */
    int64_t at_us;
};

#endif
