/*
 * When records happened, and what is no record.
 */
#include "test.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "executor/sink_event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The time of the record as ISO 8601, or what is wrong with it; NULL: its shape is nobody's. */
static const char *read_with(struct sink_shape *shape, const char *field, enum sink_time_unit unit,
                             const char *record)
{
    static char text[CLOCK_TEXT_SIZE];
    const struct sink_grouping grouping = {
        .time_field = field, .unit = unit, .earliest_us = SINK_EARLIEST_US};
    struct sink_shape own;
    size_t size = strlen(record);
    char *line = alloc_strdup(record); /* exactly what the contract promises to be readable */
    int64_t us = 0;

    line[size] = '\n';
    sink_shape_init(&own);
    const char *wrong =
        sink_event_time(&grouping, shape != NULL ? shape : &own, line, size, 1711943972123, &us);
    sink_shape_release(&own);
    free(line);
    return wrong != NULL ? wrong : clock_format_iso(text, us, 6);
}

static const char *read_time(const char *field, enum sink_time_unit unit, const char *record)
{
    return read_with(NULL, field, unit, record);
}

static const char *at(enum sink_time_unit unit, const char *value)
{
    char record[256];

    snprintf(record, sizeof record, "{\"timestamp\":%s}", value);
    return read_time("timestamp", unit, record);
}

TEST("seconds, milliseconds, microseconds and ISO 8601 are what the unit says")
{
    const char *wanted = "2024-04-01T03:59:32.000000Z";

    check_str(at(SINK_SECONDS, "1711943972"), wanted);
    check_str(at(SINK_MILLISECONDS, "1711943972000"), wanted);
    check_str(at(SINK_MICROSECONDS, "1711943972000000"), wanted);
    check_str(at(SINK_ISO, "\"2024-04-01T05:59:32+02:00\""), wanted);
}

TEST("a number may stand in a string")
{
    check_str(at(SINK_SECONDS, "\"1711943972\""), "2024-04-01T03:59:32.000000Z");
    check_str(at(SINK_SECONDS, "\"\\u0031711943972\""), "2024-04-01T03:59:32.000000Z");
}

TEST("fractions and exponents are exact, and rounded down to microseconds")
{
    check_str(at(SINK_SECONDS, "1711943972.123456"), "2024-04-01T03:59:32.123456Z");
    check_str(at(SINK_SECONDS, "1711943972.9999999"), "2024-04-01T03:59:32.999999Z");
    check_str(at(SINK_MILLISECONDS, "1711943972000.5"), "2024-04-01T03:59:32.000500Z");
    check_str(at(SINK_SECONDS, "1.711943972e9"), "2024-04-01T03:59:32.000000Z");
    check_str(at(SINK_SECONDS, "1711943999.9999999"), "2024-04-01T03:59:59.999999Z");
}

TEST("seconds read as milliseconds would land in January 1970 and are refused")
{
    check_contains(at(SINK_MILLISECONDS, "1711943972"), "before the earliest allowed");
    check_contains(at(SINK_MICROSECONDS, "1711943972000"), "before the earliest allowed");
}

TEST("milliseconds read as seconds would land in the year 56,000 and are refused")
{
    check_contains(at(SINK_SECONDS, "1711943972000"), "after the year 9999");
    check_contains(at(SINK_SECONDS, "1711943972000000"), "out of range");
}

TEST("times that are none are refused")
{
    check_str(at(SINK_SECONDS, "\"yesterday\""), "the time is not a number");
    check_str(at(SINK_SECONDS, "\"\""), "the time is not a number");
    check_str(at(SINK_SECONDS, "1e400"), "the time is out of range");
    check_str(at(SINK_SECONDS, "99999999999999999999999999"), "the time is out of range");
    check_contains(at(SINK_SECONDS, "-5"), "before the earliest allowed");
    check_contains(at(SINK_SECONDS, "-0.00000001"), "before the earliest allowed");
    check_str(at(SINK_SECONDS, "null"), "the time is neither a number nor a text");
    check_str(at(SINK_SECONDS, "[1711943972]"), "the time is neither a number nor a text");
    check_str(at(SINK_ISO, "1711943972"), "the time is not ISO 8601");
    check_str(at(SINK_ISO, "\"1711943972\""), "the time is not ISO 8601");
    check_str(at(SINK_ISO, "\"9999-12-31T23:59:59-01:00\""),
              "the time is after the year 9999: is its unit right?");
}

