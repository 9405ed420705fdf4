/*
 * Who wears a watch and what can be done with one: the rows that were fed, in order of their ids.
 */
#ifndef AORTA_WEARABLES_WEARER_LIST_H
#define AORTA_WEARABLES_WEARER_LIST_H

#include "session.h"

enum { WEARER_KEY_BYTES = 12 };

struct listed_wearer {
    struct wearer wearer;
    int32_t partition;
    uint8_t key_size;
    char key[WEARER_KEY_BYTES]; /* the user id as text */
};

struct wearer_list {
    struct listed_wearer *wearers;
    int32_t wearer_count;
    int32_t wearer_capacity;
    struct session_activity *activities;
    int32_t activity_count;
    int32_t activity_capacity;
};

void wearer_list_release(struct wearer_list *list);

/* Errors as readings_feed has them. */
int wearer_list_add_users(struct wearer_list *list, const struct aorta_batch *batch,
                          int32_t partitions, struct aorta_error *error);
int wearer_list_add_activities(struct wearer_list *list, const struct aorta_batch *batch,
                               struct aorta_error *error);

/* Puts both in order. AORTA_DATA: an id came twice. */
int wearer_list_sort(struct wearer_list *list, struct aorta_error *error);

#endif
