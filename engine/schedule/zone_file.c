#include "schedule/zone_file.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <string.h>

/* RFC 9636, 3.1: magic, version, fifteen bytes, six counts. */
enum { HEADER_BYTES = 44, KIND_BYTES = 6 };
enum { OFFSET_LEAST_S = -25 * 3600, OFFSET_MOST_S = 26 * 3600 };

/* Where the rule is written out from, for a file that lists no change at all. */
enum { RULE_FROM_YEAR = 1900 };

#define BEGIN_S (ZONE_BEGIN_US / CLOCK_US_PER_SECOND)
#define END_S (ZONE_END_US / CLOCK_US_PER_SECOND)

struct header {
    int version; /* 1 and up */
    size_t ut_count, standard_count, leap_count, change_count, kind_count, letter_count;
};

/* One block of data behind its header, and its arrays. */
struct block {
    const uint8_t *times, *kinds_of_changes, *kinds;
    const char *letters;
    size_t time_bytes; /* 4 in the first block, 8 in the second */
};

static int broken(const struct zone *zone, struct err *err, const char *what)
{
    return err_set(err, ERR_CONFIG, "time zone \"%s\": its file is damaged: %s", zone->name, what);
}

static uint32_t read_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t read_time(const struct block *block, size_t i)
{
    const uint8_t *at = block->times + i * block->time_bytes;

    if (block->time_bytes == 4)
        return (int32_t)read_u32(at);
    return (int64_t)((uint64_t)read_u32(at) << 32 | read_u32(at + 4));
}

static bool read_header(const uint8_t *at, size_t size, struct header *header)
{
    if (size < HEADER_BYTES || memcmp(at, "TZif", 4) != 0)
        return false;
    header->version = at[4] == '\0' ? 1 : at[4] - '0';
    size_t *const counts[] = {&header->ut_count,   &header->standard_count,
                              &header->leap_count, &header->change_count,
                              &header->kind_count, &header->letter_count};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        *counts[i] = read_u32(at + 20 + 4 * i);
    return header->version >= 1;
}

/* Bytes of the block behind the header. Counts are 32 bits each, so nothing overflows. */
static size_t block_bytes(const struct header *header, size_t time_bytes)
{
    return header->change_count * (time_bytes + 1) + header->kind_count * KIND_BYTES +
           header->letter_count + header->leap_count * (time_bytes + 4) + header->standard_count +
           header->ut_count;
}

static struct block block_at(const uint8_t *at, const struct header *header, size_t time_bytes)
{
    struct block block = {.times = at, .time_bytes = time_bytes};

    block.kinds_of_changes = at + header->change_count * time_bytes;
    block.kinds = block.kinds_of_changes + header->change_count;
    block.letters = (const char *)block.kinds + header->kind_count * KIND_BYTES;
    return block;
}

static int read_kinds(const struct block *block, const struct header *header, struct zone *zone,
                      struct err *err)
{
    if (header->kind_count == 0 || header->kind_count > ZONE_KINDS - 2)
        return broken(zone, err, "a number of kinds of local time that cannot be");
    for (size_t i = 0; i < header->kind_count; i++) {
        const uint8_t *at = block->kinds + i * KIND_BYTES;
        struct zone_kind *kind = &zone->kinds[i];
        kind->offset_s = (int32_t)read_u32(at);
        kind->is_dst = at[4] == 1;
        if (kind->offset_s < OFFSET_LEAST_S || kind->offset_s > OFFSET_MOST_S || at[4] > 1)
            return broken(zone, err, "an offset from UTC that cannot be");
        if (at[5] >= header->letter_count)
            return broken(zone, err, "an abbreviation that is not there");
        const char *letters = block->letters + at[5];
        const char *end = memchr(letters, '\0', header->letter_count - at[5]);
        if (end == NULL || end - letters >= ZONE_ABBREVIATION_SIZE)
            return broken(zone, err, "an abbreviation that does not end");
        memcpy(kind->abbreviation, letters, (size_t)(end - letters));
    }
    zone->kind_count = header->kind_count;
    return 0;
}

/* Changes before the first year only say how it began; those behind the last year nothing. */
static int read_changes(const struct block *block, const struct header *header, struct zone *zone,
                        struct err *err)
{
    zone->changes = alloc_zeroed(header->change_count + 1, sizeof *zone->changes);
    for (size_t i = 0; i < header->change_count; i++) {
        int64_t at_s = read_time(block, i);
        uint8_t kind = block->kinds_of_changes[i];
        if (kind >= zone->kind_count || (i > 0 && at_s <= read_time(block, i - 1)))
            return broken(zone, err, "changes that are not in their order");
        if (at_s <= BEGIN_S)
            zone->first_kind = kind;
        else if (at_s < END_S)
            zone->changes[zone->change_count++] = (struct zone_change){at_s, kind};
    }
    return 0;
}

static int64_t year_of(int64_t at_s)
{
    int64_t year;
    int month, day;

    clock_civil_from_days((at_s - BEGIN_S) / 86400 + BEGIN_S / 86400, &year, &month, &day);
    return year;
}

/* Summer time all year round is written as one that begins when it ends (RFC 9636, 3.3.1). Of eight
 * years one at least is a leap year. */
static bool is_always_summer(const struct zone_rule *rule, int64_t year)
{
    for (int i = 0; i < 8; i++, year++)
        if (zone_rule_summer_until(rule, year) != zone_rule_summer_from(rule, year + 1))
            return false;
    return true;
}

