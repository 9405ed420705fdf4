/* Assets: what is declared, by the loaded graph, and what is known of them, by the store. */
#include "web/assets.h"
#include "run/upkept.h"
#include "web/list.h"
#include "web/problem.h"
#include "web/routes.h"
#include "web/runs.h"

#include <string.h>

/* ---- declarations ---------------------------------------------------------------------------- */

static void write_keys(struct json_writer *json, const char *key, struct asset *const *assets,
                       size_t count)
{
    json_write_key(json, key);
    json_write_array(json);
    for (size_t i = 0; i < count; i++)
        json_write_str(json, assets[i]->key);
    json_write_end(json);
}

struct listed {
    const struct asset *asset;
    const struct freshness_of *known;
    const struct upkept *upkept;
};

static void write_freshness(struct json_writer *json, const struct upkept *upkept)
{
    const struct lateness *lateness = &upkept->lateness;
    bool has_next = lateness->is_timed && lateness->next_us != INT64_MAX;

    json_write_key(json, "freshness");
    if (upkept->rule == NULL || !upkept->rule->has_freshness) {
        json_write_null(json);
        return;
    }
    json_write_object(json);
    web_write_bool(json, "is_late", lateness->is_late);
    web_write_time(json, "fresh_at", upkept->fresh_us);
    web_write_time(json, "late_since", lateness->is_late ? lateness->deadline_us : 0);
    web_write_time(json, "late_at", has_next ? lateness->next_us : 0);
    json_write_end(json);
}

static void write_automation(struct json_writer *json, const struct upkept *upkept)
{
    json_write_key(json, "automation");
    if (!upkept_is_automated(upkept)) {
        json_write_null(json);
        return;
    }
    json_write_object(json);
    web_write_text(json, "when", upkeep_when_names[upkept->rule->when]);
    web_write_bool(json, "is_paused", upkept->is_paused);
    web_write_text(json, "waits_for", upkept->waits_for);
    web_write_time(json, "again_at", upkept->again_us != INT64_MAX ? upkept->again_us : 0);
    web_write_time(json, "requested_at", upkept->requested_us);
    web_write_text(json, "run", upkept->run_id);
    json_write_end(json);
}

/* What the list says of each. */
static void write_summary(struct json_writer *json, const void *item)
{
    const struct listed *listed = item;
    const struct asset *asset = listed->asset;
    const struct freshness_of *known = listed->known;
    const struct store_materialization *newest = known->newest;
    const struct store_last_step *last = known->last;

    web_write_text(json, "key", asset->key);
    web_write_text(json, "name", asset->name);
    web_write_text(json, "group", asset->group);
    web_write_text(json, "kind", asset_kind_names[asset->kind]);
    web_write_text(json, "description", asset->description);
    web_write_texts(json, "tags", asset->tags.items, asset->tags.count);
    web_write_text(json, "state", freshness_names[known->state]);
    web_write_text(json, "because", known->because != NULL ? known->because->key : NULL);
    web_write_count(json, "rows", newest != NULL ? newest->rows : STORE_NO_COUNT);
    web_write_time(json, "published_at", newest != NULL ? newest->at_us : 0);
    write_freshness(json, listed->upkept);
    write_automation(json, listed->upkept);
    json_write_key(json, "last_step");
    if (last == NULL) {
        json_write_null(json);
        return;
    }
    json_write_object(json);
    web_write_text(json, "run", last->run_id);
    web_write_text(json, "state", store_state_name(last->state));
    web_write_text(json, "reason", last->reason);
    web_write_time(json, "started_at", last->started_us);
    web_write_time(json, "ended_at", last->ended_us);
    json_write_end(json);
}

static void write_place(struct json_writer *json, const char *key, const struct asset_place *place)
{
    json_write_key(json, key);
    if (place->connection_name == NULL) {
        json_write_null(json);
        return;
    }
    json_write_object(json);
    web_write_text(json, "connection", place->connection_name);
    web_write_text(json, "object", place->object);
    json_write_end(json);
}

static void write_column(struct json_writer *json, const void *item)
{
    const struct asset_column *column = item;

    web_write_text(json, "name", column->name);
    web_write_text(json, "type", column->type);
    web_write_text(json, "description", column->description);
}

static struct web_list columns_of(const struct asset *asset)
{
    return (struct web_list){
        WEB_LIST("columns", asset->columns, asset->column_count, write_column)};
}

static void write_check(struct json_writer *json, const void *item)
{
    const struct asset_check *check = item;

    web_write_text(json, "column", check->column);
    web_write_raw(json, "check", check->json);
}

