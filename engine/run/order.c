#include "run/order.h"

#include "base/hash.h"
#include "graph/settings.h"
#include "graph/volatile.h"

#include <string.h>

struct filling {
    struct order *order;
    const struct graph *graph;
    const struct asset *asset;
    const struct order_server *servers;
    size_t server_count;
    struct arena *arena;
    size_t reference_capacity;
};

struct order_connection order_connection_of(const struct connection *connection,
                                            const struct order_server *servers, size_t server_count,
                                            struct arena *arena)
{
    struct order_option *options =
        arena_calloc(arena, connection->option_count + 1, sizeof *options);
    size_t count = 0;

    for (size_t i = 0; i < connection->option_count; i++)
        options[count++] =
            (struct order_option){connection->option_names[i], connection->option_texts[i]};
    for (size_t i = 0; connection->is_embedded && i < server_count; i++)
        if (strcmp(servers[i].connection, connection->name) == 0)
            options[count++] =
                (struct order_option){connection->connector->address_option, servers[i].address};
    return (struct order_connection){connection->name, connection->connector->module, options,
                                     count};
}

/* The index of the connection in the order, which gets it if it has not. */
static struct order_place add_place(struct filling *f, const struct asset_place *place)
{
    struct order *order = f->order;

    for (size_t i = 0; i < order->connection_count; i++)
        if (strcmp(order->connections[i].name, place->connection->name) == 0)
            return (struct order_place){(int64_t)i, place->object};
    order->connections[order->connection_count] =
        order_connection_of(place->connection, f->servers, f->server_count, f->arena);
    return (struct order_place){(int64_t)order->connection_count++, place->object};
}

static void add_places(struct filling *f)
{
    const struct asset *asset = f->asset;
    struct order *order = f->order;

    order->connections = arena_calloc(f->arena, asset->input_count + 3, sizeof *order->connections);
    if (asset->into.connection != NULL)
        order->into = add_place(f, &asset->into);
    if (asset->from.connection != NULL)
        order->from = add_place(f, &asset->from);
    order->inputs = arena_calloc(f->arena, asset->input_count, sizeof *order->inputs);
    for (size_t i = 0; i < asset->input_count; i++)
        order->inputs[order->input_count++] =
            (struct order_input){asset->inputs[i].name, add_place(f, &asset->inputs[i].place)};
    if (asset->acknowledged_by == NULL)
        return;
    const struct asset *lake = graph_find(f->graph, asset->acknowledged_by);
    if (lake != NULL && lake->into.connection != NULL) {
        order->acknowledged = add_place(f, &lake->into);
        order->acknowledged.object = lake->from.object;
        order->has_acknowledged = true;
    }
}

/* The column that says what was published together; see docs of `position`. */
static const char *position_of(const struct asset *asset)
{
    if (asset->kind == ASSET_SOURCE)
        return asset->airbyte_names ? "_airbyte_extracted_at" : "_aorta_extracted_at";
    return asset->position;
}

static bool is_view(const struct asset *asset)
{
    return asset->kind == ASSET_MODEL && asset->materialized == ASSET_VIEW;
}

/* Views bring more than the SQL names, so how many there will be is not known. */
static void reserve_reference(struct filling *f)
{
    struct order *order = f->order;

    if (order->reference_count < f->reference_capacity)
        return;
    f->reference_capacity = 2 * f->reference_capacity + 8;
    struct order_reference *more =
        arena_calloc(f->arena, f->reference_capacity, sizeof *order->references);
    for (size_t i = 0; i < order->reference_count; i++)
        more[i] = order->references[i];
    order->references = more;
}

/* What it returns is there until the next one is added. */
static struct order_reference *add_reference(struct filling *f, const struct asset *asset)
{
    struct order *order = f->order;

