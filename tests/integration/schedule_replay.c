/*
 * Answers what schedule_test.py asks: a question a line, its words between tabs, an answer a line.
 *
 *     zone NAME                 "ok", the zone of all that follows
 *     at INSTANT                "OFFSET_S IS_DST ABBREVIATION"
 *     wall WALL                 "one A", "skipped A" or "twice A B", instants
 *     cron EXPRESSION           "ok" or the error
 *     ticks FROM UNTIL          those in (FROM, UNTIL), found forward
 *     back FROM UNTIL           those in (FROM, UNTIL), found back, the last first
 *     partitions UNIT OFFSET_S  "ok"
 *     holds INSTANT             "KEY" of its partition
 *     border INSTANT            "KEY END KEY START" of the partition before its own, and of its own
 *     key KEY                   "START END" or "none"
 *
 * Instants and wall times are seconds since 1970.
 */
#include "base/clock.h"
#include "schedule/cron.h"
#include "schedule/partition.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session {
    struct zone *zone;
    struct cron cron;
    struct partitions partitions;
};

static int64_t us_of(const char *text)
{
    return strtoll(text, NULL, 10) * CLOCK_US_PER_SECOND;
}

static void answer_zone(struct session *session, const char *name, const char *nothing)
{
    struct err err;

    (void)nothing;
    zone_free(session->zone);
    session->zone = NULL;
    puts(zone_load(name, &session->zone, &err) < 0 ? err.message : "ok");
}

static void answer_at(struct session *session, const char *instant, const char *nothing)
{
    struct zone_period period;

    (void)nothing;
    zone_period_at(session->zone, us_of(instant), &period);
    printf("%" PRId64 " %d %s\n", period.offset_us / CLOCK_US_PER_SECOND, period.is_dst,
           period.abbreviation);
}

static void answer_wall(struct session *session, const char *wall, const char *nothing)
{
    static const char *const names[] = {
        [ZONE_ONE] = "one", [ZONE_SKIPPED] = "skipped", [ZONE_TWICE] = "twice"};
    int64_t instants[2];
    enum zone_fit fit = zone_find(session->zone, us_of(wall), instants);

    (void)nothing;
    printf("%s %" PRId64, names[fit], instants[0] / CLOCK_US_PER_SECOND);
    if (fit == ZONE_TWICE)
        printf(" %" PRId64, instants[1] / CLOCK_US_PER_SECOND);
    putchar('\n');
}

static void answer_cron(struct session *session, const char *expression, const char *nothing)
{
    struct err err;

    (void)nothing;
    puts(cron_parse(expression, &session->cron, &err) < 0 ? err.message : "ok");
}

static void answer_ticks(const struct session *session, int64_t from_us, int64_t until_us,
                         bool is_back)
{
    const char *between = "";
    int64_t at = is_back ? until_us : from_us;

    while (is_back ? cron_previous(&session->cron, session->zone, at, &at) && at > from_us
                   : cron_next(&session->cron, session->zone, at, &at) && at < until_us) {
        printf("%s%" PRId64, between, at / CLOCK_US_PER_SECOND);
        between = " ";
    }
    putchar('\n');
}

static void answer_next(struct session *session, const char *from, const char *until)
{
    answer_ticks(session, us_of(from), us_of(until), false);
}

static void answer_back(struct session *session, const char *from, const char *until)
{
    answer_ticks(session, us_of(from), us_of(until), true);
}

static void answer_partitions(struct session *session, const char *unit, const char *offset)
{
    struct err err;
    int number = PARTITION_HOUR;

    while (number < PARTITION_MONTH && strcmp(partition_unit_names[number], unit) != 0)
        number++;
    partitions_release(&session->partitions);
    puts(partitions_init_time(&session->partitions, (enum partition_unit)number, session->zone,
                              us_of(offset), NULL, &err) < 0
             ? err.message
             : "ok");
}

static void answer_holds(struct session *session, const char *instant, const char *nothing)
{
    struct partition partition;

    (void)nothing;
    puts(partition_at(&session->partitions, us_of(instant), &partition) ? partition.key : "none");
}

static void answer_border(struct session *session, const char *instant, const char *nothing)
{
    struct partition partition, before;

    (void)nothing;
    if (!partition_at(&session->partitions, us_of(instant), &partition) ||
        !partition_previous(&session->partitions, &partition, &before))
        puts("none");
    else
        printf("%s %" PRId64 " %s %" PRId64 "\n", before.key, before.end_us / CLOCK_US_PER_SECOND,
               partition.key, partition.start_us / CLOCK_US_PER_SECOND);
}

static void answer_key(struct session *session, const char *key, const char *nothing)
{
    struct partition partition;
    struct err err;

    (void)nothing;
    if (partition_find(&session->partitions, key, &partition, &err) < 0)
        puts("none");
    else
        printf("%" PRId64 " %" PRId64 "\n", partition.start_us / CLOCK_US_PER_SECOND,
               partition.end_us / CLOCK_US_PER_SECOND);
}

static const struct question {
    const char *word;
    void (*answer)(struct session *session, const char *first, const char *second);
} questions[] = {
    {"zone", answer_zone},   {"at", answer_at},
    {"wall", answer_wall},   {"cron", answer_cron},
    {"ticks", answer_next},  {"back", answer_back},
    {"holds", answer_holds}, {"border", answer_border},
    {"key", answer_key},     {"partitions", answer_partitions},
};

int main(void)
{
    struct session session = {.zone = NULL};
    char line[1024];

    map_init(&session.partitions.by_key);
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *rest = line;
        const char *words[3] = {"", "", ""};
        line[strcspn(line, "\n")] = '\0';
        for (int i = 0; i < 3 && rest != NULL; i++)
            words[i] = strsep(&rest, "\t");
        for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
            if (strcmp(words[0], questions[i].word) == 0)
                questions[i].answer(&session, words[1], words[2]);
    }
    partitions_release(&session.partitions);
    zone_free(session.zone);
    return 0;
}
