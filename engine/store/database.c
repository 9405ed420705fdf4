#include "store/database.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* How long a lock of another process is waited for: somebody's sqlite3 shell, a backup. */
enum { BUSY_TIMEOUT_MS = 5000 };

static const char settings_sql[] = "PRAGMA journal_mode = WAL;"
                                   "PRAGMA synchronous = FULL;"
                                   "PRAGMA foreign_keys = ON;";

static const char quick_check_sql[] = "PRAGMA quick_check(1)";

/* ---- errors ---------------------------------------------------------------------------------- */

static int fail_damaged(const char *path, const char *what, struct err *err)
{
    return err_set(
        err, ERR_BROKEN,
        "run store \"%s\" is damaged: move it and its -wal file away and start again; the "
        "history of runs is lost, no data is: %s",
        path, what);
}

static bool means_no_room(int error)
{
    return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

/* What the system said when a write failed, if that was for want of room; else 0. SQLite knows a full
 * disk; a quota and a limit of the process are to it like a disk that fails. */
static int missing_room(const struct database *database)
{
    static const int pointers[] = {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER};
    int error = sqlite3_system_errno(database->sqlite);

    for (size_t i = 0; i < sizeof pointers / sizeof *pointers && !means_no_room(error); i++) {
        sqlite3_file *file = NULL;
        sqlite3_file_control(database->sqlite, "main", pointers[i], &file);
        if (file != NULL && file->pMethods != NULL)
            file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error);
    }
    return means_no_room(error) ? error : 0;
}

static int fail_full(const struct database *database, const char *message, struct err *err)
{
    return err_set(err, ERR_TRANSIENT, "run store \"%s\": make room on its disk: %s",
                   database->path, message);
}

static int fail(const struct database *database, const char *sql, struct err *err)
{
    const char *path = database->path;
    const char *message = sqlite3_errmsg(database->sqlite);
    int missing = 0;

    switch (sqlite3_errcode(database->sqlite)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, ERR_TRANSIENT, "run store \"%s\" is locked by another program: %s",
                       path, message);
    case SQLITE_FULL: return fail_full(database, message, err);
    case SQLITE_IOERR:
        missing = missing_room(database);
        if (missing != 0)
            return fail_full(database, strerror(missing), err);
        return err_set(err, ERR_TRANSIENT, "run store \"%s\": %s", path, message);
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
        return err_set(err, ERR_TRANSIENT, "run store \"%s\": %s", path, message);
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return err_set(err, ERR_CONFIG,
                       "run store \"%s\" cannot be used: see that its folder is there and can be "
                       "written: %s",
                       path, message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return fail_damaged(path, message, err);
    case SQLITE_CONSTRAINT: return err_set(err, ERR_BROKEN, "run store \"%s\": %s", path, message);
    default: return err_set(err, ERR_BROKEN, "run store \"%s\": %s: %s", path, sql, message);
    }
}

/* ---- the connection -------------------------------------------------------------------------- */

/* A write-ahead log that is still there means that the last writer did not close the file. */
static bool was_left_open(const char *path)
{
    char wal[4096];
    struct stat stat_of_wal;

    int size = snprintf(wal, sizeof wal, "%s-wal", path);
    return size < (int)sizeof wal && stat(wal, &stat_of_wal) == 0 && stat_of_wal.st_size > 0;
}

static int check_integrity(struct database *database, struct err *err)
{
    struct statement statement;
    int outcome = -1;

    if (statement_prepare(&statement, database, quick_check_sql, err) < 0)
        return -1;
    int row = statement_step(&statement, err);
    if (row == 1) {
        const char *said = (const char *)sqlite3_column_text(statement.stmt, 0);
        outcome = said != NULL && strcmp(said, "ok") == 0
                      ? 0
                      : fail_damaged(database->path, said != NULL ? said : "no answer", err);
    }
    statement_release(&statement);
    return outcome;
}

int database_open(struct database *database, const char *path, enum database_mode mode,
                  struct err *err)
{
    int flags =
        mode == DATABASE_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    bool suspect = mode == DATABASE_WRITE && was_left_open(path);

    *database = (struct database){.path = path};
    if (sqlite3_open_v2(path, &database->sqlite, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        fail(database, "", err);
        database_close(database);
        return -1;
    }
    sqlite3_busy_timeout(database->sqlite, BUSY_TIMEOUT_MS);
    if ((mode == DATABASE_WRITE && database_exec(database, settings_sql, err) < 0) ||
        (suspect && check_integrity(database, err) < 0)) {
        database_close(database);
        return -1;
    }
    return 0;
}

void database_close(struct database *database)
{
    sqlite3_close(database->sqlite);
    database->sqlite = NULL;
}

int database_exec(struct database *database, const char *sql, struct err *err)
{
    if (sqlite3_exec(database->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK)
        return 0;
    return fail(database, sql, err);
}

int64_t database_changes(const struct database *database)
{
    return sqlite3_changes64(database->sqlite);
}

bool database_in_transaction(const struct database *database)
{
    return sqlite3_get_autocommit(database->sqlite) == 0;
}

/* ---- statements ------------------------------------------------------------------------------ */

int statement_prepare(struct statement *statement, struct database *database, const char *sql,
                      struct err *err)
{
    *statement = (struct statement){.database = database};
    if (sqlite3_prepare_v3(database->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement->stmt,
                           NULL) == SQLITE_OK)
        return 0;
    return fail(database, sql, err);
}

void statement_release(struct statement *statement)
{
    sqlite3_finalize(statement->stmt);
    statement->stmt = NULL;
}

void statement_bind_int(struct statement *statement, int parameter, int64_t value)
{
    sqlite3_bind_int64(statement->stmt, parameter, value);
}

void statement_bind_text(struct statement *statement, int parameter, const char *text)
{
    sqlite3_bind_text(statement->stmt, parameter, text, -1, SQLITE_STATIC);
}

void statement_bind_null(struct statement *statement, int parameter)
{
    sqlite3_bind_null(statement->stmt, parameter);
}

int statement_step(struct statement *statement, struct err *err)
{
    int result = sqlite3_step(statement->stmt);

    if (result == SQLITE_ROW)
        return 1;
    return result == SQLITE_DONE ? 0 : fail(statement->database, sqlite3_sql(statement->stmt), err);
}

void statement_reset(struct statement *statement)
{
    sqlite3_reset(statement->stmt);
    sqlite3_clear_bindings(statement->stmt);
}

void statement_effort(const struct statement *statement, struct store_effort *effort)
{
    effort->scanned = sqlite3_stmt_status(statement->stmt, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0);
    effort->instructions = sqlite3_stmt_status(statement->stmt, SQLITE_STMTSTATUS_VM_STEP, 0);
}

int64_t statement_int(const struct statement *statement, int column, int64_t if_null)
{
    return sqlite3_column_type(statement->stmt, column) == SQLITE_NULL
               ? if_null
               : sqlite3_column_int64(statement->stmt, column);
}

const char *statement_text(const struct statement *statement, int column, struct arena *arena)
{
    return arena_strdup(arena, (const char *)sqlite3_column_text(statement->stmt, column));
}
