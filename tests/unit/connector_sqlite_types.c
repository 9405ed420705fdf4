/*
 * The SQLite connector's types, functions and dialect: what goes in comes out, and what does not fit
 * is refused with its name and value.
 */
#include "sqlite_fixture.h"

#include "base/buf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------- types */

static const struct aorta_field all_types[AORTA_TYPES] = {
    {"a_bool", AORTA_BOOL},           {"an_int", AORTA_INT32},     {"a_big", AORTA_INT64},
    {"a_double", AORTA_DOUBLE},       {"a_date", AORTA_DATE},      {"a_time", AORTA_TIME},
    {"a_timestamp", AORTA_TIMESTAMP}, {"a_tz", AORTA_TIMESTAMPTZ}, {"a_uuid", AORTA_UUID},
    {"a_text", AORTA_TEXT},           {"a_json", AORTA_JSON},      {"a_decimal", AORTA_DECIMAL},
    {"some_bytes", AORTA_BYTES},
};

static void create_all_types(struct setting setting, const char *table)
{
    struct buf sql;

    buf_init(&sql);
    buf_printf(&sql, "CREATE TABLE %s (", table);
    for (int i = 0; i < AORTA_TYPES; i++)
        buf_printf(&sql, "%s%s %s", i > 0 ? ", " : "", all_types[i].name,
                   warehouse->dialect->type_names[all_types[i].type]);
    buf_append_str(&sql, ")");
    run(setting, sql.data);
    buf_release(&sql);
}

/* What host_add_row takes, and what comes back. */
static const char *const type_rows[][2] = {
    {"true|-2147483648|-9223372036854775808|-0.1|0000-01-01|00:00:00|0000-01-01 00:00:00|"
     "0000-01-01T00:00:00Z|00000000-0000-0000-0000-000000000000||[]|0|\\x",
     "true|-2147483648|-9223372036854775808|-0.10000000000000001|0000-01-01|00:00:00.000000Z|"
     "0000-01-01 00:00:00.000000|0000-01-01T00:00:00.000000Z|00000000000000000000000000000000||"
     "[]|0|\n"},
    {"false|2147483647|9223372036854775807|1.7976931348623157e308|9999-12-31|23:59:59.999999|"
     "9999-12-31 23:59:59.999999|9999-12-31T23:59:59.999999Z|"
     "ffffffff-ffff-ffff-ffff-ffffffffffff|caf"
     "\xc3\xa9"
     " 'x' \"y\"|{\"a\":1.50}|-12.5|\\x00ff",
     "false|2147483647|9223372036854775807|1.7976931348623157e+308|9999-12-31|23:59:59.999999Z|"
     "9999-12-31 23:59:59.999999|9999-12-31T23:59:59.999999Z|ffffffffffffffffffffffffffffffff|"
     "caf"
     "\xc3\xa9"
     " 'x' \"y\"|{\"a\":1.50}|-12.5|00ff\n"},
    {"null|null|null|null|null|null|null|null|null|null|null|null|null",
     "null|null|null|null|null|null|null|null|null|null|null|null|null\n"},
    {"true|1|2|1969.5|1969-12-31|12:30:45.000001|1969-12-31 23:59:59.999999|"
     "2024-02-29T12:00:00+02:00|0123abcd-4567-89ef-0123-456789abcdef|007|12345678901234567890|"
     "123456789012.345|\\x31",
     "true|1|2|1969.5|1969-12-31|12:30:45.000001Z|1969-12-31 23:59:59.999999|"
     "2024-02-29T10:00:00.000000Z|0123abcd456789ef0123456789abcdef|007|12345678901234567890|"
     "123456789012.345|31\n"},
    {"true|0|0|-1e-300|2000-02-29|00:00:00.5|2000-02-29 00:00:00|2000-02-29T00:00:00Z|"
     "00000000-0000-0000-0000-000000000001|1e5|\"x\"|999999999999999999|\\x",
     "true|0|0|-1e-300|2000-02-29|00:00:00.500000Z|2000-02-29 00:00:00.000000|"
     "2000-02-29T00:00:00.000000Z|00000000000000000000000000000001|1e5|\"x\"|999999999999999999|"
     "\n"},
    {"true|0|0|0|2000-02-29|00:00:00|2000-02-29 00:00:00|2000-02-29T00:00:00Z|"
     "00000000-0000-0000-0000-000000000001||{}|-0.000000123456789012345|\\x",
     "true|0|0|0|2000-02-29|00:00:00.000000Z|2000-02-29 00:00:00.000000|"
     "2000-02-29T00:00:00.000000Z|00000000000000000000000000000001||{}|-0.000000123456789012345|"
     "\n"},
};

