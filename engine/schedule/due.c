#include "schedule/due.h"

#include "base/clock.h"

/* Whether the run of that tick could have begun by now. */
static bool is_due(const struct schedule *schedule, int64_t tick_us, int64_t now_us)
{
    return schedule_start_us(schedule, tick_us) <= now_us;
}

/* The newest tick that is due; due_us is one. Jitter keeps back some of those at the end, in the
 * order of their times. */
static int64_t newest_due(const struct schedule *schedule, int64_t due_us, int64_t now_us)
{
    int64_t surely_us = now_us - schedule->config->jitter_ms * 1000;
    int64_t newest_us = due_us, tick_us;

    if (cron_previous(&schedule->cron, schedule->zone, surely_us + 1, &tick_us) && tick_us > due_us)
        newest_us = tick_us;
    for (int i = 0; i < DUE_LATE_TICKS && schedule->config->jitter_ms > 0; i++) {
        if (!cron_next(&schedule->cron, schedule->zone, newest_us, &tick_us) ||
            !is_due(schedule, tick_us, now_us))
            break;
        newest_us = tick_us;
    }
    return newest_us;
}

/* The oldest of the newest ticks until `newest_us` that are looked at one by one. */
static int64_t oldest_named(const struct schedule *schedule, int64_t newest_us)
{
    int64_t oldest_us = newest_us, tick_us;

    for (int i = 1; i < DUE_LATE_TICKS; i++) {
        if (!cron_previous(&schedule->cron, schedule->zone, oldest_us, &tick_us))
            break;
        oldest_us = tick_us;
    }
    return oldest_us;
}

static void decide_late(const struct schedule *schedule, const struct due_time *time,
                        struct due *due)
{
    int64_t newest_us = newest_due(schedule, due->tick_us, time->now_us);
    int64_t oldest_us = oldest_named(schedule, newest_us), before_us;

    due->is_late = true;
    if (due->tick_us < oldest_us &&
        cron_previous(&schedule->cron, schedule->zone, oldest_us, &before_us)) {
        due->verdict = DUE_MISSED;
        due->also_before = before_us > due->tick_us;
        due->tick_us = before_us;
        return;
    }
    switch ((enum schedule_catch_up)schedule->config->catch_up) {
    case CATCH_UP_NONE: due->verdict = DUE_MISSED; break;
    case CATCH_UP_LAST: due->verdict = due->tick_us == newest_us ? DUE_FIRE : DUE_MISSED; break;
    case CATCH_UP_ALL: due->verdict = DUE_FIRE; break;
    }
}

bool due_look(struct due_watch *watch, int64_t now_us, int64_t mono_us, struct due_time *time)
{
    bool is_first = watch->looked_mono_us == 0;
    int64_t passed_us = is_first ? 0 : mono_us - watch->looked_mono_us;
    int64_t jump_us = is_first ? 0 : now_us - watch->looked_us - passed_us;
    bool has_jumped = jump_us > DUE_SLACK_US || jump_us < -DUE_SLACK_US;
    bool was_blind = passed_us > DUE_BLIND_US;

    if (is_first || has_jumped || was_blind)
        watch->seen_from_us = was_blind ? now_us : now_us - passed_us;
    watch->looked_us = now_us;
    watch->looked_mono_us = mono_us;
    *time = (struct due_time){now_us, watch->seen_from_us};
    return has_jumped;
}

void due_find(const struct schedule *schedule, int64_t reached_us, const struct due_time *time,
              struct due *due)
{
    int64_t tick_us;

    *due = (struct due){.verdict = DUE_LATER, .again_us = INT64_MAX};
    if (reached_us - time->now_us > DUE_CORRECTION_US) {
        due->verdict = DUE_ANEW;
        return;
    }
    if (!cron_next(&schedule->cron, schedule->zone, reached_us, &tick_us))
        return;
    int64_t start_us = schedule_start_us(schedule, tick_us);
    if (start_us > time->now_us) {
        due->again_us = start_us;
        return;
    }
    due->tick_us = tick_us;
    due->verdict = DUE_FIRE;
    if (start_us < time->seen_from_us - DUE_SLACK_US)
        decide_late(schedule, time, due);
}

size_t due_list(const struct schedule *schedule, int64_t after_us, int64_t *ticks_us, size_t count)
{
    size_t found = 0;

    while (found < count && cron_next(&schedule->cron, schedule->zone, after_us, &ticks_us[found]))
        after_us = ticks_us[found++];
    return found;
}
