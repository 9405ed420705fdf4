/*
 * Who wears a watch, as the operational database has it.
 */
#ifndef AORTA_WEARABLES_WEARER_H
#define AORTA_WEARABLES_WEARER_H

#include <stdint.h>

/* A body, for the models that look at it; what a model makes of it is that model's business. */
struct body {
    int32_t birth_day; /* since 1970 */
    int16_t height;    /* cm */
    int16_t weight;    /* kg */
    char sex;          /* M, F, or another letter */
    int32_t rest;      /* by the model's prepare: thousandths of a beat a minute */
    int32_t most;
};

struct wearer {
    int32_t user_id;
    int16_t country;
    struct body body;
};

#endif
