/*
 * The SQL of a snapshot: statements in which words stand for names and lists of columns.
 *
 *     "SELECT {key}, {id}{attributes} FROM {target}"
 *
 *     struct snapshot_sql sql;
 *     snapshot_sql_init(&sql, &arena, dialect, "user_id", options, attributes, 11);
 *     snapshot_sql_define(&sql, "target", "\"marts\".\"dim_users\"");
 *     session_exec(session, snapshot_sql_text(&sql, SNAPSHOT_STAGE), &err);
 *
 * It knows the rules of snapshot.h, one CTE a rule, and nothing of transactions or publishing.
 * Everything lives in the arena. SQL of all dialects: standard window functions and what
 * struct aorta_dialect says.
 */
#ifndef AORTA_MODEL_SNAPSHOT_SQL_H
#define AORTA_MODEL_SNAPSHOT_SQL_H

#include "base/arena.h"
#include "connector.h"

#include <stddef.h>

struct snapshot_options;

enum snapshot_statement {
    SNAPSHOT_BUILD,       /* makes {hidden}: all versions of {log} */
    SNAPSHOT_STAGE,       /* makes {hidden}: what differs from {target}, by {where_touched} */
    SNAPSHOT_AUDIT_ROWS,  /* what stands after FROM: the rows that {hidden} adds */
    SNAPSHOT_AUDIT_WHOLE, /* … and the whole table as it will be */
    SNAPSHOT_CREATE_FEED, /* makes {feed}, empty */
    SNAPSHOT_FEED,        /* adds the staged differences to {feed} as of {publication} */
};

enum { SNAPSHOT_WORDS = 24 };

struct snapshot_sql {
    struct arena *arena;
    struct snapshot_word {
        const char *word;
        const char *text;
    } words[SNAPSHOT_WORDS];
    size_t word_count;
};

/* Defines all words but log, where_touched, hidden, target, feed and publication. Names are given as
 * they are, not quoted. */
void snapshot_sql_init(struct snapshot_sql *sql, struct arena *arena,
                       const struct aorta_dialect *dialect, const char *id,
                       const struct snapshot_options *options, const char *const *attributes,
                       size_t attribute_count);

/* Gives a word its text, which may not change any more; the newest counts. */
void snapshot_sql_define(struct snapshot_sql *sql, const char *word, const char *text);

/* The statement with all words replaced. Its words must be defined. */
const char *snapshot_sql_text(const struct snapshot_sql *sql, enum snapshot_statement statement);

#endif
