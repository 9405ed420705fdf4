/*
 * What hangs on a relation in DuckDB, as statements that put it on the one that takes its place
 * (struct aorta_dialect, carry): indexes, comments, and views.
 *
 * DuckDB keeps no record of what a view reads. Dependants are found by the word: views whose text
 * has the relation's name in it, then views whose text has theirs. One too many is made again and
 * is what it was.
 *
 * To ask, DuckDB writes out its whole catalog: 20 us a table. So a connection remembers which
 * relations have anything on them but views (those matter only when columns change), which is few
 * or none. That is good for as long as nobody says CREATE INDEX or COMMENT, and only sessions of
 * this process can: the file is ours alone while it is open. They count such statements, once when
 * one is run and once when its transaction ends; what was read in a transaction that began at the
 * count of now is what there is now, unless somebody has counted once and not yet twice.
 */
#ifndef AORTA_DUCKDB_CARRY_H
#define AORTA_DUCKDB_CARRY_H

#include "connector.h"

#include "base/arena.h"
#include "base/map.h"

#include <duckdb.h>
#include <pthread.h>
#include <stdbool.h>

struct session;

extern const char duckdb_carry[];

/* What a connection remembers. */
struct carry_memory {
    pthread_mutex_t lock;
    bool is_known;
    unsigned as_of; /* the count that it is true for */
    struct arena arena;
    struct map relations; /* "schema.name" in lower case, to itself */
};

void carry_memory_init(struct carry_memory *memory);
void carry_memory_release(struct carry_memory *memory);

/* Of the contract (connector.h): needs_carry. */
int carry_is_needed(void *opaque, const char *schema, const char *name, struct aorta_error *error);

/* To be called when a transaction begins, when a statement is about to run, when it is over, and
 * when a transaction has ended, in whatever way. */
void carry_on_begin(struct session *session);
void carry_on_statement(struct session *session, duckdb_statement_type type, const char *sql);
void carry_on_end_of_statement(struct session *session);
void carry_on_end(struct session *session);

#endif
