/*
 * How users and activities come to be and change: the streams "users" and "activities".
 *
 *     before start   an I for each that is there from the beginning, one after the other over the
 *                    30 days before
 *     from start on  day by day: edits, deletes, returns, and those who are recorded late (the
 *                    watch was worn before anybody typed the person in)
 *
 * Changes are numbered from 1 in the order of their time; the number is the position and the
 * _change_lsn. Some edits fall on the very instant of the one before, some alter nothing but
 * last_update, some delete, some bring back who was deleted longest ago. A day's changes are a
 * function of the seed, the day and what came before; reading on from a position replays what lies
 * before it, a fraction of a microsecond a change. How far a read goes (as_of) changes no change.
 */
#ifndef AORTA_WEARABLES_HISTORY_H
#define AORTA_WEARABLES_HISTORY_H

#include "edit.h"
#include "rows.h"
#include "settings.h"

enum { HISTORY_BEFORE = -1, HISTORY_DAYS_BEFORE = 30, HISTORY_CHANGE_COLUMNS = 3 };

/* The columns that come before the table's own. */
#define HISTORY_CHANGE_FIELDS                              \
    {"_change", AORTA_TEXT}, {"_change_lsn", AORTA_INT64}, \
    {                                                      \
        "_change_at", AORTA_TIMESTAMP                      \
    }

/* What has a history. */
struct subject {
    struct aorta_stream stream; /* its fields come after the change's, in one table */
    void *(*begin)(const struct settings *settings);
    void (*end)(void *self);
    /* Adds the edits of a day, counted from the start, or of the time before (HISTORY_BEFORE). */
    void (*plan)(void *self, int64_t day, struct agenda *agenda);
    /* Makes the edit; returns 'I', 'U' or 'D' and whom it was of, or 0: it changed nothing. */
    char (*apply)(void *self, const struct edit *edit, int32_t *who);
    /* Appends the key, in the first of the table's columns. */
    void (*write_key)(void *self, int32_t who, struct rows *rows);
    /* Appends all of the table's columns. */
    void (*write)(void *self, int32_t who, int64_t last_update_us, struct rows *rows);
};

extern const struct subject subject_users;
extern const struct subject subject_activities;

struct history;

/* The first change to give is number after + 1; none is given whose time is as_of or later. The
 * settings are lent for the history's life. */
struct history *history_new(const struct subject *subject, const struct settings *settings,
                            int64_t after, int64_t as_of_us);
void history_free(struct history *history);

/* Appends changes to the rows, which have the change's columns and the table's, until they are
 * full or there are no more. */
void history_fill(struct history *history, struct rows *rows);

/* The number of the last change that was given, or `after`. */
int64_t history_position(const struct history *history);

#endif
