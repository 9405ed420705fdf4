#include "graph/asset_partitions.h"

const char *const asset_partition_units[] = {"hour", "day", "week", "month", NULL};

static const struct key partition_keys[] = {
    {"by", KEY_CHOICE, offsetof(struct asset_partitions, by), false, asset_partition_units},
    {"start", KEY_TEXT, offsetof(struct asset_partitions, start), false, NULL},
    {"timezone", KEY_TEXT, offsetof(struct asset_partitions, timezone), false, NULL},
    {"end_offset", KEY_INTEGER, offsetof(struct asset_partitions, end_offset), false, NULL},
    {"keys", KEY_TEXTS, offsetof(struct asset_partitions, keys), false, NULL},
    {"column", KEY_TEXT, offsetof(struct asset_partitions, column), true, NULL},
    {0},
};

struct asset_site asset_partitions_site(const struct asset *asset, const char *key)
{
    const struct toml_node *table = asset->partitioned.table;
    const struct toml_node *node = table != NULL ? toml_find(table, key) : NULL;

    return node != NULL    ? (struct asset_site){asset->file, node->line, node->column}
           : table != NULL ? (struct asset_site){asset->file, table->line, table->column}
                           : (struct asset_site){asset->file, 1, 1};
}

static void complain(const struct asset *asset, struct problems *problems, const char *key,
                     const char *what)
{
    struct asset_site site = asset_partitions_site(asset, key);

    problem_add(problems, site.file, site.line, site.column, "%s", what);
}

static void check_time(const struct asset *asset, struct problems *problems)
{
    const struct asset_partitions *partitioned = &asset->partitioned;

    if (partitioned->start == NULL)
        complain(asset, problems, "by", "partitions by time need a start, as \"2024-04-01\"");
    if (partitioned->end_offset < -ASSET_END_OFFSET_MOST ||
        partitioned->end_offset > ASSET_END_OFFSET_MOST)
        complain(asset, problems, "end_offset", "end_offset must be from -1000 to 1000");
}

static void check_kind(const struct asset *asset, struct problems *problems)
{
    struct asset_site strategy = asset_site_of(asset, "strategy");

    if (asset->materialized != ASSET_INCREMENTAL || asset->strategy != ASSET_PARTITION)
        complain(asset, problems, "partitions",
                 "partitions need materialized = \"incremental\" and strategy = \"partition\": "
                 "anything else would replace more than the partition, or less");
    if (asset->position != NULL)
        problem_add(problems, strategy.file, strategy.line, strategy.column,
                    "a model whose partitions are replaced has no position: who reads new rows "
                    "would miss those that came in the place of others");
    if (asset->delete_marker != NULL)
        problem_add(problems, strategy.file, strategy.line, strategy.column,
                    "a model whose partitions are replaced has no delete_marker");
}

void asset_partitions_read(struct asset *asset, struct problems *problems)
{
    struct asset_partitions *partitioned = &asset->partitioned;
    const struct toml_node *table = partitioned->table;

    if (table == NULL) {
        struct asset_site site = asset_site_of(asset, "strategy");
        if (asset->kind == ASSET_MODEL && asset->strategy == ASSET_PARTITION)
            problem_add(problems, site.file, site.line, site.column,
                        "strategy \"partition\" needs partitions = { by = …, start = …, column = "
                        "… } or { keys = […], column = … }");
        return;
    }
    partitioned->by = ASSET_PARTITIONS_STATIC;
    keys_read(table, partition_keys, partitioned, asset->file, NULL, problems);
    if ((toml_find(table, "by") != NULL) == (toml_find(table, "keys") != NULL))
        complain(asset, problems, "by", "partitions have either by, or keys");
    else if (toml_find(table, "by") != NULL)
        check_time(asset, problems);
    else if (partitioned->start != NULL || partitioned->timezone != NULL ||
             partitioned->end_offset != 0)
        complain(asset, problems, "keys", "start, timezone and end_offset belong to by");
    check_kind(asset, problems);
}
