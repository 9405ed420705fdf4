#include "executor/spec.h"

#include "executor/warehouse.h"
#include "model/materialize.h"

#include <string.h>

static enum model_strategy strategy_of(const struct order *order)
{
    bool deletes = order->strategy != NULL && strcmp(order->strategy, "delete_insert") == 0;

    return deletes ? MODEL_DELETE_INSERT : MODEL_APPEND;
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
        .strategy = strategy_of(order),
        .unique_key = order->unique_key,
        .unique_key_count = order->unique_key_count,
        .delete_marker = order->delete_marker,
        .position_column = order->position,
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
    warehouse_refs(order, arena, spec);
    return 0;
}
