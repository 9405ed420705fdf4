/*
 * The keys of an asset's file, and where they go; asset.c reads by them.
 *
 * Keys of every kind come in two tables: asset_file_keys go into struct asset_file, for they need a
 * second look, and those of asset_keys(KIND) go straight into the asset. The tables within the file
 * have their own.
 */
#ifndef AORTA_GRAPH_ASSET_KEYS_H
#define AORTA_GRAPH_ASSET_KEYS_H

#include "config/keys.h"
#include "graph/asset.h"
#include "graph/asset_files.h"
#include "graph/policy.h"

/* What the file says beyond what goes straight into the asset. */
struct asset_file {
    struct asset *asset;
    const struct toml_node *from, *into, *columns, *checks, *inputs, *time, *flush;
    int naming;
    int kind;
    const char *connection;
    struct policy_keys policy;
};

struct asset_place_keys {
    const char *connection, *table, *stream, *topic, *cursor;
    int mode;
    int64_t partitions;
    struct asset_files files;
};

extern const struct key asset_file_keys[];   /* struct asset_file */
extern const struct key asset_from_keys[];   /* struct asset_place_keys */
extern const struct key asset_into_keys[];   /* struct asset_place_keys */
extern const struct key asset_time_keys[];   /* struct asset */
extern const struct key asset_flush_keys[];  /* struct asset */
extern const struct key asset_column_keys[]; /* struct asset_column */

#endif