    for (size_t i = 0; i < order->reference_count; i++)
        if (strcmp(order->references[i].asset, asset->key) == 0)
            return &order->references[i];
    reserve_reference(f);
    struct order_reference *reference = &order->references[order->reference_count++];
    *reference = (struct order_reference){
        .name = asset->name,
        .asset = asset->key,
        .schema = asset->schema,
        .table = asset->table,
        .position = position_of(asset),
        .is_snapshot = asset->kind == ASSET_SNAPSHOT,
    };
    return reference;
}

/* Views are transparent: what stands behind one is an input of whoever reads it. */
static void add_input(struct filling *f, const struct asset *asset)
{
    struct order_reference *reference = add_reference(f, asset);

    if (reference->is_input)
        return;
    reference->is_input = asset->kind != ASSET_EXTERNAL;
    /* Nobody tells us when somebody else's table changes. */
    f->order->is_volatile = f->order->is_volatile || asset->kind == ASSET_EXTERNAL;
    for (size_t i = 0; is_view(asset) && i < asset->sql_input_count; i++)
        add_input(f, asset->sql_inputs[i]);
}

static void add_references(struct filling *f)
{
    const struct asset *asset = f->asset;

    for (size_t i = 0; i < asset->sql_input_count; i++)
        add_input(f, asset->sql_inputs[i]);
    for (size_t i = 0; i < asset->parent_count; i++)
        if (asset_is_relation(asset->parents[i]))
            add_reference(f, asset->parents[i])->is_direct = true;
}

static int use_variable(void *self, const struct template_site *site, struct err *err)
{
    struct filling *f = self;
    const struct template_value *name = site->arg_count > 0 ? site->args[0].value : NULL;
    const struct pipeline *pipeline = f->graph->pipeline;

    (void)err;
    for (size_t i = 0; i < pipeline->variable_count; i++) {
        const struct variable *variable = &pipeline->variables[i];
        bool is_meant = name == NULL || template_is_text(*name, variable->name);
        for (size_t j = 0; is_meant && j < f->order->variable_count; j++)
            is_meant = strcmp(f->order->variables[j].name, variable->name) != 0;
        if (is_meant)
            f->order->variables[f->order->variable_count++] =
                (struct order_variable){variable->name, variable->json};
    }
    return 0;
}

/* Only the variables that the SQL asks for: another one's new value makes nothing stale. */
static void add_variables(struct filling *f, const struct template *template)
{
    const struct pipeline *pipeline = f->graph->pipeline;
    struct err err;

    f->order->variables =
        arena_calloc(f->arena, pipeline->variable_count, sizeof *f->order->variables);
    if (template != NULL)
        template_calls(template, "var", f->arena, use_variable, f, &err);
}

static void add_columns(struct filling *f)
{
    const struct asset *asset = f->asset;
    struct buf checks;
    struct json_writer json;

    f->order->columns = arena_calloc(f->arena, asset->column_count, sizeof *f->order->columns);
    for (size_t i = 0; i < asset->column_count; i++)
        f->order->columns[f->order->column_count++] = (struct order_column){
            asset->columns[i].name, asset->columns[i].type, asset->columns[i].unknown};
    buf_init(&checks);
    json_writer_init(&json, &checks);
    json_write_array(&json);
    for (size_t i = 0; i < asset->check_count; i++) {
        const struct asset_check *check = &asset->checks[i];
        json_write_object(&json);
        if (check->column != NULL) {
            json_write_key(&json, "column");
            json_write_str(&json, check->column);
        }
        json_write_key(&json, "check");
        json_write_raw(&json, check->json, strlen(check->json));
        json_write_end(&json);
    }
    json_write_end(&json);
    f->order->checks = arena_strndup(f->arena, checks.data, checks.size);
    buf_release(&checks);
}

