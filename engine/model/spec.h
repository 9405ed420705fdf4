/*
 * What to do for one model: all that a step needs, and nothing to look up elsewhere. The executor
 * fills it from its message; everything is borrowed for the run.
 */
#ifndef AORTA_MODEL_SPEC_H
#define AORTA_MODEL_SPEC_H

#include "base/err.h"
#include "check/check.h"
#include "connector.h"
#include "model/publish.h"
#include "model/relation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct materialization;
struct model_window;
struct template;

/* What ref('name') or source('group', 'name') in the SQL stands for. */
struct model_ref {
    const char *group; /* of source(); NULL: ref() */
    const char *name;
    const char *asset; /* its key in the state table */
    struct relation relation;
    const char *position_column; /* NULL: it cannot be read by new_rows() */
};

enum model_strategy {
    MODEL_APPEND,
    MODEL_DELETE_INSERT, /* by unique_key */
    MODEL_PARTITION,     /* by partition: model/window.h */
};

/* A seed's rows: `next` gives 1 and a batch, 0 at the end, -1. */
struct model_rows {
    const struct aorta_field *fields;
    int32_t field_count;
    int (*next)(void *arg, struct aorta_batch *batch, struct err *err);
    void *arg;
};

/* What a plan expects of an asset that comes before: that it is published again. */
struct model_expectation {
    const char *asset;
    bool restarts; /* with a new epoch */
    bool is_sure;  /* else it may be */
};

struct model_spec {
    const char *asset; /* "fct_heart_rates": its key in the state table, and in messages */
    struct relation relation;
    const struct materialization *materialization; /* materialize.h */

    const char *file;        /* of the SQL, as the user knows it */
    const char *checks_file; /* the same of what declares the checks; or NULL */
    const char *sql;         /* a template; NULL for a seed */
    size_t sql_size;
    const struct template *const *macros; /* parsed, shared by steps */
    size_t macro_count;
    const struct model_rows *rows; /* of a seed */

    enum model_strategy strategy; /* of an incremental model */
    const char *const *unique_key;
    size_t unique_key_count;
    const char *delete_marker;          /* staged rows where it is true only delete; or NULL */
    const char *partition_column;       /* NULL: it is made as one */
    const char *partition_type;         /* as the asset declares it, or NULL */
    const struct model_window *windows; /* of the increment, and last of what is built whole */
    size_t window_count;
    bool is_partition_asked; /* the window was asked for: also if it is fresh */
    enum publish_columns on_new_columns;
    const char *position_column; /* all rows of a publication are greater than those before; NULL */
    const void *options;         /* of the materialization's own, say a snapshot's */

    const struct check *checks;
    size_t check_count;

    const struct model_ref *refs;
    size_t ref_count;
    /* Assets whose versions make this one stale, sorted: its inputs, views replaced by theirs. */
    const char *const *inputs;
    size_t input_count;

    const struct model_expectation *expected; /* of a plan; see model/decide.h */
    size_t expected_count;

    const char *vars;        /* JSON object: var('name') */
    const char *config;      /* JSON object: config.get('name') */
    const char *target_name; /* target.name */
    const char *config_hash; /* of all settings and macros that change what is built */
    bool is_volatile;        /* depends on the clock or on chance: never fresh */
    bool full_refresh;       /* an incremental model is built from nothing, with a new epoch */
    bool force;              /* also if fresh */
    const char *run_id;
};

#endif
