/*
 * The time that the folders of a key say, so that a listing can begin near its end.
 *
 *     topics/hr/year=2024/month=04/day=01/hour=08/a.json      2024-04-01T08
 *     logs/2024/04/01/08/a.json                               2024-04-01T08
 *     events/date=2024-04-01/hour=08/a.json                   2024-04-01T08
 *     events/dt=2024-04-01/a.json                             2024-04-01T00
 *
 * Year, month and day stand in this order, each with all of its digits: only then the order of the
 * keys is that of time. Names before an equals sign are the lake's business.
 */
#ifndef AORTA_EXECUTOR_KEY_HOUR_H
#define AORTA_EXECUTOR_KEY_HOUR_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct key_hour {
    int64_t us;                    /* since 1970 UTC, of the hour's or the day's beginning */
    size_t from;                   /* where the folder with the year begins in the key */
    size_t end;                    /* behind the last digit */
    size_t year, month, day, hour; /* where their digits begin; hour 0: there is none */
};

/* False if the key has no such folders. */
bool key_hour_find(const char *key, struct key_hour *found);

/* How the time of a key's folders stands to the window [start_us, end_us). */
enum key_place {
    KEY_OUTSIDE, /* also of a key without a time */
    KEY_WITHIN,
    KEY_ACROSS, /* a folder of a day, of which the window has some hours */
};
enum key_place key_hour_place(const char *key, int64_t start_us, int64_t end_us);

/* Appends the beginning of the key with another time in it: what keys of that hour begin with. */
void key_hour_write(const char *key, const struct key_hour *found, int64_t us, struct buf *out);

#endif
