/*
 * One asset: a thing that is kept up to date, as its files declare it.
 *
 *     assets/staging/stg_users.toml   what it is, its checks
 *     assets/staging/stg_users.sql    its query (a .sql alone is a model with defaults)
 *     assets/seeds/country_codes.csv  the rows of a seed
 *
 * The folder is its group and the default schema of its table; the file's name is its name, unique
 * in the pipeline. Its key is what people read and what state is stored under: `schema.table` for
 * what becomes a table of the warehouse, `group.name` for what does not (generators, streams).
 *
 * Everything lives in the pipeline's arena and is never changed after loading.
 */
#ifndef AORTA_GRAPH_ASSET_H
#define AORTA_GRAPH_ASSET_H

#include "config/keys.h"
#include "config/pipeline.h"
#include "graph/policy.h"
#include "graph/upkeep.h"
#include "template/template.h"

#include <stdbool.h>

enum asset_kind {
    ASSET_SEED,      /* rows of a CSV file */
    ASSET_GENERATOR, /* synthetic data into a connection */
    ASSET_SOURCE,    /* ingestion into the warehouse */
    ASSET_STREAM,    /* a message log into a lake, endless */
    ASSET_MODEL,     /* SQL */
    ASSET_SNAPSHOT,  /* SCD type 2 from a change log */
    ASSET_EXTERNAL,  /* declared, made by somebody else */
};

#define ASSET_KINDS 7

enum asset_materialized { ASSET_VIEW, ASSET_TABLE, ASSET_INCREMENTAL };

enum asset_strategy { ASSET_APPEND, ASSET_DELETE_INSERT, ASSET_PARTITION };

/* Sync modes of a source. */
enum asset_mode {
    ASSET_FULL_REFRESH,
    ASSET_APPEND_ALL,
    ASSET_INCREMENTAL_APPEND,
    ASSET_CDC_APPEND,
};

/* A place outside: a connection and what is meant there. */
struct asset_place {
    const struct connection *connection;
    const char *connection_name; /* as written, also when there is no such connection */
    const char *object;          /* table, synthetic stream or topic */
    int line, column;
};

/* Which files of an object store a source reads. */
struct asset_files {
    struct texts patterns; /* count 0: not a source of files by name */
    int changed;           /* what becomes of a file that changed: index into asset_changed_names */
    int64_t lateness_ms;   /* -1: every listing is a whole one */
    int64_t full_listing_ms;
    bool partition_columns; /* name=value folders are columns */
};

/* In which parts it is made: graph/asset_partitions.h. */
struct asset_partitions {
    const struct toml_node *table; /* NULL: it is made as one */
    int by; /* index into asset_partition_units, or ASSET_PARTITIONS_STATIC */
    const char *start, *timezone;
    int64_t end_offset;
    struct texts keys;
    const char *column;
};

enum { ASSET_PARTITIONS_STATIC = -1 };

struct asset_input {
    const char *name;
    struct asset_place place;
};

/* Where something stands in a file. */
struct asset_site {
    const char *file;
    int line, column;
};

struct asset_column {
    const char *name;
    const char *type; /* NULL: not declared */
    const char *description;
    const char *unknown; /* of a snapshot: the value in the unknown row, as text; NULL: null */
    int line, place;     /* where its type stands: line and column of the file */
};

/* A check as the asset declares it. */
struct asset_check {
    const char *column; /* NULL: of the whole relation */
    const char *json;   /* the text or table of the list */
    int line, place;    /* where it stands: line and column of the file */
};

struct asset {
    const char *name;
    const char *group;
    const char *key;
    enum asset_kind kind;
    const char *description;
    struct texts tags;
    struct texts depends_on;
    struct policy policy;

    const char *file;             /* relative to the pipeline's folder: the .toml, else the .sql */
    const struct toml_node *root; /* of the .toml; NULL: there is none */
    const char *body_file;        /* the .sql or .csv; NULL if none */
    const char *body;
    size_t body_size;
    struct template *template; /* of a model's or snapshot's body */

    struct asset_place from; /* generator, source, stream */
    struct asset_place into; /* of seeds, sources, models, snapshots: the warehouse */
    const char *schema, *table;
    int mode; /* enum asset_mode */
    const char *cursor;
    struct asset_files files; /* source */
    int bad_lines;            /* source of files: index into asset_bad_lines_names */
    int new_columns;          /* likewise: into asset_new_columns_names */
    bool airbyte_names;
    int64_t partitions;          /* generator into a topic */
    const char *acknowledged_by; /* generator: the stream that makes its records durable */
    struct asset_input *inputs;  /* generator */
    size_t input_count;
    const char *time_field; /* stream */
    int time_unit;          /* stream: index into asset_time_units */
    int64_t flush_records, flush_bytes, flush_interval_ms;
    int64_t max_lag;       /* stream: records behind its log before that is told; 0: never */
    const char *delimiter; /* seed */

    int materialized; /* enum asset_materialized */
    int strategy;     /* enum asset_strategy */
    struct texts unique_key;
    struct asset_partitions partitioned;
    const char *delete_marker;
    const char *position;
    const char *changed_at, *deleted_at, *surrogate_key; /* snapshot */
    struct texts order_by;

    struct upkeep upkeep;

    struct asset_column *columns;
    size_t column_count;
    struct asset_check *checks;
    size_t check_count;

    /* Filled in by the graph. Inputs are the parents that the SQL itself reads; the others are
     * read by checks, or write what is read from outside. */
    struct asset **sql_inputs, **parents, **children;
    size_t sql_input_count, parent_count, child_count;
    struct asset_site *parent_sites; /* of the parents: where each is first referred to */
    size_t order;                    /* parents have smaller ones */
};

extern const char *const asset_kind_names[];         /* ended by NULL */
extern const char *const asset_materialized_names[]; /* "view", "table", "incremental" */
extern const char *const asset_strategy_names[];
extern const char *const asset_mode_names[];
extern const char *const asset_changed_names[];     /* "fail", "reload", "append" */
extern const char *const asset_bad_lines_names[];   /* "fail", "skip", "emit" */
extern const char *const asset_new_columns_names[]; /* "discard", "freeze", "evolve" */
extern const char *const asset_partition_units[];   /* "hour", "day", "week", "month" */
extern const char *const asset_time_units[];        /* "s", "ms", "us", "iso", "log" */

/* Reads the asset of a .toml (body file found beside it) or of a lone .sql. Paths are relative to
 * the pipeline's folder. What is wrong goes to problems; NULL when nothing of it can be used. */
struct asset *asset_load(const struct pipeline *pipeline, const char *group, const char *path,
                         struct problems *problems);

/* The keys that may stand in the file of an asset of that kind and go straight into it; ended by one
 * without a name. */
const struct key *asset_keys(enum asset_kind kind);

/* Where a key of the asset's file stands; the beginning of the file if it is not given. */
struct asset_site asset_site_of(const struct asset *asset, const char *key);

/* Whether what is published holds what cannot be read again: the changes and former rows of a table.
 * (A lake keeps its files; a snapshot is computed from its log.) */
bool asset_keeps_history(const struct asset *asset);

/* Whether it becomes a relation of the warehouse that SQL can refer to. */
bool asset_is_relation(const struct asset *asset);

#endif
