#include "graph/select.h"

#include "base/suggest.h"

#include <string.h>

static bool has_tag(const struct asset *asset, const char *tag)
{
    for (size_t i = 0; i < asset->tags.count; i++)
        if (strcmp(asset->tags.items[i], tag) == 0)
            return true;
    return false;
}

static bool is_meant(const struct asset *asset, const char *text)
{
    if (strcmp(text, "*") == 0)
        return true;
    if (strncmp(text, "tag:", 4) == 0)
        return has_tag(asset, text + 4);
    if (strncmp(text, "group:", 6) == 0)
        return strcmp(asset->group, text + 6) == 0;
    if (strncmp(text, "kind:", 5) == 0)
        return strcmp(asset_kind_names[asset->kind], text + 5) == 0;
    return strcmp(asset->name, text) == 0 || strcmp(asset->key, text) == 0;
}

static int report_nothing(const struct graph *graph, const char *text, struct err *err)
{
    const char **names = arena_calloc(graph->pipeline->arena, graph->count + 1, sizeof *names);

    for (size_t i = 0; i < graph->count; i++)
        names[i] = graph->assets[i]->name;
    const char *near = suggest(text, names, graph->count);
    if (near != NULL)
        return err_set(err, ERR_CONFIG, "no asset is meant by \"%s\": did you mean \"%s\"?", text,
                       near);
    return err_set(err, ERR_CONFIG, "no asset is meant by \"%s\": aorta ls shows what there is",
                   text);
}

static int select_one(const struct graph *graph, const char *text, bool *selected, struct err *err)
{
    struct arena *arena = graph->pipeline->arena;
    size_t size = strlen(text);
    bool above = size > 0 && text[0] == '+';
    bool below = size > 1 && text[size - 1] == '+';
    const char *name = arena_strndup(arena, text + above, size - above - below);
    bool *up = arena_calloc(arena, graph->count + 1, sizeof *up);
    bool *down = arena_calloc(arena, graph->count + 1, sizeof *down);
    bool any = false;

    for (size_t i = 0; i < graph->count; i++)
        if (is_meant(graph->assets[i], name))
            any = up[i] = down[i] = true;
    if (!any)
        return report_nothing(graph, name, err);
    /* Parents come first in the order, so one pass each way reaches everything. */
    for (size_t i = graph->count; above && i-- > 0;)
        for (size_t j = 0; up[i] && j < graph->assets[i]->parent_count; j++)
            up[graph->assets[i]->parents[j]->order] = true;
    for (size_t i = 0; below && i < graph->count; i++)
        for (size_t j = 0; down[i] && j < graph->assets[i]->child_count; j++)
            down[graph->assets[i]->children[j]->order] = true;
    for (size_t i = 0; i < graph->count; i++)
        selected[i] = selected[i] || up[i] || down[i];
    return 0;
}

int select_assets(const struct graph *graph, const char *const *texts, size_t count, bool *selected,
                  struct err *err)
{
    static const char *const everything[] = {"*"};

    if (count == 0)
        return select_one(graph, everything[0], selected, err);
    for (size_t i = 0; i < count; i++)
        if (select_one(graph, texts[i], selected, err) < 0)
            return -1;
    return 0;
}
