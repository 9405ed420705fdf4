/*
 * Change capture of the SQLite connector: single changes, changes of the schema, and what happens
 * when the thread of changes is torn. Random histories are in connector_sqlite_history.c.
 */
#include "sqlite_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHANGES AORTA_READ_CHANGES

static void read_changes(struct setting setting, struct reading *reading)
{
    read_on(setting, CHANGES, "t", NULL, reading);
}

static void acknowledge(struct setting setting, const struct reading *reading)
{
    struct aorta_error err;

    check_ok(sqlite->source->ack(setting.connection, "t", reading->position.data, &err));
}

/* The rows without LSN and time: "U|3|x". Lent until the next call. */
static const char *what(const struct reading *reading)
{
    static struct buf out;

    buf_release(&out);
    buf_init(&out);
    for (const char *row = reading->rows.data; *row != '\0';) {
        const char *lsn = strchr(row, '|'), *at = strchr(lsn + 1, '|');
        const char *rest = strchr(at + 1, '|'), *end = strchr(row, '\n') + 1;
        buf_append(&out, row, (size_t)(lsn - row));
        buf_append(&out, rest, (size_t)(end - rest));
        row = end;
    }
    return out.data;
}

/* A table t with a row, captured, its snapshot read. */
static struct setting set_up_captured(struct reading *reading)
{
    struct setting setting = sqlite_set_up();

    run(setting, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)");
    run(setting, "INSERT INTO t VALUES (1, 'one')");
    reading_init(reading);
    read_changes(setting, reading);
    return setting;
}

static void check_torn(int line, struct setting setting, struct reading *reading,
                       enum aorta_error_code code, const char *part)
{
    struct aorta_error error;
    struct buf from;

    buf_init(&from);
    buf_append_str(&from, reading->position.data);
    if (sqlite_read(setting, CHANGES, "t", NULL, from.data, reading, &error) >= 0)
        test_fail(__FILE__, line, "the read did not fail");
    test_check_int(__FILE__, line, "error.code", error.code, code);
    test_check_contains(__FILE__, line, error.message, part);
    buf_release(&from);
}

#define check_read_fails(setting, reading, code, part) \
    check_torn(__LINE__, setting, reading, code, part)

/* -------------------------------------------------------------------------------------- changes */

