/*
 * Answers what schedule_test.py asks: a question a line, its words between tabs, an answer a line.
 *
 *     zone NAME                 "ok", the zone of all that follows
 *     at INSTANT                "OFFSET_S IS_DST ABBREVIATION"
 *     wall WALL                 "one A", "skipped A" or "twice A B", instants
 *     cron EXPRESSION           "ok" or the error
 *     ticks FROM UNTIL          those in (FROM, UNTIL), found forward
 *     back FROM UNTIL           those in (FROM, UNTIL), found back, the last first
 *
 * Instants and wall times are seconds since 1970.
 */
#include "base/clock.h"
#include "schedule/cron.h"
#include "schedule/zone.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session {
    struct zone *zone;
    struct cron cron;
};

static int64_t us_of(const char *text)
{
    return strtoll(text, NULL, 10) * CLOCK_US_PER_SECOND;
}

static void answer_zone(struct session *session, const char *name)
{
    struct err err;

    zone_free(session->zone);
    session->zone = NULL;
    puts(zone_load(name, &session->zone, &err) < 0 ? err.message : "ok");
}

static void answer_at(const struct session *session, const char *instant)
{
    struct zone_period period;

    zone_period_at(session->zone, us_of(instant), &period);
    printf("%" PRId64 " %d %s\n", period.offset_us / CLOCK_US_PER_SECOND, period.is_dst,
           period.abbreviation);
}

static void answer_wall(const struct session *session, const char *wall)
{
    static const char *const names[] = {
        [ZONE_ONE] = "one", [ZONE_SKIPPED] = "skipped", [ZONE_TWICE] = "twice"};
    int64_t instants[2];
    enum zone_fit fit = zone_find(session->zone, us_of(wall), instants);

    printf("%s %" PRId64, names[fit], instants[0] / CLOCK_US_PER_SECOND);
    if (fit == ZONE_TWICE)
        printf(" %" PRId64, instants[1] / CLOCK_US_PER_SECOND);
    putchar('\n');
}

static void answer_cron(struct session *session, const char *expression)
{
    struct err err;

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

int main(void)
{
    struct session session = {.zone = NULL};
    char line[1024];

    while (fgets(line, sizeof line, stdin) != NULL) {
        char *rest = line;
        const char *words[3] = {"", "", ""};
        line[strcspn(line, "\n")] = '\0';
        for (int i = 0; i < 3 && rest != NULL; i++)
            words[i] = strsep(&rest, "\t");
        if (strcmp(words[0], "zone") == 0)
            answer_zone(&session, words[1]);
        else if (strcmp(words[0], "at") == 0)
            answer_at(&session, words[1]);
        else if (strcmp(words[0], "wall") == 0)
            answer_wall(&session, words[1]);
        else if (strcmp(words[0], "cron") == 0)
            answer_cron(&session, words[1]);
        else
            answer_ticks(&session, us_of(words[1]), us_of(words[2]), strcmp(words[0], "back") == 0);
    }
    zone_free(session.zone);
    return 0;
}