TEST("every type comes back as it was loaded, edges and nulls included")
{
    struct setting setting = sqlite_set_up();
    struct aorta_error err;
    struct batch batch;

    create_all_types(setting, "t");
    batch_init(&batch, all_types, AORTA_TYPES);
    for (size_t i = 0; i < sizeof type_rows / sizeof type_rows[0]; i++)
        host_add_row(&batch, type_rows[i][0]);
    check_ok(warehouse->begin(setting.session, true, &err));
    host_load(warehouse, setting.session, "", "t", &batch);
    check_ok(warehouse->commit(setting.session, &err));
    batch_release(&batch);

    const char *rows = host_rows(warehouse, setting.session, "SELECT * FROM t ORDER BY rowid");
    for (size_t i = 0; i < sizeof type_rows / sizeof type_rows[0]; i++) {
        size_t size = strcspn(rows, "\n") + 1;
        char *row = strndup(rows, size);
        check_str(row, type_rows[i][1]);
        free(row);
        rows += size;
    }
    check_str(rows, "");
    sqlite_tear_down(setting);
}

TEST("a cast to the dialect's type of a date, a time, a uuid or json changes nothing")
{
    static const enum aorta_type types[] = {AORTA_DATE,        AORTA_TIME, AORTA_TIMESTAMP,
                                            AORTA_TIMESTAMPTZ, AORTA_UUID, AORTA_JSON,
                                            AORTA_TEXT};
    struct setting setting = sqlite_set_up();
    char sql[200];

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        snprintf(sql, sizeof sql, "SELECT CAST('2024-04-01 12:30' AS %s)",
                 warehouse->dialect->type_names[types[i]]);
        check_rows(setting, sql, "2024-04-01 12:30\n");
    }
    sqlite_tear_down(setting);
}

TEST("what people write into a column is read by its declared type")
{
    struct setting setting = sqlite_set_up();

    run(setting, "CREATE TABLE t (a INTEGER, b varchar(45), c SMALLINT, d timestamp, e DATETIME, "
                 "f NUMERIC(10, 2), g double precision, h DATE, i TIMESTAMP WITH TIME ZONE, "
                 "j UUID, k BOOLEAN, l TIME)");
    run(setting, "INSERT INTO t VALUES (5000000000, 'x', 180, datetime(0, 'unixepoch'), "
                 "strftime('%Y-%m-%d %H:%M:%f', 1.5, 'unixepoch'), 12.50, 1, '2024-02-29 00:00:00',"
                 "'2024-01-01T00:00:00+01:00', x'00112233445566778899aabbccddeeff', 1, '12:30')");
    check_rows(setting, "SELECT * FROM t",
               "5000000000|x|180|1970-01-01 00:00:00.000000|1970-01-01 00:00:01.500000|12.5|1|"
               "2024-02-29|2023-12-31T23:00:00.000000Z|00112233445566778899aabbccddeeff|true|"
               "12:30:00.000000Z\n");
    sqlite_tear_down(setting);
}

