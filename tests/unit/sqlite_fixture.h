/*
 * A SQLite file of the test's own, and a session on it through the connector.
 */
#ifndef AORTA_TESTS_SQLITE_FIXTURE_H
#define AORTA_TESTS_SQLITE_FIXTURE_H

#include "base/buf.h"
#include "host.h"
#include "test.h"

/* Set by the first sqlite_connect. */
extern const struct aorta_connector *sqlite;
extern const struct aorta_warehouse *warehouse;

struct setting {
    void *connection;
    void *session;
};

/* The file, in the test's folder. */
const char *sqlite_path(void);

/* A connection to it; and another session on one. */
void *sqlite_connect(const char *busy_timeout);
void *sqlite_session(void *connection);

struct setting sqlite_set_up(void);
void sqlite_tear_down(struct setting setting);

/* Runs one statement that must not fail. */
void run(struct setting setting, const char *sql);

/* Pulls every row: 0 or -1, wherever it fails, when the query is opened or later. */
int sqlite_pull(struct setting setting, const char *sql, struct aorta_error *error);

void sqlite_check_fails(const char *file, int line, struct setting setting, const char *sql,
                        bool is_query, enum aorta_error_code code, const char *part);

/* ---------------------------------------------------------------------------------------- reads */

/* One read of the source: what it gave, and where it ended. */
struct reading {
    struct buf rows;     /* as show_batch writes them */
    struct buf position; /* empty: none */
    int64_t row_count;
    int32_t batch_count;
};

void reading_init(struct reading *reading);
void reading_release(struct reading *reading);

/* Reads a table to its end into an initialized reading, emptied first. position: JSON, or NULL. */
int sqlite_read(struct setting setting, enum aorta_read_mode mode, const char *table,
                const char *cursor_column, const char *position, struct reading *reading,
                struct aorta_error *error);

/* The same, and it must not fail; goes on from reading->position and moves it. */
void read_on(struct setting setting, enum aorta_read_mode mode, const char *table,
             const char *cursor_column, struct reading *reading);

#define check_rows(setting, sql, wanted) \
    check_str(host_rows(warehouse, (setting).session, sql), wanted)

/* A statement that must fail, run with exec; and one whose rows are pulled. */
#define check_refuses(setting, sql, code, part) \
    sqlite_check_fails(__FILE__, __LINE__, setting, sql, false, code, part)
#define check_pull_fails(setting, sql, code, part) \
    sqlite_check_fails(__FILE__, __LINE__, setting, sql, true, code, part)

#endif
