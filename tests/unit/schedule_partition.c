/*
 * Partitions: their keys, their borders, and what clocks do to them.
 */
#include "test.h"

#include "base/clock.h"
#include "schedule/partition.h"

#include <stdio.h>
#include <string.h>

#define HOUR_US (3600 * CLOCK_US_PER_SECOND)

/* A definition with the zone that it borrows. */
struct fixture {
    struct zone *zone;
    struct partitions partitions;
};

static void open_fixture(struct fixture *fixture, enum partition_unit unit, const char *zone,
                         int64_t offset_us, const char *start)
{
    struct err err;

    check_ok(zone_load(zone, &fixture->zone, &err));
    check_ok(
        partitions_init_time(&fixture->partitions, unit, fixture->zone, offset_us, start, &err));
}

static void close_fixture(struct fixture *fixture)
{
    partitions_release(&fixture->partitions);
    zone_free(fixture->zone);
}

static int64_t us_of(const char *text)
{
    int64_t us;

    check(clock_parse(text, strlen(text), &us, NULL, NULL));
    return us;
}

/* "KEY START END" */
static const char *shown(const struct partition *partition)
{
    static char text[PARTITION_KEY_SIZE + 2 * CLOCK_TEXT_SIZE];
    char start[CLOCK_TEXT_SIZE], end[CLOCK_TEXT_SIZE];

    (void)snprintf(text, sizeof text, "%s %s %s", partition->key,
                   clock_format_iso(start, partition->start_us, 0),
                   clock_format_iso(end, partition->end_us, 0));
    return text;
}

/* The partition that holds an instant, which is also what its key and its neighbours lead to. */
static const char *at(const struct fixture *fixture, const char *instant)
{
    const struct partitions *partitions = &fixture->partitions;
    struct partition partition, same, next;
    struct err err;

    check(partition_at(partitions, us_of(instant), &partition));
    check_ok(partition_find(partitions, partition.key, &same, &err));
    check_int(same.start_us, partition.start_us);
    check_int(same.end_us, partition.end_us);
    check(partition_next(partitions, &partition, &next));
    check(partition_previous(partitions, &next, &same));
    check_str(same.key, partition.key);
    return shown(&partition);
}

/* The keys of a range, joined by blanks. */
static const char *listed(const struct partitions *partitions, const char *from, const char *to)
{
    static char text[4096];
    struct partition *list;
    struct arena arena;
    struct err err;
    size_t count;

    arena_init(&arena);
    text[0] = '\0';
    check_ok(partition_list(partitions, from, to, &arena, &list, &count, &err));
    for (size_t i = 0; i < count; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i > 0 ? " " : "",
                       list[i].key);
    arena_release(&arena);
    return text;
}

TEST("an instant has one partition of each unit, by the zone's clocks")
{
    static const struct {
        enum partition_unit unit;
        const char *zone, *wanted;
    } cases[] = {
        {PARTITION_HOUR, "UTC", "2024-04-04T13 2024-04-04T13:00:00Z 2024-04-04T14:00:00Z"},
        {PARTITION_DAY, "UTC", "2024-04-04 2024-04-04T00:00:00Z 2024-04-05T00:00:00Z"},
        {PARTITION_WEEK, "UTC", "2024-W14 2024-04-01T00:00:00Z 2024-04-08T00:00:00Z"},
        {PARTITION_MONTH, "UTC", "2024-04 2024-04-01T00:00:00Z 2024-05-01T00:00:00Z"},
        {PARTITION_HOUR, "Asia/Kolkata", "2024-04-04T19 2024-04-04T13:30:00Z 2024-04-04T14:30:00Z"},
        {PARTITION_DAY, "Asia/Kolkata", "2024-04-04 2024-04-03T18:30:00Z 2024-04-04T18:30:00Z"},
        {PARTITION_MONTH, "Europe/London", "2024-04 2024-03-31T23:00:00Z 2024-04-30T23:00:00Z"},
    };
    struct fixture fixture;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_fixture(&fixture, cases[i].unit, cases[i].zone, 0, NULL);
        check_str(at(&fixture, "2024-04-04T13:59:59.999999Z"), cases[i].wanted);
        close_fixture(&fixture);
    }
}

