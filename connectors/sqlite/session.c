#include "sqlite/session.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/limits.h"
#include "sqlite/confinement.h"
#include "sqlite/failure.h"
#include "sqlite/functions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A wait for a lock looks again after so long; a lock is seldom held longer than a commit. */
enum { LOCK_POLL_MS = 5 };

const struct aorta_option connection_options[] = {
    {"path", AORTA_OPTION_PATH, true, false, NULL, "the database file; made if it is not there"},
    {"busy_timeout", AORTA_OPTION_DURATION, false, false, "10s",
     "how long to wait for another process to give the write lock back"},
    {"cache_size", AORTA_OPTION_SIZE, false, false, "64MiB", "memory for pages, for each session"},
    {"read_only", AORTA_OPTION_BOOL, false, false, "false",
     "never write to the file; change capture is not possible then"},
    {NULL, AORTA_OPTION_TEXT, false, false, NULL, NULL},
};

static const struct {
    int verb;
    int value;
} settings[] = {
    {SQLITE_DBCONFIG_ENABLE_FKEY, 1},    {SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, 1},
    {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_DQS_DDL, 0},
    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
};

/* One value may fill a batch, not more. */
static const struct {
    int id;
    int value;
} limits[] = {
    {SQLITE_LIMIT_LENGTH, AORTA_BATCH_BYTES},
    {SQLITE_LIMIT_SQL_LENGTH, (int)LIMIT_RENDERED_BYTES},
    {SQLITE_LIMIT_COLUMN, LIMIT_COLUMNS},
};

/* analysis_limit makes ANALYZE a sample instead of a scan of every index. */
static const char *const pragmas[] = {
    "PRAGMA synchronous = FULL",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA analysis_limit = 1000",
};

int connection_open(const struct aorta_host *host, const struct aorta_option_value *options,
                    void **connection, struct aorta_error *error)
{
    if (!options[OPTION_PATH].is_set || options[OPTION_PATH].text[0] == '\0')
        return aorta_fail(error, AORTA_CONFIG, "path is empty");

    struct connection *made = alloc_zeroed(1, sizeof *made);
    made->host = host;
    made->path = alloc_strdup(options[OPTION_PATH].text);
    made->busy_timeout_ms = options[OPTION_BUSY_TIMEOUT].integer;
    made->cache_bytes = options[OPTION_CACHE_SIZE].integer;
    made->read_only = options[OPTION_READ_ONLY].integer != 0;
    *connection = made;
    return 0;
}

int connection_is_there(const struct aorta_host *host, const struct aorta_option_value *options,
                        struct aorta_error *error)
{
    const char *path = options[OPTION_PATH].is_set ? options[OPTION_PATH].text : "";

    (void)host;
    if (access(path, F_OK) == 0)
        return 1;
    if (errno == ENOENT)
        return 0;
    return aorta_fail(error, AORTA_CONFIG, "\"%s\": %s", path, strerror(errno));
}

void connection_close(void *connection)
{
    struct connection *closed = connection;

    if (closed == NULL)
        return;
    free(closed->path);
    free(closed);
}

/* SQLite's own wait cannot be interrupted. */
static int wait_for_lock(void *arg, int times)
{
    struct session *session = arg;
    int64_t now_us = clock_monotonic_us();

    if (times == 0)
        session->waiting_since_us = now_us;
    if (atomic_load(&session->is_canceled))
        return 0;
    if (now_us - session->waiting_since_us >= session->connection->busy_timeout_ms * 1000)
        return 0;
    sqlite3_sleep(times == 0 ? 1 : LOCK_POLL_MS);
    return 1;
}

int session_fail(struct session *session, int rc, struct aorta_error *error)
{
    if ((rc & 0xff) == SQLITE_BUSY && atomic_load(&session->is_canceled))
        rc = SQLITE_INTERRUPT;
    return failure_set(session->db, session->connection->path, rc, error);
}

/* Two processes that make the file at the same moment: the change to WAL wants the file alone and
 * does not wait for it, so we do. */
static int enter_wal(struct session *session, struct aorta_error *error)
{
    for (int times = 0;; times++) {
        sqlite3_stmt *statement = NULL;
        bool is_wal = false;
        int rc = sqlite3_prepare_v2(session->db, "PRAGMA journal_mode = WAL", -1, &statement, NULL);

        if (rc == SQLITE_OK)
            rc = sqlite3_step(statement);
        if (rc == SQLITE_ROW)
            is_wal = strcmp((const char *)sqlite3_column_text(statement, 0), "wal") == 0;
        sqlite3_finalize(statement);
        if (rc == SQLITE_ROW && is_wal)
            return 0;
        if (rc == SQLITE_ROW)
            return aorta_fail(error, AORTA_CONFIG,
                              "\"%s\": the file system has no shared memory, "
                              "which WAL mode needs",
                              session->connection->path);
        if ((rc & 0xff) != SQLITE_BUSY || wait_for_lock(session, times) == 0)
            return session_fail(session, rc, error);
    }
}

