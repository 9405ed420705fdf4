/*
 * Names of tables and views, and how they are written in SQL.
 *
 * A relation has a schema and a name. A database without schemas gets both in one name:
 *
 *     raw.users       "raw"."users" on DuckDB and PostgreSQL, "raw__users" on SQLite
 *
 * Beside a relation, in its schema, may stand hidden ones, which nobody is meant to read:
 *
 *     _aorta_build__users      what will replace it, while a step runs
 *     _aorta_stage__users      rows that will be added to it
 *     _aorta_rejected__users   what a blocking check refused, kept for a person to look at
 *     _aorta_quarantine__users lines that could not be read, kept likewise
 *     _aorta_listing__users    files that a source found, and
 *     _aorta_picked__users     those of them that it reads, while a step runs
 *
 * Names longer than the database allows are cut and end with a hash, so that two stay two.
 */
#ifndef AORTA_MODEL_RELATION_H
#define AORTA_MODEL_RELATION_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "connector.h"

#include <stdbool.h>

struct session;

struct relation {
    const char *schema; /* "": the destination's default schema */
    const char *name;
};

enum relation_hidden {
    RELATION_BUILD,
    RELATION_STAGE,
    RELATION_REJECTED,
    RELATION_QUARANTINE,
    RELATION_LISTING,
    RELATION_PICKED,
};

/* The one way that a name gets into SQL: "name", quotes in it doubled. */
void relation_quote_name(struct buf *out, const char *name);

/* 'text', quotes in it doubled. For texts that cannot be parameters (inside of a view). */
void relation_quote_text(struct buf *out, const char *text, size_t size);

/* What the database calls the relation: schema "" without schemas, else the default schema filled
 * in; names cut to the limit. In the arena. */
struct relation relation_physical(struct arena *arena, const struct aorta_dialect *dialect,
                                  const struct relation *relation);

/* The relation as SQL, in the arena. */
const char *relation_sql(struct arena *arena, const struct aorta_dialect *dialect,
                         const struct relation *relation);

/* The hidden relation beside a relation; both are logical (not yet physical). */
struct relation relation_hidden(struct arena *arena, const struct aorta_dialect *dialect,
                                const struct relation *relation, enum relation_hidden kind);

/* Whether a physical name is one of a hidden relation. "_aorta_state" and "_aorta_files" are not:
 * they are kept. */
bool relation_is_hidden(const char *name);

/* Drops every hidden relation of the destination (what was refused only with `rejected`),
 * in one transaction. `dropped` (may be NULL) is told each name. For `aorta clean`: no step may
 * run. *count is how many. */
int relation_clean(struct session *session, bool rejected,
                   void (*dropped)(void *arg, const char *schema, const char *name), void *arg,
                   int *count, struct err *err);

/* A relation's columns, copied into the arena. */
struct relation_columns {
    bool is_there;
    bool is_view;
    int32_t count;
    struct aorta_field *fields;
    const char **type_names;
};

int relation_describe(struct session *session, const struct relation *relation, struct arena *arena,
                      struct relation_columns *columns, struct err *err);

/* The index of the column (letter case ignored), or -1. */
int32_t relation_column_find(const struct relation_columns *columns, const char *name);

/* ERR_CONFIG `no column "x": there are …`. Returns -1. */
int relation_no_column(const struct relation_columns *columns, const char *name, struct err *err);

/* "\"a\", \"b\"" of all columns but `except` (may be NULL), each after `prefix`. */
void relation_column_list(struct buf *out, const struct relation_columns *columns,
                          const char *prefix, const char *except);

/* A value of the column as SQL, from its text as `CAST(column AS text)` gave it. */
void relation_literal(struct buf *out, const struct relation_columns *columns, int32_t column,
                      const char *text);

/* Appends a dialect's pattern with the expressions in place of %1$s, %2$s and %3$s. Those that the
 * pattern has not may be NULL. "%%" gives "%". */
void relation_pattern(struct buf *out, const char *pattern, const char *first, const char *second,
                      const char *third);

/* Whether both have the same columns with the same types, in any order. */
bool relation_columns_equal(const struct relation_columns *a, const struct relation_columns *b);

#endif
