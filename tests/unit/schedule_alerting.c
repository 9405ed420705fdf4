/*
 * Who is told what, and when: deduplication, recovery, the hour, retries.
 */
#include "test.h"

#include "schedule/alerting.h"

#include <stdio.h>
#include <string.h>

#define MINUTE INT64_C(60000000)
#define HOUR (60 * MINUTE)
#define NOON (20000 * 24 * HOUR)

static const struct alert everything = {
    .name = "team",
    .kinds = 0x1f,
    .dedupe_ms = 3600 * 1000,
    .max_per_hour = 30,
};

static int64_t repeats;

/* What becomes of an event at a time: 'P'ass, 'R'epeat, 'S'end, 'H'old. `of` a recovery: its
 * trouble; else the kind itself. */
static char decide(struct alerting *history, const struct alert *alert, enum alert_kind kind,
                   enum alert_kind of, int64_t at_us)
{
    const struct alerting_event event = {kind, of, "asset:marts.one", "dev", at_us};

    return "PRSH"[alerting_decide(history, alert, &event, &repeats)];
}

static char fail(struct alerting *history, const struct alert *alert, int64_t at_us)
{
    return decide(history, alert, ALERT_FAILURE, ALERT_FAILURE, at_us);
}

static char recover(struct alerting *history, const struct alert *alert, int64_t at_us)
{
    return decide(history, alert, ALERT_RECOVERY, ALERT_FAILURE, at_us);
}

/* Another subject each time. */
static char fail_other(struct alerting *history, const struct alert *alert, int number,
                       int64_t at_us)
{
    char subject[32];

    snprintf(subject, sizeof subject, "asset:marts.m%d", number);
    const struct alerting_event event = {ALERT_FAILURE, ALERT_FAILURE, subject, "dev", at_us};
    return "PRSH"[alerting_decide(history, alert, &event, &repeats)];
}

TEST("trouble is told once, and again when the quiet time is over, with how often it was found")
{
    struct alerting *history = alerting_new();

    check_int(fail(history, &everything, NOON), 'S');
    check_int(fail(history, &everything, NOON + MINUTE), 'R');
    check_int(fail(history, &everything, NOON + HOUR - 1), 'R');
    check_int(fail(history, &everything, NOON + HOUR), 'S');
    check_int(repeats, 2);
    check_int(fail(history, &everything, NOON + 2 * HOUR), 'S');
    check_int(repeats, 0);
    alerting_free(history);
}

TEST("without a quiet time everything is told")
{
    struct alert alert = everything;
    struct alerting *history = alerting_new();

    alert.dedupe_ms = 0;
    check_int(fail(history, &alert, NOON), 'S');
    check_int(fail(history, &alert, NOON), 'S');
    alerting_free(history);
}

TEST("recovery is told only of what was told, and once; trouble after it is news")
{
    struct alerting *history = alerting_new();

    check_int(recover(history, &everything, NOON), 'P');
    check_int(fail(history, &everything, NOON), 'S');
    check(alerting_is_open(history, ALERT_FAILURE, "dev", "asset:marts.one"));
    check_int(recover(history, &everything, NOON + 1), 'S');
    check(!alerting_is_open(history, ALERT_FAILURE, "dev", "asset:marts.one"));
    check_int(recover(history, &everything, NOON + 2), 'P');
    check_int(fail(history, &everything, NOON + 3), 'S');
    alerting_free(history);
}

TEST("a recovery that nobody wants to hear ends the trouble, and leaves the quiet")
{
    struct alert alert = everything;
    struct alerting *history = alerting_new();

    alert.kinds = 1U << ALERT_FAILURE;
    check_int(fail(history, &alert, NOON), 'S');
    check_int(recover(history, &alert, NOON + 1), 'P');
    check_int(fail(history, &alert, NOON + 2), 'R');
    check_int(fail(history, &alert, NOON + HOUR), 'S');
    alerting_free(history);
}