TEST("a value that does not fit its declared type is an error with column and value")
{
    static const struct {
        const char *type;
        const char *value;
        const char *message;
    } cases[] = {
        {"BOOLEAN", "2", "column \"c\": '2' is not a value of type BOOLEAN"},
        {"SMALLINT", "2147483648", "column \"c\": '2147483648' is not a value of type INT4"},
        {"INTEGER", "'many'", "column \"c\": 'many' is not a value of type BIGINT"},
        {"BIGINT", "2.5", "column \"c\": '2.5' is not a value of type BIGINT"},
        {"DOUBLE", "'1,5'", "column \"c\": '1,5' is not a value of type DOUBLE"},
        {"DATE", "'2023-02-29'", "column \"c\": '2023-02-29' is not a value of type DATE_TEXT"},
        {"DATE", "20240101", "column \"c\": '20240101' is not"},
        {"TIME", "'24:00:00'", "column \"c\": '24:00:00' is not"},
        {"TIMESTAMP", "1712000000", "column \"c\": '1712000000' is not"},
        {"UUID", "'not-a-uuid'", "column \"c\": 'not-a-uuid' is not"},
        {"UUID", "x'00'", "column \"c\": a blob is not a value of type UUID_TEXT"},
        {"TEXT", "x'00'", "column \"c\": a blob is not a value of type TEXT"},
        {"TEXT", "CAST(x'ff' AS TEXT)", "column \"c\": a text is not UTF-8"},
        {"DECIMAL", "'ten'", "column \"c\": 'ten' is not a value of type DECIMAL"},
    };
    struct setting setting = sqlite_set_up();
    char sql[300];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(sql, sizeof sql, "CREATE TABLE t%zu (c %s)", i, cases[i].type);
        run(setting, sql);
        snprintf(sql, sizeof sql, "INSERT INTO t%zu VALUES (%s)", i, cases[i].value);
        run(setting, sql);
        snprintf(sql, sizeof sql, "SELECT c FROM t%zu", i);
        check_pull_fails(setting, sql, AORTA_DATA, cases[i].message);
    }
    sqlite_tear_down(setting);
}

TEST("a value with no stored form is refused, not bent")
{
    static const struct {
        struct aorta_value value;
        const char *message;
    } cases[] = {
        {{.type = AORTA_DOUBLE, .number = (double)NAN}, "$1: SQLite cannot hold NaN"},
        {{.type = AORTA_DATE, .integer = 2932897}, "$1: the date is not in the years"},
        {{.type = AORTA_TIME, .integer = -1}, "or the time not in a day"},
        {{.type = AORTA_TIMESTAMP, .integer = INT64_MAX}, "the years 0000 to 9999"},
        {{.type = AORTA_TIMESTAMP, .integer = INT64_MIN}, "the years 0000 to 9999"},
        {{.type = AORTA_UUID, .text = {"abc", 3}}, "a UUID has 16 bytes"},
        {{.type = AORTA_DECIMAL, .text = {"1234567890.123456", 17}}, "at most 15 digits"},
        {{.type = AORTA_DECIMAL, .text = {"1e5", 3}}, "not a decimal number"},
    };
    struct setting setting = sqlite_set_up();
    struct aorta_error err;

    run(setting, "CREATE TABLE t (c)");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_fails(warehouse->exec(setting.session, "INSERT INTO t VALUES ($1)", &cases[i].value,
                                    1, NULL, &err),
                    AORTA_DATA, cases[i].message);
    check_rows(setting, "SELECT count(*) FROM t", "0\n");
    sqlite_tear_down(setting);
}

TEST("the values of the first batch decide the type of an expression")
{
    static const struct {
        const char *sql;
        enum aorta_type type;
        const char *rows;
    } cases[] = {
        {"SELECT count(*) FROM sqlite_schema", AORTA_INT64, "0\n"},
        {"SELECT 1.5", AORTA_DOUBLE, "1.5\n"},
        {"SELECT 'x'", AORTA_TEXT, "x\n"},
        {"SELECT x'0aff'", AORTA_BYTES, "0aff\n"},
        {"SELECT NULL", AORTA_TEXT, "null\n"},
        {"SELECT 1 WHERE 0", AORTA_TEXT, ""},
        {"VALUES (NULL), (NULL), (3)", AORTA_INT64, "null\nnull\n3\n"},
        {"VALUES (1), (NULL), (2.5)", AORTA_DOUBLE, "1\nnull\n2.5\n"},
        {"VALUES (2.5), (1)", AORTA_DOUBLE, "2.5\n1\n"},
        {"VALUES (1), (NULL), ('x'), (2)", AORTA_TEXT, "1\nnull\nx\n2\n"},
        {"VALUES (1.5), ('x')", AORTA_TEXT, "1.5\nx\n"},
    };
    struct setting setting = sqlite_set_up();
    struct aorta_error err;
    int32_t count = 0;
    void *cursor;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_ok(warehouse->query(setting.session, cases[i].sql, NULL, 0, &cursor, &err));
        check_int(warehouse->cursor_fields(cursor, &count)[0].type, cases[i].type);
        check_int(count, 1);
        warehouse->cursor_close(cursor);
        check_rows(setting, cases[i].sql, cases[i].rows);
    }
    check_pull_fails(setting, "VALUES (9007199254740993), (2.5)", AORTA_DATA, "'2.5' is not");
    check_pull_fails(setting, "VALUES (1), (x'00')", AORTA_DATA, "a blob is not");
    sqlite_tear_down(setting);
}

