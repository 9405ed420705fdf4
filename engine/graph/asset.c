#include "graph/asset.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/suggest.h"
#include "graph/asset_files.h"
#include "graph/asset_keys.h"
#include "graph/asset_partitions.h"
#include "graph/asset_rules.h"

#include <string.h>
#include <unistd.h>

const char *const asset_kind_names[] = {"seed",  "generator", "source",   "stream",
                                        "model", "snapshot",  "external", NULL};
const char *const asset_materialized_names[] = {"view", "table", "incremental", NULL};
const char *const asset_strategy_names[] = {"append", "delete_insert", "partition", NULL};
const char *const asset_mode_names[] = {"full_refresh", "append_all", "incremental_append",
                                        "cdc_append", NULL};
const char *const asset_time_units[] = {"s", "ms", "us", "iso", "log", NULL};

enum { KIND_UNKNOWN = -1 };

struct asset_site asset_site_of(const struct asset *asset, const char *key)
{
    const struct toml_node *node = asset->root != NULL ? toml_find(asset->root, key) : NULL;

    return node != NULL ? (struct asset_site){asset->file, node->line, node->column}
                        : (struct asset_site){asset->file, 1, 1};
}

struct reading {
    const struct pipeline *pipeline;
    struct problems *problems;
    struct asset *asset;
    struct asset_file file;
};

static const struct connection *find_connection(struct reading *r, const char *name, int line,
                                                int column)
{
    const struct connection *found = pipeline_connection(r->pipeline, name);
    const struct target *target = r->pipeline->target;

    if (found != NULL || target == NULL)
        return found;
    const char **names =
        arena_calloc(r->pipeline->arena, target->connection_count + 1, sizeof *names);
    for (size_t i = 0; i < target->connection_count; i++)
        names[i] = target->connections[i].name;
    const char *near = suggest(name, names, target->connection_count);
    problem_add(r->problems, r->asset->file, line, column,
                "there is no connection \"%s\" in target %s%s%s%s", name, target->name,
                near != NULL ? ": did you mean \"" : "", near != NULL ? near : "",
                near != NULL ? "\"?" : "");
    return NULL;
}

static void read_place(struct reading *r, const struct toml_node *table, const struct key *keys,
                       struct asset_place *place, struct asset_place_keys *read)
{
    keys_read(table, keys, read, r->asset->file, NULL, r->problems);
    place->line = table->line;
    place->column = table->column;
    place->object = read->table != NULL    ? read->table
                    : read->stream != NULL ? read->stream
                                           : read->topic;
    place->connection_name = read->connection;
    const struct toml_node *node = toml_find(table, "connection");
    if (read->connection != NULL)
        place->connection = find_connection(r, read->connection, node->line, node->column);
}

static void read_from(struct reading *r)
{
    struct asset_place_keys keys = {.mode = ASSET_INCREMENTAL_APPEND, .files = asset_files_unset};

    if (r->file.from == NULL)
        return;
    if (r->asset->kind != ASSET_SOURCE && r->asset->kind != ASSET_STREAM &&
        r->asset->kind != ASSET_GENERATOR) {
        problem_add(r->problems, r->asset->file, r->file.from->line, r->file.from->column,
                    "a %s has no from", asset_kind_names[r->asset->kind]);
        return;
    }
    read_place(r, r->file.from, asset_from_keys, &r->asset->from, &keys);
    r->asset->mode = keys.mode;
    r->asset->cursor = keys.cursor;
    r->asset->files = keys.files;
    if (r->asset->from.object == NULL && keys.files.patterns.line == 0)
        problem_add(r->problems, r->asset->file, r->file.from->line, r->file.from->column,
                    "from needs a table, a stream, a topic or files");
}

/* into = "schema.table" of the warehouse. */
static void read_relation(struct reading *r, const struct toml_node *node)
{
    const char *dot = strchr(node->text, '.');

    if (dot == NULL || dot == node->text || dot[1] == '\0' || strchr(dot + 1, '.') != NULL) {
        problem_add(r->problems, r->asset->file, node->line, node->column,
                    "into must be \"schema.table\", not \"%s\"", node->text);
        return;
    }
    r->asset->schema = arena_strndup(r->pipeline->arena, node->text, (size_t)(dot - node->text));
    r->asset->table = dot + 1;
}