TEST("weeks are ISO 8601's, also around New Year")
{
    struct fixture fixture;

    open_fixture(&fixture, PARTITION_WEEK, "UTC", 0, NULL);
    check_str(at(&fixture, "2020-12-31"), "2020-W53 2020-12-28T00:00:00Z 2021-01-04T00:00:00Z");
    check_str(at(&fixture, "2021-01-03"), "2020-W53 2020-12-28T00:00:00Z 2021-01-04T00:00:00Z");
    check_str(at(&fixture, "2021-01-04"), "2021-W01 2021-01-04T00:00:00Z 2021-01-11T00:00:00Z");
    check_str(at(&fixture, "2024-12-30"), "2025-W01 2024-12-30T00:00:00Z 2025-01-06T00:00:00Z");
    check_str(listed(&fixture.partitions, "2020-W52", "2021-W02"),
              "2020-W52 2020-W53 2021-W01 2021-W02");
    close_fixture(&fixture);
}

TEST("a day of summer time's end has 25 hours, one of its beginning 23")
{
    struct fixture hours, days;

    open_fixture(&hours, PARTITION_HOUR, "Europe/London", 0, NULL);
    open_fixture(&days, PARTITION_DAY, "Europe/London", 0, NULL);
    check_str(at(&days, "2024-03-31T12:00:00Z"),
              "2024-03-31 2024-03-31T00:00:00Z 2024-03-31T23:00:00Z");
    check_str(at(&days, "2024-10-27T12:00:00Z"),
              "2024-10-27 2024-10-26T23:00:00Z 2024-10-28T00:00:00Z");
    check_str(listed(&hours.partitions, "2024-03-31T00", "2024-03-31T03"),
              "2024-03-31T00 2024-03-31T02 2024-03-31T03");
    check_str(listed(&hours.partitions, "2024-10-27T00", "2024-10-27T02"),
              "2024-10-27T00 2024-10-27T01 2024-10-27T01+0000 2024-10-27T02");
    check_str(at(&hours, "2024-10-27T00:30:00Z"),
              "2024-10-27T01 2024-10-27T00:00:00Z 2024-10-27T01:00:00Z");
    check_str(at(&hours, "2024-10-27T01:30:00Z"),
              "2024-10-27T01+0000 2024-10-27T01:00:00Z 2024-10-27T02:00:00Z");
    close_fixture(&hours);
    close_fixture(&days);
}

TEST("clocks that go by half an hour or two, and calendars that leave out a day")
{
    struct fixture howe, troll, apia, york;

    open_fixture(&howe, PARTITION_HOUR, "Australia/Lord_Howe", 0, NULL);
    check_str(at(&howe, "2024-04-06T14:30:00Z"),
              "2024-04-07T01 2024-04-06T14:00:00Z 2024-04-06T15:00:00Z");
    check_str(at(&howe, "2024-04-06T15:00:00Z"),
              "2024-04-07T01+1030 2024-04-06T15:00:00Z 2024-04-06T15:30:00Z");
    check_str(at(&howe, "2024-04-06T15:30:00Z"),
              "2024-04-07T02 2024-04-06T15:30:00Z 2024-04-06T16:30:00Z");
    check_str(at(&howe, "2024-10-05T15:45:00Z"),
              "2024-10-06T02 2024-10-05T15:30:00Z 2024-10-05T16:00:00Z");
    close_fixture(&howe);
    open_fixture(&troll, PARTITION_HOUR, "Antarctica/Troll", 0, NULL);
    check_str(listed(&troll.partitions, "2024-10-27T00", "2024-10-27T03"),
              "2024-10-27T00 2024-10-27T01 2024-10-27T02 2024-10-27T01+0000 2024-10-27T02+0000 "
              "2024-10-27T03");
    close_fixture(&troll);
    open_fixture(&apia, PARTITION_DAY, "Pacific/Apia", 0, NULL);
    check_str(listed(&apia.partitions, "2011-12-28", "2012-01-01"),
              "2011-12-28 2011-12-29 2011-12-31 2012-01-01");
    close_fixture(&apia);
    open_fixture(&york, PARTITION_HOUR, "America/New_York", 0, NULL);
    check_str(at(&york, "2024-11-03T06:00:00Z"),
              "2024-11-03T01-0500 2024-11-03T06:00:00Z 2024-11-03T07:00:00Z");
    close_fixture(&york);
}

