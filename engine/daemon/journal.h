/*
 * The daemon's side of the run store: what happened to runs and steps, written down before anybody
 * is told (invariant 1).
 */
#ifndef AORTA_DAEMON_JOURNAL_H
#define AORTA_DAEMON_JOURNAL_H

#include "base/err.h"
#include "message/news.h"
#include "run/run.h"
#include "store/read.h"
#include "store/store.h"

#include <uv.h>

struct journal;

/* Opens the store in the state folder and marks what was running as interrupted. `failed` is called
 * on the loop when a commit failed: the daemon must not go on. */
struct journal *journal_open(uv_loop_t *loop, const char *state_folder,
                             void (*failed)(void *arg, const struct err *err), void *arg,
                             struct err *err);

/* For a daemon that ends while runs are at work: marks them interrupted, as the next one would. Waits
 * for no room. Blocks. */
int journal_interrupt(struct journal *journal, struct err *err);

/* For a daemon that stays: while the disk is full nothing fails, it waits for room. `changed` is
 * called on the loop when that begins, with the reason, and when it is over, with NULL. */
void journal_be_patient(struct journal *journal, void (*changed)(void *arg, const char *trouble),
                        void *arg);

/* Why nothing can be written down at present, or NULL. What is begun nevertheless waits in memory:
 * as little as can be should be. */
const char *journal_trouble(const struct journal *journal);

/* Commits what is queued and closes, when all who use it are closed. */
void journal_close(struct journal *journal);

/* Called on the loop, once: `call` when what it was given with is committed, or `drop`, unless that is
 * NULL, if the daemon ends before it knows, to let go of the argument. */
struct journal_then {
    void (*call)(void *arg);
    void *arg;
    void (*drop)(void *arg);
};

#define JOURNAL_NOTHING ((struct journal_then){0})

/* For what has functions of its own to write (store/write.h and its neighbours): it is committed
 * with all else of this turn of the loop. */
struct store *journal_store(const struct journal *journal);
struct store_done journal_done(struct journal *journal, struct journal_then then);

/* Where the store is: for a reader. */
const char *journal_path(const struct journal *journal);

/* For what is read when the daemon begins: `reading` gets a reader, and an arena that ends with it.
 * Blocks. All of them share the reader, for to open one takes longer than they do: it is closed when the
 * daemon is ready, or ends. */
typedef int journal_reading(void *arg, struct store_reader *reader, struct arena *arena,
                            struct err *err);
int journal_read(struct journal *journal, journal_reading *reading, void *arg, struct err *err);
void journal_close_reader(struct journal *journal);

/* Who hears of all events from now on, once they are committed; NULL: nobody. */
void journal_follow(struct journal *journal, const struct follower *follower);

/* Calls when all that was queued before is committed. */
void journal_barrier(struct journal *journal, struct journal_then then);

/* The run was queued, and begins: with the steps that it has, new ones or those that the store
 * knows from before it was interrupted. */
void journal_run_began(struct journal *journal, struct run *run, bool was_interrupted);
/* As the store names how it ended. */
enum store_state journal_run_ended(struct journal *journal, const struct run *run);

/* The step's live attempt. */
void journal_attempt_began(struct journal *journal, struct run *run, struct run_step *step,
                           struct journal_then then);

/* What the ready step waits for, or does not any more. */
void journal_wait(struct journal *journal, const struct run *run, struct run_step *step);

/* What an executor said of the live attempt: its check results, and what it published. */
void journal_report(struct journal *journal, const struct run *run, const struct run_step *step,
                    const struct report *report);

/* The step as it is now; its live attempt, if it had one, is over. */
void journal_step(struct journal *journal, struct run *run, struct run_step *step);

/* What the listener of the run will be told. */
void journal_event(struct journal *journal, const char *run_id, const struct event *event,
                   struct journal_then then);

#endif
