/*
 * The history of the users: who is recorded when, and what becomes of them.
 */
#include "chance.h"
#include "country.h"
#include "history.h"
#include "person.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdlib.h>

enum {
    LATE_PER_THOUSAND = 5,     /* recorded after the start */
    LATE_DAYS = 2,             /* and within so many days of it */
    SAME_INSTANT_PERCENT = 15, /* of every second edit: on the instant of the one before */
};

static const int64_t us_per_ms = 1000, us_per_hour = INT64_C(3600000000);

static const struct {
    enum edit_kind kind;
    int percent;
} kinds[] = {
    {EDIT_WEIGHT, 50}, {EDIT_HEIGHT, 5}, {EDIT_ADDRESS, 20},
    {EDIT_TOUCH, 11},  {EDIT_DELETE, 8}, {EDIT_RETURN, 6},
};

struct people {
    const struct settings *settings;
    struct person *persons; /* settings->users of them */
    int32_t last_who;       /* whom the last edit was of */
    int32_t *deleted;       /* in the order of deletion, a ring; some have returned since */
    int32_t deleted_first;
    int32_t deleted_count;
};

static void *begin(const struct settings *settings)
{
    struct people *people = alloc_zeroed(1, sizeof *people);

    people->settings = settings;
    people->persons = alloc_zeroed((size_t)settings->users, sizeof *people->persons);
    people->deleted = alloc_zeroed((size_t)settings->users, sizeof *people->deleted);
    for (int32_t i = 0; i < settings->users; i++)
        person_init(&people->persons[i], settings->seed, PERSON_FIRST_ID + i);
    return people;
}

static void end(void *self)
{
    struct people *people = self;

    free(people->persons);
    free(people->deleted);
    free(people);
}

/* ------------------------------------------------------------------------------------- planning */

/* When the person is recorded: the time before the start is shared out evenly. */
static int64_t created_us(const struct settings *settings, int32_t who, bool *is_late)
{
    struct chance chance = chance_of(settings->seed, CHANCE_CREATED, (uint64_t)who, 0);
    int64_t before_ms = (HISTORY_DAYS_BEFORE * CLOCK_US_PER_DAY - us_per_hour) / us_per_ms;
    int64_t share_ms = before_ms / settings->users;

    *is_late = chance_below(&chance, 1000) < LATE_PER_THOUSAND;
    if (*is_late)
        return settings->start_us +
               chance_below(&chance, LATE_DAYS * CLOCK_US_PER_DAY / us_per_ms) * us_per_ms;
    return settings->start_us - HISTORY_DAYS_BEFORE * CLOCK_US_PER_DAY +
           (who * share_ms + chance_below(&chance, share_ms)) * us_per_ms;
}

static void plan_creations(const struct settings *settings, int64_t day, struct agenda *agenda)
{
    for (int32_t who = 0; who < settings->users; who++) {
        bool is_late;
        int64_t at_us = created_us(settings, who, &is_late);
        int64_t late_day = (at_us - settings->start_us) / CLOCK_US_PER_DAY;
        if (is_late ? day == late_day : day == HISTORY_BEFORE)
            agenda_add(agenda, &(struct edit){.at_us = at_us, .kind = EDIT_CREATE, .who = who});
    }
}

static enum edit_kind draw_kind(struct chance *chance)
{
    int64_t left = chance_below(chance, 100);
    int index = 0;

    while (left >= kinds[index].percent)
        left -= kinds[index++].percent;
    return kinds[index].kind;
}

/* A day's edits share it out evenly, each somewhere in its part. */
static void plan_edits(const struct settings *settings, int64_t day, struct agenda *agenda)
{
    int64_t day_us = settings->start_us + day * CLOCK_US_PER_DAY;
    int64_t part_ms = settings->edits == 0 ? 0 : CLOCK_US_PER_DAY / us_per_ms / settings->edits;
    int64_t previous_us = 0;

    for (int32_t i = 0; i < settings->edits; i++) {
        struct chance chance = chance_of(settings->seed, CHANCE_EDIT, (uint64_t)day, (uint64_t)i);
        struct edit edit = {.kind = draw_kind(&chance)};
        edit.who = (int32_t)chance_below(&chance, settings->users);
        edit.at_us = day_us + (i * part_ms + chance_below(&chance, part_ms)) * us_per_ms;
        if (i % 2 == 1 && chance_below(&chance, 100) < SAME_INSTANT_PERCENT) {
            edit.who = EDIT_SAME_AS_BEFORE;
            edit.at_us = previous_us;
        }
        edit.chance = chance_next(&chance);
        previous_us = edit.at_us;
        agenda_add(agenda, &edit);
    }
}

