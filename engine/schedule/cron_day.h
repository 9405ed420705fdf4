/*
 * The days and the times of day that a cron expression matches, on a calendar without clocks.
 */
#ifndef AORTA_SCHEDULE_CRON_DAY_H
#define AORTA_SCHEDULE_CRON_DAY_H

#include "schedule/cron.h"

/* The first day that matches, that day or later, and the last, that day or before; days since 1970,
 * from the year 1 to 9999. INT64_MIN, which is below all of them, if there is none within 400
 * years, after which the calendar repeats itself. */
int64_t cron_day_from(const struct cron *cron, int64_t day);
int64_t cron_day_until(const struct cron *cron, int64_t day);

/* The first second of the day that matches, that one or later, and the last, that one or before;
 * -1 if there is none. second may be past the day's end, or -1. */
int cron_second_from(const struct cron *cron, int second);
int cron_second_until(const struct cron *cron, int second);

#endif
