/*
 * Change capture by triggers. For a captured table `users` the file has
 *
 *     _aorta_cdc_users           what happened, a row a change:
 *         _change_lsn            INTEGER PRIMARY KEY AUTOINCREMENT: ascending, never used again
 *         _change                I, U or D
 *         _change_at             the clock's time (see below)
 *         the table's columns    as declared, without constraints; D rows have the key only
 *     _aorta_cdc_users_insert, _update, _rekey, _delete       the triggers
 *     _aorta_captures            a row a captured table: the capture's id (other after each new
 *                                start), pruned_lsn (what is gone), handed_lsn (what a reader may
 *                                have seen)
 *     _aorta_cdc_clock           empty, or one row `now`: a writer of synthetic history puts it
 *                                there, in its transaction, and takes it away
 *
 * Invariants:
 *   C1. A change is in the same transaction as what it tells of: triggers run inside it.
 *   C2. pruned_lsn <= a valid checkpoint <= handed_lsn, and the checkpoint names the capture's id.
 *       handed_lsn is committed before a row is handed out, so a database that was restored from a
 *       backup is found out even if it has gone on since. Whatever else is an error with a choice.
 *   C3. A snapshot is of exactly the changes up to its LSN: it is opened while nobody can write.
 *   C4. Triggers that are missing, or sit on another table of the same name, are an error: changes
 *       may have been missed. Columns may come and go: triggers that do not fit the table any more
 *       are made again, and rows in which a new column has a value are told as changes (U), since
 *       the old triggers could not see it.
 *
 * A capture has one reader: a second one (another target reading the same database) would prune
 * what the first still needs, and gets, or gives, an error instead.
 *
 * Not seen: rows that a foreign writer's REPLACE removes because of another unique constraint than
 * the primary key, unless it sets PRAGMA recursive_triggers (REPLACE of the same key comes as I).
 * What writes through PRAGMA writable_schema is not seen either.
 */
#ifndef AORTA_SQLITE_CAPTURE_H
#define AORTA_SQLITE_CAPTURE_H

#include "sqlite/position.h"
#include "sqlite/session.h"
#include "sqlite/table.h"

/* What a reader must know. Columns are the table's, then those it once had. */
struct capture {
    struct position end; /* read up to here */
    const char *changes; /* name of the table of changes */
    const char *now;     /* the clock, as text */
    struct table table;  /* key: as the table's */
};

/* Whether change capture is possible: a table, not a view, with a primary key and with names that
 * leave room for ours. AORTA_CONFIG says what is wrong. */
int capture_check(const struct table *table, struct aorta_error *error);

/* Starts the capture anew, inside a write transaction: what was captured before is forgotten, and
 * older checkpoints become invalid. end.lsn is greater than any LSN before. */
int capture_start(struct session *session, const struct table *table, struct arena *arena,
                  struct capture *capture, struct aorta_error *error);

/* Goes on from a checkpoint, inside a write transaction: checks C2 and C4, follows the columns,
 * fixes end. */
int capture_resume(struct session *session, const struct table *table, const struct position *from,
                   struct arena *arena, struct capture *capture, struct aorta_error *error);

/* Forgets what is up to the position, in a transaction of its own. */
int capture_prune(struct session *session, const char *table, const struct position *position,
                  struct aorta_error *error);

#endif
