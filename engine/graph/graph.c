#include "graph/graph.h"

#include "base/limits.h"
#include "base/suggest.h"
#include "graph/depend.h"
#include "graph/folder.h"
#include "graph/policy.h"
#include "graph/portion.h"

#include <stdlib.h>
#include <string.h>

void graph_init(struct graph *graph)
{
    *graph = (struct graph){0};
    map_init(&graph->by_name);
    map_init(&graph->by_key);
    map_init(&graph->by_lower);
}

void graph_release(struct graph *graph)
{
    if (graph == NULL)
        return;
    map_release(&graph->by_name);
    map_release(&graph->by_key);
    map_release(&graph->by_lower);
}

struct asset *graph_find(const struct graph *graph, const char *name)
{
    struct asset *asset = map_find(&graph->by_name, name);

    return asset != NULL ? asset : map_find(&graph->by_key, name);
}

static const char *lower(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);

    for (char *p = copy; *p != '\0'; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    return copy;
}

static void add_asset(struct graph *graph, struct asset *asset, struct problems *problems)
{
    struct asset *same = map_find(&graph->by_name, asset->name);

    if (same != NULL) {
        problem_add(problems, asset->file, 1, 1, "there is an asset %s already, in %s", asset->name,
                    same->file);
        return;
    }
    same = map_find(&graph->by_key, asset->key);
    if (same != NULL) {
        struct asset_site site = asset_site_of(asset, "into");
        problem_add(problems, site.file, site.line, site.column, "%s writes %s, and so does %s",
                    asset->name, asset->key, same->file);
        return;
    }
    same = map_put(&graph->by_lower, lower(graph->pipeline->arena, asset->key), asset);
    if (same != NULL) {
        problem_add(problems, asset->file, 1, 1,
                    "%s differs from %s only by capital letters: most databases take them for one",
                    asset->key, same->key);
        return;
    }
    map_put(&graph->by_name, asset->name, asset);
    map_put(&graph->by_key, asset->key, asset);
    graph->assets[graph->count++] = asset;
}

static int compare_keys(const void *left, const void *right)
{
    const struct asset *const *a = left, *const *b = right;

    return strcmp((*a)->key, (*b)->key);
}

/* The first parent that is left, too. */
static size_t left_parent(const struct asset *asset)
{
    size_t i = 0;

    while (asset->parents[i]->order != SIZE_MAX)
        i++;
    return i;
}

/* Says who waits for whom around the circle that holds `asset`, where that refers to the next.
 * Every asset that is left has a parent that is left, so that going up must come back. */
static void report_cycle(const struct asset *asset, size_t limit, struct problems *problems)
{
    struct buf path;

    for (size_t i = 0; i < limit; i++)
        asset = asset->parents[left_parent(asset)];
    buf_init(&path);
    buf_append_str(&path, asset->name);
    const struct asset *at = asset;
    const struct asset_site *site = &asset->parent_sites[left_parent(asset)];
    do {
        at = at->parents[left_parent(at)];
        buf_printf(&path, " ← %s", at->name);
    } while (at != asset);
    problem_add(problems, site->file, site->line, site->column,
                "assets depend on each other in a circle: %s", path.data);
    buf_release(&path);
}

/* Kahn's algorithm; what is ready is taken in the order of keys. */
static void sort_parents_first(struct graph *graph, struct problems *problems)
{
    struct arena *arena = graph->pipeline->arena;
    struct asset **sorted = arena_calloc(arena, graph->count + 1, sizeof(struct asset *));
    size_t *waiting = arena_calloc(arena, graph->count + 1, sizeof *waiting);
    size_t done = 0;

    qsort(graph->assets, graph->count, sizeof(struct asset *), compare_keys);
    for (size_t i = 0; i < graph->count; i++)
        graph->assets[i]->order = i;
    for (size_t i = 0; i < graph->count; i++)
        if ((waiting[i] = graph->assets[i]->parent_count) == 0)
            sorted[done++] = graph->assets[i];
    for (size_t next = 0; next < done; next++)
        for (size_t j = 0; j < sorted[next]->child_count; j++)
            if (--waiting[sorted[next]->children[j]->order] == 0)
                sorted[done++] = sorted[next]->children[j];
    if (done < graph->count) {
        const struct asset *left = graph->assets[0];
        for (size_t i = 0; i < graph->count; i++)
            if (waiting[i] > 0) {
                left = graph->assets[i];
                graph->assets[i]->order = SIZE_MAX;
            }
        report_cycle(left, graph->count, problems);
        return;
    }
    for (size_t i = 0; i < done; i++)
        sorted[i]->order = i;
    graph->assets = sorted;
}

struct loading {
    const struct folder_files *files;
    struct asset **assets; /* one a file; NULL: it cannot be read */
};

static void load_portion(const void *arg, struct portion *portion)
{
    const struct loading *loading = arg;

    for (size_t i = portion->begin; i < portion->end; i++) {
        const struct folder_file *file = &loading->files->items[i];
        loading->assets[i] =
            asset_load(&portion->pipeline, file->group, file->path, &portion->problems);
    }
}

void graph_load(struct graph *graph, const struct pipeline *pipeline,
                struct folder_signature *signature, struct problems *problems)
{
    struct folder_files files;
    struct err err;

    graph->pipeline = pipeline;
    if (folder_list(pipeline, &files, signature, &err) < 0) {
        problem_add_err(problems, &err);
        return;
    }
    graph->assets = arena_calloc(pipeline->arena, files.count + 1, sizeof(struct asset *));
    const struct loading loading = {&files, graph->assets};
    size_t before = problems->count;
    portions_run(pipeline, files.count, load_portion, &loading, problems);
    for (size_t i = 0; i < files.count; i++)
        if (graph->assets[i] != NULL)
            add_asset(graph, graph->assets[i], problems);
    if (graph->count == 0 && problems->count == 0)
        problem_add(problems, NULL, 0, 0, "there is no asset in %s/%s", pipeline->folder,
                    pipeline->assets);
    if (problems->count == before)
        policy_check(graph, problems);
    depend_link(graph, problems);
    sort_parents_first(graph, problems);
}