TEST("a batch is never larger than it may be, and no row is lost between two")
{
    struct setting setting = sqlite_set_up();
    struct aorta_batch batch;
    struct aorta_error err;
    int64_t rows = 0, batches = 0, bytes = 0;
    void *cursor;
    int more;

    check_ok(warehouse->query(setting.session,
                              "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                              "WHERE i < 40) SELECT i, hex(zeroblob(3000000)) FROM n",
                              NULL, 0, &cursor, &err));
    while ((more = warehouse->next(cursor, &batch, &err)) > 0) {
        const int64_t *numbers = batch.columns[0].values;
        for (int64_t i = 0; i < batch.row_count; i++)
            check_int(numbers[i], ++rows);
        check(batch.columns[1].offsets[batch.row_count] <= AORTA_BATCH_BYTES);
        bytes += batch.columns[1].offsets[batch.row_count];
        batches++;
    }
    check_int(more, 0);
    check_int(rows, 40);
    check_int(bytes, 40 * INT64_C(6000000));
    check(batches > 3);
    warehouse->cursor_close(cursor);
    sqlite_tear_down(setting);
}

/* ------------------------------------------------------------------------------------ functions */

TEST("md5 gives the known surrogate keys")
{
    struct setting setting = sqlite_set_up();

    check_rows(setting, "SELECT md5('10001-2024-04-07 17:38:33.000'), md5(''), md5(NULL), md5(12)",
               "3647e578df15187287c218cb6243e16f|d41d8cd98f00b204e9800998ecf8427e|null|"
               "c20ad4d76fe97759aa27a0c99bff6710\n");
    run(setting, "CREATE TABLE t (a TEXT)");
    run(setting, "INSERT INTO t VALUES ('b'), ('a'), ('b')");
    check_rows(setting, "SELECT md5(a) FROM t ORDER BY 1",
               "0cc175b9c0f1b6a831c399e269772661\n92eb5ffee6ae2fec3ad71c777531578f\n"
               "92eb5ffee6ae2fec3ad71c777531578f\n");
    sqlite_tear_down(setting);
}

