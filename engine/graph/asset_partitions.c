#include "graph/asset_partitions.h"

#include <string.h>

const char *const asset_partition_units[] = {"hour", "day", "week", "month", NULL};

static const struct key partition_keys[] = {
    {"by", KEY_CHOICE, offsetof(struct asset_partitions, by), false, asset_partition_units},
    {"start", KEY_TEXT, offsetof(struct asset_partitions, start), false, NULL},
    {"timezone", KEY_TEXT, offsetof(struct asset_partitions, timezone), false, NULL},
    {"end_offset", KEY_INTEGER, offsetof(struct asset_partitions, end_offset), false, NULL},
    {"keys", KEY_TEXTS, offsetof(struct asset_partitions, keys), false, NULL},
    {"column", KEY_TEXT, offsetof(struct asset_partitions, column), false, NULL},
    {0},
};

bool asset_partitions_are_of_topic(const struct asset *asset)
{
    const struct connection *from = asset->from.connection;

    return asset->kind == ASSET_SOURCE && asset->files.patterns.count == 0 && from != NULL &&
           from->connector != NULL && from->connector->is_object_store;
}

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

/* ------------------------------------------------------------------------------ who can have them */

static const char no_partitions_of_view[] =
    "a view has no rows, so there is nothing that could be made of a partition: write materialized "
    "= \"table\" or \"incremental\", or leave the partitions to the models that read it, who see "
    "through it";
static const char no_partitions_of_append[] =
    "strategy \"append\" only adds rows: what a partition's run has read would be added once more "
    "by the next. With strategy = \"partition\" its rows are replaced";
static const char no_partitions_of_keys[] =
    "strategy \"delete_insert\" replaces rows by their keys: of other partitions, too, and not "
    "those that are gone. With strategy = \"partition\" just its rows are replaced; a check can "
    "say that keys are unique";
static const char no_partitions_of_tables[] =
    "a source of a table has no partitions: of rows that were changed or deleted since, nothing "
    "tells to which they belonged. Give partitions to the model that reads it; sources of files "
    "and of topics can have them";
static const char no_partitions_of_changed_files[] =
    "partitions need changed_files = \"reload\": a run of a partition reads its files again";
static const char no_partitions_of_mode[] =
    "partitions need mode = \"incremental_append\": any other reads all files each time";

/* Of kinds; NULL: a second look decides. */
static const char *const no_partitions_of[ASSET_KINDS] = {
    [ASSET_SEED] = "a seed is made of one file, as a whole: give partitions to the model that "
                   "reads it",
    [ASSET_GENERATOR] = "a generator goes on where it ended, and does not make again what it has "
                        "made: give partitions to what reads from it",
    [ASSET_STREAM] = "the partitions of a stream are the hours of its events, without being "
                     "declared: see aorta ls --partitions",
    [ASSET_SNAPSHOT] = "a snapshot is one history: a change in one partition moves the ends of "
                       "versions in others. Give partitions to the model that reads it",
    [ASSET_EXTERNAL] = "what somebody else makes has no partitions here: give them to the model "
                       "that reads it",
};

static const char *refusal_of_model(const struct asset *asset)
{
    if (asset->materialized == ASSET_VIEW)
        return no_partitions_of_view;
    if (asset->materialized == ASSET_TABLE || asset->strategy == ASSET_PARTITION)
        return NULL;
    return asset->strategy == ASSET_APPEND ? no_partitions_of_append : no_partitions_of_keys;
}

static const char *refusal_of_source(const struct asset *asset)
{
    if (asset->files.patterns.count == 0 && !asset_partitions_are_of_topic(asset))
        return no_partitions_of_tables;
    if (asset->mode != ASSET_INCREMENTAL_APPEND)
        return no_partitions_of_mode;
    if (asset->files.patterns.count == 0)
        return NULL;
    return strcmp(asset_changed_names[asset->files.changed], "reload") == 0
               ? NULL
               : no_partitions_of_changed_files;
}

static const char *refusal_of(const struct asset *asset)
{
    if (asset->kind == ASSET_MODEL)
        return refusal_of_model(asset);
    return asset->kind == ASSET_SOURCE ? refusal_of_source(asset) : no_partitions_of[asset->kind];
}

/* --------------------------------------------------------------------------------- what they are */

