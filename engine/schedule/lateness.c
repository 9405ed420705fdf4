#include "schedule/lateness.h"

#include "base/clock.h"

#include <stdio.h>

/* The last deadline that is over, and from when on the asset has to be for it. */
static bool find_deadline(const struct rule *rule, int64_t now_us, int64_t *deadline_us,
                          int64_t *since_us)
{
    if (!cron_previous(&rule->deadline, rule->deadline_zone, now_us + 1, deadline_us))
        return false;
    if (rule->max_lag_us > 0)
        *since_us = *deadline_us - rule->max_lag_us;
    else if (!cron_previous(&rule->deadline, rule->deadline_zone, *deadline_us, since_us))
        *since_us = *deadline_us;
    return true;
}

void lateness_find(const struct rule *rule, int64_t fresh_us, int64_t now_us,
                   struct lateness *lateness)
{
    int64_t since_us, next_us;

    *lateness = (struct lateness){.next_us = INT64_MAX};
    if (!rule->has_deadline) {
        lateness->deadline_us = fresh_us + rule->max_lag_us;
        lateness->is_late = rule->max_lag_us > 0 && now_us >= lateness->deadline_us;
        if (rule->max_lag_us > 0 && !lateness->is_late)
            lateness->next_us = lateness->deadline_us;
        return;
    }
    if (find_deadline(rule, now_us, &lateness->deadline_us, &since_us))
        lateness->is_late = fresh_us < since_us;
    if (!lateness->is_late && cron_next(&rule->deadline, rule->deadline_zone, now_us, &next_us))
        lateness->next_us = next_us;
}

void lateness_of(const struct rule *rule, const struct automation_fact *fact, int64_t now_us,
                 struct lateness *lateness)
{
    bool was_made = fact->confirmed_us > 0;
    int64_t since_us = was_made ? fact->confirmed_us : fact->since_us;

    *lateness = (struct lateness){.next_us = INT64_MAX};
    if (rule == NULL || !rule->has_freshness || since_us == 0)
        return;
    lateness_find(rule, since_us, now_us, lateness);
    lateness->is_timed = true;
    lateness->was_made = was_made;
    lateness->since_us = since_us;
}

const char *lateness_describe(const struct lateness *lateness, char text[LATENESS_TEXT_SIZE])
{
    char fresh[CLOCK_TEXT_SIZE], deadline[CLOCK_TEXT_SIZE];

    clock_format_iso(deadline, lateness->deadline_us, 0);
    if (lateness->was_made)
        (void)snprintf(text, LATENESS_TEXT_SIZE, "last brought up to date at %s: late since %s",
                       clock_format_iso(fresh, lateness->since_us, 0), deadline);
    else
        (void)snprintf(text, LATENESS_TEXT_SIZE, "it was never made: late since %s", deadline);
    return text;
}
