#include "executor/spec.h"

#include "executor/warehouse.h"
#include "model/materialize.h"
#include "model/window.h"

#include <string.h>
#include <strings.h>

static enum model_strategy strategy_of(const struct order *order)
{
    if (order->partition_column != NULL)
        return MODEL_PARTITION;
    if (order->strategy == NULL)
        return MODEL_APPEND;
    return strcmp(order->strategy, "delete_insert") == 0 ? MODEL_DELETE_INSERT : MODEL_APPEND;
}

static void fill_windows(const struct order *order, struct arena *arena, struct model_spec *spec)
{
    struct model_window *windows = arena_calloc(arena, order->windows_count + 1, sizeof *windows);

    for (size_t i = 0; i < order->windows_count; i++) {
        const struct order_window *window = &order->windows[i];
        windows[i] = (struct model_window){
            .label = window->label,
            .last = window->last,
            .is_one = window->is_one,
            .keys = window->keys,
            .key_count = window->keys_count,
            .start = window->start,
            .end = window->end,
            .start_date = window->start_date,
            .end_date = window->end_date,
        };
    }
    spec->windows = windows;
    spec->window_count = order->windows_count;
    spec->is_partition_asked = order->windows_count == 1;
    for (size_t i = 0; i < order->column_count; i++)
        if (strcasecmp(order->columns[i].name, order->partition_column) == 0)
            spec->partition_type = order->columns[i].type;
}

int spec_fill(const struct order *order, struct arena *arena, struct model_spec *spec,
              struct err *err)
{
    bool is_model = strcmp(order->kind, "model") == 0;
    const char *how = !is_model ? order->kind : order->materialized;

    *spec = (struct model_spec){
        .asset = order->asset,
        .relation = {order->schema, order->table},
        .materialization = materialization_find(how),
        .file = order->body_file,
        .checks_file = order->file,
        .strategy = strategy_of(order),
        .unique_key = order->unique_key,
        .unique_key_count = order->unique_key_count,
        .delete_marker = order->delete_marker,
        .position_column = order->position,
        .partition_column = order->partition_column,
        .target_name = order->target,
        .config = order->config,
        .config_hash = order->config_hash,
        .is_volatile = order->is_volatile,
        .full_refresh = order->full_refresh,
        .force = order->force,
        .run_id = order->run,
    };
    if (spec->materialization == NULL)
        return err_set(err, ERR_BROKEN, "there is no materialization \"%s\"", how);
    if (strcmp(order->kind, "seed") != 0) {
        spec->sql = order->body;
        spec->sql_size = strlen(order->body);
    }
    if (order->partition_column != NULL)
        fill_windows(order, arena, spec);
    warehouse_refs(order, arena, spec);
    return 0;
}
