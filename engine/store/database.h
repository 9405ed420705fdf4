/*
 * A connection to SQLite: the only place that translates its errors.
 *
 *     struct statement statement;
 *     if (statement_prepare(&statement, database, "SELECT name FROM t WHERE id = ?1", err) < 0)
 *         return -1;
 *     statement_bind_int(&statement, 1, 42);
 *     while ((row = statement_step(&statement, err)) == 1)
 *         use(statement_text(&statement, 0, arena));
 *     statement_release(&statement);
 *
 * Errors: busy, full and input/output errors are TRANSIENT, a file that cannot be opened or written
 * is CONFIG, a damaged one and whatever we did wrong are BROKEN.
 */
#ifndef AORTA_STORE_DATABASE_H
#define AORTA_STORE_DATABASE_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct sqlite3;
struct sqlite3_stmt;

struct database {
    struct sqlite3 *sqlite;
    const char *path; /* borrowed */
};

enum database_mode { DATABASE_WRITE, DATABASE_READ };

/* Opens in WAL mode with synchronous FULL, and creates the file if it may write. A file that was
 * not closed properly is checked first. */
int database_open(struct database *database, const char *path, enum database_mode mode,
                  struct err *err);
void database_close(struct database *database);

/* Runs SQL of one or more statements, without results. */
int database_exec(struct database *database, const char *sql, struct err *err);

/* Rows that the last INSERT, UPDATE or DELETE changed. */
int64_t database_changes(const struct database *database);

/* Whether a transaction is open: some errors end it. */
bool database_in_transaction(const struct database *database);

struct statement {
    struct sqlite3_stmt *stmt;
    struct database *database;
};

int statement_prepare(struct statement *statement, struct database *database, const char *sql,
                      struct err *err);
void statement_release(struct statement *statement);

/* Parameters are numbered from 1. Texts are borrowed until the statement is reset. */
void statement_bind_int(struct statement *statement, int parameter, int64_t value);
void statement_bind_text(struct statement *statement, int parameter,
                         const char *text); /* or NULL */
void statement_bind_null(struct statement *statement, int parameter);

/* 1: a row is there; 0: that was all; -1: failed. */
int statement_step(struct statement *statement, struct err *err);

/* Ready to be bound and stepped again. */
void statement_reset(struct statement *statement);

/* What it has cost since it was prepared: rows that were looked at without an index, instructions of
 * SQLite's machine. */
struct store_effort {
    int64_t scanned, instructions;
};

void statement_effort(const struct statement *statement, struct store_effort *effort);

/* Columns of the row, from 0. */
int64_t statement_int(const struct statement *statement, int column, int64_t if_null);
const char *statement_text(const struct statement *statement, int column, struct arena *arena);

#endif