static void add_change(struct zone *zone, int64_t at_s, uint16_t kind)
{
    if (zone->change_count == 0 || at_s > zone->changes[zone->change_count - 1].at_s)
        zone->changes[zone->change_count++] = (struct zone_change){at_s, kind};
}

/* Writes the rule out from the year of the last change on. */
static void add_changes_of_rule(const struct zone_rule *rule, uint16_t standard, int64_t year,
                                int64_t last_year, struct zone *zone)
{
    uint16_t summer = (uint16_t)(standard + 1);

    for (; year <= last_year; year++) {
        int64_t from_s = zone_rule_summer_from(rule, year);
        int64_t until_s = zone_rule_summer_until(rule, year);
        bool summer_first = from_s <= until_s;
        add_change(zone, summer_first ? from_s : until_s, summer_first ? summer : standard);
        add_change(zone, summer_first ? until_s : from_s, summer_first ? standard : summer);
    }
}

/* The change by which an instant's period begins. */
static size_t change_before(const struct zone *zone, int64_t at_s)
{
    size_t n = zone->change_count;

    while (n > 0 && zone->changes[n - 1].at_s > at_s)
        n--;
    return n - 1;
}

/* Whether the changes around the cycle's end are those around its beginning: not if dates of the
 * rule are so near to each other, or to New Year, that changes cross. */
static bool goes_round(const struct zone *zone)
{
    size_t first = change_before(zone, zone->cycle_s);
    size_t last = change_before(zone, zone->cycle_s + ZONE_CYCLE_S);

    if (first == 0 || last + 1 >= zone->change_count)
        return false;
    for (size_t i = 0; i < 2; i++)
        if (zone->changes[first + i].at_s + ZONE_CYCLE_S != zone->changes[last + i].at_s)
            return false;
    return zone->changes[first].kind == zone->changes[last].kind &&
           zone->kinds[zone->changes[first - 1].kind].offset_s ==
               zone->kinds[zone->changes[last - 1].kind].offset_s;
}

static int follow_rule(const struct zone_rule *rule, struct zone *zone, struct err *err)
{
    uint16_t standard = (uint16_t)zone->kind_count, summer = (uint16_t)(standard + 1);
    size_t listed = zone->change_count;
    int64_t year = listed > 0 ? year_of(zone->changes[listed - 1].at_s) : RULE_FROM_YEAR;

    zone->kinds[standard] = rule->standard;
    zone->kinds[summer] = rule->summer;
    zone->kind_count += 2;
    if (listed == 0)
        zone->first_kind = standard;
    if (!rule->has_summer || year >= year_of(END_S) - 2)
        return 0;
    if (is_always_summer(rule, year)) {
        zone->first_kind = listed == 0 ? summer : zone->first_kind;
        return 0;
    }
    /* The cycle begins in the year after the first that has the rule alone. */
    int64_t cycle_year = year + 2;
    zone->changes = alloc_resize(zone->changes, (listed + 2 * 404) * sizeof *zone->changes);
    add_changes_of_rule(rule, standard, year, cycle_year + 400, zone);
    zone->cycle_s = clock_days_from_civil(cycle_year, 1, 1) * 86400;
    return goes_round(zone) ? 0 : broken(zone, err, "its footer's summer times overlap");
}

/* "\nRULE\n" to the end of the file; the rule may be empty. */
static int read_footer(const char *at, size_t size, struct zone *zone, struct err *err)
{
    struct zone_rule rule;

    if (size < 2 || at[0] != '\n' || memchr(at + 1, '\n', size - 1) != at + size - 1)
        return broken(zone, err, "it has no footer");
    if (size == 2)
        return 0;
    if (!zone_rule_parse(at + 1, size - 2, &rule))
        return broken(zone, err, "its footer is no rule");
    return follow_rule(&rule, zone, err);
}

int zone_file_parse(const void *data, size_t size, struct zone *zone, struct err *err)
{
    const uint8_t *at = data, *end = at + size;
    struct header header;
    size_t time_bytes = 4;

    zone->cycle_s = INT64_MAX;
    if (!read_header(at, size, &header))
        return err_set(err, ERR_CONFIG, "time zone \"%s\": its file holds no time zone",
                       zone->name);
    at += HEADER_BYTES;
    if (header.version > 1) {
        /* The first block is for readers of 32 bits: another header stands behind it. */
        size_t first = block_bytes(&header, time_bytes);
        if ((size_t)(end - at) < first ||
            !read_header(at + first, (size_t)(end - at) - first, &header))
            return broken(zone, err, "it ends too soon");
        at += first + HEADER_BYTES;
        time_bytes = 8;
    }
    size_t used = block_bytes(&header, time_bytes);
    if ((size_t)(end - at) < used)
        return broken(zone, err, "it ends too soon");
    if (header.leap_count > 0)
        return err_set(err, ERR_CONFIG,
                       "time zone \"%s\": it counts leap seconds, which the clock here does not: "
                       "use the name without \"right/\"",
                       zone->name);
    struct block block = block_at(at, &header, time_bytes);
    if (read_kinds(&block, &header, zone, err) < 0 || read_changes(&block, &header, zone, err) < 0)
        return -1;
    at += used;
    return time_bytes == 8 ? read_footer((const char *)at, (size_t)(end - at), zone, err) : 0;
}
