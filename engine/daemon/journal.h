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

void journal_run_began(struct journal *journal, const struct run *run);
void journal_run_ended(struct journal *journal, const struct run *run);
void journal_attempt_began(struct journal *journal, const struct run *run,
                           const struct run_step *step);
/* What an executor said of the live attempt: its check results, and what it published. */
void journal_report(struct journal *journal, const struct run *run, const struct run_step *step,
                    const struct report *report);
/* The step as it is now; its live attempt, if it had one, is over. */
void journal_step(struct journal *journal, const struct run *run, const struct run_step *step);

/* Calls back on the loop when all that was said before is committed. */
void journal_then(struct journal *journal, void (*then)(void *arg), void *arg);

#endif
