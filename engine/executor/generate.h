/*
 * What the two ways of generating share.
 */
#ifndef AORTA_EXECUTOR_GENERATE_H
#define AORTA_EXECUTOR_GENERATE_H

#include "executor/step.h"

struct generation {
    struct step *step;
    struct connection *from, *into;
    const struct aorta_source *source;
    void *reader;
    int64_t rows;
};

/* Opens the reader at the position and feeds it its inputs. */
int generate_open(struct generation *g, enum aorta_read_mode mode, const char *position,
                  struct err *err);

/* Applies changes to a table of the `into` connection: rows and position in one transaction. */
int generate_table(struct generation *g, struct err *err);

/* Produces events into a topic. What the lake that acknowledges them has is where it goes on. */
int generate_topic(struct generation *g, struct err *err);

/* Tells the daemon how far it is. */
void generate_progress(struct generation *g);

/* The source's error, with the connection's name. Returns -1. */
int generate_error(const struct generation *g, const struct aorta_error *error, struct err *err);

#endif