static void read_into(struct reading *r)
{
    struct asset *asset = r->asset;
    const struct toml_node *into = r->file.into;
    struct asset_place_keys keys = {.partitions = 1};

    asset->schema = asset->group;
    asset->table = asset->name;
    if (asset_is_relation(asset)) {
        const char *name = r->file.connection != NULL ? r->file.connection : "warehouse";
        asset->into.connection_name = name;
        asset->into.connection = find_connection(r, name, 1, 1);
        if (into != NULL && into->kind == TOML_STRING)
            read_relation(r, into);
        else if (into != NULL)
            problem_add(r->problems, asset->file, into->line, into->column,
                        "into must be \"schema.table\", not %s", toml_kind_name(into->kind));
        return;
    }
    if (into == NULL || into->kind != TOML_TABLE) {
        problem_add(r->problems, asset->file, into != NULL ? into->line : 1,
                    into != NULL ? into->column : 1, "a %s needs into = { connection = …, … }",
                    asset_kind_names[asset->kind]);
        return;
    }
    read_place(r, into, asset_into_keys, &asset->into, &keys);
    asset->partitions = keys.partitions;
}

static void read_inputs(struct reading *r)
{
    const struct toml_node *table = r->file.inputs;

    if (table == NULL)
        return;
    r->asset->inputs =
        arena_calloc(r->pipeline->arena, table->item_count, sizeof(struct asset_input));
    for (size_t i = 0; i < table->item_count; i++) {
        const struct toml_node *node = table->items[i];
        struct asset_input *input = &r->asset->inputs[r->asset->input_count];
        struct asset_place_keys keys = {0};
        if (node->kind != TOML_TABLE) {
            problem_add(r->problems, r->asset->file, node->line, node->column,
                        "%s must be { connection = …, table = … }", node->key);
            continue;
        }
        read_place(r, node, asset_into_keys, &input->place, &keys);
        input->name = node->key;
        r->asset->input_count++;
    }
}

static void add_checks(struct reading *r, const struct toml_node *list, const char *column)
{
    struct asset *asset = r->asset;
    struct buf json;

    buf_init(&json);
    for (size_t i = 0; list != NULL && i < list->item_count; i++) {
        const struct toml_node *entry = list->items[i];
        buf_reset(&json);
        toml_to_json(entry, &json);
        asset->checks[asset->check_count++] = (struct asset_check){
            .column = column,
            .json = arena_strndup(r->pipeline->arena, json.data, json.size),
            .line = entry->line,
            .place = entry->column,
        };
    }
    buf_release(&json);
}

static void read_column(struct reading *r, const struct toml_node *node)
{
    struct asset_column *column = &r->asset->columns[r->asset->column_count++];
    const struct toml_node **more;

    column->name = node->key;
    if (node->kind != TOML_TABLE) {
        problem_add(r->problems, r->asset->file, node->line, node->column,
                    "columns.%s must be a table, not %s", node->key, toml_kind_name(node->kind));
        return;
    }
    const struct toml_node *type = toml_find(node, "type");
    column->line = type != NULL ? type->line : node->line;
    column->place = type != NULL ? type->column : node->column;
    keys_read(node, asset_column_keys, column, r->asset->file, &more, r->problems);
    for (; *more != NULL; more++) {
        static const char *const known[] = {"type", "description", "checks", "unknown"};
        if (strcmp((*more)->key, "checks") == 0 && (*more)->kind == TOML_ARRAY)
            add_checks(r, *more, node->key);
        else if (strcmp((*more)->key, "checks") == 0)
            problem_add(r->problems, r->asset->file, (*more)->line, (*more)->column,
                        "checks must be a list, not %s", toml_kind_name((*more)->kind));
        else if (strcmp((*more)->key, "unknown") == 0 && r->asset->kind == ASSET_SNAPSHOT)
            column->unknown = toml_as_text(*more, r->pipeline->arena);
        else
            keys_report_unknown(*more, "key", known, 4, r->asset->file, r->problems);
    }
}

static size_t count_checks(const struct asset_file *file)
{
    size_t count = file->checks != NULL ? file->checks->item_count : 0;

    for (size_t i = 0; file->columns != NULL && i < file->columns->item_count; i++) {
        const struct toml_node *column = file->columns->items[i];
        const struct toml_node *checks =
            column->kind == TOML_TABLE ? toml_find(column, "checks") : NULL;
        count += checks != NULL ? checks->item_count : 0;
    }
    return count;
}

