#include "graph/asset_rules.h"

#include "base/utf8.h"
#include "data/schema.h"
#include "graph/asset.h"

#include <string.h>

static void check_numbers(const struct asset *asset, struct problems *problems)
{
    struct asset_site delimiter = asset_site_of(asset, "delimiter");
    struct asset_site flush = asset_site_of(asset, "flush");
    struct asset_site lag = asset_site_of(asset, "max_lag");

    if (asset->delimiter != NULL && strlen(asset->delimiter) != 1)
        problem_add(problems, delimiter.file, delimiter.line, delimiter.column,
                    "delimiter must be one character, not \"%s\"", asset->delimiter);
    if (asset->kind == ASSET_GENERATOR && asset->partitions < 1)
        problem_add(problems, asset->file, asset->into.line, asset->into.column,
                    "partitions must be at least 1");
    if (asset->max_lag < 0)
        problem_add(problems, lag.file, lag.line, lag.column,
                    "max_lag must be a number of records, or 0 for none");
    if (asset->flush_records < 1 || asset->flush_bytes < 1 || asset->flush_interval_ms < 1)
        problem_add(problems, flush.file, flush.line, flush.column,
                    "flush: records, size and interval must be at least 1");
}

/* A body goes through messages as text: what is none would arrive changed, or cut at a NUL. */
static void check_text(const struct asset *asset, struct problems *problems)
{
    int line;
    const char *bad = utf8_find_bad(asset->body, asset->body_size, &line);

    if (bad != NULL)
        problem_add(problems, asset->body_file, line, 0,
                    "byte 0x%02x is no text: the file must be UTF-8", (unsigned char)*bad);
}

/* Whether the types of its columns are ours to read: of what comes from files. Elsewhere they are
 * the database's business. */
static bool reads_types(const struct asset *asset)
{
    const struct connection *from = asset->from.connection;

    return asset->kind == ASSET_SEED ||
           (asset->kind == ASSET_SOURCE && from != NULL && from->connector != NULL &&
            from->connector->is_object_store);
}

static void check_types(const struct asset *asset, struct problems *problems)
{
    enum aorta_type type;
    struct err err;

    for (size_t i = 0; reads_types(asset) && i < asset->column_count; i++) {
        const struct asset_column *column = &asset->columns[i];
        if (column->type != NULL && schema_type_parse(column->type, &type, &err) < 0)
            problem_add(problems, asset->file, column->line, column->place, "column %s: %s",
                        column->name, err.message);
    }
}

/* What is wanted of the connectors at both ends. */
enum ability { SOURCE, WAREHOUSE, MESSAGE_LOG, LAKE, SINK, ANYTHING };

static const struct {
    enum ability from, into;
} wanted[ASSET_KINDS] = {
    [ASSET_SEED] = {ANYTHING, WAREHOUSE},     [ASSET_GENERATOR] = {SOURCE, SINK},
    [ASSET_SOURCE] = {SOURCE, WAREHOUSE},     [ASSET_STREAM] = {MESSAGE_LOG, LAKE},
    [ASSET_MODEL] = {ANYTHING, WAREHOUSE},    [ASSET_SNAPSHOT] = {ANYTHING, WAREHOUSE},
    [ASSET_EXTERNAL] = {ANYTHING, WAREHOUSE},
};

static bool is_able(const struct connector_info *connector, enum ability ability)
{
    switch (ability) {
    case SOURCE: return connector->is_source || connector->is_object_store;
    case WAREHOUSE: return connector->is_warehouse;
    case MESSAGE_LOG: return connector->is_message_log;
    case LAKE: return connector->is_object_store;
    case SINK: return connector->is_warehouse || connector->is_message_log;
    case ANYTHING: return true;
    }
    return true;
}

static void check_place(const struct asset *asset, const struct asset_place *place,
                        enum ability ability, struct problems *problems)
{
    static const char *const names[] = {
        [SOURCE] = "gives no rows",      [WAREHOUSE] = "is no warehouse",
        [MESSAGE_LOG] = "has no topics", [LAKE] = "is no lake",
        [SINK] = "takes no rows",        [ANYTHING] = "",
    };
    const struct connection *connection = place->connection;

    if (connection == NULL || connection->connector == NULL)
        return; /* said already */
    if (!is_able(connection->connector, ability))
        problem_add(problems, asset->file, place->line > 0 ? place->line : 1,
                    place->column > 0 ? place->column : 1, "connection %s: connector %s %s",
                    connection->name, connection->connector->name, names[ability]);
}

void asset_rules_check(const struct asset *asset, struct problems *problems)
{
    check_numbers(asset, problems);
    check_text(asset, problems);
    check_types(asset, problems);
    check_place(asset, &asset->from, wanted[asset->kind].from, problems);
    check_place(asset, &asset->into, wanted[asset->kind].into, problems);
    for (size_t i = 0; i < asset->input_count; i++)
        check_place(asset, &asset->inputs[i].place, SOURCE, problems);
}
