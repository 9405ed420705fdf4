/*
 * The sensors of a pipeline, ready to look: connections, assets and selections found. They live as
 * long as what was loaded with them, and do not change.
 */
#ifndef AORTA_SCHEDULE_SENSOR_LIST_H
#define AORTA_SCHEDULE_SENSOR_LIST_H

#include "config/pipeline.h"
#include "graph/graph.h"

struct sensor {
    const struct sensor_config *config;
    const char *trigger;                 /* of its runs: "sensor:NAME" */
    const char *definition;              /* what its cursor comes of: another one begins anew */
    const struct connection *connection; /* OBJECTS, QUERY, LAG */
    const char *topic, *group;           /* LAG */
    const struct asset *asset;           /* RUN, or NULL */
    const char *watched;                 /* RUN: a trigger, "schedule:NAME", or NULL: any */
    const char *path;                    /* FILE: absolute */
};

struct sensor_list {
    struct sensor *items; /* in the order of the file */
    size_t count;
};

/* Compiles all of [sensor.NAME]; what is wrong is added to problems, each at its place. Assets and
 * selections are looked at only in a graph that is whole. */
void sensors_compile(struct sensor_list *sensors, const struct pipeline *pipeline,
                     const struct graph *graph, bool graph_is_whole, struct problems *problems);

/* By name, or NULL. */
const struct sensor *sensors_find(const struct sensor_list *sensors, const char *name);

#endif
