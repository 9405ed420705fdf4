/*
 * Cron expressions, and when they tick.
 *
 *     30 2 * * *            02:30 each day                 minute hour day-of-month month day-of-week
 *     0 9-17/2 * * mon-fri  09:00, 11:00, … 17:00 on working days
 *     0 0 l * *             midnight at the month's last day
 *     0/10 * * * * *        every ten seconds: six fields have the second first
 *     @daily, @every 90s
 *
 * What is accepted, and whose it is:
 *
 *     *  a  a-b  x,y  x/n     Vixie cron, crontab(5): all, one, a range, a list, each n-th of it
 *     a/n                     Quartz: from a to the field's end, as a-59/n
 *     jan…dec, sun…sat        crontab(5), also in ranges and lists; letter case does not matter
 *     7, and sun behind "-"   Sunday, too: 5-7, fri-sun
 *     ?                       Quartz: "*" in the two fields of days
 *     L                       Quartz, croniter: the last day of the month, in day of month
 *     six fields              Quartz, Spring: seconds first. (croniter has them last.)
 *     @yearly @annually @monthly @weekly @daily @midnight @hourly      crontab(5)
 *     @every DURATION         Go's robfig/cron: "90s", "1h30m". Counted from 1970 UTC, not from the
 *                             start of the process, so ticks do not move when it is restarted
 *
 * Refused, with a word on why: W, # and 5L (the weekday's number is 0 to 6 for one tool and 1 to 7
 * for another), years (a seventh field), ranges that go down, steps larger than the field, H,
 * @reboot, CRON_TZ=, and what never ticks, like 30 February.
 *
 * Days: if both day fields are restricted, which is to begin with neither "*" nor "?", a day
 * matches that matches either; else it must match both (crontab(5), "Note").
 *
 * When clocks change. As cron(8) of Debian says it, a job whose minute or hour field begins with
 * "*" is a wildcard job, any other has fixed times:
 *
 *     wildcard   ticks whenever the clocks show a matching time: not in an hour that is skipped,
 *                in both passes of one that comes twice. So "0 * * * *" ticks each real hour
 *     fixed      in a time that is skipped: once for all of it, at the change itself;
 *                in a time that comes twice: in the first pass only
 *     changes of three hours and more are no summer time but new calendars (Pacific/Apia had no
 *     30 December 2011): what they skip is not made up for, what they repeat ticks again
 *
 * "@every" knows no clocks. Ticks are whole seconds, and of two that fall together there is one. A
 * search goes field by field: microseconds, also for 29 February. Nothing here allocates or blocks.
 */
#ifndef AORTA_SCHEDULE_CRON_H
#define AORTA_SCHEDULE_CRON_H

#include "base/err.h"
#include "schedule/zone.h"

#include <stdbool.h>
#include <stdint.h>

/* An expression: sets of values, a bit for each. */
struct cron {
    uint64_t seconds, minutes;
    uint32_t hours;
    uint32_t days;    /* bits 1 to 31 */
    uint16_t months;  /* bits 1 to 12 */
    uint8_t weekdays; /* bits 0 (Sunday) to 6 */
    bool last_day;
    bool either_day; /* both day fields are restricted */
    bool is_wildcard;
    int64_t every_s; /* "@every": all else is empty */
};

/* Parses an expression of at most 256 bytes. ERR_CONFIG names the field, the text in it and what is
 * allowed there. */
int cron_parse(const char *text, struct cron *cron, struct err *err);

/* The first tick strictly after an instant. False if there is none within 400 years: the calendar
 * is over, or this zone skips all its times, as that of a wildcard job in London between 01:00 and
 * 02:00 of the last Sunday in March. */
bool cron_next(const struct cron *cron, const struct zone *zone, int64_t after_us,
               int64_t *tick_us);

/* The last tick strictly before an instant, in the same way. */
bool cron_previous(const struct cron *cron, const struct zone *zone, int64_t before_us,
                   int64_t *tick_us);

#endif
