/*
 * Reads of the store, off the loop: jobs in a queue, and a few workers in uv's thread pool that take
 * them one after the other, each with a store reader of its own that stays open.
 *
 *     loop:    web_readers_add(readers, job) ─▶ queue ─▶ worker: job->work(job, reader)
 *              job->done(job)  ◀──────────────────────────┘
 *
 * Jobs that a worker finds together see the store as of one moment, after all that was committed when
 * they were queued: to look for that moment takes SQLite as long as a small read.
 * One wake-up of a thread serves all jobs that have come meanwhile, and one of the loop all answers;
 * so a busy server pays for neither. There are fewer workers than uv has threads, because planning
 * and other things need some as well.
 *
 * All but `work` is called on the loop.
 */
#ifndef AORTA_WEB_READERS_H
#define AORTA_WEB_READERS_H

#include "base/err.h"

#include <stdbool.h>
#include <uv.h>

struct store_reader;
struct web_readers;

enum { WEB_READERS = 2 };

struct web_job {
    struct web_job *next;
    /* reader is NULL if the store cannot be opened: err says why. */
    void (*work)(struct web_job *job, struct store_reader *reader, const struct err *err);
    void (*done)(struct web_job *job);
};

struct web_readers *web_readers_new(uv_loop_t *loop, const char *store_path);

/* The job is the caller's; it is lent until `done`. */
void web_readers_add(struct web_readers *readers, struct web_job *job);

/* Whether a job is queued or at work. */
bool web_readers_are_busy(const struct web_readers *readers);

/* When none is busy. Frees everything once its handles are closed, then calls `closed`. */
void web_readers_close(struct web_readers *readers, void (*closed)(void *arg), void *arg);

#endif