static void write_declaration(struct json_writer *json, const struct asset *asset)
{
    const struct web_list columns = columns_of(asset);
    const struct web_list checks = {
        WEB_LIST("declared_checks", asset->checks, asset->check_count, write_check)};
    bool is_model = asset->kind == ASSET_MODEL;

    web_write_text(json, "file", asset->file);
    web_write_text(json, "body_file", asset->body_file);
    web_write_text(json, "materialized",
                   is_model ? asset_materialized_names[asset->materialized] : NULL);
    web_write_text(json, "schema", asset_is_relation(asset) ? asset->schema : NULL);
    web_write_text(json, "table", asset_is_relation(asset) ? asset->table : NULL);
    write_place(json, "from", &asset->from);
    write_place(json, "into", &asset->into);
    write_keys(json, "parents", asset->parents, asset->parent_count);
    write_keys(json, "children", asset->children, asset->child_count);
    web_list_write(json, &columns);
    web_list_write(json, &checks);
}

/* ---- the list and one ------------------------------------------------------------------------ */

const struct asset *web_asset_find(struct web_exchange *exchange)
{
    const struct asset *asset = graph_find(&exchange->loaded->graph, exchange->parts[0]);

    if (asset == NULL)
        web_problem(exchange, 404, "there is no asset \"%.100s\"", exchange->parts[0]);
    return asset;
}

enum { LIST_STATE, LIST_KIND, LIST_GROUP };

static const char *const states[] = {"never",   "fresh",    "stale", "failed",
                                     "running", "external", NULL};
static const char *const kinds[] = {"seed",  "generator", "source",   "stream",
                                    "model", "snapshot",  "external", NULL};

static const struct web_parameter list_parameters[] = {
    [LIST_STATE] = {"state", WEB_CHOICE, .choices = states},
    [LIST_KIND] = {"kind", WEB_CHOICE, .choices = kinds},
    [LIST_GROUP] = {"group", WEB_TEXT, .max = WEB_TEXT_BYTES},
    {0},
};

static bool is_wanted(const struct web_exchange *exchange, const struct asset *asset,
                      const struct freshness_of *known)
{
    const char *state = web_value(exchange, LIST_STATE)->text;
    const char *kind = web_value(exchange, LIST_KIND)->text;
    const char *group = web_value(exchange, LIST_GROUP)->text;

    return (state == NULL || strcmp(state, freshness_names[known->state]) == 0) &&
           (kind == NULL || strcmp(kind, asset_kind_names[asset->kind]) == 0) &&
           (group == NULL || strcmp(group, asset->group) == 0);
}

/* -1: the answer is there. */
static int read_known(struct web_exchange *exchange, struct store_reader *reader,
                      struct freshness_of **known, struct upkept **upkept)
{
    const struct loaded *loaded = exchange->loaded;
    struct err err;

    if (freshness_read(&loaded->graph, reader, true, &exchange->arena, known, &err) == 0 &&
        upkept_read(loaded, reader, *known, &exchange->arena, upkept, &err) == 0)
        return 0;
    web_read_failed(exchange, &err);
    return -1;
}

static void list(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct graph *graph = &exchange->loaded->graph;
    struct freshness_of *known;
    struct upkept *upkept;

    if (read_known(exchange, reader, &known, &upkept) < 0)
        return;
    struct listed *listed = arena_calloc(&exchange->arena, graph->count, sizeof *listed);
    size_t count = 0;
    for (size_t i = 0; i < graph->count; i++)
        if (is_wanted(exchange, graph->assets[i], &known[i]))
            listed[count++] = (struct listed){graph->assets[i], &known[i], &upkept[i]};
    web_list_answer(exchange,
                    &(const struct web_list){WEB_LIST("assets", listed, count, write_summary)});
}

static void get(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct asset *asset = web_asset_find(exchange);
    struct freshness_of *known;
    struct upkept *upkept;

    if (asset == NULL || read_known(exchange, reader, &known, &upkept) < 0)
        return;
    size_t order = asset->order;
    struct json_writer *json = web_json(exchange, 200);
    json_write_object(json);
    write_summary(json, &(const struct listed){asset, &known[order], &upkept[order]});
    write_declaration(json, asset);
    json_write_end(json);
}

static void get_columns(struct web_exchange *exchange)
{
    const struct asset *asset = web_asset_find(exchange);

    if (asset != NULL) {
        const struct web_list columns = columns_of(asset);
        web_list_answer(exchange, &columns);
    }
    web_done(exchange);
}

/* ---- history and checks ---------------------------------------------------------------------- */

enum { HISTORY_BEFORE, HISTORY_LIMIT };