static void plan(void *self, int64_t day, struct agenda *agenda)
{
    const struct settings *settings = ((struct people *)self)->settings;

    if (day <= LATE_DAYS)
        plan_creations(settings, day, agenda);
    if (day != HISTORY_BEFORE)
        plan_edits(settings, day, agenda);
}

/* --------------------------------------------------------------------------------------- making */

/* The nearest, counting up, who has been recorded; -1 if nobody has. */
static int32_t find_recorded(const struct people *people, int32_t who)
{
    for (int32_t i = 0; i < people->settings->users; i++) {
        int32_t found = (who + i) % people->settings->users;
        if (people->persons[found].state != PERSON_NOT_YET)
            return found;
    }
    return -1;
}

/* Takes who was deleted longest ago and is still; -1 if nobody is. */
static int32_t take_deleted(struct people *people)
{
    while (people->deleted_count > 0) {
        int32_t who = people->deleted[people->deleted_first];
        people->deleted_first = (people->deleted_first + 1) % people->settings->users;
        people->deleted_count--;
        if (people->persons[who].state == PERSON_DELETED)
            return who;
    }
    return -1;
}

static void note_deleted(struct people *people, int32_t who)
{
    int32_t users = people->settings->users;

    /* Full of those who have returned: the oldest gives way. */
    if (people->deleted_count == users) {
        people->deleted_first = (people->deleted_first + 1) % users;
        people->deleted_count--;
    }
    people->deleted[(people->deleted_first + people->deleted_count++) % users] = who;
}

/* 1 to most, up or down, within what a body can be. */
static int16_t drift(struct chance *chance, int16_t value, int most, int low, int high)
{
    int change = 1 + (int)chance_below(chance, most);
    int result = chance_below(chance, 2) == 0 ? value + change : value - change;

    return (int16_t)(result < low ? low : result > high ? high : result);
}

static void alter(struct person *person, enum edit_kind kind, struct chance *chance)
{
    if (kind == EDIT_WEIGHT)
        person->weight = drift(chance, person->weight, 3, PERSON_LIGHTEST, PERSON_HEAVIEST);
    if (kind == EDIT_HEIGHT)
        person->height = drift(chance, person->height, 1, PERSON_SHORTEST, PERSON_TALLEST);
    if (kind == EDIT_ADDRESS) {
        person->address = chance_next(chance);
        if (chance_below(chance, 4) == 0)
            person->address_country = (int16_t)chance_below(chance, COUNTRIES);
    }
}

static char apply(void *self, const struct edit *edit, int32_t *who)
{
    struct people *people = self;
    struct chance chance = {edit->chance};
    int32_t found = edit->who == EDIT_SAME_AS_BEFORE ? people->last_who : edit->who;

    if (edit->kind == EDIT_RETURN) {
        int32_t deleted = take_deleted(people);
        found = deleted >= 0 ? deleted : found;
    }
    if (edit->kind != EDIT_CREATE)
        found = find_recorded(people, found);
    if (found < 0)
        return 0;
    struct person *person = &people->persons[found];
    bool was_there = person->state == PERSON_THERE;
    *who = found;
    people->last_who = found;
    if (edit->kind == EDIT_DELETE && was_there) {
        person->state = PERSON_DELETED;
        note_deleted(people, found);
        return 'D';
    }
    person->state = PERSON_THERE;
    alter(person, edit->kind, &chance);
    return was_there ? 'U' : 'I';
}

static void write_key(void *self, int32_t who, struct rows *rows)
{
    (void)self;
    rows_int(rows, HISTORY_CHANGE_COLUMNS, PERSON_FIRST_ID + who);
}

static void write(void *self, int32_t who, int64_t last_update_us, struct rows *rows)
{
    const struct people *people = self;

    person_write(&people->persons[who], people->settings->seed, PERSON_FIRST_ID + who,
                 last_update_us, rows, HISTORY_CHANGE_COLUMNS);
}

static const int32_t key[] = {0};

const struct subject subject_users = {
    .stream = {"users", PERSON_COLUMNS, person_fields + HISTORY_CHANGE_COLUMNS, 1, key},
    .begin = begin,
    .end = end,
    .plan = plan,
    .apply = apply,
    .write_key = write_key,
    .write = write,
};
