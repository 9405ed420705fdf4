#include "schedule/chosen.h"

#include "graph/select.h"

void chosen_check(const struct chosen *chosen, const struct graph *graph, struct problems *problems)
{
    const struct selection selection = {
        .texts = chosen->select->items,
        .count = chosen->select->count,
        .excluded = chosen->exclude->items,
        .excluded_count = chosen->exclude->count,
    };
    bool *selected = arena_calloc(problems->arena, graph->count + 1, sizeof *selected);
    struct err err;

    if (select_assets(graph, &selection, problems->arena, selected, &err) == 0)
        return;
    const struct texts *given = chosen->select->count > 0 ? chosen->select : chosen->exclude;
    problem_add(problems, "pipeline.toml", given->line > 0 ? given->line : chosen->line,
                given->line > 0 ? given->column : chosen->column, "%s %s: %s", chosen->what,
                chosen->name, err.message);
}
