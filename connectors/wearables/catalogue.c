/*
 * The history of the activities: a small table that hardly changes.
 */
#include "activity.h"
#include "chance.h"
#include "history.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdlib.h>

enum { RENAME_PERCENT = 30, CATALOGUE_COLUMNS = 3 };

static const struct aorta_field fields[HISTORY_CHANGE_COLUMNS + CATALOGUE_COLUMNS] = {
    HISTORY_CHANGE_FIELDS,
    {"activity_id", AORTA_INT32},
    {"activity_name", AORTA_TEXT},
    {"last_update", AORTA_TIMESTAMP},
};

struct catalogue {
    const struct settings *settings;
    int32_t ids[ACTIVITIES];
    bool is_recorded[ACTIVITIES];
    bool is_renamed[ACTIVITIES];
};

static void *begin(const struct settings *settings)
{
    struct catalogue *catalogue = alloc_zeroed(1, sizeof *catalogue);

    catalogue->settings = settings;
    activity_ids(settings->seed, catalogue->ids);
    return catalogue;
}

static void end(void *self)
{
    free(self);
}

/* All are recorded before the start, seconds apart; then one edit a day, or none. */
static void plan(void *self, int64_t day, struct agenda *agenda)
{
    const struct settings *settings = ((struct catalogue *)self)->settings;
    int64_t day_us = settings->start_us + day * CLOCK_US_PER_DAY;

    if (day == HISTORY_BEFORE) {
        int64_t first_us = settings->start_us - HISTORY_DAYS_BEFORE * CLOCK_US_PER_DAY;
        for (int32_t i = 0; i < ACTIVITIES; i++)
            agenda_add(agenda, &(struct edit){.at_us = first_us + i * CLOCK_US_PER_SECOND,
                                              .kind = EDIT_CREATE,
                                              .who = i});
        return;
    }
    if (settings->edits == 0)
        return;
    struct chance chance = chance_of(settings->seed, CHANCE_ACTIVITY_EDIT, (uint64_t)day, 0);
    struct edit edit = {.who = (int32_t)chance_below(&chance, ACTIVITIES)};
    edit.kind = chance_below(&chance, 100) < RENAME_PERCENT ? EDIT_RENAME : EDIT_TOUCH;
    edit.at_us = day_us + chance_below(&chance, CLOCK_US_PER_DAY / 1000) * 1000;
    agenda_add(agenda, &edit);
}

static char apply(void *self, const struct edit *edit, int32_t *who)
{
    struct catalogue *catalogue = self;
    bool was_there = catalogue->is_recorded[edit->who];

    *who = edit->who;
    catalogue->is_recorded[edit->who] = true;
    if (edit->kind == EDIT_RENAME && activities[edit->who].other_name != NULL)
        catalogue->is_renamed[edit->who] = !catalogue->is_renamed[edit->who];
    return was_there ? 'U' : 'I';
}

static void write_key(void *self, int32_t who, struct rows *rows)
{
    const struct catalogue *catalogue = self;

    rows_int(rows, HISTORY_CHANGE_COLUMNS, catalogue->ids[who]);
}

static void write(void *self, int32_t who, int64_t last_update_us, struct rows *rows)
{
    const struct catalogue *catalogue = self;
    const struct activity *activity = &activities[who];

    write_key(self, who, rows);
    rows_str(rows, HISTORY_CHANGE_COLUMNS + 1,
             catalogue->is_renamed[who] ? activity->other_name : activity->name);
    rows_int(rows, HISTORY_CHANGE_COLUMNS + 2, last_update_us);
}

static const int32_t key[] = {0};

const struct subject subject_activities = {
    .stream = {"activities", CATALOGUE_COLUMNS, fields + HISTORY_CHANGE_COLUMNS, 1, key},
    .begin = begin,
    .end = end,
    .plan = plan,
    .apply = apply,
    .write_key = write_key,
    .write = write,
};
