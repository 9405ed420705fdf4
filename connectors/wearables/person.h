/*
 * A person who wears a watch. What never changes is a function of seed and user id; what edits
 * change is a few numbers, so that ten thousand people fit in a quarter of a megabyte. Texts are
 * made when a row is written.
 */
#ifndef AORTA_WEARABLES_PERSON_H
#define AORTA_WEARABLES_PERSON_H

#include "history.h"
#include "rows.h"

#include <stdbool.h>
#include <stdint.h>

enum { PERSON_FIRST_ID = 10001, PERSONS_MAX = 9999 };

/* What a body can be: cm and kg. */
enum { PERSON_SHORTEST = 120, PERSON_TALLEST = 230, PERSON_LIGHTEST = 35, PERSON_HEAVIEST = 250 };

/* The columns of a change, then those of the table "users". */
enum { PERSON_COLUMNS = 15 };
extern const struct aorta_field person_fields[HISTORY_CHANGE_COLUMNS + PERSON_COLUMNS];

enum person_state { PERSON_NOT_YET, PERSON_THERE, PERSON_DELETED };

struct person {
    enum person_state state;
    int16_t height; /* cm */
    int16_t weight; /* kg */
    int16_t address_country;
    uint64_t address; /* which of the country's addresses */
};

/* A person as first recorded; its state is PERSON_NOT_YET. */
void person_init(struct person *person, uint64_t seed, int32_t user_id);

/* Appends its columns to the rows' columns from first_column on. */
void person_write(const struct person *person, uint64_t seed, int32_t user_id,
                  int64_t last_update_us, struct rows *rows, int first_column);

#endif
