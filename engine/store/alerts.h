/*
 * Alerts in the run store: raised in the transaction of what caused them, then delivered at least
 * once.
 *
 *     waiting ──▶ delivered          held ──▶ summed   (by a summary, which is an alert itself)
 *       │ ▲ └──▶ dropped
 *       └─┘ a try that failed
 *
 * Writes queue one command each, as write.h has it; reads are of a reader and its thread.
 */
#ifndef AORTA_STORE_ALERTS_H
#define AORTA_STORE_ALERTS_H

#include "store/read.h"
#include "store/store.h"

struct store_alert {
    const char *id;          /* a ULID */
    const char *destination; /* the name of an alert in the configuration */
    const char *target;
    const char *subject;
    const char *kind;
    const char *of_kind;
    const char *body;  /* JSON */
    const char *state; /* "waiting" or "held" when it is raised */
    int64_t tries;
    int64_t next_us;
    int64_t created_us;
    int64_t ended_us;  /* 0: not yet */
    const char *error; /* of the last try, or NULL */
};

/* ---- writing --------------------------------------------------------------------------------- */

void store_alert_raise(struct store *store, const struct store_alert *alert,
                       struct store_done done);

/* It is over: delivered (error NULL) or dropped. Nothing happens if it was over already. */
void store_alert_end(struct store *store, const char *id, int64_t now_us, const char *error,
                     struct store_done done);

/* A try failed: the next one is not before next_us. */
void store_alert_retry(struct store *store, const char *id, int64_t next_us, const char *error,
                       struct store_done done);

/* The destination asked for rest: nothing of it is tried before next_us. */
void store_alerts_defer(struct store *store, const char *destination, int64_t next_us,
                        struct store_done done);

/* What is held for the destination, up to the alert `last_id`, is named by a summary. */
void store_alerts_sum(struct store *store, const char *destination, const char *last_id,
                      int64_t now_us, struct store_done done);

/* Forgets what was over before that time, or held for a destination that is no more, but for the last word on each subject: whether its
 * trouble was told must be known for as long as it lasts. */
void store_alerts_prune(struct store *store, int64_t before_us, struct store_done done);

/* ---- reading --------------------------------------------------------------------------------- */

/* Those to be delivered now, the oldest first; of a subject only the oldest that waits, so that a
 * recovery is never told before the failure. */
int store_read_due_alerts(struct store_reader *reader, int64_t now_us, int64_t limit,
                          struct arena *arena, struct store_alert **alerts, size_t *count,
                          struct err *err);

/* The earliest time after now at which one is due; 0: never, as things are. */
int store_read_next_alert(struct store_reader *reader, int64_t now_us, int64_t *next_us,
                          struct err *err);

/* What is held for a destination, in order; and how many there are in all. */
int store_read_held_alerts(struct store_reader *reader, const char *destination, int64_t limit,
                           struct arena *arena, struct store_alert **alerts, size_t *count,
                           struct err *err);
int store_count_held_alerts(struct store_reader *reader, const char *destination, int64_t *count,
                            const char **last_id, struct arena *arena, struct err *err);

/* What a new daemon has to know: the last word on each subject, and all that was raised since a
 * time, of those that were not dropped; in the order of their ids, without their bodies. */
int store_read_told_alerts(struct store_reader *reader, int64_t since_us, struct arena *arena,
                           struct store_alert **alerts, size_t *count, struct err *err);

/* Which alerts, for people: the newest first. */
struct store_alert_page {
    const char *before_id;   /* older than that; NULL: from the newest */
    const char *destination; /* the rest NULL: any */
    const char *state;
    const char *id; /* that one */
    int64_t limit;
};

int store_read_alerts(struct store_reader *reader, const struct store_alert_page *page,
                      struct arena *arena, struct store_alert **alerts, size_t *count,
                      struct err *err);

#endif
