/*
 * The fourteen countries that people of the synthetic data come from: what they are called there,
 * where they live, and a box of degrees that lies within the country's borders.
 */
#ifndef AORTA_WEARABLES_COUNTRY_H
#define AORTA_WEARABLES_COUNTRY_H

#include <stddef.h>
#include <stdint.h>

enum {
    COUNTRIES = 14,
    COUNTRY_FIRST_NAMES = 12, /* of each sex */
    COUNTRY_LAST_NAMES = 16,
    COUNTRY_CITIES = 6,
    COUNTRY_STREETS = 8,
};

enum address_form {
    ADDRESS_NUMBER_FIRST, /* 12 Mill Lane, Leeds 40213 */
    ADDRESS_STREET_FIRST, /* Lindenstraße 12, 40213 Köln */
};

struct country {
    const char *code;                 /* ISO 3166-1 alpha-2 */
    const char *name;                 /* as the seed of country codes has it */
    int32_t south, north, west, east; /* millionths of a degree */
    const char *men[COUNTRY_FIRST_NAMES];
    const char *women[COUNTRY_FIRST_NAMES];
    const char *last_names[COUNTRY_LAST_NAMES];
    const char *streets[COUNTRY_STREETS];
    const char *cities[COUNTRY_CITIES];
    enum address_form address_form;
};

extern const struct country countries[COUNTRIES];

/* The index of the country with that code, or -1. */
int country_find(const char *code, size_t size);

#endif