static void read_columns(struct reading *r)
{
    const struct toml_node *columns = r->file.columns;

    r->asset->checks =
        arena_calloc(r->pipeline->arena, count_checks(&r->file) + 1, sizeof *r->asset->checks);
    add_checks(r, r->file.checks, NULL);
    if (columns == NULL)
        return;
    r->asset->columns =
        arena_calloc(r->pipeline->arena, columns->item_count, sizeof *r->asset->columns);
    for (size_t i = 0; i < columns->item_count; i++)
        read_column(r, columns->items[i]);
}

/* What may stand in the file is what may stand in every file, and what belongs to the kind. */
static void report_unknown_keys(struct reading *r, const struct toml_node **nodes)
{
    const char *known[64];
    size_t count = 0;

    for (const struct key *key = asset_file_keys; key->name != NULL; key++)
        known[count++] = key->name;
    for (const struct key *key = asset_keys(r->asset->kind); key->name != NULL; key++)
        known[count++] = key->name;
    for (; *nodes != NULL; nodes++)
        keys_report_unknown(*nodes, "key", known, count, r->asset->file, r->problems);
}

/* Keys that belong to the asset's kind; the rest of the file has been read before. */
static void read_own_keys(struct reading *r, const struct toml_node **nodes)
{
    struct toml_node own = {.kind = TOML_TABLE, .line = 1, .column = 1};
    const struct toml_node **unknown;
    size_t count = 0;

    while (nodes[count] != NULL)
        count++;
    own.item_count = count;
    own.items = arena_calloc(r->pipeline->arena, count + 1, sizeof(struct toml_node *));
    for (size_t i = 0; i < count; i++)
        own.items[i] = arena_memdup(r->pipeline->arena, nodes[i], sizeof *nodes[i]);
    keys_read(&own, asset_keys(r->asset->kind), r->asset, r->asset->file, &unknown, r->problems);
    report_unknown_keys(r, unknown);
}

static int read_toml(struct reading *r)
{
    struct toml_node *root;
    const struct toml_node **own;
    struct buf text;
    struct err err;
    int result = -1;

    buf_init(&text);
    const char *whole =
        arena_printf(r->pipeline->arena, "%s/%s", r->pipeline->folder, r->asset->file);
    if (file_read(whole, LIMIT_CONFIG_FILE_BYTES, &text, &err) < 0 ||
        toml_parse(r->pipeline->arena, r->asset->file, text.data, text.size, &root, &err) < 0) {
        problem_add_err(r->problems, &err);
        goto out;
    }
    r->asset->root = root;
    r->file.kind = toml_find(root, "kind") != NULL ? KIND_UNKNOWN : ASSET_MODEL;
    keys_read(root, asset_file_keys, &r->file, r->asset->file, &own, r->problems);
    result = 0;
    if (r->file.kind == KIND_UNKNOWN)
        goto out;
    r->asset->kind = (enum asset_kind)r->file.kind;
    read_own_keys(r, own);
out:
    buf_release(&text);
    return result;
}

static void complain(struct reading *r, const char *key, const char *what)
{
    struct asset_site site = asset_site_of(r->asset, key);

    problem_add(r->problems, site.file, site.line, site.column, "%s", what);
}

static bool has_csv(const struct reading *r, const char *stem)
{
    return access(arena_printf(r->pipeline->arena, "%s/%s.csv", r->pipeline->folder, stem), F_OK) ==
           0;
}

static void read_body(struct reading *r, const char *stem)
{
    struct asset *asset = r->asset;
    bool is_seed = asset->kind == ASSET_SEED;
    bool has_body = is_seed || asset->kind == ASSET_MODEL || asset->kind == ASSET_SNAPSHOT;
    struct buf text;
    struct err err;

    if (!has_body)
        return;
    asset->body_file = arena_printf(r->pipeline->arena, "%s.%s", stem, is_seed ? "csv" : "sql");
    buf_init(&text);
    const char *whole =
        arena_printf(r->pipeline->arena, "%s/%s", r->pipeline->folder, asset->body_file);
    size_t limit = is_seed ? LIMIT_SEED_FILE_BYTES : LIMIT_CONFIG_FILE_BYTES;
    if (file_read(whole, limit, &text, &err) < 0) {
        if (access(whole, F_OK) == 0)
            problem_add_err(r->problems, &err);
        else
            complain(r, "kind",
                     arena_printf(r->pipeline->arena, "%s %s has no file %s%s",
                                  asset_kind_names[asset->kind], asset->name, asset->body_file,
                                  has_csv(r, stem) ? ": its CSV wants kind = \"seed\"" : ""));
    } else {
        asset->body = arena_strndup(r->pipeline->arena, text.data, text.size);
        asset->body_size = text.size;
        if (!is_seed && template_parse(r->pipeline->arena, asset->body_file, asset->body,
                                       asset->body_size, &asset->template, &err) < 0)
            problem_add_err(r->problems, &err);
        if (asset->template != NULL && template_is_blank(asset->template))
            problem_add(r->problems, asset->body_file, 1, 1,
                        "there is no SQL in it: write the SELECT whose rows are %s", asset->name);
    }
    buf_release(&text);
}

