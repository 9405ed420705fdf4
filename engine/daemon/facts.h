/*
 * What a daemon that stays knows of its assets, by key: read from the run store once, in the thread
 * pool, then kept up to date by what happens (automation.c), so that no event costs a query.
 *
 * Instants are of the wall clock, but do not go back while the daemon lives: what happened later has
 * the later one. Only when the clock is set back by more than DUE_CORRECTION_US it had been wrong:
 * then what is remembered of the future was now, or it would count as done until that day.
 */
#ifndef AORTA_DAEMON_FACTS_H
#define AORTA_DAEMON_FACTS_H

#include "base/ulid.h"
#include "daemon/work.h"
#include "schedule/automation.h"

struct fact {
    struct automation_fact is; /* but for runs and pauses, which are looked up */
    char *key;
    char *definition;        /* of its automation, as it is remembered; or NULL */
    char run[ULID_SIZE + 1]; /* of a stream: the run that wrote last */
    int64_t rows;            /* and what it had written */
    bool is_heard;           /* a step of it began or ended in this daemon */
    bool is_written;         /* the store has since_us */
    bool is_late;
};

struct facts {
    struct map by_key;
    int64_t last_us;
};

void facts_init(struct facts *facts);
void facts_release(struct facts *facts);

/* The next instant. */
int64_t facts_now_us(struct facts *facts);

/* Of that asset: known from now on. */
struct fact *facts_get(struct facts *facts, const char *key);

/* What is in the store, for the target. Blocks; any thread. */
struct facts_read {
    struct arena arena;
    struct store_materialization *newest;
    struct store_last_step *last;
    struct store_automation *automation;
    const char **rejected; /* by the index in last: itself, or NULL */
    size_t newest_count, last_count, automation_count;
};

int facts_read(const char *store, const char *target, struct facts_read *read, struct err *err);

/* Takes over what was read, where nothing newer has happened since. */
void facts_learn(struct facts *facts, const struct facts_read *read);

#endif
