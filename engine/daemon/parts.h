/*
 * Which partitions a step made, written down with what became of the step: in the transaction of
 * its attempt, its publication, its failure. Of what is made as one nothing is written.
 */
#ifndef AORTA_DAEMON_PARTS_H
#define AORTA_DAEMON_PARTS_H

#include "message/report.h"
#include "run/run.h"
#include "store/store.h"

/* An attempt begins: somebody is at work on what was asked for. */
void parts_begin(struct store *store, const struct run *run, const struct run_step *step);

/* The executor says what it published; the attempt is not over yet. */
void parts_publish(struct store *store, const struct run *run, const struct run_step *step,
                   const struct report *report, int64_t now_us);

/* It says that it has read all there is: what was read before is as good as read by it. */
void parts_confirm(struct store *store, const struct run *run, const struct run_step *step,
                   const struct report *report);

/* A stream tells of hours that it has something new of. */
void parts_wrote(struct store *store, const struct run *run, struct run_step *step,
                 const struct progress *progress, int64_t now_us);

/* In the thread pool: up to where the store knows the hours of the plan's streams. */
int parts_read_positions(struct plan *plan, const char *store_path, struct err *err);

/* And so, before an attempt of the step; NULL: of nothing. */
const char *parts_position(const struct run *run, const struct run_step *step);

/* The attempt is over. */
void parts_end(struct store *store, const struct run *run, const struct run_step *step,
               bool has_failed, int64_t now_us);

#endif
