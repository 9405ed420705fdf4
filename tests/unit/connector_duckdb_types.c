/*
 * Values through the connector "duckdb": into tables by the bulk load, into statements as
 * parameters, out of queries as batches.
 */
#include "data_show.h"
#include "duckdb_fixture.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A column of every type of a batch, and the table that has them all. */
static const struct aorta_field all_fields[AORTA_TYPES] = {
    {"a_bool", AORTA_BOOL},           {"an_int32", AORTA_INT32},
    {"an_int64", AORTA_INT64},        {"a_double", AORTA_DOUBLE},
    {"a_date", AORTA_DATE},           {"a_time", AORTA_TIME},
    {"a_timestamp", AORTA_TIMESTAMP}, {"a_timestamptz", AORTA_TIMESTAMPTZ},
    {"a_uuid", AORTA_UUID},           {"a_text", AORTA_TEXT},
    {"a_json", AORTA_JSON},           {"a_decimal", AORTA_DECIMAL},
    {"bytes", AORTA_BYTES},
};

static const char all_row[] =
    "true|-2147483648|-9223372036854775808|-1.5e300|1969-12-31|23:59:59.999999|"
    "0001-01-01T00:00:00.000001|2024-04-01T12:30:00.5Z|ffeeddccbbaa99887766554433221100|"
    "f\xc3\xbcnfundzwanzig Zeichen|{\"a\":[1,null]}|-12345678901234567890123456789.123456789|"
    "\\x00ff10";

static const char all_row_shown[] =
    "true|-2147483648|-9223372036854775808|-1.5000000000000001e+300|1969-12-31|23:59:59.999999Z|"
    "0001-01-01 00:00:00.000001|2024-04-01T12:30:00.500000Z|ffeeddccbbaa99887766554433221100|"
    "f\xc3\xbcnfundzwanzig Zeichen|{\"a\":[1,null]}|-12345678901234567890123456789.123456789|"
    "00ff10\n";

static const char null_row[] = "null|null|null|null|null|null|null|null|null|null|null|null|null";

static void make_table_of_all(const char *name)
{
    struct buf sql;

    buf_init(&sql);
    buf_printf(&sql, "CREATE TABLE %s (", name);
    for (int i = 0; i < AORTA_TYPES; i++)
        buf_printf(&sql, "%s%s %s", i > 0 ? ", " : "", all_fields[i].name,
                   warehouse->dialect->type_names[all_fields[i].type]);
    buf_append_char(&sql, ')');
    EXEC(sql.data);
    buf_release(&sql);
}

/* ------------------------------------------------------------------------------------ both ways */

TEST("a row of every type, and one of nulls, come back as they went in")
{
    struct batch batch;
    char wanted[2048];

    fixture_open(":memory:");
    make_table_of_all("t");
    batch_init(&batch, all_fields, AORTA_TYPES);
    host_add_row(&batch, all_row);
    host_add_row(&batch, null_row);
    check_ok(warehouse->begin(session, true, &err));
    host_load(warehouse, session, "main", "t", &batch);
    check_ok(warehouse->commit(session, &err));
    batch_release(&batch);
    snprintf(wanted, sizeof wanted, "%s%s\n", all_row_shown, null_row);
    check_str(ROWS("SELECT * FROM t"), wanted);
    fixture_close();
}

