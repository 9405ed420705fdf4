#include "sqlite/capture.h"

#include "base/buf.h"
#include "base/fault.h"
#include "sqlite/names.h"
#include "sqlite/triggers.h"

#include <string.h>

/* What a person can do when the thread of changes is torn. */
#define CHOICE "read the table again with --full-refresh, or restore what the checkpoint belongs to"

static const char *const own_tables_sql[] = {
    "CREATE TABLE IF NOT EXISTS _aorta_cdc_clock (now TEXT)",
    /* AUTOINCREMENT also makes sqlite_sequence be there. */
    "CREATE TABLE IF NOT EXISTS _aorta_captures (id INTEGER PRIMARY KEY AUTOINCREMENT, "
    "table_name TEXT NOT NULL UNIQUE, capture TEXT NOT NULL, pruned_lsn INTEGER NOT NULL, "
    "handed_lsn INTEGER NOT NULL)",
};

static const char last_lsn_sql[] =
    "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?1), 0), "
    "coalesce((SELECT handed_lsn FROM _aorta_captures WHERE table_name = ?2), 0))";

static const char sequence_sql[] = "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)";

static const char register_sql[] =
    "INSERT INTO _aorta_captures (table_name, capture, pruned_lsn, handed_lsn) "
    "VALUES (?1, lower(hex(randomblob(8))), ?2, ?2) "
    "ON CONFLICT (table_name) DO UPDATE SET capture = excluded.capture, "
    "pruned_lsn = excluded.pruned_lsn, handed_lsn = excluded.handed_lsn "
    "RETURNING capture, " TRIGGERS_NOW;

static const char find_sql[] =
    "SELECT capture, pruned_lsn, handed_lsn FROM _aorta_captures WHERE table_name = ?1";

static const char trigger_sql[] =
    "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 AND name = ?2";

static const char hand_sql[] =
    "UPDATE _aorta_captures SET handed_lsn = ?2 WHERE table_name = ?1 AND handed_lsn < ?2";

static const char prune_sql[] =
    "UPDATE _aorta_captures SET pruned_lsn = ?2 WHERE table_name = ?1 AND pruned_lsn < ?2";

/* The statement with its first two parameters, a text and (if number is not NULL) a number. */
static int prepare(struct session *session, const char *sql, const char *text,
                   const int64_t *number, sqlite3_stmt **statement, struct aorta_error *error)
{
    if (session_prepare(session, sql, statement, error) < 0)
        return -1;
    int rc = sqlite3_bind_text(*statement, 1, text, -1, SQLITE_TRANSIENT);
    if (rc == SQLITE_OK && number != NULL)
        rc = sqlite3_bind_int64(*statement, 2, *number);
    if (rc == SQLITE_OK)
        return 0;
    sqlite3_finalize(*statement);
    return session_fail(session, rc, error);
}

static int run_with(struct session *session, const char *sql, const char *text, int64_t number,
                    struct aorta_error *error)
{
    sqlite3_stmt *statement;

    if (prepare(session, sql, text, &number, &statement, error) < 0)
        return -1;
    int more = session_step(session, statement, error);
    sqlite3_finalize(statement);
    return more < 0 ? -1 : 0;
}

static int make_own_tables(struct session *session, struct aorta_error *error)
{
    for (size_t i = 0; i < sizeof own_tables_sql / sizeof own_tables_sql[0]; i++)
        if (session_run(session, own_tables_sql[i], error) < 0)
            return -1;
    return 0;
}

int capture_check(const struct table *table, struct aorta_error *error)
{
    static const char *const taken[] = {"_change", "_change_lsn", "_change_at"};

    if (table->is_view)
        return aorta_fail(error, AORTA_CONFIG,
                          "\"%.200s\" is a view: changes are captured from "
                          "tables",
                          table->name);
    if (table->key_count == 0)
        return aorta_fail(error, AORTA_CONFIG,
                          "table \"%.200s\" has no primary key, without which "
                          "a change cannot say which row it is of",
                          table->name);
    if (name_equal(table->name, "clock"))
        return aorta_fail(error, AORTA_CONFIG,
                          "a table named \"clock\" cannot be captured: "
                          "_aorta_cdc_clock is change capture's own");
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        if (table_column_find(table, taken[i]) >= 0)
            return aorta_fail(error, AORTA_CONFIG,
                              "table \"%.200s\" has a column \"%s\", a name "
                              "that change capture needs",
                              table->name, taken[i]);
    return 0;
}

