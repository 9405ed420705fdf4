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

/* The time of the record as ISO 8601, or what is wrong with it. */
static const char *read_time(const char *field, enum sink_time_unit unit, const char *record)
{
    static char text[CLOCK_TEXT_SIZE];
    const struct sink_grouping grouping = {
        .time_field = field, .unit = unit, .earliest_us = SINK_EARLIEST_US};
    size_t size = strlen(record);
    char *line = alloc_strdup(record); /* exactly what the contract promises to be readable */
    int64_t us = 0;

    line[size] = '\n';
    const char *wrong = sink_event_time(&grouping, line, size, 1711943972123, &us);
    free(line);
    return wrong != NULL ? wrong : clock_format_iso(text, us, 6);
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
    int64_t us;

    memset(line, ' ', size);
    line[0] = '{';
    line[size - 1] = '}';
    line[size] = '\n';
    check_str(sink_event_time(&grouping, line, size, 1711943972123, &us),
              "the record is larger than 16 MiB");
    line[size - 2] = '}';
    line[size - 1] = '\n';
    check(sink_event_time(&grouping, line, size - 1, 1711943972123, &us) == NULL);
    free(line);
}
