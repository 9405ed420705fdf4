/*
 * pipeline.toml as structs: the pipeline's name, its variables, its targets and their connections.
 *
 *     [pipeline]                         [vars]
 *     name = "heart_rate"                as_of = "2024-04-04T00:00:00Z"
 *     assets = "assets"
 *     run_timeout = "6h"
 *                                        [target.dev.connection.warehouse]
 *     [target.dev]                       connector = "duckdb"
 *     default = true                     path = ".aorta/warehouse.duckdb"
 *
 * An option may be a reference: `env:NAME` and `file:PATH` are resolved where the connection is
 * opened; `var:NAME` is replaced by the variable's value here.
 *
 * Everything lives in the pipeline's arena and is never changed after loading.
 */
#ifndef AORTA_CONFIG_PIPELINE_H
#define AORTA_CONFIG_PIPELINE_H

#include "base/arena.h"
#include "config/alert.h"
#include "config/connectors.h"
#include "config/pool.h"
#include "config/problem.h"
#include "config/retention.h"
#include "config/schedule.h"
#include "config/sensor.h"
#include "config/serve.h"
#include "config/toml.h"

#include <stdbool.h>

struct connection {
    const char *name;
    const struct connector_info *connector;
    bool is_embedded;          /* served by the daemon's own child (embedded = true) */
    const char **option_names; /* what is given, as text; references unresolved */
    const char **option_texts;
    size_t option_count;
    struct slots slots; /* of max_steps; count 0: any number of steps at once */
    int line, column;
};

struct target {
    const char *name;
    bool is_default;
    int line, column;
    struct connection *connections;
    size_t connection_count;
};

struct variable {
    const char *name;
    const char *json; /* its value */
    const char *text; /* its value as text, NULL for lists and tables */
    bool is_added;    /* not declared: an assignment that keeps_added let in */
};

struct pipeline {
    struct arena *arena;
    const char *folder; /* absolute: where pipeline.toml is */
    const char *name;
    const char *assets; /* folder of the assets, relative to `folder` */
    const char *state;  /* folder of the run state, absolute */
    struct target *targets;
    size_t target_count;
    const struct target *target; /* the chosen one */
    struct variable *variables;
    size_t variable_count;
    struct alerts_config alerts;
    struct schedules_config schedules;
    struct sensors_config sensors;
    struct retention retention;
    struct connectors connectors;
    struct serve_settings serve;
    struct pools pools;
    int64_t run_timeout_ms; /* 0: a run takes what it takes */
};

/* What a command line says about the pipeline. */
struct pipeline_choice {
    const char *target;             /* NULL: the default one, or the only one */
    const char *const *assignments; /* of variables: NAME=VALUE, VALUE is text */
    size_t assignment_count;
    bool keeps_added; /* assignments of undeclared variables are no problems: the caller asks */
};

/* Reads FOLDER/pipeline.toml and chooses a target. What is wrong is added to problems; -1 when
 * nothing more can be read of it. */
int pipeline_load(struct pipeline *pipeline, const char *folder,
                  const struct pipeline_choice *choice, struct arena *arena,
                  struct problems *problems);

/* The connection of the chosen target, or NULL. */
const struct connection *pipeline_connection(const struct pipeline *pipeline, const char *name);

/* A path of a setting, absolute: those that are not are taken from the pipeline's folder. NULL stays
 * NULL. */
const char *pipeline_path(const struct pipeline *pipeline, const char *path, struct arena *arena);

/* One option's text, or NULL. */
const char *connection_option(const struct connection *connection, const char *name);

/* A hash of the values of all environment variables that the chosen target's connections refer to:
 * two processes with the same one mean the same places. In the arena. */
const char *pipeline_environment(const struct pipeline *pipeline, struct arena *arena);

/* The folder that holds pipeline.toml: `from` or the nearest above it. ERR_CONFIG if none. */
int pipeline_find_folder(const char *from, struct arena *arena, const char **folder,
                         struct err *err);

#endif
