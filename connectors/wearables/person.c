#include "person.h"

#include "chance.h"
#include "country.h"

#include "base/buf.h"
#include "base/clock.h"

#include <stdio.h>

const struct aorta_field person_fields[HISTORY_CHANGE_COLUMNS + PERSON_COLUMNS] = {
    HISTORY_CHANGE_FIELDS,
    {"user_id", AORTA_INT32},
    {"first_name", AORTA_TEXT},
    {"last_name", AORTA_TEXT},
    {"date_of_birth", AORTA_INT32},
    {"sex", AORTA_TEXT},
    {"height", AORTA_INT32},
    {"weight", AORTA_INT32},
    {"blood_type", AORTA_TEXT},
    {"race", AORTA_TEXT},
    {"origin_country_code", AORTA_TEXT},
    {"origin_country_name", AORTA_TEXT},
    {"address", AORTA_TEXT},
    {"address_country_code", AORTA_TEXT},
    {"address_country_name", AORTA_TEXT},
    {"last_update", AORTA_TIMESTAMP},
};

static const char *const blood_types[] = {"A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-"};
static const int blood_weights[] = {35, 6, 15, 2, 3, 1, 36, 2};
static const char *const races[] = {"W", "B", "A", "H", "O"};
static const int race_weights[] = {40, 20, 15, 20, 5};

enum { ADDRESS_BYTES = 100, MOVED_PERCENT = 10 };

/* What of a person never changes. Ages are those on this day, whatever the rest is set to. */
struct origin {
    bool is_man;
    int country;
    const char *first_name;
    const char *last_name;
    int32_t date_of_birth; /* YYYYMMDD */
    const char *blood_type;
    const char *race;
};

static int32_t draw_birthday(struct chance *chance)
{
    int64_t oldest = clock_days_from_civil(2024 - 100, 4, 1);
    int64_t youngest = clock_days_from_civil(2024 - 18, 4, 1);
    int64_t year;
    int month, day;

    clock_civil_from_days(oldest + chance_below(chance, youngest - oldest), &year, &month, &day);
    return (int32_t)(year * 10000 + month * 100 + day);
}

/* The questions are asked in a fixed order: a new one comes at the end. */
static struct origin draw_origin(struct chance *chance)
{
    struct origin origin = {.is_man = chance_below(chance, 2) == 0};

    origin.country = (int)chance_below(chance, COUNTRIES);
    const struct country *country = &countries[origin.country];
    int64_t first_name = chance_below(chance, COUNTRY_FIRST_NAMES);
    origin.first_name = origin.is_man ? country->men[first_name] : country->women[first_name];
    origin.last_name = country->last_names[chance_below(chance, COUNTRY_LAST_NAMES)];
    origin.date_of_birth = draw_birthday(chance);
    origin.blood_type = blood_types[chance_weighted(chance, blood_weights, 100)];
    origin.race = races[chance_weighted(chance, race_weights, 100)];
    return origin;
}

static int16_t clamp(int64_t value, int low, int high)
{
    return (int16_t)(value < low ? low : value > high ? high : value);
}

void person_init(struct person *person, uint64_t seed, int32_t user_id)
{
    struct chance chance = chance_of(seed, CHANCE_PERSON, (uint64_t)user_id, 0);
    struct origin origin = draw_origin(&chance);
    int country = origin.country;

    int64_t height = chance_normal(&chance, origin.is_man ? 175 : 162, origin.is_man ? 8 : 7);
    int64_t weight = chance_normal(&chance, origin.is_man ? 80 : 65, origin.is_man ? 10 : 8);
    if (chance_below(&chance, 100) < MOVED_PERCENT)
        country = (int)chance_below(&chance, COUNTRIES);
    *person = (struct person){
        .state = PERSON_NOT_YET,
        .height = clamp(height, PERSON_SHORTEST, PERSON_TALLEST),
        .weight = clamp(weight, PERSON_LIGHTEST, PERSON_HEAVIEST),
        .address_country = (int16_t)country,
        .address = chance_next(&chance),
    };
}

static int write_address(const struct person *person, uint64_t seed, char text[ADDRESS_BYTES])
{
    const struct country *country = &countries[person->address_country];
    struct chance chance = chance_of(seed, CHANCE_ADDRESS, person->address, 0);
    int number = 1 + (int)chance_below(&chance, 250);
    const char *street = country->streets[chance_below(&chance, COUNTRY_STREETS)];
    int post_code = 10000 + (int)chance_below(&chance, 90000);
    const char *city = country->cities[chance_below(&chance, COUNTRY_CITIES)];

    switch (country->address_form) {
    case ADDRESS_NUMBER_FIRST:
        return snprintf(text, ADDRESS_BYTES, "%d %s, %s %d", number, street, city, post_code);
    case ADDRESS_STREET_FIRST:
        return snprintf(text, ADDRESS_BYTES, "%s %d, %d %s", street, number, post_code, city);
    }
    return 0;
}

void person_write(const struct person *person, uint64_t seed, int32_t user_id,
                  int64_t last_update_us, struct rows *rows, int first_column)
{
    struct chance chance = chance_of(seed, CHANCE_PERSON, (uint64_t)user_id, 0);
    struct origin origin = draw_origin(&chance);
    const struct country *home = &countries[person->address_country];
    char address[ADDRESS_BYTES];
    int at = first_column;

    int address_size = write_address(person, seed, address);
    rows_int(rows, at++, user_id);
    rows_str(rows, at++, origin.first_name);
    rows_str(rows, at++, origin.last_name);
    rows_int(rows, at++, origin.date_of_birth);
    rows_str(rows, at++, origin.is_man ? "M" : "F");
    rows_int(rows, at++, person->height);
    rows_int(rows, at++, person->weight);
    rows_str(rows, at++, origin.blood_type);
    rows_str(rows, at++, origin.race);
    rows_str(rows, at++, countries[origin.country].code);
    rows_str(rows, at++, countries[origin.country].name);
    rows_text(rows, at++, address, (size_t)address_size);
    rows_str(rows, at++, home->code);
    rows_str(rows, at++, home->name);
    rows_int(rows, at++, last_update_us);
}