TEST("regular expressions search as they do elsewhere")
{
    static const struct {
        const char *text;
        const char *expression;
        const char *result;
    } cases[] = {
        {"'2024-04-01'", "'\\d\\d\\d\\d-\\d\\d-\\d\\d'", "1"},
        {"'on 2024-04-01 at'", "'\\d{4}'", "1"},
        {"'2024'", "'^\\d{4}$'", "1"},
        {"'20244'", "'^\\d{4}$'", "0"},
        {"'a b'", "'a\\sb'", "1"},
        {"'a_b'", "'^\\w+$'", "1"},
        {"'a-b'", "'^\\w+$'", "0"},
        {"'a-b'", "'^[\\w-]+$'", "1"},
        {"'5 6'", "'^[\\d\\s]+$'", "1"},
        {"'x'", "'\\D'", "1"},
        {"'5'", "'\\D|\\W'", "0"},
        {"'ab'", "'^(?:a|b)+$'", "1"},
        {"'ABC'", "'(?i)b'", "1"},
        {"'ABC'", "'b'", "0"},
        {"'a.c'", "'^a\\.c$'", "1"},
        {"'abc'", "'^a\\.c$'", "0"},
        {"'caf\xc3\xa9'", "'^.{4}$'", "1"},
        {"'caf\xc3\xa9'", "'^\\w{4}$'", "1"},
        {"'a]b'", "'^[]a-b]+$'", "1"},
        {"NULL", "'a'", "null"},
        {"'a'", "NULL", "null"},
        {"128", "'^1'", "1"},
        {"''", "'^$'", "1"},
    };
    struct setting setting = sqlite_set_up();
    char sql[300], wanted[20];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(sql, sizeof sql, "SELECT regexp_matches(%s, %s), %s REGEXP %s", cases[i].text,
                 cases[i].expression, cases[i].text, cases[i].expression);
        snprintf(wanted, sizeof wanted, "%s|%s\n", cases[i].result, cases[i].result);
        check_rows(setting, sql, wanted);
    }
    check_rows(setting,
               "SELECT count(*) FROM (VALUES ('a1'), ('b'), ('c2')) "
               "WHERE regexp_matches(column1, '\\d')",
               "2\n");
    check_rows(setting,
               "SELECT sum(regexp_matches(column1, column2)) FROM "
               "(VALUES ('a', 'a'), ('b', 'a'), ('c', '^c$'))",
               "2\n");
    check_pull_fails(setting, "SELECT regexp_matches('a', '(')", AORTA_CONFIG,
                     "regular expression '(': ");
    check_pull_fails(setting, "SELECT regexp_matches('a', '(?=a)')", AORTA_CONFIG,
                     "regular expression '(?=a)' is too long, or has what");
    check_pull_fails(setting, "SELECT regexp_matches('a', '[')", AORTA_CONFIG, "'['");
    check_pull_fails(setting, "SELECT regexp_matches('a', 'a\\')", AORTA_CONFIG, "'a\\'");
    sqlite_tear_down(setting);
}

/* A pattern of the dialect as SQL. */
static const char *fill(const char *pattern, const char *one, const char *two, const char *three)
{
    static char sql[600];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(sql, sizeof sql, pattern, one, two, three);
#pragma GCC diagnostic pop
    return sql;
}

static const char *compute(struct setting setting, const char *pattern, const char *one,
                           const char *two, const char *three)
{
    struct buf sql;

    buf_init(&sql);
    buf_printf(&sql, "SELECT %s", fill(pattern, one, two, three));
    const char *rows = host_rows(warehouse, setting.session, sql.data);
    buf_release(&sql);
    return rows;
}

TEST("the dialect's patterns compute what they promise")
{
    struct setting setting = sqlite_set_up();
    const struct aorta_dialect *dialect = warehouse->dialect;

    check_str(compute(setting, dialect->json_text, "'{\"a\":\"x\",\"b\":2}'", "a", ""), "x\n");
    check_str(compute(setting, dialect->json_text, "'{\"a\":\"x\",\"b\":2}'", "b", ""), "2\n");
    check_str(compute(setting, dialect->regex, "'abc'", "'b.'", ""), "1\n");
    check_str(compute(setting, dialect->md5, "'a'", "", ""), "0cc175b9c0f1b6a831c399e269772661\n");
    check_str(compute(setting, dialect->epoch_timestamp, "1711943972", "", ""),
              "2024-04-01 03:59:32.000000\n");
    check_str(compute(setting, dialect->timestamp_ms_text, "'2024-04-07 17:38:33.123999'", "", ""),
              "2024-04-07 17:38:33.123\n");
    check_str(compute(setting, dialect->timestamp_ms_text, "datetime(0, 'unixepoch')", "", ""),
              "1970-01-01 00:00:00.000\n");
    check_str(compute(setting, dialect->date_add, "'2024-02-29'", "-1", "year"), "2023-02-28\n");
    check_str(compute(setting, dialect->date_add, "'2024-01-31'", "1", "month"), "2024-02-29\n");
    check_str(compute(setting, dialect->date_add, "'2024-01-31'", "1", "day"), "2024-02-01\n");
    check_str(compute(setting, dialect->date_add, "'2024-03-15'", "-3", "month"), "2023-12-15\n");
    check_str(compute(setting, dialect->date_add, "'2024-03-15'", "-364", "day"), "2023-03-17\n");
    run(setting, dialect->analyze);
    sqlite_tear_down(setting);
}