TEST("each kind of trouble of a subject is a matter of its own, and each target")
{
    struct alerting *history = alerting_new();
    const struct alerting_event prod = {ALERT_FAILURE, ALERT_FAILURE, "asset:marts.one", "prod",
                                        NOON};

    check_int(fail(history, &everything, NOON), 'S');
    check_int(decide(history, &everything, ALERT_LATENESS, ALERT_LATENESS, NOON), 'S');
    check_int(decide(history, &everything, ALERT_WARNING, ALERT_WARNING, NOON), 'S');
    check_int(decide(history, &everything, ALERT_RECOVERY, ALERT_LATENESS, NOON), 'S');
    check_int(fail(history, &everything, NOON), 'R');
    check_int(decide(history, &everything, ALERT_WARNING, ALERT_WARNING, NOON), 'R');
    check_int(alerting_decide(history, &everything, &prod, &repeats), ALERTING_SEND);
    alerting_free(history);
}

TEST("what is not asked for, or paused, is passed over")
{
    struct alert alert = everything;
    struct alerting *history = alerting_new();

    alert.kinds = 1U << ALERT_LAG;
    check_int(fail(history, &alert, NOON), 'P');
    check_int(decide(history, &alert, ALERT_LAG, ALERT_LAG, NOON), 'S');
    alert = everything;
    alert.is_paused = true;
    check_int(fail(history, &alert, NOON), 'P');
    alert.is_paused = false;
    check_int(fail(history, &alert, NOON), 'S');
    alerting_free(history);
}

TEST("what is more than an hour may have is held, until a summary fits into it")
{
    struct alert alert = everything;
    struct alerting *history = alerting_new();

    alert.max_per_hour = 3;
    for (int i = 0; i < 3; i++)
        check_int(fail_other(history, &alert, i, NOON + i * MINUTE), 'S');
    check_int(alerting_summary_us(history, &alert, NOON + 3 * MINUTE), 0);
    check_int(fail_other(history, &alert, 3, NOON + 3 * MINUTE), 'H');
    check_int(fail_other(history, &alert, 3, NOON + 4 * MINUTE), 'R');
    check_int(fail_other(history, &alert, 4, NOON + 59 * MINUTE), 'H');
    check_int(alerting_summary_us(history, &alert, NOON + 59 * MINUTE), NOON + HOUR);
    /* Nothing overtakes the summary, which takes the place that has become free. */
    check_int(fail_other(history, &alert, 5, NOON + HOUR), 'H');
    check(alerting_summary_us(history, &alert, NOON + HOUR) <= NOON + HOUR);
    alerting_summed(history, 3, NOON + HOUR);
    check_int(alerting_summary_us(history, &alert, NOON + HOUR), 0);
    check_int(fail_other(history, &alert, 6, NOON + HOUR), 'H');
    check_int(alerting_summary_us(history, &alert, NOON + HOUR), NOON + HOUR + MINUTE);
    alerting_summed(history, 1, NOON + HOUR + MINUTE);
    check_int(fail_other(history, &alert, 7, NOON + HOUR + 2 * MINUTE), 'S');
    alerting_free(history);
}

TEST("a recovery from what was held is held, too")
{
    struct alert alert = everything;
    struct alerting *history = alerting_new();

    alert.max_per_hour = 1;
    check_int(fail_other(history, &alert, 1, NOON), 'S');
    check_int(fail(history, &alert, NOON + 1), 'H');
    check_int(recover(history, &alert, NOON + 2), 'H');
    alerting_free(history);
}

TEST("what came after the summary was written stays held")
{
    struct alert alert = everything;
    struct alerting *history = alerting_new();

    alert.max_per_hour = 1;
    for (int i = 0; i < 4; i++)
        check_int(fail_other(history, &alert, i, NOON), i == 0 ? 'S' : 'H');
    alerting_summed(history, 2, NOON + HOUR);
    check_int(alerting_summary_us(history, &alert, NOON + HOUR), NOON + 2 * HOUR);
    alerting_free(history);
}