/* Everything that changes what is built: the order itself, less what only says where and when. */
static const char *hash_of(const struct filling *f)
{
    struct order hashed = *f->order;
    char *hex = arena_alloc(f->arena, HASH_HEX_SIZE + 1);
    struct json_writer json;
    struct buf text;

    hashed.file = hashed.body_file = hashed.folder = NULL;
    hashed.target = NULL;
    hashed.connection_count = 0;
    if (!settings_are_read(f->asset, f->arena))
        hashed.config = NULL;
    if (f->asset->template != NULL)
        hashed.body = NULL;
    buf_init(&text);
    json_writer_init(&json, &text);
    record_encode(&json, &order_shape, &hashed);
    struct hash *hash = hash_new();
    hash_add(hash, text.data, text.size);
    hash_finish(hash, hex);
    buf_release(&text);
    return hex;
}

static void add_files(struct order *order, const struct asset *asset)
{
    const struct asset_files *files = &asset->files;

    order->bad_lines = asset_bad_lines_names[asset->bad_lines];
    if (files->patterns.count == 0)
        return;
    order->files = files->patterns.items;
    order->files_count = files->patterns.count;
    order->changed_files = asset_changed_names[files->changed];
    order->new_columns = asset_new_columns_names[asset->new_columns];
    order->lateness_ms = files->lateness_ms;
    order->full_listing_ms = files->full_listing_ms;
    order->partition_columns = files->partition_columns;
}

void order_fill(struct order *order, const struct graph *graph, const struct asset *asset,
                const struct order_server *servers, size_t server_count, struct arena *arena)
{
    struct filling f = {order, graph, asset, servers, server_count, arena, 0};

    *order = (struct order){
        .asset = asset->key,
        .name = asset->name,
        .kind = asset_kind_names[asset->kind],
        .file = asset->file,
        .body_file = asset->body_file,
        .body = asset->body,
        .folder = graph->pipeline->folder,
        .config = asset->template != NULL ? settings_json(asset, arena) : NULL,
        .target = graph->pipeline->target->name,
        .is_volatile = asset->template != NULL && volatile_find(asset->body) != NULL,
        .schema = asset->schema,
        .table = asset->table,
        .mode = asset_mode_names[asset->mode],
        .cursor = asset->cursor,
        .airbyte_names = asset->airbyte_names,
        .keeps_history = asset_keeps_history(asset),
        .partitions = asset->partitions,
        .time_field = asset->time_field,
        .time_unit = asset_time_units[asset->time_unit],
        .flush_records = asset->flush_records,
        .flush_bytes = asset->flush_bytes,
        .flush_interval_ms = asset->flush_interval_ms,
        .delimiter = asset->delimiter,
        .materialized = asset_materialized_names[asset->materialized],
        .strategy = asset_strategy_names[asset->strategy],
        .delete_marker = asset->delete_marker,
        .position = asset->position,
        .partition_column = asset->partitioned.column,
        .unique_key = asset->unique_key.items,
        .unique_key_count = asset->unique_key.count,
        .changed_at = asset->changed_at,
        .deleted_at = asset->deleted_at,
        .surrogate_key = asset->surrogate_key,
        .order_by = asset->order_by.items,
        .order_by_count = asset->order_by.count,
    };
    if (asset->kind == ASSET_SOURCE)
        add_files(order, asset);
    add_places(&f);
    add_references(&f);
    add_variables(&f, asset->template);
    add_columns(&f);
    order->config_hash = hash_of(&f);
}

void order_fill_question(struct order *order, const struct graph *graph,
                         const struct question *question, struct arena *arena)
{
    struct filling f = {.order = order, .graph = graph, .arena = arena};

    *order = (struct order){
        .asset = arena_printf(arena, "@%s", question->name),
        .name = question->name,
        .kind = "question",
        .file = question->file,
        .body_file = question->file,
        .body = question->body,
        .folder = graph->pipeline->folder,
        .target = graph->pipeline->target->name,
    };
    for (size_t i = 0; i < question->input_count; i++)
        add_reference(&f, question->inputs[i])->is_direct = true;
    add_variables(&f, question->template);
}

const char *order_executor(const struct asset *asset)
{
    const struct connection *connection = asset->into.connection;
    bool owns = connection != NULL && connection->connector->is_single_process;

    return owns ? connection->name : "main";
}