TEST("seventy thousand rows come back in order, nulls where they were")
{
    enum { ROWS_WANTED = 70000 };
    struct aorta_batch got;
    struct batch batch;
    int64_t row = 0;
    void *cursor;

    fixture_open(":memory:");
    EXEC("CREATE TABLE t (n BIGINT, s VARCHAR)");
    batch_init(&batch, (struct aorta_field[]){{"n", AORTA_INT64}, {"s", AORTA_TEXT}}, 2);
    check_ok(warehouse->begin(session, true, &err));
    for (int i = 0; i < ROWS_WANTED; i++) {
        char text[64];
        snprintf(text, sizeof text, i % 7 == 0 ? "null|%d" : "%d|number %d of many", i, i);
        host_add_row(&batch, text);
        if (batch.row_count == AORTA_BATCH_ROWS || i == ROWS_WANTED - 1) {
            host_load(warehouse, session, "main", "t", &batch);
            batch_reset(&batch);
        }
    }
    check_ok(warehouse->commit(session, &err));
    batch_release(&batch);

    check_ok(warehouse->query(session, "SELECT n, s FROM t", NULL, 0, &cursor, &err));
    while (warehouse->next(cursor, &got, &err) > 0) {
        struct buf line;
        char wanted[64];
        for (int64_t i = 0; i < got.row_count; i++, row++) {
            buf_init(&line);
            show_value(&line, AORTA_INT64, &got.columns[0], i);
            buf_append_char(&line, '|');
            show_value(&line, AORTA_TEXT, &got.columns[1], i);
            snprintf(wanted, sizeof wanted,
                     row % 7 == 0 ? "null|%" PRId64 : "%" PRId64 "|number %" PRId64 " of many", row,
                     row);
            check_str(line.data, wanted);
            buf_release(&line);
        }
    }
    check_int(row, ROWS_WANTED);
    warehouse->cursor_close(cursor);
    fixture_close();
}

TEST("parameters of every type arrive as that type, and as null")
{
    static const uint8_t uuid[16] = {0x00, 0x11, 0xff};
    const struct aorta_value params[] = {
        {.type = AORTA_BOOL, .integer = 1},
        {.type = AORTA_INT32, .integer = -7},
        {.type = AORTA_INT64, .integer = INT64_MIN},
        {.type = AORTA_DOUBLE, .number = 0.25},
        {.type = AORTA_DATE, .integer = -1},
        {.type = AORTA_TIME, .integer = 1},
        {.type = AORTA_TIMESTAMP, .integer = -1},
        {.type = AORTA_TIMESTAMPTZ, .integer = 1},
        {.type = AORTA_UUID, .text = {(const char *)uuid, 16}},
        {.type = AORTA_TEXT, .text = {"it's", 4}},
        {.type = AORTA_JSON, .text = {"{}", 2}},
        {.type = AORTA_DECIMAL, .text = {"-0.50", 5}},
        {.type = AORTA_BYTES, .text = {"\0\xff", 2}},
        {.type = AORTA_TEXT, .is_null = true},
    };
    static const char wanted[] =
        "true|BOOLEAN|-7|INTEGER|-9223372036854775808|BIGINT|0.25|DOUBLE|1969-12-31|DATE|"
        "00:00:00.000001Z|TIME|1969-12-31 23:59:59.999999|TIMESTAMP|"
        "1970-01-01T00:00:00.000001Z|TIMESTAMP WITH TIME ZONE|"
        "0011ff00000000000000000000000000|UUID|it's|VARCHAR|{}|VARCHAR|-0.50|DECIMAL(2,2)|"
        "00ff|BLOB|null|\"NULL\"";
    struct aorta_batch batch;
    struct buf shown, sql;
    void *cursor;

    fixture_open(":memory:");
    buf_init(&sql);
    for (int i = 1; i <= 14; i++)
        buf_printf(&sql, "%s $%d, typeof($%d)", i == 1 ? "SELECT" : ",", i, i);
    check_ok(warehouse->query(session, sql.data, params, 14, &cursor, &err));
    check_int(warehouse->next(cursor, &batch, &err), 1);
    buf_init(&shown);
    show_batch(&shown, &batch);
    check_contains(shown.data, wanted);
    check_int(warehouse->next(cursor, &batch, &err), 0);
    check_int(warehouse->next(cursor, &batch, &err), 0);
    warehouse->cursor_close(cursor);
    buf_release(&sql);
    buf_release(&shown);
    fixture_close();
}