TEST("a new daemon goes on where the last one was")
{
    struct alert alert = everything;
    struct alerting *history = alerting_new();
    struct alerting_event event = {ALERT_FAILURE, ALERT_FAILURE, "asset:marts.one", "dev", NOON};

    alert.max_per_hour = 2;
    alerting_remember(history, &event, ALERTING_SEND);
    event.subject = "asset:marts.held";
    alerting_remember(history, &event, ALERTING_HOLD);
    event.subject = "asset:marts.summed";
    alerting_remember(history, &event, ALERTING_PASS);
    event = (struct alerting_event){ALERT_SUMMARY, ALERT_SUMMARY, "alert:team", "dev", NOON};
    alerting_remember(history, &event, ALERTING_SEND);
    check_int(fail(history, &alert, NOON + MINUTE), 'R');
    check(alerting_is_open(history, ALERT_FAILURE, "dev", "asset:marts.held"));
    check(alerting_is_open(history, ALERT_FAILURE, "dev", "asset:marts.summed"));
    check(!alerting_is_open(history, ALERT_SUMMARY, "dev", "alert:team"));
    check_int(alerting_summary_us(history, &alert, NOON + MINUTE), NOON + HOUR);
    check_int(recover(history, &alert, NOON + MINUTE), 'H');
    alerting_free(history);
}

TEST("what could not be delivered was not told")
{
    struct alerting *history = alerting_new();
    const struct alerting_event event = {ALERT_FAILURE, ALERT_FAILURE, "asset:marts.one", "dev",
                                         NOON};

    check_int(fail(history, &everything, NOON), 'S');
    alerting_forget(history, &event);
    check_int(recover(history, &everything, NOON + 1), 'P');
    check_int(fail(history, &everything, NOON + 2), 'S');
    alerting_free(history);
}

TEST("a clock that goes back silences nothing for longer than it would have")
{
    struct alert alert = everything;
    struct alerting *history = alerting_new();

    alert.max_per_hour = 2;
    check_int(fail(history, &alert, NOON), 'S');
    check_int(fail_other(history, &alert, 1, NOON), 'S');
    check_int(fail(history, &alert, NOON - 24 * HOUR), 'R');
    check_int(fail_other(history, &alert, 2, NOON - 24 * HOUR), 'H');
    check_int(alerting_summary_us(history, &alert, NOON - 24 * HOUR), NOON - 23 * HOUR);
    alerting_summed(history, 1, NOON - 23 * HOUR);
    check_int(fail(history, &alert, NOON - 23 * HOUR), 'S');
    alerting_free(history);
}

TEST("as many subjects as there may be are known, and more are told all the same")
{
    struct alert alert = everything;
    struct alerting *history = alerting_new();

    alert.max_per_hour = 1;
    for (int i = 0; i < 100001; i++)
        check(fail_other(history, &alert, i, NOON) != 'R');
    check_int(fail_other(history, &alert, 99999, NOON), 'R');
    check_int(fail_other(history, &alert, 100000, NOON), 'H');
    alerting_free(history);
}

/* The delay of a try, in seconds, when chance neither shortens nor lengthens it. */
static int64_t delay_s(int64_t tries, int64_t rest_s)
{
    int64_t plain = 5000000, next;

    for (int64_t i = 1; i < tries && plain < HOUR; i++)
        plain *= 3;
    plain = plain > HOUR ? HOUR : plain;
    next = alerting_retry_us(tries, rest_s, NOON, NOON, (uint64_t)plain / 4);
    return (next - NOON) / 1000000;
}

TEST("tries are further and further apart, up to an hour")
{
    static const int64_t wanted[] = {5, 15, 45, 135, 405, 1215, 3600, 3600, 3600};

    for (int i = 0; i < 9; i++)
        check_int(delay_s(i + 1, 0), wanted[i]);
    check_int(delay_s(1000000, 0), 3600);
    for (uint64_t chance = 0; chance < 100; chance++) {
        int64_t next = alerting_retry_us(3, 0, NOON, NOON, chance * 1234567) - NOON;
        check(next >= 33750000 && next < 56250000);
    }
}

TEST("who asks for rest gets it, a day at most")
{
    check_int(delay_s(1, 120), 120);
    check_int(delay_s(7, 120), 3600);
    check_int(delay_s(1, 1000000), 24 * 3600);
    check_int(delay_s(1, INT64_MAX), 24 * 3600);
    check_int(delay_s(1, -5), 5);
}

TEST("after three days nobody tries any more")
{
    check(alerting_retry_us(50, 0, NOON, NOON + 72 * HOUR, 0) > NOON);
    check_int(alerting_retry_us(50, 0, NOON, NOON + 72 * HOUR + 1, 0), 0);
}
