/*
 * One backfill that is at work, as the daemon has it in memory, and as it is read from the store.
 */
#ifndef AORTA_DAEMON_BACKFILL_ITEM_H
#define AORTA_DAEMON_BACKFILL_ITEM_H

#include "base/ulid.h"
#include "message/control.h"
#include "store/backfills.h"

enum backfill_state {
    BACKFILL_WAITING,
    BACKFILL_QUEUED,
    BACKFILL_SUCCEEDED,
    BACKFILL_FAILED,
    BACKFILL_CANCELED,
};

extern const char *const backfill_state_names[]; /* as the store has them */

/* One of its partitions. */
struct backfill_part {
    const char *key;
    enum backfill_state state;
    bool is_asking;    /* for its run, which has no id yet */
    bool is_unwritten; /* its run is over, and the store does not say so of it */
    char run[ULID_SIZE + 1];
};

struct backfill {
    struct arena arena;
    const char *id;
    struct request *request; /* of each of its runs */
    int64_t at_once;
    struct backfill_part *parts;
    size_t count;
    size_t next_waiting; /* none before it waits */
    bool is_canceled;    /* a run that was being asked for is canceled when it is there */
    struct backfill *next;
};

/* With so many partitions, which have no keys yet. NULL, which is logged, if the request (JSON)
 * cannot be read. */
struct backfill *backfill_new(const char *id, const char *request, size_t count);
void backfill_free(struct backfill *backfill);

/* How many of its partitions are so. One whose run is being asked for is as good as queued. */
size_t backfill_count(const struct backfill *backfill, enum backfill_state state);

/* With what the store knows of its partitions; *backfill is NULL if its request cannot be read. */
int backfill_read(struct store_reader *reader, const struct store_backfill *stored,
                  struct backfill **backfill, struct err *err);

#endif