TEST("the field may lie within objects")
{
    check_str(read_time("meta.at", SINK_SECONDS,
                        "{\"at\":1,\"meta\":{\"x\":{\"at\":2},"
                        "\"at\":1711943972}}"),
              "2024-04-01T03:59:32.000000Z");
    check_str(read_time("meta.at", SINK_SECONDS, "{\"meta\":[{\"at\":1711943972}]}"),
              "the record has no time");
    check_str(read_time("meta.at", SINK_SECONDS, "{\"meta.at\":1711943972}"),
              "the record has no time");
}

TEST("of members with the same name the last one counts")
{
    check_str(read_time("t", SINK_SECONDS, "{\"t\":1,\"t\":1711943972}"),
              "2024-04-01T03:59:32.000000Z");
    check_str(read_time("m.t", SINK_SECONDS, "{\"m\":{\"t\":1711943972},\"m\":{}}"),
              "the record has no time");
    check_str(read_time("t", SINK_SECONDS, "{\"\\u0074\":1711943972}"),
              "2024-04-01T03:59:32.000000Z");
}

TEST("without a field the log's own time counts")
{
    check_str(read_time("", SINK_SECONDS, "{}"), "2024-04-01T03:59:32.123000Z");
}

TEST("what is not one JSON object in one line is no record")
{
    static const char *const records[][2] = {
        {"", "the record is not a JSON object"},
        {"oops", "the record is not a JSON object"},
        {"[1]", "the record is not a JSON object"},
        {"{\"timestamp\":1711943972", "no comma or } after a member"},
        {"{\"timestamp\":1711943972,", "no member name in quotes"},
        {"{\"timestamp\":1711943972,}", "no member name in quotes"},
        {"{\"timestamp\" 1711943972}", "no colon after a member name"},
        {"{\"timestamp\":1711943972}}", "more text follows the JSON object"},
        {"{\"timestamp\":1711943972}{}", "more text follows the JSON object"},
        {"{\"timestamp\":1711943972,\n\"x\":1}", "a line feed is in the record"},
        {"{\"timestamp\":1711943972}\n", "a line feed is in the record"},
        {"{\"timestamp\":1711943972,\"x\":\"\xff\"}", "invalid UTF-8"},
        {"{\"timestamp\":1711943972,\"x\":\"", "the line ends within a string"},
        {"{\"timestamp\":017}", "a number that begins with 0"},
        {"{\"x\":1}", "the record has no time"},
    };

    for (size_t i = 0; i < sizeof records / sizeof *records; i++)
        check_str(read_time("timestamp", SINK_SECONDS, records[i][0]), records[i][1]);
}

TEST("a record of more than 16 MiB is none, since no reader would take it")
{
    const struct sink_grouping grouping = {.time_field = ""};
    size_t size = LIMIT_RECORD_BYTES + 1;
    char *line = alloc_bytes(size + 1);
    struct sink_shape shape;
    int64_t us;

    sink_shape_init(&shape);
    memset(line, ' ', size);
    line[0] = '{';
    line[size - 1] = '}';
    line[size] = '\n';
    check_str(sink_event_time(&grouping, &shape, line, size, 1711943972123, &us),
              "the record is larger than 16 MiB");
    line[size - 2] = '}';
    line[size - 1] = '\n';
    check(sink_event_time(&grouping, &shape, line, size - 1, 1711943972123, &us) == NULL);
    sink_shape_release(&shape);
    free(line);
}

/* Of several shapes, some of them nobody's. The time is "t". */
static const char *const records[] = {
    "{\"id\":1,\"t\":1711943972,\"m\":{\"x\":1.5,\"y\":-2e3}}",
    "{\"id\":22,\"t\":1711943973.5,\"m\":{\"x\":0,\"y\":\"\"}}",
    "{\"id\":\"three\",\"t\":\"1711943974\",\"m\":{\"x\":null,\"y\":true}}",
    "{\"id\":1,\"t\":1711943972,\"m\":{\"x\":01,\"y\":2}}",
    "{\"id\":1,\"t\":1711943972,\"m\":{\"x\":1,\"y\":2}",
    "{\"id\":1,\"t\":1711943972,\"m\":{\"x\":1,\"y\":2}} ",
    "{\"id\":1,\"t\":1711943972,\"m\":{\"x\":1,\"y\":2}}}",
    "{\"id\":1,\"t\":[1711943972],\"m\":{\"x\":1,\"y\":2}}",
    "{\"id\":1,\"t\":true,\"m\":{\"x\":1,\"y\":2}}",
    "{\"id\":1,\"t\":1711943972,\"m\":{\"x\":1,\"y\":2},\"t\":1711943975}",
    "{\"id\":1,\"t\":1711943972,\"m\":{\"x\":1,\"y\":2},\"u\":1711943975}",
    "{\"id\":1,\"\\u0074\":1711943976,\"m\":{\"t\":1,\"y\":2}}",
    "{ \"id\" : 1 , \"t\" :\t1711943972 , \"m\" : { \"x\" : \"a\\\"b\" , \"y\" : [ 2 , 3 ] } }",
    "{ \"id\" : 1 , \"t\" :\t1711943977 , \"m\" : { \"x\" : \"\xff\" , \"y\" : [ 2 , 3 ] } }",
    "{\"t\":1711943972}",
    "{\"t\":17}",
    "{\"t\":1}2}",
    "{\"t\":\"1711943972\",\"u\":\"}\"}",
    "{}",
    "[]",
    "oops",
    "",
};
enum { RECORDS = sizeof records / sizeof records[0] };