/* What is not there is missed where the key stands that asks for it. */
static void require(struct reading *r, bool there, const char *key, const char *what)
{
    if (!there)
        complain(r, key,
                 arena_printf(r->pipeline->arena, "a %s needs %s", asset_kind_names[r->asset->kind],
                              what));
}

static void check_kind(struct reading *r)
{
    const struct asset *asset = r->asset;
    bool reads = asset->kind == ASSET_SOURCE || asset->kind == ASSET_STREAM ||
                 asset->kind == ASSET_GENERATOR;

    if (reads)
        require(r, r->file.from != NULL, "kind", "from = { connection = …, … }");
    if (asset->kind == ASSET_STREAM)
        require(r, r->file.time != NULL, "kind", "time = { field = …, unit = … }");
    if (asset->kind == ASSET_MODEL && asset->materialized == ASSET_INCREMENTAL &&
        asset->strategy == ASSET_DELETE_INSERT)
        require(r, asset->unique_key.count > 0, "strategy",
                "unique_key for the strategy delete_insert");
    if (asset->kind == ASSET_SOURCE && asset->mode == ASSET_INCREMENTAL_APPEND &&
        asset->from.connection != NULL && asset->from.connection->connector != NULL &&
        asset->from.connection->connector->is_warehouse)
        require(r, asset->cursor != NULL, "from", "cursor in from for the mode incremental_append");
}

static void name_key(struct reading *r)
{
    struct asset *asset = r->asset;

    if (asset_is_relation(asset))
        asset->key = arena_printf(r->pipeline->arena, "%s.%s", asset->schema, asset->table);
    else
        asset->key = arena_printf(r->pipeline->arena, "%s.%s", asset->group, asset->name);
}

struct asset *asset_load(const struct pipeline *pipeline, const char *group, const char *path,
                         struct problems *problems)
{
    struct asset *asset = arena_alloc(pipeline->arena, sizeof *asset);
    struct reading r = {.pipeline = pipeline, .problems = problems, .asset = asset};
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    const char *stem = arena_strndup(pipeline->arena, path, (size_t)(dot - path));

    asset->group = group;
    asset->file = path;
    asset->name = arena_strndup(pipeline->arena, name, (size_t)(dot - name));
    asset->kind = ASSET_MODEL;
    asset->bad_lines = asset->new_columns = ASSET_NOT_GIVEN;
    asset->flush_records = 100000;
    asset->flush_bytes = (int64_t)16 << 20;
    asset->flush_interval_ms = 60 * 1000;
    if (strcmp(dot, ".toml") == 0 && read_toml(&r) < 0)
        return NULL;
    if (r.file.kind == KIND_UNKNOWN) {
        /* Its name is known, so that nobody who refers to it is blamed. */
        asset->key = arena_printf(pipeline->arena, "%s.%s", group, asset->name);
        return asset;
    }
    asset->airbyte_names = r.file.naming == 1;
    read_from(&r);
    read_into(&r);
    read_inputs(&r);
    policy_read(&r.file.policy, pipeline, asset, problems);
    if (r.file.time != NULL)
        keys_read(r.file.time, asset_time_keys, asset, asset->file, NULL, problems);
    if (r.file.flush != NULL)
        keys_read(r.file.flush, asset_flush_keys, asset, asset->file, NULL, problems);
    upkeep_read(asset, problems);
    read_columns(&r);
    read_body(&r, stem);
    check_kind(&r);
    asset_files_check(asset, problems);
    asset_partitions_read(asset, pipeline->arena, problems);
    asset_rules_check(asset, problems);
    name_key(&r);
    return asset;
}

bool asset_keeps_history(const struct asset *asset)
{
    const struct connection *from = asset->from.connection;

    return asset->kind == ASSET_SOURCE && asset->mode != ASSET_FULL_REFRESH && from != NULL &&
           from->connector->is_source;
}

bool asset_is_relation(const struct asset *asset)
{
    return asset->kind != ASSET_GENERATOR && asset->kind != ASSET_STREAM;
}
