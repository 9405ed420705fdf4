/*
 * The bulk load of the connector "duckdb": what it takes, what it refuses, what is left of it when
 * it fails.
 */
#include "duckdb_fixture.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

/* Begins, loads one row into the table and says how that went; rolls back. */
static int load_row(const char *table, const struct aorta_field *fields, int32_t count,
                    const char *row)
{
    struct aorta_batch view;
    struct batch batch;
    void *load;

    batch_init(&batch, fields, count);
    host_add_row(&batch, row);
    view = batch_view(&batch);
    check_ok(warehouse->begin(session, true, &err));
    int result = warehouse->load_begin(session, "main", table, fields, count, &load, &err);
    if (result == 0) {
        result = warehouse->load_batch(load, &view, &err);
        if (result == 0)
            result = warehouse->load_end(load, NULL, &err);
        if (result < 0)
            warehouse->load_abort(load);
    }
    struct aorta_error ignored;
    check(warehouse->rollback(session, &ignored) == 0);
    batch_release(&batch);
    return result;
}

TEST("a load into wider columns keeps the values, and columns that it lacks get their default")
{
    const struct aorta_field fields[] = {
        {"b", AORTA_INT32}, {"h", AORTA_INT64}, {"d", AORTA_INT32}, {"n", AORTA_DECIMAL}};
    struct batch batch;

    fixture_open(":memory:");
    EXEC("CREATE TABLE t (missing VARCHAR, def INTEGER DEFAULT 7, d DOUBLE, h HUGEINT, b BIGINT, "
         "n HUGEINT)");
    batch_init(&batch, fields, 4);
    host_add_row(&batch, "-1|-2|-3|-4");
    check_ok(warehouse->begin(session, true, &err));
    host_load(warehouse, session, "main", "t", &batch);
    check_ok(warehouse->commit(session, &err));
    check_str(ROWS("SELECT * FROM t"), "null|7|-3|-2|-1|-4\n");
    batch_release(&batch);
    fixture_close();
}

TEST("a load says which table, column or type does not fit")
{
    static const struct {
        const char *name;
        enum aorta_type type;
        const char *message;
    } cases[] = {
        {"nosuch", AORTA_TEXT, "the table has no column \"nosuch\""},
        {"i", AORTA_TEXT, "column \"i\" is INTEGER and takes no text"},
        {"i", AORTA_INT64, "column \"i\" is INTEGER and takes no int64"},
        {"s", AORTA_INT32, "column \"s\" is VARCHAR and takes no int32"},
        {"j", AORTA_TEXT, "column \"j\" is JSON and takes no text"},
        {"l", AORTA_JSON, "column \"l\" is INTEGER[] and takes no json"},
    };

    const struct aorta_field text = {"s", AORTA_TEXT};

    fixture_open(":memory:");
    EXEC("CREATE TABLE t (i INTEGER, s VARCHAR, j JSON, l INTEGER[])");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aorta_field field = {cases[i].name, cases[i].type};
        check_fails(load_row("t", &field, 1, "null"), AORTA_CONFIG, cases[i].message);
    }
    check_fails(load_row("absent", &text, 1, "null"), AORTA_CONFIG, "could not be found");
    check_str(ROWS("SELECT count(*) FROM t"), "0\n");
    fixture_close();
}

/* Loads the values of a fixed-width type, all in one batch; rolls back. */
static int load_values(const struct aorta_field *field, const void *values, int64_t count)
{
    const struct aorta_column column = {.values = values};
    const struct aorta_batch batch = {count, 1, field, &column};
    struct aorta_error ignored;
    void *load;

    check_ok(warehouse->begin(session, true, &err));
    check_ok(warehouse->load_begin(session, "main", "t", field, 1, &load, &err));
    int result = warehouse->load_batch(load, &batch, &err);
    warehouse->load_abort(load);
    check(warehouse->rollback(session, &ignored) == 0);
    return result;
}

TEST("a value that cannot be kept is named by column and row")
{
    static const struct aorta_field text = {"s", AORTA_TEXT}, decimal = {"d", AORTA_DECIMAL};

    fixture_open(":memory:");
    EXEC("CREATE TABLE t (s VARCHAR, d DECIMAL(5,2))");
    check_fails(load_row("t", &text, 1, "caf\xe9"), AORTA_DATA,
                "column \"s\", row 1: the value is not UTF-8");
    check_fails(load_row("t", &decimal, 1, "1.005"), AORTA_DATA,
                "column \"d\", row 1: the value does not fit the column without rounding");
    check_fails(load_row("t", &decimal, 1, "1000"), AORTA_DATA, "does not fit");
    check_fails(load_row("t", &decimal, 1, "123456789012345678901234567890123456789"), AORTA_DATA,
                "is no decimal number of at most 38 digits");
    check_int(load_row("t", &decimal, 1, "999.9900"), 0);
    check_str(ROWS("SELECT count(*) FROM t"), "0\n");
    fixture_close();
}

