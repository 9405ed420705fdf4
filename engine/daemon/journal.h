/*
 * The daemon's side of the run store: what happened to runs and steps, written down before anybody
 * is told (invariant 1).
 */
#ifndef AORTA_DAEMON_JOURNAL_H
#define AORTA_DAEMON_JOURNAL_H

#include "base/err.h"
#include "run/run.h"

#include <uv.h>

struct journal;

/* Opens the store in the state folder and marks what was running as interrupted. `failed` is called
 * on the loop when a commit failed: the daemon must not go on. */
struct journal *journal_open(uv_loop_t *loop, const char *state_folder,
                             void (*failed)(void *arg, const struct err *err), void *arg,
                             struct err *err);

/* Commits what is queued and closes. */
void journal_close(struct journal *journal);

/* Called on the loop when what it was given with is committed. */
struct journal_then {
    void (*call)(void *arg);
    void *arg;
};

#define JOURNAL_NOTHING ((struct journal_then){0})

/* The run with its steps. */
void journal_run_began(struct journal *journal, struct run *run);
void journal_run_ended(struct journal *journal, const struct run *run);

/* The step's live attempt. */
void journal_attempt_began(struct journal *journal, struct run *run, struct run_step *step,
                           struct journal_then then);

/* What an executor said of the live attempt: its check results, and what it published. */
void journal_report(struct journal *journal, const struct run *run, const struct run_step *step,
                    const struct report *report);

/* The step as it is now; its live attempt, if it had one, is over. */
void journal_step(struct journal *journal, struct run *run, struct run_step *step);

/* What the listener will be told. */
void journal_event(struct journal *journal, const struct run *run, const struct event *event,
                   struct journal_then then);

#endif
