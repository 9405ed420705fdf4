#include "executor/sink_event.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "data/number.h"
#include "data/scan.h"

#include <string.h>

/* The end of the year 9999: a key has four digits for the year. */
#define LATEST_US INT64_C(253402300799999999)

/* Whether the member's name is the one. Names with escapes are compared unescaped. */
static bool is_named(const struct scan_value *name, const char *wanted, size_t size)
{
    struct buf text;

    if (!name->has_escape)
        return name->size == size && memcmp(name->text, wanted, size) == 0;
    buf_init(&text);
    scan_unescape(name, &text);
    bool equal = text.size == size && memcmp(text.data, wanted, size) == 0;
    buf_release(&text);
    return equal;
}

/* Passes the object at `at` and finds the member at the path in it; as with every JSON reader that
 * matters, the last of several members of one name counts. */
static bool find_member(struct scan *scan, const char *path, struct scan_value *found,
                        bool *is_there)
{
    const char *dot = strchr(path, '.');
    size_t size = dot != NULL ? (size_t)(dot - path) : strlen(path);
    struct scan_value name = {.text = ""}, value;

    scan->at++;
    scan->depth++;
    scan_blanks(scan);
    while (*scan->at != '}') {
        if (!scan_member_name(scan, &name))
            return false;
        bool is_it = is_named(&name, path, size);
        if (is_it)
            *is_there = false;
        if (is_it && dot != NULL && *scan->at == '{') {
            if (!find_member(scan, dot + 1, found, is_there))
                return false;
        } else {
            if (!scan_value(scan, &value))
                return false;
            if (is_it && dot == NULL) {
                *found = value;
                *is_there = true;
            }
        }
        scan_blanks(scan);
        if (*scan->at == ',') {
            scan->at++;
            scan_blanks(scan);
            if (*scan->at != '"')
                return scan_fail(scan, "no member name in quotes");
        } else if (*scan->at != '}') {
            return scan_fail(scan, "no comma or } after a member");
        }
    }
    scan->at++;
    scan->depth--;
    return true;
}

/* number * 10^digits microseconds, rounded down. */
static bool scale(const struct number *number, int digits, int64_t *us)
{
    int64_t exponent = number->exponent + digits;
    uint64_t value = number->digits;

    if (!number->is_exact)
        return false;
    for (; exponent > 0 && value != 0; exponent--) {
        if (__builtin_mul_overflow(value, 10, &value))
            return false;
    }
    bool is_cut = false;
    for (; exponent < 0 && value != 0; exponent++) {
        is_cut |= value % 10 != 0;
        value /= 10;
    }
    if (value > INT64_MAX - 1)
        return false;
    *us = number->is_negative ? -(int64_t)value - is_cut : (int64_t)value;
    return true;
}

static const char *parse_time(enum sink_time_unit unit, const char *text, size_t size, int64_t *us)
{
    static const int digits[] = {
        [SINK_SECONDS] = 6, [SINK_MILLISECONDS] = 3, [SINK_MICROSECONDS] = 0, [SINK_ISO] = 0};
    struct number number;

    if (unit == SINK_ISO)
        return clock_parse(text, size, us, NULL, NULL) ? NULL : "the time is not ISO 8601";
    if (!number_parse(text, size, &number))
        return "the time is not a number";
    return scale(&number, digits[unit], us) ? NULL : "the time is out of range";
}

static const char *read_time(enum sink_time_unit unit, const struct scan_value *value, int64_t *us)
{
    struct buf text;

    switch (value->kind) {
    case SCAN_NUMBER:
        if (unit == SINK_ISO)
            return "the time is not ISO 8601";
        return parse_time(unit, value->text, value->size, us);
    case SCAN_STRING:
        if (!value->has_escape)
            return parse_time(unit, value->text, value->size, us);
        buf_init(&text);
        scan_unescape(value, &text);
        const char *wrong = parse_time(unit, text.data, text.size, us);
        buf_release(&text);
        return wrong;
    case SCAN_NULL:
    case SCAN_FALSE:
    case SCAN_TRUE:
    case SCAN_OBJECT:
    case SCAN_ARRAY: break;
    }
    return "the time is neither a number nor a text";
}

/* Scans the whole record. What is wrong with it, or NULL and its time, if it is to have one. */
static const char *scan_record(const char *field, const char *text, size_t size,
                               struct scan_value *time)
{
    struct scan scan = {.at = text, .end = text + size};
    bool is_there = false;

    if (memchr(text, '\n', size) != NULL)
        return "a line feed is in the record";
    scan_blanks(&scan);
    if (*scan.at != '{')
        return "the record is not a JSON object";
    if (!find_member(&scan, field, time, &is_there))
        return scan.problem;
    scan_blanks(&scan);
    if (scan.at != scan.end)
        return "more text follows the JSON object";
    return field[0] == '\0' || is_there ? NULL : "the record has no time";
}

/* The same, without scanning what the record has in common with those before it. */
static const char *find_time(struct sink_shape *shape, const char *field, const char *text,
                             size_t size, struct scan_value *time)
{
    if (sink_shape_match(shape, text, size, time))
        return NULL;
    const char *wrong = scan_record(field, text, size, time);
    if (wrong == NULL)
        sink_shape_learn(shape, text, size, field[0] == '\0' ? NULL : time);
    return wrong;
}

const char *sink_event_time(const struct sink_grouping *grouping, struct sink_shape *shape,
                            const char *text, size_t size, int64_t log_time_ms, int64_t *event_us)
{
    struct scan_value time = {.kind = SCAN_NULL};
    int64_t us;

    if (size > LIMIT_RECORD_BYTES)
        return "the record is larger than 16 MiB";
    const char *wrong = find_time(shape, grouping->time_field, text, size, &time);
    if (wrong == NULL && grouping->time_field[0] != '\0')
        wrong = read_time(grouping->unit, &time, &us);
    else
        us = log_time_ms > LATEST_US / 1000 ? INT64_MAX : log_time_ms * 1000;
    if (wrong != NULL)
        return wrong;
    if (us < grouping->earliest_us || us < 0)
        return "the time is before the earliest allowed: is its unit right?";
    if (us > LATEST_US)
        return "the time is after the year 9999: is its unit right?";
    *event_us = us;
    return NULL;
}
