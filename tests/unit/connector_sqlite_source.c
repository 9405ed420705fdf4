/*
 * The SQLite connector as a source: what is there, whole tables, and reads from a cursor on.
 */
#include "sqlite_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------- discover */

static int show_stream(void *arg, const struct aorta_stream *stream)
{
    struct buf *out = arg;

    buf_printf(out, "%s:", stream->name);
    for (int32_t i = 0; i < stream->field_count; i++)
        buf_printf(out, " %s/%s", stream->fields[i].name,
                   warehouse->dialect->type_names[stream->fields[i].type]);
    buf_append_str(out, " key");
    for (int32_t i = 0; i < stream->key_count; i++)
        buf_printf(out, " %d", stream->key[i]);
    buf_append_char(out, '\n');
    return 0;
}

TEST("discover gives tables with columns and keys, and not our own")
{
    struct setting setting = sqlite_set_up();
    struct aorta_error err;
    struct buf shown;

    run(setting, "CREATE TABLE users (user_id INTEGER PRIMARY KEY, height smallint, x)");
    run(setting, "CREATE TABLE pairs (a TEXT, b INT, c BLOB, PRIMARY KEY (b, a)) WITHOUT ROWID");
    run(setting, "CREATE TABLE loose (at TIMESTAMP)");
    run(setting, "CREATE TABLE _aorta_state (a INTEGER PRIMARY KEY AUTOINCREMENT)");
    run(setting, "CREATE VIEW v AS SELECT * FROM users");
    buf_init(&shown);
    check_ok(sqlite->source->discover(setting.connection, show_stream, &shown, &err));
    check_str(shown.data, "loose: at/TIMESTAMP_TEXT key\n"
                          "pairs: a/TEXT b/BIGINT c/BLOB key 1 0\n"
                          "users: user_id/BIGINT height/INT4 x/TEXT key 0\n");
    buf_release(&shown);
    sqlite_tear_down(setting);
}

/* ------------------------------------------------------------------------------------------ all */

TEST("a table is read whole, whatever its names and types")
{
    struct setting setting = sqlite_set_up();
    struct reading reading;

    run(setting, "CREATE TABLE \"odd \"\"table; --\" (\"a \"\"b\" INTEGER PRIMARY KEY, "
                 "\"select\" TEXT, undeclared, made AS (\"a \"\"b\" * 2))");
    run(setting, "INSERT INTO \"odd \"\"table; --\" VALUES (1, 'x', 2.5), (2, NULL, 'text'), "
                 "(3, '', 7)");
    reading_init(&reading);
    read_on(setting, AORTA_READ_ALL, "odd \"table; --", NULL, &reading);
    check_str(reading.rows.data, "1|x|2.5|2\n2|null|text|4\n3||7|6\n");
    check_str(reading.position.data, "");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("a read sees one state, whatever is written meanwhile")
{
    struct aorta_read_request request = {.stream = "t", .mode = AORTA_READ_ALL};
    struct setting setting = sqlite_set_up();
    struct aorta_batch batch;
    struct aorta_error err;
    int64_t rows = 0;
    void *reader;
    int more;

    run(setting, "CREATE TABLE t (a BIGINT)");
    run(setting, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) "
                 "INSERT INTO t SELECT i FROM n");
    check_ok(sqlite->source->read_open(setting.connection, &request, &reader, &err));
    check_int(sqlite->source->schema(reader)->field_count, 1);
    run(setting, "DELETE FROM t");
    while ((more = sqlite->source->next(reader, &batch, &err)) > 0)
        rows += batch.row_count;
    check_int(more, 0);
    check_int(rows, 50000);
    sqlite->source->read_close(reader);
    sqlite_tear_down(setting);
}

