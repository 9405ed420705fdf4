#include "base/units.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit durations[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 3600 * 1000}, {"d", 86400 * 1000}, {NULL, 0},
};

static const struct unit sizes[] = {
    {"", 1},      {"B", 1},        {"KiB", 1 << 10},   {"MiB", 1 << 20}, {"GiB", 1 << 30},
    {"kB", 1000}, {"MB", 1000000}, {"GB", 1000000000}, {NULL, 0},
};

static bool parse(const char *text, const struct unit *units, int64_t *result)
{
    int64_t number = 0;
    const char *at = text;

    for (; *at >= '0' && *at <= '9'; at++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, *at - '0', &number))
            return false;
    if (at == text)
        return false;
    for (const struct unit *unit = units; unit->name != NULL; unit++)
        if (strcmp(unit->name, at) == 0)
            return !__builtin_mul_overflow(number, unit->factor, result);
    return false;
}

bool units_parse_duration_ms(const char *text, int64_t *ms)
{
    return parse(text, durations, ms);
}

bool units_parse_size_bytes(const char *text, int64_t *bytes)
{
    return parse(text, sizes, bytes);
}

const char *units_format_duration_ms(char text[UNITS_TEXT_SIZE], int64_t ms)
{
    const struct unit *best = durations;

    for (const struct unit *unit = durations; unit->name != NULL; unit++)
        if (ms != 0 && ms % unit->factor == 0)
            best = unit;
    snprintf(text, UNITS_TEXT_SIZE, "%lld%s", (long long)(ms / best->factor), best->name);
    return text;
}