TEST("a midnight that is skipped is the change, of two the first counts")
{
    struct fixture havana;

    open_fixture(&havana, PARTITION_DAY, "America/Havana", 0, NULL);
    check_str(at(&havana, "2024-03-10T12:00:00Z"),
              "2024-03-10 2024-03-10T05:00:00Z 2024-03-11T04:00:00Z");
    check_str(at(&havana, "2024-11-03T05:30:00Z"),
              "2024-11-03 2024-11-03T04:00:00Z 2024-11-04T05:00:00Z");
    close_fixture(&havana);
}

TEST("where clocks go back over midnight, the day before does not begin again")
{
    struct fixture johns;

    /* From 00:01 on 7 November to 23:01 on the 6th. */
    open_fixture(&johns, PARTITION_DAY, "America/St_Johns", 0, NULL);
    check_str(at(&johns, "2010-11-07T02:30:30Z"),
              "2010-11-07 2010-11-07T02:30:00Z 2010-11-08T03:30:00Z");
    check_str(at(&johns, "2010-11-07T03:00:00Z"),
              "2010-11-07 2010-11-07T02:30:00Z 2010-11-08T03:30:00Z");
    check_str(at(&johns, "2010-11-07T02:29:59Z"),
              "2010-11-06 2010-11-06T02:30:00Z 2010-11-07T02:30:00Z");
    close_fixture(&johns);
}

TEST("an hour that loses its middle is one partition")
{
    static const char wanted[] = "2024-10-06T01 2024-10-05T15:15:00Z 2024-10-05T15:45:00Z";
    struct fixture howe;

    /* From 02:00 to 02:30, in the hour from 01:45 on. */
    open_fixture(&howe, PARTITION_HOUR, "Australia/Lord_Howe", HOUR_US / 4 * 3, NULL);
    check_str(at(&howe, "2024-10-05T15:29:59Z"), wanted);
    check_str(at(&howe, "2024-10-05T15:30:00Z"), wanted);
    close_fixture(&howe);
}

TEST("an offset moves the borders and not the keys")
{
    struct fixture fixture;

    open_fixture(&fixture, PARTITION_DAY, "Europe/London", 6 * HOUR_US, "2024-03-30");
    check_str(at(&fixture, "2024-03-31T04:59:59Z"),
              "2024-03-30 2024-03-30T06:00:00Z 2024-03-31T05:00:00Z");
    check(!partition_at(&fixture.partitions, us_of("2024-03-30T05:59:59Z"),
                        &(struct partition){.index = 0}));
    close_fixture(&fixture);
    open_fixture(&fixture, PARTITION_HOUR, "UTC", HOUR_US / 4, NULL);
    check_str(at(&fixture, "2024-03-31T05:14:59Z"),
              "2024-03-31T04 2024-03-31T04:15:00Z 2024-03-31T05:15:00Z");
    close_fixture(&fixture);
    open_fixture(&fixture, PARTITION_WEEK, "UTC", 6 * CLOCK_US_PER_DAY, NULL);
    check_str(at(&fixture, "2024-04-04"), "2024-W13 2024-03-31T00:00:00Z 2024-04-07T00:00:00Z");
    close_fixture(&fixture);
    open_fixture(&fixture, PARTITION_MONTH, "UTC", 14 * CLOCK_US_PER_DAY, NULL);
    check_str(at(&fixture, "2024-03-01"), "2024-02 2024-02-15T00:00:00Z 2024-03-15T00:00:00Z");
    close_fixture(&fixture);
}

