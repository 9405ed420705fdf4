/*
 * Lines that could not be read and were passed over: the hidden table `_aorta_quarantine__X` beside
 * the asset's table, made when the first line needs it.
 *
 *     extracted_at  TIMESTAMP   of the load that met the line
 *     file          TEXT
 *     line          BIGINT      counted from 1
 *     reason        TEXT        "the line ends too early near column 15"
 *     raw           TEXT        the line, at most 4 KiB of it; what is no UTF-8 is replaced
 *
 * Lines are gathered in memory while the load reads (by several threads), and written behind it, in
 * its transaction: so they are there exactly once, as the rows are. There is one batch of
 * them: who has more has no exceptions but another format.
 */
#ifndef AORTA_EXECUTOR_QUARANTINE_H
#define AORTA_EXECUTOR_QUARANTINE_H

#include "data/batch.h"
#include "data/reject.h"
#include "model/relation.h"
#include "model/session.h"

#include <pthread.h>

struct quarantine {
    struct session *session;
    struct arena *arena;
    struct relation table;
    int64_t extracted_at_us;
    pthread_mutex_t lock; /* guards the rest */
    struct batch batch;
    int64_t count; /* lines of this load */
};

/* `target` is the asset's table. The session is used by the functions that have an err. */
void quarantine_open(struct quarantine *quarantine, struct session *session,
                     const struct relation *target, int64_t extracted_at_us, struct arena *arena);
void quarantine_close(struct quarantine *quarantine);

/* Gathers a line: what a `struct reject_rule` calls, its `arg` the quarantine. Any thread. */
void quarantine_add(void *arg, const struct reject *reject);

/* ERR_DATA if there were more lines than it can hold. Any thread. */
int quarantine_check(struct quarantine *quarantine, struct err *err);

/* Brings what is gathered into the table. No load may be open in the session. */
int quarantine_write(struct quarantine *quarantine, struct err *err);

/* Drops lines of this load, which were written: those whose `file` fulfils the condition. */
int quarantine_take_back(struct quarantine *quarantine, const char *condition, struct err *err);

/* Drops lines of earlier loads: those whose `file` fulfils the condition, or (NULL) all. */
int quarantine_forget(struct quarantine *quarantine, const char *condition, struct err *err);

#endif
