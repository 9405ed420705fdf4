/*
 * Who wears a watch: the rows of the input "users" that were fed, in order of their ids.
 */
#ifndef AORTA_WEARABLES_WEARER_LIST_H
#define AORTA_WEARABLES_WEARER_LIST_H

#include "session.h"

enum { WEARER_KEY_BYTES = 12, WEARER_HOURS = 8 /* a power of two, above SESSION_DELAY_MAX */ };

struct listed_wearer {
    struct wearer wearer;
    int32_t partition;
    uint8_t key_size;
    char key[WEARER_KEY_BYTES]; /* the user id as text */
    /* How late the session of each of the last hours is, by hour modulo WEARER_HOURS; -1: there is
     * none. Kept by readings.c. */
    int8_t delays[WEARER_HOURS];
};

struct wearer_list {
    struct listed_wearer *wearers;
    int32_t count;
    int32_t capacity;
};

void wearer_list_release(struct wearer_list *list);

/* Appends the batch's rows: user_id, address_country_code and, for a model that needs bodies,
 * date_of_birth (YYYYMMDD), sex, height (cm) and weight (kg). Errors as readings_feed has them. */
int wearer_list_add(struct wearer_list *list, const struct settings *settings,
                    const struct aorta_batch *batch, struct aorta_error *error);

/* Puts them in order of their ids. AORTA_DATA: an id came twice. */
int wearer_list_sort(struct wearer_list *list, struct aorta_error *error);

#endif