static const struct web_parameter history_parameters[] = {
    [HISTORY_BEFORE] = {"before", WEB_INT, .min = 1, .max = INT64_MAX},
    [HISTORY_LIMIT] = {"limit", WEB_INT, .min = 1, .max = 500, .fallback = 50},
    {0},
};

static void write_materialization(struct json_writer *json, const void *item)
{
    const struct store_materialization *materialization = item;

    web_write_int(json, "id", materialization->id);
    web_write_text(json, "run", materialization->run_id);
    web_write_time(json, "at", materialization->at_us);
    web_write_count(json, "rows", materialization->rows);
    web_write_text(json, "version", materialization->version);
}

static void get_history(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct asset *asset = web_asset_find(exchange);
    int64_t limit = web_value(exchange, HISTORY_LIMIT)->number;
    struct store_materialization *history;
    size_t count;
    struct err err;

    if (asset == NULL)
        return;
    if (store_read_history(reader, asset->key, web_value(exchange, HISTORY_BEFORE)->number, limit,
                           &exchange->arena, &history, &count, &err) < 0) {
        web_read_failed(exchange, &err);
        return;
    }
    const struct web_list page = {
        WEB_LIST("materializations", history, count, write_materialization),
        WEB_PAGE(limit, WEB_CURSOR_INT, struct store_materialization, id)};
    web_list_answer(exchange, &page);
}

static void get_checks(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct asset *asset = web_asset_find(exchange);

    if (asset != NULL)
        web_checks_answer(exchange, reader, asset->key);
}

/* ---- lineage --------------------------------------------------------------------------------- */

enum { LINEAGE_DEPTH };

static const struct web_parameter lineage_parameters[] = {
    [LINEAGE_DEPTH] = {"depth", WEB_INT, .min = 1, .max = 1000000, .fallback = 1000000},
    {0},
};

/* Those that are reached in one direction, the nearest first, each with how far it is. */
static void write_reached(struct web_exchange *exchange, const char *key, const struct asset *from,
                          bool upwards)
{
    const struct graph *graph = &exchange->loaded->graph;
    struct json_writer *json = &exchange->json;
    size_t *queue = arena_calloc(&exchange->arena, graph->count, sizeof *queue);
    int64_t *depths = arena_calloc(&exchange->arena, graph->count, sizeof *depths);
    size_t first = 0, count = 0;

    json_write_key(json, key);
    json_write_array(json);
    queue[count++] = from->order;
    for (; first < count; first++) {
        const struct asset *asset = graph->assets[queue[first]];
        int64_t depth = depths[asset->order];
        if (asset != from) {
            json_write_object(json);
            web_write_text(json, "asset", asset->key);
            web_write_int(json, "depth", depth);
            json_write_end(json);
        }
        if (depth == web_value(exchange, LINEAGE_DEPTH)->number)
            continue;
        struct asset *const *next = upwards ? asset->parents : asset->children;
        size_t next_count = upwards ? asset->parent_count : asset->child_count;
        for (size_t i = 0; i < next_count; i++) {
            if (next[i] == from || depths[next[i]->order] > 0)
                continue;
            depths[next[i]->order] = depth + 1;
            queue[count++] = next[i]->order;
        }
    }
    json_write_end(json);
}

static void get_lineage(struct web_exchange *exchange)
{
    const struct asset *asset = web_asset_find(exchange);

    if (asset != NULL) {
        struct json_writer *json = web_json(exchange, 200);
        json_write_object(json);
        web_write_text(json, "asset", asset->key);
        write_reached(exchange, "upstream", asset, true);
        write_reached(exchange, "downstream", asset, false);
        json_write_end(json);
    }
    web_done(exchange);
}

const struct web_route web_assets_routes[] = {
    {"GET", "/api/v1/assets", WEB_VIEWER, .parameters = list_parameters, .wants_pipeline = true,
     .is_polled = true, .read = list},
    {"GET", "/api/v1/assets/{key}", WEB_VIEWER, .wants_pipeline = true, .is_polled = true,
     .read = get},
    {"GET", "/api/v1/assets/{key}/columns", WEB_VIEWER, .wants_pipeline = true, .is_polled = true,
     .now = get_columns},
    {"GET", "/api/v1/assets/{key}/history", WEB_VIEWER, .parameters = history_parameters,
     .wants_pipeline = true, .is_polled = true, .read = get_history},
    {"GET", "/api/v1/assets/{key}/checks", WEB_VIEWER, .wants_pipeline = true, .is_polled = true,
     .read = get_checks},
    {"GET", "/api/v1/assets/{key}/lineage", WEB_VIEWER, .parameters = lineage_parameters,
     .wants_pipeline = true, .is_polled = true, .now = get_lineage},
    {0},
};
