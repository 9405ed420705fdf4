/*
 * Something that is committed and may interest who follows: an event of a run.
 */
#ifndef AORTA_MESSAGE_NEWS_H
#define AORTA_MESSAGE_NEWS_H

#include <stdint.h>

struct news {
    int64_t id; /* of the event in the store; they only grow */
    int64_t at_us;
    const char *run;
    const char *asset;  /* or NULL */
    const char *kind;   /* "accepted", "step", "check", "ended": the type of the event */
    const char *detail; /* the event (message/control.h) in JSON */
};

/* Who follows; on the loop. */
struct follower {
    void (*hear)(void *arg, const struct news *news);
    void *arg;
};

#endif