/* What DuckDB itself says about the value is the reference: the same cast to text. */
TEST("every type of DuckDB's is read, the rare ones as DuckDB writes them")
{
    static const struct {
        const char *sql;
        const char *wanted; /* NULL: as CAST(… AS VARCHAR) */
    } cases[] = {
        {"(-128)::TINYINT", "-128"},
        {"(-32768)::SMALLINT", "-32768"},
        {"255::UTINYINT", "255"},
        {"65535::USMALLINT", "65535"},
        {"4294967295::UINTEGER", "4294967295"},
        {"18446744073709551615::UBIGINT", NULL},
        {"(-170141183460469231731687303715884105728)::HUGEINT", NULL},
        {"170141183460469231731687303715884105727::HUGEINT", NULL},
        {"340282366920938463463374607431768211455::UHUGEINT", NULL},
        {"1.5::FLOAT", "1.5"},
        {"(-0.05)::DECIMAL(4,2)", NULL},
        {"12345.678::DECIMAL(9,3)", NULL},
        {"(-1234567890123.45)::DECIMAL(18,2)", NULL},
        {"99999999999999999999999999999999999999::DECIMAL(38,0)", NULL},
        {"TIMESTAMP_S '1969-12-31 23:59:59'", "1969-12-31 23:59:59.000000"},
        {"TIMESTAMP_MS '1969-12-31 23:59:59.5'", "1969-12-31 23:59:59.500000"},
        {"TIMESTAMP_NS '1969-12-31 23:59:59.123456789'", "1969-12-31 23:59:59.123456"},
        {"TIMESTAMPTZ '2024-04-01 12:00:00+02'", "2024-04-01T10:00:00.000000Z"},
        {"TIMETZ '12:30:00.25+05:30'", NULL},
        {"TIMETZ '12:30:00-08'", NULL},
        {"INTERVAL '14 months -3 days 04:05:06.7'", NULL},
        {"INTERVAL '-1 year'", NULL},
        {"INTERVAL '-1 day -100:00:01'", NULL},
        {"INTERVAL '0 days'", NULL},
        {"'0101100'::BIT", NULL},
        {"'b'::ENUM('a', 'b')", "b"},
        {"NULL", "null"},
        {"'{\"a\": 1}'::JSON", "{\"a\": 1}"},
        {"[1, NULL, 3]", "[1,null,3]"},
        {"[1, 2]::INTEGER[2]", "[1,2]"},
        {"{'a': 1, 'b': 'x\"y', 'c': [DATE '2024-04-01', NULL]}",
         "{\"a\":1,\"b\":\"x\\\"y\",\"c\":[\"2024-04-01\",null]}"},
        {"MAP {1: 'one', 2: NULL}", "{\"1\":\"one\",\"2\":null}"},
        {"union_value(n := 2)", "2"},
        {"[TIMESTAMP '2024-04-01 01:02:03.4', NULL]", "[\"2024-04-01 01:02:03.4\",null]"},
        {"[TIMESTAMPTZ '2024-04-01 01:02:03+00']", "[\"2024-04-01 01:02:03+00\"]"},
        {"[1.25::DOUBLE, 'nan'::DOUBLE]", "[1.25,null]"},
        {"['{\"a\":1}'::JSON]", "[{\"a\":1}]"},
        {"[uuid '00112233-4455-6677-8899-aabbccddeeff']",
         "[\"00112233-4455-6677-8899-aabbccddeeff\"]"},
        {"['\\x00a'::BLOB]", "[\"\\\\x00a\"]"},
        {"[DATE 'infinity', DATE '-infinity']", "[\"infinity\",\"-infinity\"]"},
        {"[[TRUE], []]", "[[true],[]]"},
    };
    char sql[512], wanted[256];
    void *cursor;

    fixture_open(":memory:");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(wanted, sizeof wanted, "%s\n", cases[i].wanted != NULL ? cases[i].wanted : "");
        if (cases[i].wanted == NULL) {
            snprintf(sql, sizeof sql, "SELECT CAST(%s AS VARCHAR)", cases[i].sql);
            snprintf(wanted, sizeof wanted, "%s", ROWS(sql));
        }
        /* Beside it a null of the type and a second value, as vectors are columns. */
        snprintf(sql, sizeof sql,
                 "SELECT CASE WHEN i <> 1 THEN %s END FROM range(3) r(i) WHERE i <> 1 ORDER BY i",
                 cases[i].sql);
        check(strncmp(ROWS(sql), wanted, strlen(wanted)) == 0 ||
              (fprintf(stderr, "%s: %s", cases[i].sql, ROWS(sql)), false));
    }
    check_str(ROWS("SELECT CASE WHEN i = 1 THEN NULL ELSE [i] END FROM range(3) r(i)"),
              "[0]\nnull\n[2]\n");
    check_fails(warehouse->query(session, "SELECT 1::BIGNUM AS b", NULL, 0, &cursor, &err),
                AORTA_CONFIG, "column \"b\" has a type that cannot be read: cast it to VARCHAR");
    fixture_close();
}

