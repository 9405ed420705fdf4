#include "graph/asset_keys.h"

#include "graph/asset_rules.h"

#include <stddef.h>

static const char *const naming_names[] = {"aorta", "airbyte", NULL};

#define COMMON_KEYS                                                                   \
    {"kind", KEY_CHOICE, offsetof(struct asset_file, kind), false, asset_kind_names}, \
        {"columns", KEY_TABLE, offsetof(struct asset_file, columns), false, NULL},    \
        {"checks", KEY_LIST, offsetof(struct asset_file, checks), false, NULL},       \
    {                                                                                 \
        "connection", KEY_TEXT, offsetof(struct asset_file, connection), false, NULL  \
    }

#define ASSET_COMMON_KEYS                                                                  \
    {"description", KEY_TEXT, offsetof(struct asset, description), false, NULL},           \
        {"tags", KEY_TEXTS, offsetof(struct asset, tags), false, NULL},                    \
        {"partitions", KEY_TABLE, offsetof(struct asset, partitioned.table), false, NULL}, \
    {                                                                                      \
        "depends_on", KEY_TEXTS, offsetof(struct asset, depends_on), false, NULL           \
    }

/* Keys of every kind come in two tables: those that need a second look, and those that do not. */
const struct key asset_file_keys[] = {
    COMMON_KEYS,
    {"from", KEY_TABLE, offsetof(struct asset_file, from), false, NULL},
    {"into", KEY_NODE, offsetof(struct asset_file, into), false, NULL},
    {"naming", KEY_CHOICE, offsetof(struct asset_file, naming), false, naming_names},
    {"inputs", KEY_TABLE, offsetof(struct asset_file, inputs), false, NULL},
    {"time", KEY_TABLE, offsetof(struct asset_file, time), false, NULL},
    {"flush", KEY_TABLE, offsetof(struct asset_file, flush), false, NULL},
    {"retry", KEY_TABLE, offsetof(struct asset_file, policy.retry), false, NULL},
    {"timeout", KEY_DURATION, offsetof(struct asset_file, policy.timeout_ms), false, NULL},
    {"pool", KEY_TEXT, offsetof(struct asset_file, policy.pool), false, NULL},
    {"priority", KEY_INTEGER, offsetof(struct asset_file, policy.priority), false, NULL},
    {0},
};

static const struct key seed_keys[] = {
    ASSET_COMMON_KEYS,
    UPKEEP_KEYS,
    {"delimiter", KEY_TEXT, offsetof(struct asset, delimiter), false, NULL},
    {0},
};

static const struct key source_keys[] = {
    ASSET_COMMON_KEYS,
    UPKEEP_KEYS,
    {"bad_lines", KEY_CHOICE, offsetof(struct asset, bad_lines), false, asset_bad_lines_names},
    {"new_columns", KEY_CHOICE, offsetof(struct asset, new_columns), false,
     asset_new_columns_names},
    {0},
};

static const struct key generator_keys[] = {
    ASSET_COMMON_KEYS,
    UPKEEP_KEYS,
    {"acknowledged_by", KEY_TEXT, offsetof(struct asset, acknowledged_by), false, NULL},
    {0},
};

static const struct key stream_keys[] = {
    ASSET_COMMON_KEYS,
    {"max_lag", KEY_INTEGER, offsetof(struct asset, max_lag), false, NULL},
    {0},
};

static const struct key plain_keys[] = {ASSET_COMMON_KEYS, {0}};

static const struct key model_keys[] = {
    ASSET_COMMON_KEYS,
    UPKEEP_KEYS,
    {"materialized", KEY_CHOICE, offsetof(struct asset, materialized), false,
     asset_materialized_names},
    {"strategy", KEY_CHOICE, offsetof(struct asset, strategy), false, asset_strategy_names},
    {"unique_key", KEY_TEXTS, offsetof(struct asset, unique_key), false, NULL},
    {"delete_marker", KEY_TEXT, offsetof(struct asset, delete_marker), false, NULL},
    {"position", KEY_TEXT, offsetof(struct asset, position), false, NULL},
    {0},
};

