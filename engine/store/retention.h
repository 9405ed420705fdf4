/*
 * What the run store forgets. A run may go if it is over, and if nothing that is said of an asset
 * comes of it: not its newest step in the run's target, not the newest that brought it up to date,
 * not its newest publication. So however old they are, an asset's last runs stay, and what aorta ls
 * says does not change; what is asked of a run that may go still holds after others have gone.
 *
 * A run's events may go earlier: they are what happened in it, not how it ended.
 *
 * The file does not shrink: its free pages are the next rows'. To give them back would move pages
 * about in transactions of their own while others write, for space that is needed again soon.
 */
#ifndef AORTA_STORE_RETENTION_H
#define AORTA_STORE_RETENTION_H

#include "store/read.h"
#include "store/store.h"

struct store_old_run {
    const char *id;
    int64_t created_us;
    int64_t step_count;
    bool is_over, has_events;
    bool may_go;
};

/* Which runs: a page of the oldest. */
struct store_old_page {
    const char *after_id; /* NULL: from the oldest */
    int64_t before_us;    /* of those that were created before, */
    const char *until_id; /* and of those up to this one (NULL: none), it is found out whether they
                           * may go */
    int64_t limit;
};

int store_read_old_runs(struct store_reader *reader, const struct store_old_page *page,
                        struct arena *arena, struct store_old_run **runs, size_t *count,
                        struct err *err);

/* When the newest event happened; 0 if there is none. */
int store_read_newest_us(struct store_reader *reader, int64_t *at_us, struct err *err);

/* The id of the run behind the newest `keep`; NULL if there are no more than that. */
int store_read_beyond(struct store_reader *reader, int64_t keep, struct arena *arena,
                      const char **id, struct err *err);

/* Forgets a run that may go, with all that is of it. Queued, as what follows. */
void store_run_forget(struct store *store, const char *id, struct store_done done);

/* Forgets at most `limit` of the run's events. *changes, which has to live until this is reaped, gets
 * their number. */
void store_run_events_forget(struct store *store, const char *id, int64_t limit, int64_t *changes);

/* Forgets at most `limit` of what is older than an instant: *changes as above. */
typedef void store_prune(struct store *store, int64_t before_us, int64_t limit, int64_t *changes);
store_prune store_ticks_prune;     /* but for the newest of each schedule */
store_prune store_keys_prune;      /* idempotency keys */
store_prune store_backfills_prune; /* that ended, and whose runs are forgotten */
store_prune store_tokens_prune;    /* that were revoked, or expired */

/* What is remembered of an asset for its next time: its partitions, up to where its lake is known,
 * what automation asked for. It is kept for as long as the asset has not been gone since before the
 * instant. */
store_prune store_gone_partitions_prune;
store_prune store_gone_positions_prune;
store_prune store_gone_automation_prune;

/* Notes which of the assets that something is remembered of are gone from the files, and which have
 * come back. keys: JSON, all that there are: ["raw.orders", …]. */
void store_gone_note(struct store *store, const char *keys, int64_t now_us);

#endif
