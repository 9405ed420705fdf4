/*
 * Time. Instants are microseconds since 1970-01-01T00:00:00Z (proleptic Gregorian calendar, no
 * leap seconds), as in Arrow and PostgreSQL.
 *
 * Tests set the time; nothing in the engine calls time() or gettimeofday() itself. Of a whole process
 * they set the wall clock, while it runs, by the environment:
 *
 *     AORTA_FAULT_CLOCK=/tmp/ahead   it is ahead by as many microseconds as the file says: an int64_t
 *                                    of this machine
 */
#ifndef AORTA_BASE_CLOCK_H
#define AORTA_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOCK_US_PER_SECOND INT64_C(1000000)
#define CLOCK_US_PER_DAY INT64_C(86400000000)

enum { CLOCK_TEXT_SIZE = 40 };

/* The wall clock; CLOCK_REALTIME unless a test has set it. */
int64_t clock_now_us(void);

/* For durations and time-outs: never goes back. */
int64_t clock_monotonic_us(void);

/* For tests: from now on clock_now_us returns this; a negative value ends that. */
void clock_set_us(int64_t now_us);

/* Days since 1970-01-01 of a civil date and back. Source: H. Hinnant, chrono-Compatible Low-Level
 * Date Algorithms. */
int64_t clock_days_from_civil(int64_t year, int month, int day);
void clock_civil_from_days(int64_t days, int64_t *year, int *month, int *day);

/* "2024-04-01T12:30:00.123456Z" and "2024-04-01 12:30:00.123456"; the fraction has as many digits
 * as `digits` says (0, 3 or 6). Returns text. */
char *clock_format_iso(char text[CLOCK_TEXT_SIZE], int64_t us, int digits);
char *clock_format_sql(char text[CLOCK_TEXT_SIZE], int64_t us, int digits);
char *clock_format_date(char text[CLOCK_TEXT_SIZE], int64_t days);

/* Parses ISO 8601 / RFC 3339 date-times: a date, then optionally 'T' or a space and a time with up
 * to 9 fraction digits (rounded down to us), then optionally 'Z' or an offset. Without an offset it
 * is UTC. The whole text must match. *has_time and *has_zone (may be NULL) say what was there. */
bool clock_parse(const char *text, size_t size, int64_t *us, bool *has_time, bool *has_zone);

#endif