static void check_time(const struct asset *asset, struct problems *problems)
{
    const struct asset_partitions *partitioned = &asset->partitioned;

    if (partitioned->start == NULL)
        complain(asset, problems, "by", "partitions by time need a start, as \"2024-04-01\"");
    if (partitioned->end_offset < -ASSET_END_OFFSET_MOST ||
        partitioned->end_offset > ASSET_END_OFFSET_MOST)
        complain(asset, problems, "end_offset", "end_offset must be from -1000 to 1000");
}

static void check_meaning(const struct asset *asset, struct problems *problems)
{
    const struct asset_partitions *partitioned = &asset->partitioned;
    bool has_by = toml_find(partitioned->table, "by") != NULL;

    if (has_by == (toml_find(partitioned->table, "keys") != NULL))
        complain(asset, problems, "by", "partitions have either by, or keys");
    else if (has_by)
        check_time(asset, problems);
    else if (partitioned->start != NULL || partitioned->timezone != NULL ||
             partitioned->end_offset != 0)
        complain(asset, problems, "keys", "start, timezone and end_offset belong to by");
}

static int found_news(void *self, const struct template_site *site, struct err *err)
{
    struct problems *problems = self;

    (void)err;
    problem_add(problems, site->file, site->line, site->column,
                "%s() has no place in a model that is made in partitions: a partition would be "
                "replaced by what is new of it. Choose rows by partition.start and partition.end, "
                "or partition.keys",
                site->function);
    return 0;
}

static void check_model(const struct asset *asset, struct arena *arena, struct problems *problems)
{
    struct asset_site site = asset_site_of(asset, "strategy");
    struct err err;

    if (asset->partitioned.column == NULL)
        complain(asset, problems, "partitions", "column is missing");
    if (asset->position != NULL)
        problem_add(problems, site.file, site.line, site.column,
                    "a model whose partitions are replaced has no position: who reads new rows "
                    "would miss those that came in the place of others");
    if (asset->delete_marker != NULL)
        problem_add(problems, site.file, site.line, site.column,
                    "a model whose partitions are replaced has no delete_marker");
    if (asset->template == NULL)
        return;
    /* What is wrong with the text itself was said before. */
    (void)template_calls(asset->template, "new_rows", arena, found_news, problems, &err);
    (void)template_calls(asset->template, "changed_rows", arena, found_news, problems, &err);
}

/* The folders say to which partition an object belongs. */
static void check_source(const struct asset *asset, struct problems *problems)
{
    const struct asset_partitions *partitioned = &asset->partitioned;
    bool is_topic = asset_partitions_are_of_topic(asset);

    if (partitioned->by == ASSET_PARTITIONS_STATIC)
        complain(asset, problems, "keys",
                 is_topic ? "partitions of a topic are by time, the hours of its events: by = "
                            "\"hour\""
                          : "partitions of files are by time, which their folders say: by = "
                            "\"hour\"");
    if (!is_topic && partitioned->timezone != NULL && strcmp(partitioned->timezone, "UTC") != 0)
        complain(asset, problems, "timezone", "partitions of files are in UTC, as their folders");
    if (partitioned->column != NULL)
        complain(asset, problems, "column",
                 is_topic ? "partitions of a topic have no column: the lake has an object by the "
                            "hour of its events"
                          : "partitions of files have no column: the folders say to which an "
                            "object belongs");
}

void asset_partitions_read(struct asset *asset, struct arena *arena, struct problems *problems)
{
    struct asset_partitions *partitioned = &asset->partitioned;
    const struct toml_node *table = partitioned->table;
    struct asset_site site = asset_site_of(asset, "strategy");

    if (table == NULL) {
        if (asset->kind == ASSET_MODEL && asset->strategy == ASSET_PARTITION)
            problem_add(problems, site.file, site.line, site.column,
                        "strategy \"partition\" needs partitions = { by = …, start = …, column = "
                        "… } or { keys = […], column = … }");
        return;
    }
    if (asset->kind == ASSET_MODEL && toml_find(asset->root, "strategy") == NULL)
        asset->strategy = ASSET_PARTITION;
    const char *refusal = refusal_of(asset);
    if (refusal != NULL) {
        complain(asset, problems, "partitions", refusal);
        return;
    }
    partitioned->by = ASSET_PARTITIONS_STATIC;
    keys_read(table, partition_keys, partitioned, asset->file, NULL, problems);
    check_meaning(asset, problems);
    if (asset->kind == ASSET_MODEL)
        check_model(asset, arena, problems);
    else
        check_source(asset, problems);
}