TEST("first comes a snapshot, then every change, several of one key included")
{
    struct reading reading;
    struct setting setting = set_up_captured(&reading);

    check_str(what(&reading), "R|1|one\n");
    check_contains(reading.position.data, "\"lsn\":1}");
    check_contains(reading.rows.data, "R|1|20");
    read_changes(setting, &reading);
    check_str(reading.rows.data, "");

    run(setting, "INSERT INTO t VALUES (2, 'two')");
    run(setting, "UPDATE t SET name = 'II' WHERE id = 2");
    run(setting, "UPDATE t SET name = NULL WHERE id = 2");
    run(setting, "UPDATE t SET id = 3 WHERE id = 2");
    run(setting, "DELETE FROM t WHERE id = 3");
    run(setting, "INSERT INTO t VALUES (3, 'again')");
    read_changes(setting, &reading);
    check_str(what(&reading), "I|2|two\nU|2|II\nU|2|null\nD|2|null\nI|3|null\nD|3|null\n"
                              "I|3|again\n");
    check_contains(reading.rows.data, "I|2|20");
    check_contains(reading.rows.data, "\nI|8|20");
    read_changes(setting, &reading);
    check_str(reading.rows.data, "");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("a read has the columns of a change, the stream has the table's")
{
    struct aorta_read_request request = {.stream = "T", .mode = CHANGES};
    struct setting setting = sqlite_set_up();
    struct aorta_batch batch;
    struct aorta_error err;
    void *reader;

    run(setting, "CREATE TABLE t (b DATE, a INT, c, PRIMARY KEY (a, b)) WITHOUT ROWID");
    run(setting, "INSERT INTO t VALUES ('2024-01-01', 1, 'x')");
    check_ok(sqlite->source->read_open(setting.connection, &request, &reader, &err));
    const struct aorta_stream *stream = sqlite->source->schema(reader);
    check_str(stream->name, "t");
    check_int(stream->field_count, 3);
    check_int(stream->key_count, 2);
    check_int(stream->key[0], 1);
    check_int(stream->key[1], 0);
    check(sqlite->source->position(reader) == NULL);
    check_int(sqlite->source->next(reader, &batch, &err), 1);
    check_int(batch.column_count, 6);
    check_str(batch.fields[0].name, "_change");
    check_int(batch.fields[0].type, AORTA_TEXT);
    check_str(batch.fields[1].name, "_change_lsn");
    check_int(batch.fields[1].type, AORTA_INT64);
    check_str(batch.fields[2].name, "_change_at");
    check_int(batch.fields[2].type, AORTA_TIMESTAMP);
    check_int(batch.fields[3].type, AORTA_DATE);
    check(sqlite->source->position(reader) != NULL);
    sqlite->source->read_close(reader);
    sqlite_tear_down(setting);
}

TEST("a delete carries the key, everything else is null")
{
    struct setting setting = sqlite_set_up();
    struct reading reading;

    run(setting, "CREATE TABLE t (a TEXT, x BLOB, b INT, made AS (b + 1), PRIMARY KEY (b, a))");
    run(setting, "INSERT INTO t VALUES ('k', x'00ff', 7)");
    reading_init(&reading);
    read_changes(setting, &reading);
    check_str(what(&reading), "R|k|00ff|7|8\n");
    run(setting, "UPDATE t SET x = NULL");
    run(setting, "DELETE FROM t");
    read_changes(setting, &reading);
    check_str(what(&reading), "U|k|null|7|8\nD|k|null|7|null\n");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("odd names and a key that differs by letter case only are captured")
{
    struct setting setting = sqlite_set_up();
    struct reading reading;

    run(setting, "CREATE TABLE \"it's \"\"t\"\"; --\" (\"a \"\"key\" TEXT COLLATE NOCASE PRIMARY "
                 "KEY, \"lsn\" \"odd type'\", \"now\" varchar(3), \"select\")");
    reading_init(&reading);
    read_on(setting, CHANGES, "it's \"t\"; --", NULL, &reading);
    run(setting, "INSERT INTO \"it's \"\"t\"\"; --\" VALUES ('a', 1, 'b', 'x')");
    run(setting, "UPDATE \"it's \"\"t\"\"; --\" SET \"a \"\"key\" = 'A'");
    read_on(setting, CHANGES, "it's \"t\"; --", NULL, &reading);
    check_str(what(&reading), "I|a|1|b|x\nD|a|null|null|null\nI|A|1|b|x\n");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("what is rolled back, or ignored, is no change")
{
    struct reading reading;
    struct setting setting = set_up_captured(&reading);
    struct aorta_error err;

    check_ok(warehouse->begin(setting.session, true, &err));
    run(setting, "DELETE FROM t");
    check_ok(warehouse->rollback(setting.session, &err));
    run(setting, "INSERT OR IGNORE INTO t VALUES (1, 'other')");
    check_refuses(setting, "INSERT INTO t VALUES (2, 'two'), (1, 'other')", AORTA_DATA, "UNIQUE");
    read_changes(setting, &reading);
    check_str(reading.rows.data, "");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("REPLACE is seen: as an insert by foreign writers, with its deletes by ours")
{
    struct setting setting = sqlite_set_up();
    struct reading reading;

    run(setting, "CREATE TABLE t (id INTEGER PRIMARY KEY, mail TEXT UNIQUE)");
    run(setting, "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
    reading_init(&reading);
    read_changes(setting, &reading);
    run(setting, "REPLACE INTO t VALUES (1, 'b')");
    read_changes(setting, &reading);
    check_str(what(&reading), "D|1|null\nD|2|null\nI|1|b\n");
    run(setting, "PRAGMA recursive_triggers = OFF");
    run(setting, "REPLACE INTO t VALUES (1, 'c')");
    read_changes(setting, &reading);
    check_str(what(&reading), "I|1|c\n");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("a writer of synthetic history sets the time of its changes")
{
    static const char wanted[] = "U|2|2024-04-07 17:38:33.000000|1|a\n"
                                 "U|3|2024-04-07 17:38:33.000000|1|b\nU|4|";
    struct reading reading;
    struct setting setting = set_up_captured(&reading);
    struct aorta_error err;

    check_ok(warehouse->begin(setting.session, true, &err));
    run(setting, "INSERT INTO _aorta_cdc_clock VALUES ('2024-04-07 17:38:33')");
    run(setting, "UPDATE t SET name = 'a'");
    run(setting, "UPDATE t SET name = 'b'");
    run(setting, "DELETE FROM _aorta_cdc_clock");
    run(setting, "UPDATE t SET name = 'c'");
    check_ok(warehouse->commit(setting.session, &err));
    read_changes(setting, &reading);
    check(strncmp(reading.rows.data, wanted, strlen(wanted)) == 0);
    check(strstr(strstr(reading.rows.data, "U|4|"), "2024-04-07") == NULL);
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("a read ends where it was when it was opened")
{
    struct aorta_read_request request = {.stream = "t", .mode = CHANGES};
    struct reading reading;
    struct setting setting = set_up_captured(&reading);
    struct aorta_batch batch;
    struct aorta_error err;
    void *reader;

    run(setting, "INSERT INTO t VALUES (2, 'two')");
    request.position = reading.position.data;
    check_ok(sqlite->source->read_open(setting.connection, &request, &reader, &err));
    run(setting, "INSERT INTO t VALUES (3, 'three')");
    check_int(sqlite->source->next(reader, &batch, &err), 1);
    check_int(batch.row_count, 1);
    check_int(sqlite->source->next(reader, &batch, &err), 0);
    check_contains(sqlite->source->position(reader), "\"lsn\":2}");
    sqlite->source->read_close(reader);
    read_changes(setting, &reading);
    check_str(what(&reading), "I|2|two\nI|3|three\n");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("many changes come in batches, each with a position to go on from")
{
    struct aorta_read_request request = {.stream = "t", .mode = CHANGES};
    struct reading reading;
    struct setting setting = set_up_captured(&reading);
    struct aorta_batch batch;
    struct aorta_error err;
    int64_t lsn = 1;
    void *reader;
    int more;

    run(setting, "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 50001) "
                 "INSERT INTO t SELECT i, 'x' FROM n");
    do {
        char *position = strdup(reading.position.data);
        request.position = position;
        check_ok(sqlite->source->read_open(setting.connection, &request, &reader, &err));
        check_ok(more = sqlite->source->next(reader, &batch, &err));
        for (int64_t i = 0; more == 1 && i < batch.row_count; i++)
            check_int(((const int64_t *)batch.columns[1].values)[i], ++lsn);
        buf_reset(&reading.position);
        buf_append_str(&reading.position, sqlite->source->position(reader));
        sqlite->source->read_close(reader);
        free(position);
    } while (more == 1);
    check_int(lsn, 50001);
    reading_release(&reading);
    sqlite_tear_down(setting);
}

/* --------------------------------------------------------------------------------------- refusals */

TEST("what cannot be captured is refused with a sentence, and left as it was")
{
    static const struct {
        const char *table;
        const char *sql;
        const char *message;
    } cases[] = {
        {"loose", "CREATE TABLE loose (a)", "table \"loose\" has no primary key"},
        {"v", "CREATE VIEW v AS SELECT 1 AS a", "\"v\" is a view"},
        {"clock", "CREATE TABLE clock (a PRIMARY KEY)", "a table named \"clock\""},
        {"u", "CREATE TABLE u (a PRIMARY KEY, _CHANGE_AT)",
         "table \"u\" has a column \"_change_at\""},
        {"missing", "SELECT 1", "no such table: missing"},
    };
    struct setting setting = sqlite_set_up();
    struct reading reading;
    struct aorta_error err;

    reading_init(&reading);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        run(setting, cases[i].sql);
        check_fails(sqlite_read(setting, CHANGES, cases[i].table, NULL, NULL, &reading, &err),
                    AORTA_CONFIG, cases[i].message);
    }
    check_rows(setting, "SELECT count(*) FROM sqlite_schema WHERE name LIKE '%aorta%'", "0\n");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("change capture on a read-only connection says which option is in the way")
{
    struct aorta_option_value options[HOST_OPTIONS];
    struct reading reading;
    struct setting setting = set_up_captured(&reading), frozen;
    struct aorta_error err;

    host_options(options, sqlite->options, "path", sqlite_path(), "read_only", "true", NULL);
    check_ok(sqlite->open(&host, options, &frozen.connection, &err));
    check_fails(sqlite_read(frozen, CHANGES, "t", NULL, NULL, &reading, &err), AORTA_CONFIG,
                "the option read_only forbids");
    sqlite->close(frozen.connection);
    reading_release(&reading);
    sqlite_tear_down(setting);
}

/* ----------------------------------------------------------------------------- a thread that is torn */

TEST("acknowledged changes are forgotten, and a checkpoint before them is an error with a choice")
{
    struct reading reading, old;
    struct setting setting = set_up_captured(&reading);

    run(setting, "UPDATE t SET name = 'a'");
    reading_init(&old);
    buf_append_str(&old.position, reading.position.data);
    read_changes(setting, &reading);
    acknowledge(setting, &reading);
    check_rows(setting, "SELECT count(*) FROM _aorta_cdc_t", "0\n");
    acknowledge(setting, &reading);
    acknowledge(setting, &old);
    check_read_fails(setting, &old, AORTA_CONFIG,
                     "changes of table \"t\" up to 2 are gone, the checkpoint is at 1: read the "
                     "table again with --full-refresh");
    run(setting, "UPDATE t SET name = 'b'");
    read_changes(setting, &reading);
    check_str(what(&reading), "U|1|b\n");
    check_contains(reading.position.data, "\"lsn\":3}");
    reading_release(&old);
    reading_release(&reading);
    sqlite_tear_down(setting);
}

/* The file as it was before goes back in its place, under the writer's and the log's feet. */
static struct setting restore_backup(struct setting setting, const char *backup)
{
    char side[400];

    sqlite_tear_down(setting);
    snprintf(side, sizeof side, "%s-wal", sqlite_path());
    unlink(side);
    snprintf(side, sizeof side, "%s-shm", sqlite_path());
    unlink(side);
    check_int(rename(backup, sqlite_path()), 0);
    return sqlite_set_up();
}

TEST("a database restored from a backup is found out, even after it has gone on")
{
    struct reading reading;
    struct setting setting = set_up_captured(&reading);
    char backup[300], sql[400];

    snprintf(backup, sizeof backup, "%s/backup.db", test_folder());
    snprintf(sql, sizeof sql, "VACUUM INTO '%s'", backup);
    run(setting, sql);
    run(setting, "INSERT INTO t VALUES (2, 'lost'), (3, 'lost')");
    read_changes(setting, &reading);
    setting = restore_backup(setting, backup);
    check_read_fails(setting, &reading, AORTA_CONFIG,
                     "is at change 3, the database knows of 1 only, so it is older than the "
                     "checkpoint (restored from a backup?): read the table again");
    run(setting, "INSERT INTO t VALUES (2, 'new'), (3, 'new'), (4, 'new')");
    check_read_fails(setting, &reading, AORTA_CONFIG, "restored from a backup?");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("changes that were acknowledged to another capture are an error")
{
    struct reading first, second;
    struct setting setting = set_up_captured(&first);
    struct aorta_error err;

    reading_init(&second);
    read_changes(setting, &second);
    check_str(what(&second), "R|1|one\n");
    check_contains(second.position.data, "\"lsn\":2}");
    check_read_fails(setting, &first, AORTA_CONFIG, "was started anew after the checkpoint");
    check_fails(sqlite->source->ack(setting.connection, "t", first.position.data, &err),
                AORTA_CONFIG, "change 1 of table \"t\" was acknowledged, but its change capture");
    check_fails(sqlite->source->ack(setting.connection, "u", second.position.data, &err),
                AORTA_CONFIG, "change 2 of table \"u\" was acknowledged");
    reading_release(&first);
    reading_release(&second);
    sqlite_tear_down(setting);
}

TEST("missing capture is an error while there is a checkpoint, and made again without one")
{
    static const char *const tears[] = {
        "DROP TRIGGER _aorta_cdc_t_delete", "DROP TABLE _aorta_cdc_t",
        "DROP TABLE _aorta_captures",       "DROP TABLE t",
        "ALTER TABLE t RENAME TO u",
    };
    struct reading reading;
    struct setting setting = set_up_captured(&reading);

    for (size_t i = 0; i < sizeof tears / sizeof tears[0]; i++) {
        run(setting, tears[i]);
        run(setting, "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, name TEXT)");
        check_read_fails(setting, &reading, AORTA_CONFIG,
                         "but no change capture any more (was the table made again?)");
        buf_reset(&reading.position);
        read_changes(setting, &reading);
        run(setting, "INSERT INTO t VALUES (NULL, 'new')");
        read_changes(setting, &reading);
        check_int(reading.row_count, 1);
    }
    buf_reset(&reading.position);
    buf_append_str(&reading.position, "{\"class\":\"text\"}");
    check_read_fails(setting, &reading, AORTA_BROKEN,
                     "checkpoint '{\"class\":\"text\"}' is not one of change capture");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("LSNs go on ascending when a table is read anew")
{
    struct reading reading;
    struct setting setting = set_up_captured(&reading);

    run(setting, "UPDATE t SET name = 'a'");
    read_changes(setting, &reading);
    acknowledge(setting, &reading);
    run(setting, "UPDATE t SET name = 'b'");
    buf_reset(&reading.position);
    read_changes(setting, &reading);
    check_contains(reading.rows.data, "R|4|");
    run(setting, "UPDATE t SET name = 'c'");
    read_changes(setting, &reading);
    check_contains(reading.rows.data, "U|5|");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

/* ---------------------------------------------------------------------------- the schema changes */

TEST("a new column is followed, and rows that have a value in it are told again")
{
    struct reading reading;
    struct setting setting = set_up_captured(&reading);

    run(setting, "INSERT INTO t VALUES (2, 'two')");
    run(setting, "ALTER TABLE t ADD COLUMN height SMALLINT");
    run(setting, "UPDATE t SET height = 180 WHERE id = 2");
    read_changes(setting, &reading);
    check_str(what(&reading), "I|2|two|null\nU|2|two|null\nU|2|two|180\n");
    run(setting, "UPDATE t SET height = 170 WHERE id = 1");
    read_changes(setting, &reading);
    check_str(what(&reading), "U|1|one|170\n");
    run(setting, "ALTER TABLE t ADD COLUMN kind TEXT DEFAULT 'human'");
    read_changes(setting, &reading);
    check_str(what(&reading), "U|1|one|170|human\nU|2|two|180|human\n");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("a column that is dropped stays, as null")
{
    struct reading reading;
    struct setting setting = set_up_captured(&reading);

    run(setting, "UPDATE t SET name = 'last'");
    run(setting, "ALTER TABLE t ADD COLUMN other TEXT");
    run(setting, "ALTER TABLE t DROP COLUMN name");
    read_changes(setting, &reading);
    check_str(what(&reading), "U|1|null|last\n");
    run(setting, "UPDATE t SET other = 'x'");
    read_changes(setting, &reading);
    check_str(what(&reading), "U|1|x|null\n");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("a renamed column is an old one that goes and a new one that comes")
{
    struct reading reading;
    struct setting setting = set_up_captured(&reading);

    run(setting, "ALTER TABLE t RENAME COLUMN name TO title");
    run(setting, "UPDATE t SET title = 'two'");
    read_changes(setting, &reading);
    check_str(what(&reading), "U|1|null|two\nU|1|two|null\n");
    run(setting, "UPDATE t SET title = 'three'");
    read_changes(setting, &reading);
    check_str(what(&reading), "U|1|three|null\n");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("a column that is made again with another type is an error with a choice")
{
    struct reading reading;
    struct setting setting = set_up_captured(&reading);

    run(setting, "ALTER TABLE t DROP COLUMN name");
    run(setting, "ALTER TABLE t ADD COLUMN name BIGINT");
    check_read_fails(setting, &reading, AORTA_CONFIG,
                     "column \"name\" of table \"t\" was TEXT and is now BIGINT: read the table");
    reading_release(&reading);
    sqlite_tear_down(setting);
}
