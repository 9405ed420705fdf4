/*
 * What can be written to the run store. Each function queues one command: values are copied, and
 * nothing happens before store_submit. `done` hears how it ends (STORE_NO_DONE: see store_reap).
 *
 *     store_run_insert(store, &run, STORE_NO_DONE);
 *     store_step_insert(store, &step, STORE_NO_DONE);
 *     store_run_change(store, run.id, STATE_QUEUED, STATE_RUNNING, now, NULL, started);
 *     store_submit(store);
 *
 * Commands run in the order of queueing. A change of state from one that is not there, or along an
 * arrow that record.h does not draw, fails with BROKEN and changes nothing.
 */
#ifndef AORTA_STORE_WRITE_H
#define AORTA_STORE_WRITE_H

#include "store/store.h"

/* The run's state is usually STATE_QUEUED; its times and error are written as they are. */
void store_run_insert(struct store *store, const struct store_run *run, struct store_done done);

/* now_us becomes started_us on the way to running, ended_us on the way to an end. error may be
 * NULL. */
void store_run_change(struct store *store, const char *run_id, enum store_state from,
                      enum store_state to, int64_t now_us, const struct err *error,
                      struct store_done done);

/* It is to end as canceled, whoever has to see to that. */
void store_run_ask_cancel(struct store *store, const char *run_id);

/* A step of a run that is there. */
void store_step_insert(struct store *store, const struct store_step *step, struct store_done done);

/* reason and executor replace what was there; NULL: as it was. */
void store_step_change(struct store *store, const char *run_id, const char *asset,
                       enum store_state from, enum store_state to, const char *reason,
                       const char *executor, struct store_done done);

/* The run is over: nobody will make those of its steps that are queued, or interrupted and would be
 * queued again. */
void store_steps_cancel(struct store *store, const char *run_id, const char *reason);

/* Why the step waits; NULL: no longer known. */
void store_step_explain(struct store *store, const char *run_id, const char *asset,
                        const char *reason);

/* Begins attempt `number`, from 1; fails while another one of the step is running. */
void store_attempt_start(struct store *store, const char *run_id, const char *asset, int64_t number,
                         int64_t started_us, struct store_done done);

/* Ends a running attempt. */
void store_attempt_end(struct store *store, const char *run_id, const char *asset, int64_t number,
                       const struct store_outcome *outcome, struct store_done done);

/* Appends to the log of the run that is there; the sequence is given by the store. */
void store_event_append(struct store *store, const struct store_event *event,
                        struct store_done done);

/* Replaces the one of the same key. */
void store_key_put(struct store *store, const struct store_key *key);

/* Changes nothing: `done` hears when all before it is committed. */
void store_barrier(struct store *store, struct store_done done);

void store_materialization_insert(struct store *store,
                                  const struct store_materialization *materialization,
                                  struct store_done done);

/* Of a step that is there. */
void store_check_result_insert(struct store *store, const struct store_check_result *result,
                               struct store_done done);

#endif