static const struct key snapshot_keys[] = {
    ASSET_COMMON_KEYS,
    UPKEEP_KEYS,
    {"unique_key", KEY_TEXTS, offsetof(struct asset, unique_key), true, NULL},
    {"changed_at", KEY_TEXT, offsetof(struct asset, changed_at), true, NULL},
    {"deleted_at", KEY_TEXT, offsetof(struct asset, deleted_at), false, NULL},
    {"order_by", KEY_TEXTS, offsetof(struct asset, order_by), false, NULL},
    {"surrogate_key", KEY_TEXT, offsetof(struct asset, surrogate_key), true, NULL},
    {0},
};

static const struct key *const keys_of_kind[ASSET_KINDS] = {
    [ASSET_SEED] = seed_keys,      [ASSET_GENERATOR] = generator_keys,
    [ASSET_SOURCE] = source_keys,  [ASSET_STREAM] = stream_keys,
    [ASSET_MODEL] = model_keys,    [ASSET_SNAPSHOT] = snapshot_keys,
    [ASSET_EXTERNAL] = plain_keys,
};

const struct key *asset_keys(enum asset_kind kind)
{
    return keys_of_kind[kind];
}

const struct key asset_from_keys[] = {
    {"connection", KEY_TEXT, offsetof(struct asset_place_keys, connection), true, NULL},
    {"table", KEY_TEXT, offsetof(struct asset_place_keys, table), false, NULL},
    {"stream", KEY_TEXT, offsetof(struct asset_place_keys, stream), false, NULL},
    {"topic", KEY_TEXT, offsetof(struct asset_place_keys, topic), false, NULL},
    {"mode", KEY_CHOICE, offsetof(struct asset_place_keys, mode), false, asset_mode_names},
    {"cursor", KEY_TEXT, offsetof(struct asset_place_keys, cursor), false, NULL},
    {"files", KEY_TEXTS, offsetof(struct asset_place_keys, files.patterns), false, NULL},
    {"changed_files", KEY_CHOICE, offsetof(struct asset_place_keys, files.changed), false,
     asset_changed_names},
    {"lateness", KEY_DURATION, offsetof(struct asset_place_keys, files.lateness_ms), false, NULL},
    {"full_listing", KEY_DURATION, offsetof(struct asset_place_keys, files.full_listing_ms), false,
     NULL},
    {"partition_columns", KEY_BOOL, offsetof(struct asset_place_keys, files.partition_columns),
     false, NULL},
    {0},
};

const struct key asset_into_keys[] = {
    {"connection", KEY_TEXT, offsetof(struct asset_place_keys, connection), true, NULL},
    {"table", KEY_TEXT, offsetof(struct asset_place_keys, table), false, NULL},
    {"topic", KEY_TEXT, offsetof(struct asset_place_keys, topic), false, NULL},
    {"partitions", KEY_INTEGER, offsetof(struct asset_place_keys, partitions), false, NULL},
    {0},
};

const struct key asset_time_keys[] = {
    {"field", KEY_TEXT, offsetof(struct asset, time_field), false, NULL},
    {"unit", KEY_CHOICE, offsetof(struct asset, time_unit), true, asset_time_units},
    {0},
};

const struct key asset_flush_keys[] = {
    {"records", KEY_INTEGER, offsetof(struct asset, flush_records), false, NULL},
    {"size", KEY_SIZE, offsetof(struct asset, flush_bytes), false, NULL},
    {"interval", KEY_DURATION, offsetof(struct asset, flush_interval_ms), false, NULL},
    {0},
};

const struct key asset_column_keys[] = {
    {"type", KEY_TEXT, offsetof(struct asset_column, type), false, NULL},
    {"description", KEY_TEXT, offsetof(struct asset_column, description), false, NULL},
    {0},
};