/* ------------------------------------------------------------------------------------ triggers */

static int drop_named(struct session *session, const char *kind, const char *name,
                      struct aorta_error *error)
{
    struct buf sql;

    buf_init(&sql);
    buf_printf(&sql, "DROP %s IF EXISTS ", kind);
    name_quote(&sql, name);
    int rc = session_run(session, sql.data, error);
    buf_release(&sql);
    return rc;
}

static int make_triggers(struct session *session, const struct table *table, struct arena *arena,
                         struct aorta_error *error)
{
    for (int kind = 0; kind < TRIGGER_COUNT; kind++)
        if (drop_named(session, "TRIGGER", triggers_name(arena, table->name, kind), error) < 0 ||
            session_run(session, triggers_sql(arena, table, kind), error) < 0)
            return -1;
    return 0;
}

/* *is_there: all of them; *is_same: and they are what we would make now. */
static int look_at_triggers(struct session *session, const struct table *table, struct arena *arena,
                            bool *is_there, bool *is_same, struct aorta_error *error)
{
    *is_there = true;
    *is_same = true;
    for (int kind = 0; kind < TRIGGER_COUNT; kind++) {
        const char *wanted = triggers_sql(arena, table, kind);
        sqlite3_stmt *statement;
        if (prepare(session, trigger_sql, table->name, NULL, &statement, error) < 0)
            return -1;
        sqlite3_bind_text(statement, 2, triggers_name(arena, table->name, kind), -1, SQLITE_STATIC);
        int more = session_step(session, statement, error);
        const char *sql = more == 1 ? (const char *)sqlite3_column_text(statement, 0) : NULL;
        *is_there = *is_there && sql != NULL;
        *is_same = *is_same && sql != NULL && strcmp(sql, wanted) == 0;
        sqlite3_finalize(statement);
        if (more < 0)
            return -1;
    }
    return 0;
}

/* --------------------------------------------------------------------------------------- start */

static int read_last_lsn(struct session *session, const char *changes, const char *table,
                         int64_t *lsn, struct aorta_error *error)
{
    sqlite3_stmt *statement;

    if (prepare(session, last_lsn_sql, changes, NULL, &statement, error) < 0)
        return -1;
    sqlite3_bind_text(statement, 2, table, -1, SQLITE_STATIC);
    int more = session_step(session, statement, error);
    if (more == 1)
        *lsn = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return more < 0 ? -1 : 0;
}

static int register_capture(struct session *session, const char *table, struct arena *arena,
                            struct capture *capture, struct aorta_error *error)
{
    sqlite3_stmt *statement;

    if (prepare(session, register_sql, table, &capture->end.lsn, &statement, error) < 0)
        return -1;
    int more = session_step(session, statement, error);
    if (more == 1) {
        snprintf(capture->end.capture, sizeof capture->end.capture, "%s",
                 (const char *)sqlite3_column_text(statement, 0));
        capture->now = arena_strdup(arena, (const char *)sqlite3_column_text(statement, 1));
        more = session_step(session, statement, error);
    }
    sqlite3_finalize(statement);
    return more < 0 ? -1 : 0;
}

int capture_start(struct session *session, const struct table *table, struct arena *arena,
                  struct capture *capture, struct aorta_error *error)
{
    struct capture started = {.changes = triggers_changes_name(arena, table->name),
                              .table = *table};
    int64_t last = 0;

    if (make_own_tables(session, error) < 0 ||
        read_last_lsn(session, started.changes, table->name, &last, error) < 0)
        return -1;
    started.end.lsn = last + 1;
    /* Dropping a table drops its row in sqlite_sequence too. */
    if (drop_named(session, "TABLE", started.changes, error) < 0 ||
        session_run(session, triggers_changes_sql(arena, table), error) < 0 ||
        run_with(session, sequence_sql, started.changes, started.end.lsn, error) < 0 ||
        make_triggers(session, table, arena, error) < 0 ||
        register_capture(session, table->name, arena, &started, error) < 0)
        return -1;
    *capture = started;
    return 0;
}

