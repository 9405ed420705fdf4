/*
 * What a destination knows of the files that were loaded into it: the table `_aorta_files` in its
 * default schema, a row for each file of each source. It has no limit and is never trimmed.
 *
 *     asset         TEXT   the two: primary key
 *     file          TEXT   key in the object store
 *     modified_at   TEXT   ISO 8601, when it was loaded last
 *     size_bytes    BIGINT
 *     etag          TEXT
 *     loaded_at     TEXT   extracted-at of that load
 *
 * Invariant 2: it is written in the transaction that publishes the rows of the files.
 *
 *     begin → state_lock → files_open → fill the listing → files_pick → (read and stage what was
 *     picked) → publish → files_put → state_put → commit
 *
 * Of a source of a topic's lake, which knows by its position what it has read, only those objects are
 * in it that a partition's run has read before the position came to them.
 *
 * Both hidden tables live in that transaction only: the listing (what is there now) and what was
 * picked of it (what has to be read). Comparing them is the database's work, so that memory holds
 * what is new and not what there is.
 */
#ifndef AORTA_MODEL_FILES_H
#define AORTA_MODEL_FILES_H

#include "model/session.h"
#include "model/stage.h"

struct files {
    struct session *session;
    struct arena *arena;
    const char *asset;
    struct relation listing, picked;
    const char *table_sql, *listing_sql, *picked_sql;
    const char **gone; /* of files_find_gone */
    size_t gone_count;
};

/* Columns of the listing: file, modified_at, size_bytes, etag; none may be null. */
enum { FILES_LISTING_COLUMNS = 4 };
extern const struct aorta_field files_listing_fields[FILES_LISTING_COLUMNS];

struct picked_file {
    const char *file, *etag;
    const char *modified_at, *modified_before; /* before: "" of a new file */
    int64_t size_bytes, size_before;
    bool is_changed;
};

/* Makes the table if it is not there. Outside of a transaction; several processes may. */
int files_create(struct session *session, struct err *err);

/* The names of the files that are known of the asset, in the arena; none if the table is not there.
 * More than LIMIT_LOAD_FILES are ERR_CONFIG. */
int files_read(struct session *session, const char *asset, struct arena *arena, const char ***names,
               size_t *count, struct err *err);

/* Forgets all that is known of the asset, whose table is there. */
int files_forget(struct session *session, const char *asset, struct err *err);

/* Makes the empty listing for the asset's table. In the transaction of the load. All is in the
 * arena; nothing has to be closed. */
int files_open(struct files *files, struct session *session, const char *asset,
               const struct relation *target, struct arena *arena, struct err *err);

/* Adds files to the listing, of which file, modified_at, size_bytes and etag count. */
int files_list(struct files *files, const struct picked_file *listed, size_t count,
               struct err *err);

enum files_wanted {
    FILES_NEWS, /* those that are new or have changed (size or etag) */
    FILES_ALL,  /* those that were loaded before, too */
};

/* Picks at most `limit` of the files that are listed, by name, and drops the listing. The files are
 * in the arena; *count is how many. */
int files_pick(struct files *files, enum files_wanted wanted, int64_t limit,
               const struct picked_file **picked, size_t *count, struct err *err);

/* Instead of files_pick: forgets the files that are listed, and drops the listing. */
int files_forget_listed(struct files *files, struct err *err);

/* Of the files that were loaded before and are not listed, picks those that `is_meant` says, as gone:
 * nothing is read of them. Before files_pick. */
int files_find_gone(struct files *files, bool (*is_meant)(const void *arg, const char *file),
                    const void *arg, struct err *err);

/* A condition for rows of all that was picked, those that are gone included; by the column that
 * names a row's file. In the arena. */
const char *files_picked_rows(const struct files *files, const char *file_column);

/* A condition for rows of picked files that have changed, by the column that names a row's file. In
 * the arena. */
const char *files_changed_rows(const struct files *files, const char *file_column);

/* Of those picked some are not written down: they were not read after all, and are to be picked
 * again; or they are known by other means. */
int files_leave(struct files *files, const char *file, struct err *err);

/* A condition for their rows, as above; it holds until files_put. */
const char *files_left_rows(const struct files *files, const char *file_column);

/* Writes down what was picked, and drops that table. With `forget` nothing else is known of the
 * asset afterwards. */
int files_put(struct files *files, const char *loaded_at, bool forget, struct err *err);

/* Instead of files_put, where nothing is published and the transaction is committed. */
int files_drop(struct files *files, struct err *err);

#endif
