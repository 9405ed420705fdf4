/*
 * What a command and the daemon say to each other on the control socket. A command that is itself
 * the daemon for its one run hears the same events, without the socket.
 */
#ifndef AORTA_MESSAGE_CONTROL_H
#define AORTA_MESSAGE_CONTROL_H

#include "message/record.h"

#include <stdbool.h>
#include <stdint.h>

struct request {
    int64_t version; /* MESSAGE_VERSION */
    /* "run", "stream", "plan", "query", "show", "state", "clean", "test"; without daemon: "check", "ls"; of
     * what the daemon does by itself: "cancel", "reexecute", "reload", … (daemon/verbs.h) */
    const char *verb;
    const char *folder; /* of the pipeline */
    const char *target;
    const char *environment;  /* pipeline_environment of whoever asks */
    const char **assignments; /* NAME=VALUE */
    size_t assignment_count;
    const char **select;
    size_t select_count;
    const char **exclude;
    size_t exclude_count;
    const char **partitions; /* of what is made in such: keys, and FROM..TO */
    size_t partition_count;
    bool full_refresh, discard_history, force, fail_fast;
    bool until_idle;      /* stream */
    int64_t for_ms;       /* stream; 0: until it is told to end */
    int64_t threads;      /* steps at once; 0: as many as the executors take */
    const char *sql;      /* query */
    const char *question; /* query: a saved one, in the place of sql */
    int64_t limit;        /* query: rows; 0: all */
    int64_t limit_bytes;  /* query: of the rows as JSON, more is an error; 0: any */
    int64_t timeout_ms;   /* query: after that it is ended; 0: never */
    bool drops_rejected;  /* clean */

    const char
        *actor; /* who asks: "token:ci", "user:ada"; NULL: the daemon itself. Of a command the
                        * daemon knows it */
    const char *trigger; /* what made it be asked: "schedule:nightly"; NULL: "manual" */
    int64_t priority;    /* of a run: higher ones start first */
    bool leaves_failed;  /* of what it makes other partitions have failed: it ends no trouble */
    bool detaches; /* a run: the listener hears `accepted`, then `ended` with state "queued" */
    const char *idempotency_key; /* asked again with the same one, it is the same run */
    const char *of;              /* cancel, reexecute: a run's id */
    bool only_failed;            /* reexecute: what succeeded is kept */
    const char **chosen;         /* of a run that repeats another: only these of its steps */
    size_t chosen_count;
    const char
        *subject; /* pause, resume, tick: "schedule:nightly", "sensor:…"; a token's name; test: a
                          * connection's */
    const char *role;     /* create_token */
    int64_t lasts_ms;     /* create_token; 0: it does not expire */
    const char *address;  /* where the request came from; NULL: from this machine's socket */
    int64_t at_once;      /* backfill: runs; 0: one */
    const char **only;    /* backfill: partitions that are "missing", "failed" or "stale" */
    size_t only_count;    /* 0: all */
    const char *backfill; /* a run: the backfill that it is a part of */
};

extern const struct record_shape request_shape;

/* What happens to a run, in order:
 *
 *     accepted (run, total = how many steps)
 *     queued   (total = how many runs begin before it; each time that this changes)
 *     step     (asset, kind, state, reason; when it is over: rows, seconds, checks, error, why,
 *              note)
 *     wait     (asset, message: what the ready step waits for; without a message: for that no more)
 *     progress (asset, rows, total; of a stream lag and watermark)
 *     check    (asset, message: a check that did not pass)
 *     ended    (state)
 *
 * of a plan: accepted, then for each asset
 *
 *     plan     (asset, kind, action, reason in a word, message, conditional, after)
 *
 * or unreachable (message: why the destination could not be asked) instead of them; ended;
 *
 * and of a query: accepted, fields, rows (MESSAGE_ROWS), ended (rows: how many; has_more: its limit
 * left some out); of create_token: accepted, token
 * (message), ended; of test_alert: accepted (message: the alert's id), ended; of prune: accepted,
 * pruned (rows: runs), ended; of test: accepted, tested (state "ok", "absent": nothing is there yet, or
 * "failed": message and its code as reason; seconds), ended; of a backfill: accepted (message: its id, total), ended. `refused` comes instead of accepted; its state
 * is "config" when a person must change the request or the files, "missing" when what it is about
 * is not there, "conflict" when that is in no state for it, "busy" when it may be asked again. */
struct event {
    const char *type;
    const char *run;
    const char *asset, *kind, *state, *message, *why, *note;
    int64_t rows, table_rows, total, lag;
    const char *watermark;
    double seconds;
    int64_t checks_passed, checks_warned, checks_failed;
    const char *action, *reason; /* plan */
    bool conditional, has_more;
    const char **after; /* selected assets that it waits for */
    size_t after_count;
    const char **lines; /* refused: all problems, a line each; fields: names */
    size_t line_count;
    int64_t general; /* refused: so many of the lines, the first, begin with no file's name */
};

extern const struct record_shape event_shape;

#endif
