/*
 * What SQLite's schema says of a table or a view: its columns and its primary key.
 */
#ifndef AORTA_SQLITE_TABLE_H
#define AORTA_SQLITE_TABLE_H

#include "base/arena.h"
#include "connector.h"
#include "sqlite/session.h"

struct table_column {
    const char *name;
    const char *declared; /* "" if there is no declared type */
    enum aorta_type type; /* TEXT if the declaration says nothing */
    int key_position;     /* 1, 2, … in the primary key; 0: not in it */
    bool is_generated;
};

struct table {
    const char *name; /* as the schema spells it */
    bool is_view;
    int32_t column_count;
    const struct table_column *columns; /* hidden columns of virtual tables are left out */
    int32_t key_count;
    const int32_t *key; /* indexes into columns, in the order of the key */
};

/* 1 and the table, in the arena; 0: there is none. Views whose tables are gone are AORTA_CONFIG. */
int table_find(struct session *session, const char *name, struct arena *arena, struct table *table,
               struct aorta_error *error);

/* The column of that name, or -1. */
int32_t table_column_find(const struct table *table, const char *name);

/* The table as a stream of the contract, in the arena. */
void table_stream(const struct table *table, struct arena *arena, struct aorta_stream *stream);

/* Calls each with every table and view that is not SQLite's own, by name, when the list has been
 * read, so that it may run statements. A non-zero return ends it. */
int table_list(struct session *session, int (*each)(void *arg, const char *name, const char *kind),
               void *arg, struct aorta_error *error);

#endif
