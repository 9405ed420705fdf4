#include "executor/render.h"

#include "executor/warehouse.h"
#include "model/template_context.h"

#include <string.h>

int render_question(const struct order *order, struct session *session, struct arena *arena,
                    const char **sql, struct err *err)
{
    struct model_spec spec = {
        .asset = order->asset,
        .file = order->file,
        .sql = order->body,
        .sql_size = strlen(order->body),
    };

    warehouse_refs(order, arena, &spec);
    return model_render_question(session, &spec, arena, sql, err);
}
