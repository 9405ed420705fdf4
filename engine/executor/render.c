#include "executor/render.h"

#include "executor/spec.h"
#include "executor/warehouse.h"
#include "model/template_context.h"
#include "template/template.h"

#include <string.h>

static const char *const of_database[] = {"is_incremental", "new_rows", "changed_rows"};

static int found_call(void *self, const struct template_site *site, struct err *err)
{
    bool *needs = self;

    (void)err;
    for (size_t i = 0; i < sizeof of_database / sizeof *of_database; i++)
        *needs = *needs || strcmp(site->function, of_database[i]) == 0;
    return 0;
}

int render_needs_database(const struct order *order, struct arena *arena, bool *needs,
                          struct err *err)
{
    struct template *template;

    *needs = false;
    if (template_parse(arena, order->body_file, order->body, strlen(order->body), &template, err) <
        0)
        return -1;
    return template_calls(template, NULL, arena, found_call, needs, err);
}

int render_model(const struct order *order, struct session *session, struct arena *arena,
                 struct model_shown *shown, struct err *err)
{
    struct model_spec spec;

    if (spec_fill(order, arena, &spec, err) < 0)
        return -1;
    return model_show(session, &spec, arena, shown, err);
}

int render_question(const struct order *order, struct session *session, struct arena *arena,
                    const char **sql, struct err *err)
{
    struct model_spec spec = {
        .asset = order->asset,
        .file = order->file,
        .target_name = order->target,
        .sql = order->body,
        .sql_size = strlen(order->body),
    };

    warehouse_refs(order, arena, &spec);
    return model_render_question(session, &spec, arena, sql, err);
}
