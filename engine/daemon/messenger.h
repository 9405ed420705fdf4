/*
 * Whether one destination is told of one event, and that it is: the histories of all destinations
 * (schedule/alerting.h), the run store, and the delivery of what is in it.
 *
 * What is told is queued to the store in the caller's turn of the loop, with what caused it. One
 * thread, the loop's.
 */
#ifndef AORTA_DAEMON_MESSENGER_H
#define AORTA_DAEMON_MESSENGER_H

#include "daemon/alert_message.h"
#include "daemon/journal.h"
#include "run/loaded.h"

#include <uv.h>

struct messenger;

/* Something is wrong with a subject, or no longer. */
struct trouble {
    enum alert_kind kind, of; /* of a recovery: what is over; else the kind */
    const char *subject;
    const char *target;
    const char *asset; /* or NULL */
    const char *run;   /* or NULL */
    const char *error; /* or NULL */
    struct alert_check *checks;
    size_t check_count;
};

/* Reads what was told before. Blocks. NULL with err if the store cannot be read. */
struct messenger *messenger_open(uv_loop_t *loop, struct journal *journal, struct err *err);

/* Right before the journal is closed: nothing may be committed in between. Accepts NULL. */
void messenger_close(struct messenger *messenger);

/* Where people look, to be linked to; NULL, as at first: nowhere. */
void messenger_set_link(struct messenger *messenger, const char *link);

/* The destinations as they are now. Retains the pipeline. Delivers what waits. */
void messenger_configure(struct messenger *messenger, struct loaded *loaded);

/* Tells the destination, later, if it wants to hear of it. Copies. */
void messenger_tell(struct messenger *messenger, const struct alert *to,
                    const struct trouble *trouble);

/* The same whatever it wants to hear of, and whatever it was told before: "failed", of subject
 * test:NAME, with this text. id gets the alert's. */
void messenger_test(struct messenger *messenger, const struct alert *to, const char *text,
                    char id[ULID_SIZE + 1]);

/* A copy of the text, of at most so many bytes, and no character in part; of NULL: NULL. */
const char *messenger_keep(struct arena *arena, const char *text, size_t most);

#endif
