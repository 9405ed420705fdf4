/*
 * What follows from a look of a sensor. Pure: the time is given.
 *
 *     cursor            what was seen when the last run was asked for, or when the sensor began
 *        │ a look finds another value
 *        ▼
 *     is it news? ──no──▶ MOVE: the cursor is the new value (a file that is gone: it may come again)
 *        │ yes
 *        ▼
 *     is the gap over, and no run of it at work? ──no──▶ WAIT: the value is pending, and kept
 *        │ yes                                              │ the gap is over, the run has ended
 *        ▼                                                  │
 *     ASK: a run; the cursor is the value ◀─────────────────┘
 *
 * A sensor that is new begins with what there is: its first look makes no run. So what counts is the
 * difference between two values, however many looks are between them, and nothing is lost with a
 * daemon that dies: the next one compares with the same cursor. What is pending stays so, even if
 * the file that came has gone meanwhile.
 *
 * Values are texts, by kind:
 *
 *     file     "-" not there, else "SIZE TIME INODE"
 *     query    "-" no row or NULL, else "=" and the text
 *     http     "-" not there (404), else what tells one answer from another
 *     objects  "COUNT SUM NEWEST": of the objects' names, sizes and versions a sum in hexadecimal,
 *              whatever their order; the latest time of any. Another sum is news, unless there are
 *              fewer of them and none is newer: then some were removed
 *     lag      "INCARNATION HIGH:READ HIGH:READ …", a pair a partition: the next record's offset, the
 *              reader's. A level, so it is compared with the first look, too: what counts is records
 *              that are neither read nor were there when the last run was asked for
 *     run      "ID FOUND": the last event that was looked at, and how many runs were found
 */
#ifndef AORTA_SCHEDULE_SENSOR_H
#define AORTA_SCHEDULE_SENSOR_H

#include "config/sensor.h"

#include <stdbool.h>
#include <stdint.h>

/* Nothing is there. */
extern const char SENSOR_ABSENT[];

struct sensor_past {
    const char *cursor;   /* NULL: it has not looked yet */
    const char *pending;  /* NULL: nothing waits */
    int64_t requested_us; /* the last run; 0: none */
    bool is_at_work;      /* a run of it is queued or running */
};

struct sensor_decision {
    enum sensor_verdict { SENSOR_NOTHING, SENSOR_MOVE, SENSOR_WAIT, SENSOR_ASK } verdict;
    const char *value; /* MOVE, ASK: the cursor; WAIT: pending, or NULL: it will be seen again */
    int64_t again_us;  /* WAIT: when the gap is over; INT64_MAX: when the run has ended */
};

/* value NULL: nobody has looked, but time has passed. Texts are lent. */
void sensor_decide(const struct sensor_config *config, const struct sensor_past *past,
                   const char *value, int64_t now_us, struct sensor_decision *decision);

/* How long after a look the next one is; `failures` of them in a row have failed: twice as long each
 * time, a quarter of an hour at most. */
int64_t sensor_wait_ms(const struct sensor_config *config, int64_t failures);

/* Of a value of lag: records that are behind both the reader and what the cursor (or NULL) saw. */
int64_t sensor_unread(const char *cursor, const char *value);

#endif