TEST("a definition begins with the first partition at its start or later")
{
    static const struct {
        enum partition_unit unit;
        const char *start, *wanted;
    } cases[] = {
        {PARTITION_DAY, "2024-04-03", "2024-04-03"},
        {PARTITION_WEEK, "2024-04-03", "2024-W15"},
        {PARTITION_WEEK, "2024-04-01", "2024-W14"},
        {PARTITION_WEEK, "2024-W20", "2024-W20"},
        {PARTITION_MONTH, "2024-04-03", "2024-05"},
        {PARTITION_MONTH, "2024-04", "2024-04"},
        {PARTITION_HOUR, "2024-04-03", "2024-04-03T00"},
        {PARTITION_HOUR, "2024-04-03T07", "2024-04-03T07"},
        {PARTITION_DAY, "1900-01-01", "1900-01-01"},
        {PARTITION_DAY, NULL, "1970-01-01"},
    };
    struct partition partition, before;
    struct fixture fixture;
    struct err err;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_fixture(&fixture, cases[i].unit, "Europe/London", 0, cases[i].start);
        check(partition_first(&fixture.partitions, &partition));
        check_str(partition.key, cases[i].wanted);
        check(!partition_previous(&fixture.partitions, &partition, &before));
        check(!partition_at(&fixture.partitions, partition.start_us - 1, &before));
        check(!partition_last(&fixture.partitions, partition.end_us - 1, &before));
        check(partition_last(&fixture.partitions, partition.end_us, &before));
        check_str(before.key, cases[i].wanted);
        close_fixture(&fixture);
    }
    open_fixture(&fixture, PARTITION_DAY, "UTC", 0, "2024-04-03");
    check_fails(partition_find(&fixture.partitions, "2024-04-02", &partition, &err), ERR_CONFIG,
                "there is no partition \"2024-04-02\": the first is \"2024-04-03\"");
    close_fixture(&fixture);
}

TEST("keys are read strictly")
{
    static const struct {
        enum partition_unit unit;
        const char *key, *message;
    } cases[] = {
        {PARTITION_HOUR, "2024-04-04", "is no hour: write it as \"2024-04-04T13\""},
        {PARTITION_HOUR, "2024-04-04T24", "is no hour"},
        {PARTITION_HOUR, "2024-04-04T1", "is no hour"},
        {PARTITION_HOUR, "2024-04-04T13:00", "is no hour"},
        {PARTITION_HOUR, "2024-02-30T13", "is no hour"},
        {PARTITION_HOUR, "2024-10-27T01*0000", "is no hour"},
        {PARTITION_HOUR, "2024-10-27T01+000", "is no hour"},
        {PARTITION_HOUR, "2024-03-31T01",
         "there is no partition \"2024-03-31T01\": the clocks of Europe/London do not show that hour"},
        {PARTITION_HOUR, "2024-10-27T01+0100", "do not show that hour a second time"},
        {PARTITION_HOUR, "2024-10-27T02+0000", "do not show that hour a second time"},
        {PARTITION_DAY, "2024-02-30", "is no day: write it as \"2024-04-04\""},
        {PARTITION_DAY, "2024-2-3", "is no day"},
        {PARTITION_DAY, "2024-02-03 ", "is no day"},
        {PARTITION_DAY, "9999-01-01", "is no day"},
        {PARTITION_DAY, "", "is no day"},
        {PARTITION_WEEK, "2024-W53", "is no week: write it as \"2024-W14\""},
        {PARTITION_WEEK, "2024-W00", "is no week"},
        {PARTITION_WEEK, "2024-w14", "is no week"},
        {PARTITION_MONTH, "2024-13", "is no month: write it as \"2024-04\""},
        {PARTITION_MONTH, "2024-00", "is no month"},
    };
    struct partition partition = {.key = "untouched"};
    struct fixture fixture;
    struct err err;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_fixture(&fixture, cases[i].unit, "Europe/London", 0, NULL);
        check_fails(partition_find(&fixture.partitions, cases[i].key, &partition, &err), ERR_CONFIG,
                    cases[i].message);
        check_str(partition.key, "untouched");
        close_fixture(&fixture);
    }
    open_fixture(&fixture, PARTITION_DAY, "Pacific/Apia", 0, NULL);
    check_fails(partition_find(&fixture.partitions, "2011-12-30", &partition, &err), ERR_CONFIG,
                "the clocks of Pacific/Apia do not show that day");
    close_fixture(&fixture);
}