TEST("what cannot be read is refused with a sentence")
{
    struct setting setting = sqlite_set_up();
    struct reading reading;
    struct aorta_error err;

    run(setting, "CREATE TABLE t (a BIGINT, b BLOB)");
    run(setting, "INSERT INTO t VALUES ('x', x'00')");
    reading_init(&reading);
    check_fails(sqlite_read(setting, AORTA_READ_ALL, "missing", NULL, NULL, &reading, &err),
                AORTA_CONFIG, "no such table: missing");
    check_fails(sqlite_read(setting, AORTA_READ_ALL, "t", NULL, NULL, &reading, &err), AORTA_DATA,
                "column \"a\": 'x' is not a value of type BIGINT");
    check_fails(sqlite_read(setting, AORTA_READ_INCREMENTAL, "t", "c", NULL, &reading, &err),
                AORTA_CONFIG, "table \"t\" has no column \"c\" to be the cursor");
    check_fails(sqlite_read(setting, AORTA_READ_INCREMENTAL, "t", NULL, NULL, &reading, &err),
                AORTA_CONFIG, "to be the cursor");
    run(setting, "UPDATE t SET a = 1");
    check_fails(sqlite_read(setting, AORTA_READ_INCREMENTAL, "t", "b", NULL, &reading, &err),
                AORTA_DATA, "column \"b\": a blob cannot be a cursor's value");
    check_fails(sqlite_read(setting, AORTA_READ_INCREMENTAL, "t", "a", "{\"lsn\":", &reading, &err),
                AORTA_BROKEN, "checkpoint '{\"lsn\":' is not one of a cursor");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("a canceled read ends with the next batch")
{
    struct aorta_read_request request = {.stream = "t", .mode = AORTA_READ_ALL};
    struct setting setting = sqlite_set_up();
    struct aorta_batch batch;
    struct aorta_error err;
    void *reader;

    run(setting, "CREATE TABLE t (a BIGINT)");
    run(setting, "INSERT INTO t VALUES (1)");
    check_ok(sqlite->source->read_open(setting.connection, &request, &reader, &err));
    sqlite->source->cancel(reader);
    check_fails(sqlite->source->next(reader, &batch, &err), AORTA_CANCELED, "canceled");
    sqlite->source->read_close(reader);
    sqlite_tear_down(setting);
}

/* ---------------------------------------------------------------------------------- incremental */

TEST("rows that share the cursor's last value are neither lost nor doubled")
{
    struct setting setting = sqlite_set_up();
    struct reading reading;

    run(setting, "CREATE TABLE t (id INTEGER PRIMARY KEY, at TIMESTAMP)");
    run(setting, "INSERT INTO t VALUES (1, '2024-01-01 00:00:00'), (2, '2024-01-02 00:00:00'), "
                 "(3, '2024-01-02 00:00:00')");
    reading_init(&reading);
    read_on(setting, AORTA_READ_INCREMENTAL, "t", "at", &reading);
    check_str(reading.rows.data, "1|2024-01-01 00:00:00.000000\n2|2024-01-02 00:00:00.000000\n"
                                 "3|2024-01-02 00:00:00.000000\n");
    read_on(setting, AORTA_READ_INCREMENTAL, "t", "AT", &reading);
    check_str(reading.rows.data, "");

    run(setting, "INSERT INTO t VALUES (4, '2024-01-02 00:00:00')");
    read_on(setting, AORTA_READ_INCREMENTAL, "t", "at", &reading);
    check_str(reading.rows.data, "4|2024-01-02 00:00:00.000000\n");
    read_on(setting, AORTA_READ_INCREMENTAL, "t", "at", &reading);
    check_str(reading.rows.data, "");

    run(setting, "DELETE FROM t WHERE id = 2");
    run(setting, "INSERT INTO t VALUES (5, '2024-01-02 00:00:00'), (6, '2024-01-01 12:00:00'), "
                 "(7, '2024-01-03 00:00:00')");
    read_on(setting, AORTA_READ_INCREMENTAL, "t", "at", &reading);
    check_str(reading.rows.data, "5|2024-01-02 00:00:00.000000\n7|2024-01-03 00:00:00.000000\n");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("a row that changes within the cursor's value comes again")
{
    struct setting setting = sqlite_set_up();
    struct reading reading;

    run(setting, "CREATE TABLE t (id INTEGER PRIMARY KEY, at BIGINT, name TEXT)");
    run(setting, "INSERT INTO t VALUES (1, 10, 'a'), (2, 10, 'b')");
    reading_init(&reading);
    read_on(setting, AORTA_READ_INCREMENTAL, "t", "at", &reading);
    run(setting, "UPDATE t SET name = 'c' WHERE id = 2");
    read_on(setting, AORTA_READ_INCREMENTAL, "t", "at", &reading);
    check_str(reading.rows.data, "2|10|c\n");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("of rows that are the same in everything only the new ones come")
{
    struct setting setting = sqlite_set_up();
    struct reading reading;

    run(setting, "CREATE TABLE t (at BIGINT)");
    run(setting, "INSERT INTO t VALUES (1), (2), (2)");
    reading_init(&reading);
    read_on(setting, AORTA_READ_INCREMENTAL, "t", "at", &reading);
    run(setting, "INSERT INTO t VALUES (2), (2)");
    read_on(setting, AORTA_READ_INCREMENTAL, "t", "at", &reading);
    check_str(reading.rows.data, "2\n2\n");
    read_on(setting, AORTA_READ_INCREMENTAL, "t", "at", &reading);
    check_str(reading.rows.data, "");
    reading_release(&reading);
    sqlite_tear_down(setting);
}

TEST("a cursor may be an integer, a real or a text, to the last bit")
{
    static const struct {
        const char *type;
        const char *value;
        const char *next;
        const char *shown;
    } cases[] = {
        {"BIGINT", "9223372036854775806", "9223372036854775807", "9223372036854775807\n"},
        {"DOUBLE", "0.1 + 0.2", "0.5", "0.5\n"},
        {"DOUBLE", "-1e-300", "1.0 / 3", "0.33333333333333331\n"},
        {"TEXT", "'q\"uo\\te'", "'r'", "r\n"},
        {"TEXT", "'caf\xc3\xa9'", "'caf\xc3\xa9 x'", "caf\xc3\xa9 x\n"},
    };
    struct setting setting = sqlite_set_up();
    struct reading reading;
    char table[20], sql[200];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(table, sizeof table, "t%zu", i);
        snprintf(sql, sizeof sql, "CREATE TABLE %s (at %s)", table, cases[i].type);
        run(setting, sql);
        snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (%s)", table, cases[i].value);
        run(setting, sql);
        reading_init(&reading);
        read_on(setting, AORTA_READ_INCREMENTAL, table, "at", &reading);
        check_int(reading.row_count, 1);
        read_on(setting, AORTA_READ_INCREMENTAL, table, "at", &reading);
        check_int(reading.row_count, 0);
        snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (%s)", table, cases[i].next);
        run(setting, sql);
        read_on(setting, AORTA_READ_INCREMENTAL, table, "at", &reading);
        check_str(reading.rows.data, cases[i].shown);
        reading_release(&reading);
    }
    sqlite_tear_down(setting);
}

TEST("too many rows with the cursor's last value are an error that says what to do")
{
    struct setting setting = sqlite_set_up();
    struct reading reading;
    struct aorta_error err;

    run(setting, "CREATE TABLE t (id INTEGER PRIMARY KEY, at BIGINT)");
    run(setting, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
                 "INSERT INTO t SELECT i, 7 FROM n");
    reading_init(&reading);
    read_on(setting, AORTA_READ_INCREMENTAL, "t", "at", &reading);
    check_int(reading.row_count, 3000);
    check(reading.position.size <= 65536);
    read_on(setting, AORTA_READ_INCREMENTAL, "t", "at", &reading);
    check_int(reading.row_count, 0);
    run(setting, "INSERT INTO t VALUES (5000, 7)");
    check_fails(sqlite_read(setting, AORTA_READ_INCREMENTAL, "t", "at", NULL, &reading, &err),
                AORTA_CONFIG, "more than 3000 rows share the cursor's last value");
    run(setting, "INSERT INTO t VALUES (5001, 8)");
    read_on(setting, AORTA_READ_INCREMENTAL, "t", "at", &reading);
    check_int(reading.row_count, 2);
    reading_release(&reading);
    sqlite_tear_down(setting);
}

/* Goes on from the position of each batch in turn, as if the process had died after it. */
static int64_t read_batch_by_batch(struct setting setting, bool *seen, int64_t count)
{
    struct aorta_read_request request = {
        .stream = "t", .mode = AORTA_READ_INCREMENTAL, .cursor_column = "at"};
    struct aorta_batch batch;
    struct aorta_error err;
    struct buf position;
    int64_t rows = 0;
    void *reader;
    int more;

    buf_init(&position);
    do {
        request.position = position.size > 0 ? position.data : NULL;
        check_ok(sqlite->source->read_open(setting.connection, &request, &reader, &err));
        check_ok(more = sqlite->source->next(reader, &batch, &err));
        for (int64_t i = 0; more == 1 && i < batch.row_count; i++) {
            int64_t id = ((const int64_t *)batch.columns[0].values)[i];
            check(id >= 0 && id < count && !seen[id]);
            seen[id] = true;
            rows++;
        }
        const char *reached = sqlite->source->position(reader);
        char *copy = strdup(reached);
        buf_reset(&position);
        buf_append_str(&position, copy);
        free(copy);
        sqlite->source->read_close(reader);
    } while (more == 1);
    buf_release(&position);
    return rows;
}

TEST("the position behind every batch is good to go on from")
{
    enum { ROWS = 50000 };
    static bool seen[ROWS];
    struct setting setting = sqlite_set_up();

    run(setting, "CREATE TABLE t (id INTEGER PRIMARY KEY, at BIGINT)");
    run(setting, "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 49999) "
                 "INSERT INTO t SELECT i, i * 7919 % 50000 / 1000 FROM n");
    check_int(read_batch_by_batch(setting, seen, ROWS), ROWS);
    sqlite_tear_down(setting);
}

static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % below;
}

TEST("random appends between reads: each row comes exactly once")
{
    struct setting setting = sqlite_set_up();
    char sql[200];

    run(setting, "PRAGMA synchronous = OFF");
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct reading reading;
        int64_t cursor = 0, id = 0, read = 0;
        random_state = seed * UINT64_C(0x9e3779b97f4a7c15);
        run(setting, "DROP TABLE IF EXISTS t");
        run(setting, "CREATE TABLE t (id INTEGER PRIMARY KEY, at BIGINT)");
        reading_init(&reading);
        for (int step = 0; step < 20; step++) {
            for (uint64_t i = draw(4); i > 0; i--) {
                cursor += (int64_t)draw(2);
                snprintf(sql, sizeof sql, "INSERT INTO t VALUES (%lld, %lld)", (long long)id++,
                         (long long)cursor);
                run(setting, sql);
            }
            read_on(setting, AORTA_READ_INCREMENTAL, "t", "at", &reading);
            for (char *row = reading.rows.data; *row != '\0'; row = strchr(row, '\n') + 1)
                check_int(strtoll(row, NULL, 10) >= read, 1);
            read += reading.row_count;
            check_int(read, id);
        }
        reading_release(&reading);
    }
    sqlite_tear_down(setting);
}

TEST("acknowledging a position of a cursor changes nothing")
{
    struct setting setting = sqlite_set_up();
    struct aorta_error err;

    check_ok(sqlite->source->ack(setting.connection, "t",
                                 "{\"class\":\"integer\",\"value\":1,\"rows\":[]}", &err));
    check_rows(setting, "SELECT count(*) FROM sqlite_schema", "0\n");
    sqlite_tear_down(setting);
}