/* -------------------------------------------------------------------------------------- resume */

struct marks {
    char capture[POSITION_CAPTURE_SIZE];
    int64_t pruned_lsn;
    int64_t handed_lsn;
};

/* 1 if the table is captured, 0 if not. */
static int read_marks(struct session *session, const char *table, struct marks *marks,
                      struct aorta_error *error)
{
    sqlite3_stmt *statement;

    if (make_own_tables(session, error) < 0 ||
        prepare(session, find_sql, table, NULL, &statement, error) < 0)
        return -1;
    int more = session_step(session, statement, error);
    if (more == 1) {
        snprintf(marks->capture, sizeof marks->capture, "%s",
                 (const char *)sqlite3_column_text(statement, 0));
        marks->pruned_lsn = sqlite3_column_int64(statement, 1);
        marks->handed_lsn = sqlite3_column_int64(statement, 2);
    }
    sqlite3_finalize(statement);
    return more;
}

/* C2. last: the newest change that the file knows of. */
static int check_marks(const char *table, const struct marks *marks, int64_t last,
                       const struct position *from, struct aorta_error *error)
{
    if (strcmp(marks->capture, from->capture) != 0)
        return aorta_fail(error, AORTA_CONFIG,
                          "change capture of table \"%.100s\" was started "
                          "anew after the checkpoint, by another reader or in another copy of the "
                          "database: " CHOICE,
                          table);
    if (from->lsn > marks->handed_lsn || from->lsn > last)
        return aorta_fail(error, AORTA_CONFIG,
                          "the checkpoint of table \"%.100s\" is at change "
                          "%lld, the database knows of %lld only, so it is older than the "
                          "checkpoint (restored from a backup?): " CHOICE,
                          table, (long long)from->lsn,
                          (long long)(marks->handed_lsn < last ? marks->handed_lsn : last));
    if (from->lsn < marks->pruned_lsn)
        return aorta_fail(error, AORTA_CONFIG,
                          "changes of table \"%.100s\" up to %lld are gone, "
                          "the checkpoint is at %lld: " CHOICE,
                          table, (long long)marks->pruned_lsn, (long long)from->lsn);
    return 0;
}

static int add_column(struct session *session, const char *changes,
                      const struct table_column *column, struct aorta_error *error)
{
    struct buf sql;

    buf_init(&sql);
    buf_append_str(&sql, "ALTER TABLE ");
    name_quote(&sql, changes);
    buf_append_str(&sql, " ADD COLUMN ");
    triggers_column_sql(&sql, column);
    int rc = session_run(session, sql.data, error);
    buf_release(&sql);
    return rc;
}

/* C4. The triggers are not what they would be for the table as it is now. */
static int follow_columns(struct session *session, const struct table *table,
                          const struct table *changes, struct arena *arena,
                          struct aorta_error *error)
{
    bool *is_new = arena_calloc(arena, (size_t)table->column_count, sizeof *is_new);
    bool any_new = false;

    for (int32_t i = 0; i < table->column_count; i++) {
        is_new[i] = table_column_find(changes, table->columns[i].name) < 0;
        any_new = any_new || is_new[i];
        if (is_new[i] && add_column(session, changes->name, &table->columns[i], error) < 0)
            return -1;
    }
    if (make_triggers(session, table, arena, error) < 0)
        return -1;
    return any_new ? session_run(session, triggers_retell_sql(arena, table, is_new), error) : 0;
}

/* A column of the same name but another type was made anew: old changes would be misread. */
static int check_types(const struct table *table, const struct table *changes,
                       struct aorta_error *error)
{
    for (int32_t i = 0; i < table->column_count; i++) {
        int32_t at = table_column_find(changes, table->columns[i].name);
        if (at >= 0 && table->columns[i].type != changes->columns[at].type)
            return aorta_fail(error, AORTA_CONFIG,
                              "column \"%.80s\" of table \"%.80s\" was %.40s "
                              "and is now %.40s: " CHOICE,
                              table->columns[i].name, table->name, changes->columns[at].declared,
                              table->columns[i].declared);
    }
    return 0;
}

