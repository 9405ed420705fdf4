/*
 * [sensor.NAME] of pipeline.toml: what is looked at again and again, and which run is made when there
 * is something new.
 *
 *     [sensor.landing]                    [sensor.orders]
 *     kind = "objects"                    kind = "query"
 *     connection = "lake"                 connection = "shop"
 *     files = "landing/x/y.json"          sql = "select max(id) from orders"
 *     select = "+marts.sales"             every = "10s"
 *     every = "1m"                        minimum_gap = "5m"
 *
 *     [sensor.behind]                     [sensor.trigger_file]
 *     kind = "lag"                        kind = "file"
 *     stream = "lake.readings"            path = "inbox/done"
 *     more_than = 1000
 *                                         [sensor.release]
 *     [sensor.after_sales]                kind = "http"
 *     kind = "run"                        url = "https://data.example/version.json"
 *     asset = "marts.sales"               headers = { Authorization = "env:DATA_TOKEN" }
 *     on = ["succeeded", "failed"]        pointer = "/version"
 *
 * Each kind has keys of its own besides those of all. What connections, assets, schedules and
 * selections mean is known to engine/schedule (sensor_list.h there); here they are texts.
 */
#ifndef AORTA_CONFIG_SENSOR_H
#define AORTA_CONFIG_SENSOR_H

#include "config/assignments.h"
#include "config/keys.h"

#include <stdint.h>

enum sensor_kind {
    SENSOR_OBJECTS, /* there is an object in a store that was not there, or was another one */
    SENSOR_QUERY,   /* the first column of a query's first row is another one */
    SENSOR_LAG,     /* more records of a topic than that wait to be read */
    SENSOR_FILE,    /* it is there, or another one: by its size, time and inode */
    SENSOR_HTTP,    /* what a URL gives is another one */
    SENSOR_RUN,     /* a run, or an asset in one, has succeeded or failed */
};

/* As they stand in pipeline.toml, and in answers; ended by NULL. */
extern const char *const sensor_kind_names[];

/* What a sensor of runs waits for: a bit of 1 << each. */
enum sensor_outcome { SENSOR_SUCCEEDED, SENSOR_FAILED };

extern const char *const sensor_outcome_names[];

struct sensor_header {
    const char *name;
    const char *value; /* or a reference */
};

struct sensor_config {
    const char *name;
    int kind;
    int64_t every_ms;
    int64_t minimum_gap_ms; /* between two runs of it */
    int64_t timeout_ms;     /* of a look */
    struct texts select, exclude;
    struct assignments assignments;
    int64_t priority;
    bool is_paused; /* until somebody resumes it */

    const char *connection;        /* OBJECTS, QUERY, LAG */
    struct texts files;            /* OBJECTS: patterns */
    const char *sql;               /* QUERY */
    const char *stream;            /* LAG: an asset that says the next two and the connection */
    const char *topic, *group;     /* LAG */
    int64_t more_than;             /* LAG */
    const char *path;              /* FILE */
    const char *url, *pointer;     /* HTTP; the first may be a reference, the second NULL */
    struct sensor_header *headers; /* HTTP */
    size_t header_count;           /* HTTP */
    const char *asset, *schedule;  /* RUN: one of them, or none: all runs */
    unsigned outcomes;             /* RUN */
    const struct toml_node *table; /* where all of it stands */
    int line, column;              /* of the table */
};

struct sensors_config {
    struct sensor_config *items;
    size_t count;
};

struct pipeline;

/* Reads the tables below [sensor] (NULL: there is none); `pipeline` has its variables. */
void sensors_config_read(const struct toml_node *tables, const char *file,
                         const struct pipeline *pipeline, struct sensors_config *sensors,
                         struct problems *problems);

/* Where a key of the sensor stands, or the sensor. */
const struct toml_node *sensor_config_place(const struct sensor_config *sensor, const char *key);

/* Why such a header may not be sent, as the end of a sentence that begins with its name; NULL: it
 * may. The value is as it is sent, without the reference. */
const char *sensor_header_fault(const char *name, const char *value);

#endif