TEST("definitions that make no sense are refused")
{
    struct partitions partitions = {.key_count = 42};
    struct zone *zone = NULL;
    struct err err;

    check_ok(zone_load("UTC", &zone, &err));
    check_fails(partitions_init_time(&partitions, PARTITION_HOUR, zone, HOUR_US, NULL, &err),
                ERR_CONFIG, "an offset of partitions by hour is whole seconds, less than 3600");
    check_fails(partitions_init_time(&partitions, PARTITION_DAY, zone, -1, NULL, &err), ERR_CONFIG,
                "less than 86400");
    check_fails(partitions_init_time(&partitions, PARTITION_DAY, zone, 1, NULL, &err), ERR_CONFIG,
                "whole seconds");
    check_fails(partitions_init_time(&partitions, PARTITION_WEEK, zone, 0, "soon", &err),
                ERR_CONFIG,
                "cannot start at \"soon\": write a date, as \"2024-04-01\", or the key of a "
                "partition, as \"2024-W14\"");
    check_fails(partitions_init_time(&partitions, PARTITION_DAY, zone, 0, "1899-12-31", &err),
                ERR_CONFIG, "cannot start at");
    check_fails(
        partitions_init_time(&partitions, PARTITION_DAY, zone, 0, "2024-01-01T00:00:00Z", &err),
        ERR_CONFIG, "cannot start at");
    check_int(partitions.key_count, 42);
    zone_free(zone);
}

TEST("a range has a limit, a direction, and ends that exist")
{
    struct partition *list = NULL;
    struct fixture fixture;
    struct arena arena;
    struct err err;
    size_t count = 0;

    arena_init(&arena);
    open_fixture(&fixture, PARTITION_HOUR, "UTC", 0, NULL);
    check_ok(partition_list(&fixture.partitions, "2000-01-01T00", "2011-05-29T15", &arena, &list,
                            &count, &err));
    check_int(count, PARTITIONS_MOST);
    check_str(list[count - 1].key, "2011-05-29T15");
    count = 42;
    check_fails(partition_list(&fixture.partitions, "2000-01-01T00", "2011-05-29T16", &arena, &list,
                               &count, &err),
                ERR_CONFIG, "are more than 100000: choose a shorter range");
    check_fails(partition_list(&fixture.partitions, "2000-01-02T00", "2000-01-01T00", &arena, &list,
                               &count, &err),
                ERR_CONFIG, "the range goes back");
    check_fails(
        partition_list(&fixture.partitions, "2000-01-02T00", "2000", &arena, &list, &count, &err),
        ERR_CONFIG, "partition \"2000\" is no hour");
    check_int(count, 42);
    arena_release(&arena);
    close_fixture(&fixture);
}