/* The table's columns, then those that only the changes have, without our own three. */
static void unite(const struct table *table, const struct table *changes, struct arena *arena,
                  struct table *united)
{
    struct table_column *columns = arena_calloc(
        arena, (size_t)table->column_count + (size_t)changes->column_count, sizeof *columns);
    int32_t count = table->column_count;

    memcpy(columns, table->columns, (size_t)count * sizeof *columns);
    for (int32_t i = 3; i < changes->column_count; i++)
        if (table_column_find(table, changes->columns[i].name) < 0)
            columns[count++] = changes->columns[i];
    *united = *table;
    united->columns = columns;
    united->column_count = count;
}

int capture_resume(struct session *session, const struct table *table, const struct position *from,
                   struct arena *arena, struct capture *capture, struct aorta_error *error)
{
    struct capture resumed = {.end = *from, .changes = triggers_changes_name(arena, table->name)};
    struct table changes;
    struct marks marks = {.pruned_lsn = 0};
    bool is_there, is_same;

    int captured = read_marks(session, table->name, &marks, error);
    if (captured < 0 || look_at_triggers(session, table, arena, &is_there, &is_same, error) < 0)
        return -1;
    int found = table_find(session, resumed.changes, arena, &changes, error);
    if (found < 0)
        return -1;
    if (captured == 0 || found == 0 || !is_there)
        return aorta_fail(error, AORTA_CONFIG,
                          "table \"%.100s\" has a checkpoint at change %lld, "
                          "but no change capture any more (was the table made again?), so changes "
                          "may have been missed: " CHOICE,
                          table->name, (long long)from->lsn);
    if (read_last_lsn(session, resumed.changes, "", &resumed.end.lsn, error) < 0 ||
        check_marks(table->name, &marks, resumed.end.lsn, from, error) < 0 ||
        check_types(table, &changes, error) < 0 ||
        (!is_same && follow_columns(session, table, &changes, arena, error) < 0) ||
        read_last_lsn(session, resumed.changes, "", &resumed.end.lsn, error) < 0 ||
        run_with(session, hand_sql, table->name, resumed.end.lsn, error) < 0)
        return -1;
    unite(table, &changes, arena, &resumed.table);
    *capture = resumed;
    return 0;
}

/* --------------------------------------------------------------------------------------- prune */

static int delete_changes(struct session *session, const char *table, int64_t lsn,
                          struct aorta_error *error)
{
    struct buf name, sql;
    sqlite3_stmt *statement;
    int more = -1;

    buf_init(&name);
    buf_init(&sql);
    buf_printf(&name, TRIGGERS_PREFIX "%s", table);
    buf_append_str(&sql, "DELETE FROM ");
    name_quote(&sql, name.data);
    buf_append_str(&sql, " WHERE \"_change_lsn\" <= ?1");
    if (session_prepare(session, sql.data, &statement, error) == 0) {
        sqlite3_bind_int64(statement, 1, lsn);
        more = session_step(session, statement, error);
        sqlite3_finalize(statement);
    }
    buf_release(&name);
    buf_release(&sql);
    return more;
}

static int prune_inside(struct session *session, const char *table, const struct position *position,
                        struct aorta_error *error)
{
    struct marks marks = {.pruned_lsn = 0};

    int captured = read_marks(session, table, &marks, error);
    if (captured < 0)
        return -1;
    if (captured == 0 || strcmp(marks.capture, position->capture) != 0 ||
        position->lsn > marks.handed_lsn)
        return aorta_fail(error, AORTA_CONFIG,
                          "change %lld of table \"%.100s\" was acknowledged, "
                          "but its change capture is not the one that it was read from",
                          (long long)position->lsn, table);
    if (delete_changes(session, table, position->lsn, error) < 0)
        return -1;
    return run_with(session, prune_sql, table, position->lsn, error);
}

int capture_prune(struct session *session, const char *table, const struct position *position,
                  struct aorta_error *error)
{
    struct aorta_error ignored;

    if (session_begin(session, true, error) < 0)
        return -1;
    if (prune_inside(session, table, position, error) < 0) {
        session_rollback(session, &ignored);
        return -1;
    }
    fault_point("sqlite.ack.before");
    if (session_commit(session, error) < 0)
        return -1;
    fault_point("sqlite.ack.after");
    return 0;
}