static int configure(struct session *session, struct aorta_error *error)
{
    char cache[64];

    sqlite3_extended_result_codes(session->db, 1);
    sqlite3_busy_handler(session->db, wait_for_lock, session);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        sqlite3_db_config(session->db, settings[i].verb, settings[i].value, NULL);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        sqlite3_limit(session->db, limits[i].id, limits[i].value);
    if (!session->connection->read_only && enter_wal(session, error) < 0)
        return -1;
    for (size_t i = 0; i < sizeof pragmas / sizeof pragmas[0]; i++)
        if (session_run(session, pragmas[i], error) < 0)
            return -1;
    snprintf(cache, sizeof cache, "PRAGMA cache_size = -%lld",
             (long long)session->connection->cache_bytes / 1024);
    if (session_run(session, cache, error) < 0)
        return -1;
    return functions_register(session, error);
}

int session_new(const struct connection *connection, struct session **session,
                struct aorta_error *error)
{
    struct session *made = alloc_zeroed(1, sizeof *made);
    int mode =
        connection->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;

    made->connection = connection;
    arena_init(&made->arena);
    atomic_init(&made->is_canceled, false);
    int rc = sqlite3_open_v2(connection->path, &made->db, mode | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK) {
        session_fail(made, rc, error);
        goto failed;
    }
    if (configure(made, error) < 0)
        goto failed;
    *session = made;
    return 0;

failed:
    session_free(made);
    return -1;
}

void session_free(struct session *session)
{
    if (session == NULL)
        return;
    sqlite3_close_v2(session->db);
    arena_release(&session->arena);
    free(session);
}

int session_begin(struct session *session, bool for_write, struct aorta_error *error)
{
    return session_run(session, for_write ? "BEGIN IMMEDIATE" : "BEGIN DEFERRED", error);
}

int session_commit(struct session *session, struct aorta_error *error)
{
    if (sqlite3_get_autocommit(session->db))
        return aorta_fail(error, AORTA_BROKEN,
                          "there is no transaction to commit: it was rolled "
                          "back by a failure before");
    fault_point("sqlite.commit.before");
    int rc = session_run(session, "COMMIT", error);
    fault_point("sqlite.commit.after");
    if (rc < 0 && !sqlite3_get_autocommit(session->db))
        sqlite3_exec(session->db, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

int session_rollback(struct session *session, struct aorta_error *error)
{
    if (sqlite3_get_autocommit(session->db))
        return 0;
    return session_run(session, "ROLLBACK", error);
}

int session_prepare(struct session *session, const char *sql, sqlite3_stmt **statement,
                    struct aorta_error *error)
{
    sqlite3_stmt *made = NULL, *second = NULL;
    const char *tail = NULL;

    atomic_store(&session->is_canceled, false);
    int rc = sqlite3_prepare_v2(session->db, sql, -1, &made, &tail);
    if (rc == SQLITE_ERROR) {
        /* SQLite looks whether others have changed the schema before it fails, but not for what is
         * inside of triggers. */
        sqlite3_exec(session->db, "SELECT 1 FROM sqlite_schema LIMIT 1", NULL, NULL, NULL);
        rc = sqlite3_prepare_v2(session->db, sql, -1, &made, &tail);
    }
    if (rc == SQLITE_AUTH && session->is_confined)
        return confinement_fail(session, error);
    if (rc != SQLITE_OK)
        return session_fail(session, rc, error);
    if (made == NULL)
        return aorta_fail(error, AORTA_CONFIG, "the SQL has no statement");

    rc = sqlite3_prepare_v2(session->db, tail, -1, &second, NULL);
    bool is_alone = rc == SQLITE_OK && second == NULL;
    bool is_theirs = session->is_confined && !session->is_own;
    sqlite3_finalize(second);
    if (!is_alone)
        aorta_fail(error, AORTA_CONFIG, "the SQL has more than one statement");
    if (!is_alone || (is_theirs && confinement_check(made, error) < 0)) {
        sqlite3_finalize(made);
        return -1;
    }
    *statement = made;
    return 0;
}

int session_step(struct session *session, sqlite3_stmt *statement, struct aorta_error *error)
{
    int rc = sqlite3_step(statement);

    if (rc == SQLITE_ROW)
        return 1;
    return rc == SQLITE_DONE ? 0 : session_fail(session, rc, error);
}

int session_run(struct session *session, const char *sql, struct aorta_error *error)
{
    sqlite3_stmt *statement = NULL;
    int more = -1;

    session->is_own = true;
    if (session_prepare(session, sql, &statement, error) == 0)
        do
            more = session_step(session, statement, error);
        while (more == 1);
    sqlite3_finalize(statement);
    session->is_own = false;
    return more;
}

void session_cancel(struct session *session)
{
    atomic_store(&session->is_canceled, true);
    sqlite3_interrupt(session->db);
}