TEST("the calendar of partitions ends with the year 9998")
{
    struct partition partition, next;
    struct fixture fixture;

    open_fixture(&fixture, PARTITION_DAY, "UTC", 0, NULL);
    check(partition_at(&fixture.partitions, us_of("9998-12-31"), &partition));
    check_str(partition.key, "9998-12-31");
    check(!partition_next(&fixture.partitions, &partition, &next));
    check(!partition_at(&fixture.partitions, INT64_MAX, &next));
    check(!partition_at(&fixture.partitions, INT64_MIN, &next));
    close_fixture(&fixture);
}

TEST("static partitions are a list in its order")
{
    static const char *const keys[] = {"fr", "de", "it", "é t"};
    struct partitions partitions;
    struct partition partition, other;
    struct err err;

    check_ok(partitions_init_static(&partitions, keys, 4, &err));
    check_str(listed(&partitions, "fr", "it"), "fr de it");
    check_str(listed(&partitions, "de", "de"), "de");
    check(partition_first(&partitions, &partition));
    check_str(partition.key, "fr");
    check(!partition_previous(&partitions, &partition, &other));
    check(partition_last(&partitions, 0, &partition));
    check_str(partition.key, "é t");
    check(!partition_next(&partitions, &partition, &other));
    check(partition_previous(&partitions, &partition, &other));
    check_str(other.key, "it");
    check(!partition_at(&partitions, 0, &other));
    check_fails(partition_find(&partitions, "FR", &other, &err), ERR_CONFIG,
                "there is no partition \"FR\": did you mean \"fr\"?");
    check_fails(partition_find(&partitions, "elsewhere", &other, &err), ERR_CONFIG,
                "there is no partition \"elsewhere\": the first is \"fr\"");
    partitions_release(&partitions);
    partitions_release(&partitions);
}

TEST("static keys that could not be told apart or written are refused")
{
    static const struct {
        const char *keys[2];
        const char *message;
    } cases[] = {
        {{"a", "a"}, "partition \"a\" is listed twice"},
        {{"a", ""}, "a key has 1 to 63 bytes"},
        {{"a", "1234567890123456789012345678901234567890123456789012345678901234"},
         "a key has 1 to 63 bytes"},
        {{"a", "b\n"}, "control character"},
        {{"a", "b,c"}, "a comma and \"..\" stand between keys"},
        {{"a", "b..c"}, "a comma and \"..\" stand between keys"},
    };
    struct partitions partitions;
    struct err err;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_fails(partitions_init_static(&partitions, cases[i].keys, 2, &err), ERR_CONFIG,
                    cases[i].message);
    check_fails(partitions_init_static(&partitions, cases[0].keys, 0, &err), ERR_CONFIG,
                "a list of 1 to 100000 keys");
    check_fails(partitions_init_static(&partitions, cases[0].keys, PARTITIONS_MOST + 1, &err),
                ERR_CONFIG, "a list of 1 to 100000 keys");
}

/* ---- of other units and zones ---------------------------------------------------------------- */

struct unit_in_zone {
    enum partition_unit unit;
    const char *zone;
};

/* Half-hours are the finest that any of the zones below shows a border at. */
#define STEP_US (HOUR_US / 2)

/* Every partition of the one is looked for among those of the other, and found by the definition of
 * sharing: some instant of it is an instant of theirs. */
static void check_shared(const struct fixture *these, const struct fixture *those, const char *from,
                         const char *until)
{
    struct partition first, last, at, theirs, *list;
    size_t count, low, high;
    struct arena arena;
    struct err err;

    arena_init(&arena);
    check(partition_at(&these->partitions, us_of(from), &first));
    check(partition_at(&these->partitions, us_of(until), &last));
    check_ok(partition_list(&these->partitions, first.key, last.key, &arena, &list, &count, &err));
    check(partition_at(&those->partitions, first.end_us, &at));
    while (at.end_us <= last.start_us) {
        bool *is_shared = arena_calloc(&arena, count, sizeof *is_shared);
        for (int64_t us = at.start_us; us < at.end_us; us += STEP_US) {
            check(partition_at(&these->partitions, us, &theirs));
            for (size_t i = 0; i < count; i++)
                is_shared[i] |= strcmp(list[i].key, theirs.key) == 0;
        }
        partition_overlap(list, count, at.start_us, at.end_us, &low, &high);
        for (size_t i = 0; i < count; i++)
            check_int(i >= low && i < high, is_shared[i]);
        check(partition_next(&those->partitions, &at, &at));
    }
    arena_release(&arena);
}

