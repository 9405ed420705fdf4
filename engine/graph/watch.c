#include "graph/watch.h"

#include "graph/select.h"

int watch_assets(const struct graph *graph, const struct alert *alert, struct arena *arena,
                 bool *watched, struct err *err)
{
    const struct selection selection = {.texts = alert->select.items, .count = alert->select.count};

    return select_assets(graph, &selection, arena, watched, err);
}

void watch_check(const struct graph *graph, struct problems *problems)
{
    const struct alerts_config *alerts = &graph->pipeline->alerts;

    for (size_t i = 0; i < alerts->count; i++) {
        const struct alert *alert = &alerts->items[i];
        bool *watched = arena_calloc(problems->arena, graph->count, sizeof *watched);
        struct err err;
        if (watch_assets(graph, alert, problems->arena, watched, &err) < 0)
            problem_add(problems, "pipeline.toml", alert->select.line, alert->select.column,
                        "select of alert %s: %s", alert->name, err.message);
    }
}