TEST("dates and times that DuckDB cannot write out are refused, infinity is not")
{
    static const struct aorta_field date = {"da", AORTA_DATE}, clock = {"ti", AORTA_TIME},
                                    moment = {"ts", AORTA_TIMESTAMP};
    static const int32_t good_dates[] = {INT32_MAX, -INT32_MAX, -2147483646, 2147483646};
    static const int32_t bad_dates[] = {0, INT32_MIN};
    static const int64_t good_times[] = {0, 86400000000}, bad_times[] = {86400000001, -1};
    static const int64_t good_moments[] = {INT64_MAX, -INT64_MAX, -9223372022400000000};
    static const int64_t bad_moments[] = {0, 0, -9223372022400000001};

    fixture_open(":memory:");
    EXEC("CREATE TABLE t (da DATE, ti TIME, ts TIMESTAMP)");
    check_int(load_values(&date, good_dates, 4), 0);
    check_int(load_values(&clock, good_times, 2), 0);
    check_int(load_values(&moment, good_moments, 3), 0);
    check_fails(load_values(&date, bad_dates, 2), AORTA_DATA,
                "column \"da\", row 2: the value is out of range");
    check_fails(load_values(&clock, bad_times, 2), AORTA_DATA, "column \"ti\", row 1: the value");
    check_fails(load_values(&moment, bad_moments, 3), AORTA_DATA, "column \"ts\", row 3");
    fixture_close();
}

TEST("text with a NUL inside is kept whole")
{
    const struct aorta_field field = {"s", AORTA_TEXT};
    const struct aorta_batch batch = {
        .row_count = 2,
        .column_count = 1,
        .fields = &field,
        .columns = &(struct aorta_column){.values = "a\0ba\0bcdefghijklmnop",
                                          .offsets = (const int32_t[]){0, 3, 20}}};
    void *load;

    fixture_open(":memory:");
    EXEC("CREATE TABLE t (s VARCHAR)");
    check_ok(warehouse->begin(session, true, &err));
    check_ok(warehouse->load_begin(session, "main", "t", &field, 1, &load, &err));
    check_ok(warehouse->load_batch(load, &batch, &err));
    check_ok(warehouse->load_end(load, NULL, &err));
    check_ok(warehouse->commit(session, &err));
    check_str(ROWS("SELECT length(s), hex(s) FROM t"), "3|610062\n17|61006263646566676869"
                                                       "6A6B6C6D6E6F70\n");
    fixture_close();
}

TEST("constraints are errors of the data, and name what they found")
{
    const struct aorta_field fields[] = {{"id", AORTA_INT32}, {"s", AORTA_TEXT}};

    fixture_open(":memory:");
    EXEC("CREATE TABLE t (id INTEGER PRIMARY KEY, s VARCHAR NOT NULL)");
    EXEC("INSERT INTO t VALUES (7, 'x')");
    check_fails(load_row("t", fields, 2, "7|y"), AORTA_DATA, "Duplicate key \"id: 7\"");
    check_fails(load_row("t", fields, 2, "8|null"), AORTA_DATA, "NOT NULL constraint failed: t.s");
    check_fails(load_row("t", fields, 1, "8"), AORTA_DATA, "NOT NULL constraint failed: t.s");
    check_str(ROWS("SELECT * FROM t"), "7|x\n");
    fixture_close();
}

/* ------------------------------------------------------------------------ loads that are given up */

static const struct aorta_field number = {"n", AORTA_INT32};
static const struct aorta_batch numbers = {
    .row_count = 3,
    .column_count = 1,
    .fields = &number,
    .columns = &(struct aorta_column){.values = (const int32_t[]){1, 2, 3}}};

static void *begin_load(void)
{
    void *load;

    check_ok(warehouse->begin(session, true, &err));
    check_ok(warehouse->load_begin(session, "main", "t", &number, 1, &load, &err));
    check_ok(warehouse->load_batch(load, &numbers, &err));
    return load;
}

TEST("a load that was aborted leaves nothing, and its transaction cannot commit")
{
    fixture_open(":memory:");
    EXEC("CREATE TABLE t (n INTEGER)");
    warehouse->load_abort(begin_load());
    check_fails(warehouse->commit(session, &err), AORTA_BROKEN, "was given up");
    check_str(ROWS("SELECT count(*) FROM t"), "0\n");
    check_ok(warehouse->begin(session, true, &err));
    check_ok(warehouse->commit(session, &err));
    fixture_close();
}