TEST("partitions of other units and zones are shared by instants, on days when clocks change, too")
{
    static const struct unit_in_zone all[] = {
        {PARTITION_HOUR, "UTC"},           {PARTITION_HOUR, "Europe/London"},
        {PARTITION_HOUR, "Asia/Kolkata"},  {PARTITION_DAY, "UTC"},
        {PARTITION_DAY, "Europe/London"},  {PARTITION_DAY, "America/New_York"},
        {PARTITION_WEEK, "Europe/London"}, {PARTITION_MONTH, "Australia/Lord_Howe"},
    };
    enum { ALL = sizeof all / sizeof *all };
    struct fixture fixtures[ALL];

    for (size_t i = 0; i < ALL; i++)
        open_fixture(&fixtures[i], all[i].unit, all[i].zone, 0, "2023-01-01");
    for (size_t i = 0; i < ALL; i++)
        for (size_t j = 0; j < ALL; j++) {
            check_shared(&fixtures[i], &fixtures[j], "2024-03-30", "2024-04-02");
            check_shared(&fixtures[i], &fixtures[j], "2024-10-26", "2024-10-29");
        }
    for (size_t i = 0; i < ALL; i++)
        close_fixture(&fixtures[i]);
}

/* "FIRST..LAST COUNT" of the hours that a day has. */
static const char *hours_of(const struct fixture *hours, const struct fixture *days,
                            const char *day)
{
    static char text[3 * PARTITION_KEY_SIZE];
    struct partition at, first, last, *list;
    size_t count, low, high;
    struct arena arena;
    struct err err;

    arena_init(&arena);
    check_ok(partition_find(&days->partitions, day, &at, &err));
    check(partition_at(&hours->partitions, at.start_us - 5 * HOUR_US, &first));
    check(partition_at(&hours->partitions, at.end_us + 5 * HOUR_US, &last));
    check_ok(partition_list(&hours->partitions, first.key, last.key, &arena, &list, &count, &err));
    partition_overlap(list, count, at.start_us, at.end_us, &low, &high);
    (void)snprintf(text, sizeof text, "%s..%s %zu", list[low].key, list[high - 1].key, high - low);
    arena_release(&arena);
    return text;
}

TEST("a day of a zone has its 23, 24 or 25 hours of UTC, half ones at its borders counted")
{
    struct fixture hours, london, kolkata;

    open_fixture(&hours, PARTITION_HOUR, "UTC", 0, NULL);
    open_fixture(&london, PARTITION_DAY, "Europe/London", 0, NULL);
    open_fixture(&kolkata, PARTITION_DAY, "Asia/Kolkata", 0, NULL);
    check_str(hours_of(&hours, &london, "2024-03-30"), "2024-03-30T00..2024-03-30T23 24");
    check_str(hours_of(&hours, &london, "2024-03-31"), "2024-03-31T00..2024-03-31T22 23");
    check_str(hours_of(&hours, &london, "2024-04-01"), "2024-03-31T23..2024-04-01T22 24");
    check_str(hours_of(&hours, &london, "2024-10-27"), "2024-10-26T23..2024-10-27T23 25");
    check_str(hours_of(&hours, &kolkata, "2024-04-01"), "2024-03-31T18..2024-04-01T18 25");
    close_fixture(&hours);
    close_fixture(&london);
    close_fixture(&kolkata);
}