TEST("a number of 32 bits is the double that its own digits mean")
{
    fixture_open(":memory:");
    check_str(ROWS("SELECT x::FLOAT, x::FLOAT = v FROM (VALUES (0.1, 0.1::FLOAT), (-16777216, "
                   "-16777216::FLOAT), (3.4028235e38, 3.4028235e38::FLOAT)) t(x, v)"),
              "0.10000000000000001|true\n-16777216|true\n3.4028234999999999e+38|true\n");
    fixture_close();
}

TEST("describe says of every type what a cursor says, and its name as DuckDB does")
{
    struct aorta_relation relation;
    int32_t count;
    void *cursor;
    struct buf names;

    fixture_open(":memory:");
    make_table_of_all("everything");
    EXEC("ALTER TABLE everything ADD COLUMN nested STRUCT(a DECIMAL(9,2), \"B b\" VARCHAR[])[3]");
    EXEC("ALTER TABLE everything ADD COLUMN m MAP(INTEGER, UNION(n INTEGER, s VARCHAR))");
    EXEC("ALTER TABLE everything ADD COLUMN e ENUM('a', 'it''s')");
    EXEC("ALTER TABLE everything ADD COLUMN u UBIGINT");
    check_int(warehouse->describe(session, "main", "EVERYTHING", &relation, &err), 1);
    check_str(relation.kind, "table");
    check_int(relation.field_count, AORTA_TYPES + 4);
    buf_init(&names);
    for (int32_t i = 0; i < relation.field_count; i++)
        buf_printf(&names, "%s|%s\n", relation.fields[i].name, relation.type_names[i]);
    check_str(ROWS("SELECT column_name, data_type FROM duckdb_columns() "
                   "WHERE table_name = 'everything' ORDER BY column_index"),
              names.data);
    buf_release(&names);

    check_int(warehouse->describe(session, "main", "everything", &relation, &err), 1);
    for (int i = 0; i < AORTA_TYPES; i++)
        check_int(relation.fields[i].type, all_fields[i].type);
    enum aorta_type types[AORTA_TYPES + 4];
    for (int32_t i = 0; i < relation.field_count; i++)
        types[i] = relation.fields[i].type;
    check_ok(warehouse->query(session, "SELECT * FROM everything", NULL, 0, &cursor, &err));
    const struct aorta_field *fields = warehouse->cursor_fields(cursor, &count);
    check_int(count, AORTA_TYPES + 4);
    for (int32_t i = 0; i < count; i++)
        check_int(fields[i].type, types[i]);
    warehouse->cursor_close(cursor);
    fixture_close();
}

TEST("a batch has at most 64 MiB, and one row if that row is larger")
{
    static const int sizes[] = {1, 70 << 20, 5, 30 << 20, 30 << 20, 30 << 20, 3};
    struct aorta_batch batch;
    int64_t row = 0;
    void *cursor;

    fixture_memory_limit = "1GiB";
    fixture_open(":memory:");
    EXEC("CREATE TABLE sizes (i INTEGER, n INTEGER)");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "INSERT INTO sizes VALUES (%zu, %d)", i, sizes[i]);
        EXEC(sql);
    }
    check_ok(warehouse->query(session,
                              "SELECT i, CASE WHEN i <> 2 THEN repeat('x', n) END FROM sizes "
                              "ORDER BY i",
                              NULL, 0, &cursor, &err));
    while (warehouse->next(cursor, &batch, &err) > 0) {
        const int32_t *offsets = batch.columns[1].offsets;
        check(batch.row_count == 1 || offsets[batch.row_count] <= AORTA_BATCH_BYTES);
        for (int64_t i = 0; i < batch.row_count; i++, row++) {
            check_int(((const int32_t *)batch.columns[0].values)[i], row);
            check_int(aorta_is_null(&batch.columns[1], i), row == 2);
            check_int(offsets[i + 1] - offsets[i], row == 2 ? 0 : sizes[row]);
        }
    }
    check_int(row, 7);
    warehouse->cursor_close(cursor);
    fixture_close();
}
