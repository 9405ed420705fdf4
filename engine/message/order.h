/*
 * What the daemon asks of an executor: one step, complete in itself. The executor reads no
 * configuration and no asset file; what it runs is what stood in the files when the run was
 * planned.
 *
 * Options are text. `env:` and `file:` references are resolved in the executor, so a secret is in
 * no message.
 */
#ifndef AORTA_MESSAGE_ORDER_H
#define AORTA_MESSAGE_ORDER_H

#include "message/record.h"

#include <stdbool.h>
#include <stdint.h>

struct order_option {
    const char *name;
    const char *text;
};

struct order_connection {
    const char *name;
    const char *module; /* path of the shared object */
    struct order_option *options;
    size_t option_count;
};

/* Where data comes from or goes to: `connection` is an index into the order's connections. */
struct order_place {
    int64_t connection;
    const char *object;
};

struct order_input {
    const char *name;
    struct order_place place;
};

/* Something that the SQL may refer to. */
struct order_reference {
    const char *name;   /* as in ref('name') */
    const char *source; /* as in source('source', 'name') */
    const char *asset;  /* its key */
    const char *schema, *table;
    const char *position; /* its position column, or NULL */
    bool is_input;        /* its version is part of the fingerprint */
    bool is_direct;       /* the SQL names it; else it stands behind a view */
    bool is_snapshot;
};

struct order_column {
    const char *name;
    const char *type;
    const char *unknown;
};

struct order_variable {
    const char *name;
    const char *json;
};

/* Partitions of an asset that are made together (run/window.h). Borders are in UTC, as SQL reads
 * them; a date where they are midnights. */
struct order_window {
    const char *label;        /* "2024-04-04", "2024-04-01..2024-04-07", "north,east" */
    const char *first, *last; /* their keys */
    bool is_one;
    const char **keys; /* of a list; none: of time */
    size_t keys_count;
    const char *start, *end;           /* of time: the window is [start, end) */
    const char *start_date, *end_date; /* the same on the calendar there; NULL: of hours */
};

/* Of a plan: an asset that comes before, and will be or may be published again. */
struct order_expectation {
    const char *asset;
    bool restarts, is_sure;
};

struct order {
    int64_t step;    /* the daemon's number for this attempt */
    int64_t attempt; /* 1, 2, … */
    bool is_held;    /* nothing of it may be seen before `stored` (below) */
    const char *run;
    const char *asset; /* key */
    const char *name;
    const char *kind; /* "seed", "model", …, "question", "sensor" */
    const char *file, *body_file, *body;
    const char *folder; /* of the pipeline: relative paths of options and secrets */
    const char *config_hash;
    const char *config; /* JSON: what config.get() reads; NULL: nothing */
    const char *target; /* target.name */

    struct order_connection *connections;
    size_t connection_count;
    struct order_place from, into;
    const char *schema, *table;

    const char *mode, *cursor; /* mode of a sensor: its kind */
    const char *bad_lines;     /* source */
    const char **files;        /* patterns; none: not a source of files by name */
    size_t files_count;
    const char *changed_files, *new_columns;
    int64_t lateness_ms, full_listing_ms; /* lateness -1: not declared */
    bool partition_columns;
    bool airbyte_names;
    bool keeps_history; /* what it has cannot be read again */
    int64_t partitions;
    struct order_place acknowledged; /* generator: the lake that makes its records durable */
    bool has_acknowledged;
    struct order_input *inputs;
    size_t input_count;
    const char *time_field, *time_unit;
    int64_t flush_records, flush_bytes, flush_interval_ms;
    const char *delimiter;
    const char *group; /* sensor: whose lag */

    const char *materialized, *strategy, *delete_marker, *position;
    const char **unique_key;
    size_t unique_key_count;
    const char *partition_column; /* NULL: it is made as one */
    const char *changed_at, *deleted_at, *surrogate_key;
    const char **order_by;
    size_t order_by_count;

    struct order_reference *references;
    size_t reference_count;
    struct order_column *columns;
    size_t column_count;
    const char *checks; /* JSON: a list of {"column", "check"}, the check as the asset says it */
    struct order_variable *variables;
    size_t variable_count;
    bool is_volatile; /* depends on the clock, on chance, or on what others make: never fresh */
    bool full_refresh, force;

    /* Of what is made in partitions: the window that was asked for; or, if none was, the last one and
     * then that of all. None: there is no partition yet. */
    struct order_window *windows;
    size_t windows_count;
    bool is_partitioned; /* it tells of which it made or read something */

    bool is_endless, until_idle; /* a stream of `aorta stream` */
    const char *lake_position;   /* the hours behind it are not known yet: executor/sink_hours.h */
    int64_t for_ms;              /* and how long, 0: until it is told to end */

    bool looks; /* a plan asks: says what it would do, and does nothing */
    struct order_expectation *expected;
    size_t expected_count;
};

extern const struct record_shape order_shape;

/* What a person asks of a connection. By verb the rows are
 *
 *     query   those of `sql`, or of `subject`, a saved question
 *     state   what the destination's state table has, a row an asset (model/state.h)
 *     show    one: the SQL of `subject`, and whether it is an increment
 *     clean   the names of the hidden relations that were dropped
 *     test    none: a `tested` event, whether it can be reached
 */
struct query_order {
    int64_t step;
    const char *verb;
    const char *sql;
    struct order subject;
    bool drops_rejected; /* also the rows that checks refused */
    const char *folder;
    struct order_connection connection;
    int64_t limit;       /* rows; 0: all */
    int64_t limit_bytes; /* of the rows as JSON: more is an error; 0: any */
    int64_t timeout_ms;  /* after that it is ended; 0: never */
};

extern const struct record_shape query_order_shape;

/* cancel: the attempt's number. */
struct cancel_order {
    int64_t step;
};

extern const struct record_shape cancel_order_shape;

/* stored: the attempt of that number is in the run store. Its order goes ahead, so that the executor
 * works while the store commits; until this comes nothing of it may be seen (invariant 1). */
struct stored_order {
    int64_t step;
};

extern const struct record_shape stored_order_shape;

#endif