TEST("a rollback takes back the rows of a load that is still open")
{
    fixture_open(":memory:");
    EXEC("CREATE TABLE t (n INTEGER)");
    void *load = begin_load();
    check_ok(warehouse->rollback(session, &err));
    check_fails(warehouse->load_batch(load, &numbers, &err), AORTA_BROKEN, "was given up");
    check_fails(warehouse->load_end(load, NULL, &err), AORTA_BROKEN, "was given up");
    warehouse->load_abort(load);
    check_str(ROWS("SELECT count(*) FROM t"), "0\n");
    fixture_close();
}

TEST("a load wants a transaction, its own fields, and the session for itself")
{
    void *load;

    fixture_open(":memory:");
    EXEC("CREATE TABLE t (n INTEGER)");
    check_fails(warehouse->load_begin(session, "main", "t", &number, 1, &load, &err), AORTA_BROKEN,
                "a load needs a transaction");
    load = begin_load();
    check_fails(TRY("SELECT 1"), AORTA_BROKEN, "a load of this session is still open");
    struct aorta_batch other = numbers;
    other.fields = &(struct aorta_field){"n", AORTA_INT64};
    check_fails(warehouse->load_batch(load, &other, &err), AORTA_BROKEN,
                "not of the load's fields");
    check_ok(warehouse->load_end(load, NULL, &err));
    check_ok(warehouse->commit(session, &err));
    check_str(ROWS("SELECT sum(n) FROM t"), "6\n");
    fixture_close();
}

/* ------------------------------------------------------------------------------------ information */

static double million_a_second(int64_t rows, int64_t since_us)
{
    return (double)rows / (double)(clock_monotonic_us() - since_us);
}

/* Nine columns as those of the heart-rate stream. */
TEST("a load is faster than INSERT by far")
{
    enum { ROWS_A_BATCH = 65536, BATCHES = 8, INSERTS = 2000 };
    static const struct aorta_field fields[] = {
        {"raw_id", AORTA_UUID},   {"extracted_at", AORTA_TIMESTAMP}, {"meta", AORTA_JSON},
        {"url", AORTA_TEXT},      {"modified", AORTA_TIMESTAMP},     {"location", AORTA_JSON},
        {"user_id", AORTA_INT64}, {"timestamp", AORTA_INT64},        {"heart_rate", AORTA_INT64},
    };
    static const char row[] =
        "00112233445566778899aabbccddeeff|2024-04-01T00:00:00Z|{\"errors\":[]}|"
        "topics/hr-data-topic/year=2024/month=04/day=18/hour=00/hr-data-topic+3+0000001234.json|"
        "2024-04-01T00:00:00Z|{\"activity_id\":20890,\"location\":{\"latitude\":37.416834}}|"
        "10001|1711943972|128";
    struct batch batch;

    fixture_open("speed.duckdb");
    EXEC("CREATE TABLE t (raw_id UUID, extracted_at TIMESTAMP, meta JSON, url VARCHAR, "
         "modified TIMESTAMP, location JSON, user_id BIGINT, timestamp BIGINT, heart_rate BIGINT)");
    batch_init(&batch, fields, 9);
    for (int i = 0; i < ROWS_A_BATCH; i++)
        host_add_row(&batch, row);
    int64_t start = clock_monotonic_us();
    check_ok(warehouse->begin(session, true, &err));
    for (int i = 0; i < BATCHES; i++)
        host_load(warehouse, session, "main", "t", &batch);
    check_ok(warehouse->commit(session, &err));
    double loaded = million_a_second(ROWS_A_BATCH * BATCHES, start);

    start = clock_monotonic_us();
    check_ok(warehouse->begin(session, true, &err));
    for (int i = 0; i < INSERTS; i++)
        EXEC("INSERT INTO t VALUES ('00112233-4455-6677-8899-aabbccddeeff', '2024-04-01', '{}', "
             "'topics/hr-data-topic/', '2024-04-01', '{}', 10001, 1711943972, 128)");
    check_ok(warehouse->commit(session, &err));
    double inserted = million_a_second(INSERTS, start);
    printf("info: nine columns, load %.2f M rows/s, INSERT %.4f M rows/s\n", loaded, inserted);
    check(loaded > inserted);
    check_str(ROWS("SELECT count(*), count(DISTINCT url) FROM t"), "526288|2\n");
    batch_release(&batch);
    fixture_close();
}