TEST("a record is what it is, whatever was read before it")
{
    for (size_t i = 0; i < RECORDS; i++) {
        for (size_t j = 0; j < RECORDS; j++) {
            struct sink_shape shape;
            sink_shape_init(&shape);
            read_with(&shape, "t", SINK_SECONDS, records[i]);
            char *wanted = alloc_strdup(read_time("t", SINK_SECONDS, records[j]));
            check_str(read_with(&shape, "t", SINK_SECONDS, records[j]), wanted);
            free(wanted);
            sink_shape_release(&shape);
        }
    }
}

TEST("so is one in which any bytes are others, or missing")
{
    static const char bytes[] = "{}[]\",:\\u0019-.eE+tfn \t\xc3\xbc\x01";
    struct sink_shape shape;
    char record[128];

    srand(1);
    for (int i = 0; i < 40000; i++) {
        const char *from = records[i % RECORDS];
        size_t size = strlen(from), at = size > 0 ? (size_t)rand() % size : 0;
        snprintf(record, sizeof record, "%s", from);
        if (i % 3 == 0)
            memmove(record + at, record + at + (size > 0), size - at);
        else if (size > 0)
            record[at] = bytes[(size_t)rand() % (sizeof bytes - 1)];
        sink_shape_init(&shape);
        read_with(&shape, "t", SINK_SECONDS, from);
        char *wanted = alloc_strdup(read_time("t", SINK_SECONDS, record));
        check_str(read_with(&shape, "t", SINK_SECONDS, record), wanted);
        free(wanted);
        sink_shape_release(&shape);
    }
}

TEST("an array in a number's place is counted with what is around it")
{
    char record[2 * LIMIT_NESTING + 64], brackets[LIMIT_NESTING + 1], closing[LIMIT_NESTING + 1];
    struct sink_shape shape;

    memset(brackets, '[', LIMIT_NESTING);
    memset(closing, ']', LIMIT_NESTING);
    brackets[LIMIT_NESTING] = closing[LIMIT_NESTING] = '\0';
    snprintf(record, sizeof record, "{\"id\":%s%s,\"t\":1711943972}", brackets, closing);
    sink_shape_init(&shape);
    read_with(&shape, "t", SINK_SECONDS, "{\"id\":1,\"t\":1711943972}");
    check_str(read_with(&shape, "t", SINK_SECONDS, record), "objects and arrays nested too deep");
    sink_shape_release(&shape);
}

static bool has_shape(struct sink_shape *shape, const char *record, const char *wanted_time)
{
    char line[256];
    struct scan_value time = {.text = ""};
    size_t size = strlen(record);

    snprintf(line, sizeof line, "%s\n", record);
    if (!sink_shape_match(shape, line, size, &time))
        return false;
    check_int((int64_t)time.size, (int64_t)strlen(wanted_time));
    check(memcmp(time.text, wanted_time, time.size) == 0);
    return true;
}

TEST(
    "records that differ in values only have one shape; it is taken ever more seldom if it is of no use")
{
    struct sink_shape shape;

    sink_shape_init(&shape);
    check(!has_shape(&shape, records[0], ""));
    read_with(&shape, "t", SINK_SECONDS, records[0]);
    check(has_shape(&shape, records[1], "1711943973.5"));
    check(has_shape(&shape, records[2], "1711943974"));
    for (int i = 1; i < 10; i++) {
        check(!has_shape(&shape, "{\"t\":2}", ""));
        if (i == 8) /* with the next one it is the ninth miss */
            read_with(&shape, "t", SINK_SECONDS, "{\"t\":1711943972}");
    }
    check(has_shape(&shape, records[0], "1711943972"));
    check(!has_shape(&shape, "{\"t\":2}", ""));
    read_with(&shape, "t", SINK_SECONDS, "{\"t\":1711943972}");
    check(has_shape(&shape, "{\"t\":2}", "2"));
    sink_shape_release(&shape);
}
