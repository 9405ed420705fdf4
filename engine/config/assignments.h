/*
 * `vars = { region = "north" }` of what makes runs by itself, a schedule or a sensor: assignments as
 * a request has them.
 */
#ifndef AORTA_CONFIG_ASSIGNMENTS_H
#define AORTA_CONFIG_ASSIGNMENTS_H

#include "config/problem.h"
#include "config/toml.h"

struct pipeline;

struct assignments {
    const char **items; /* NAME=VALUE */
    size_t count;
};

/* Reads the table (NULL: there is none) of a `what` ("schedule") into the arena of problems. A
 * variable that the pipeline has not is a problem. */
void assignments_read(const struct toml_node *vars, const char *what, const char *file,
                      const struct pipeline *pipeline, struct assignments *assignments,
                      struct problems *problems);

/* What people type has the table's name in it (schedule:NAME): says so if it cannot be typed. */
void assignments_check_name(const struct toml_node *table, const char *what, const char *file,
                            struct problems *problems);

#endif
