#include "graph/depend.h"

#include "base/glob.h"
#include "base/suggest.h"
#include "check/check.h"
#include "graph/graph.h"
#include "graph/names.h"
#include "graph/portion.h"

#include <string.h>

struct linking {
    const struct graph *graph;
    struct problems *problems;
    const char **
        *names; /* of all assets, once one was not found; of all that are linked in a row */
    struct asset *asset; /* the one whose parents are being found */
    struct asset **found;
    struct asset_site *sites; /* of those found */
    size_t found_count, found_capacity;
};

static void *grow(const struct linking *l, void *items, size_t capacity, size_t size)
{
    void *grown = arena_calloc(l->graph->pipeline->arena, capacity, size);

    if (l->found_count > 0)
        memcpy(grown, items, l->found_count * size);
    return grown;
}

static void add_parent(struct linking *l, struct asset *parent, struct asset_site site)
{
    for (size_t i = 0; i < l->found_count; i++)
        if (l->found[i] == parent)
            return;
    if (l->found_count == l->found_capacity) {
        size_t capacity = l->found_capacity < 8 ? 8 : l->found_capacity * 2;
        l->found = grow(l, l->found, capacity, sizeof(struct asset *));
        l->sites = grow(l, l->sites, capacity, sizeof *l->sites);
        l->found_capacity = capacity;
    }
    l->sites[l->found_count] = site;
    l->found[l->found_count++] = parent;
}

static const char *const *list_names(const struct linking *l)
{
    const struct map *names = &l->graph->by_name;

    if (*l->names == NULL) {
        *l->names = arena_calloc(l->graph->pipeline->arena, names->count + 1, sizeof **l->names);
        for (size_t i = 0; i < names->count; i++)
            (*l->names)[i] = names->entries[i].key;
    }
    return *l->names;
}

static void refer(struct linking *l, const char *name, struct asset_site site)
{
    struct asset *parent = graph_find(l->graph, name);

    if (parent != NULL && !asset_is_relation(parent)) {
        problem_add(l->problems, site.file, site.line, site.column,
                    "%s is a %s: it has no table to refer to", name,
                    asset_kind_names[parent->kind]);
        return;
    }
    if (parent != NULL) {
        add_parent(l, parent, site);
        return;
    }
    const char *near = suggest(name, list_names(l), l->graph->by_name.count);
    if (near != NULL)
        problem_add(l->problems, site.file, site.line, site.column,
                    "there is no asset \"%s\": did you mean \"%s\"?", name, near);
    else
        problem_add(l->problems, site.file, site.line, site.column, "there is no asset \"%s\"",
                    name);
}

/* The text of a call's constant argument, or NULL. */
static const char *constant(const struct linking *l, const struct template_site *site, size_t index)
{
    const struct template_value *value = index < site->arg_count ? site->args[index].value : NULL;

    if (value == NULL || value->kind != TEMPLATE_STRING)
        return NULL;
    return arena_strndup(l->graph->pipeline->arena, value->string.data, value->string.size);
}

static int found_ref(void *self, const struct template_site *site, struct err *err)
{
    struct linking *l = self;
    bool is_source = strcmp(site->function, "source") == 0;
    const char *name = constant(l, site, 0);
    const char *table = is_source ? constant(l, site, 1) : NULL;

    (void)err;
    if (name == NULL || (is_source && table == NULL)) {
        problem_add(l->problems, site->file, site->line, site->column,
                    "%s needs its name as plain text, so that dependencies are known before a run",
                    site->function);
        return 0;
    }
    if (is_source)
        name = arena_printf(l->graph->pipeline->arena, "%s.%s", name, table);
    refer(l, name, (struct asset_site){site->file, site->line, site->column});
    return 0;
}

/* The first setting of the call whose value is text, as it stands in a .toml; "" if there is none. */
static const char *first_setting(const struct linking *l, const struct template_site *site)
{
    for (size_t i = 0; i < site->arg_count; i++) {
        const char *value = constant(l, site, i);
        if (site->args[i].keyword != NULL && value != NULL)
            return arena_printf(l->graph->pipeline->arena, ", such as %s = \"%s\"",
                                site->args[i].keyword, value);
    }
    return "";
}

/* Where dbt has settings. Passed over, it would be a view that should have been a table. */
static int found_config(void *self, const struct template_site *site, struct err *err)
{
    struct linking *l = self;
    const char *dot = strrchr(site->file, '.');

    (void)err;
    problem_add(l->problems, site->file, site->line, site->column,
                "config() says nothing here: settings stand in %.*s.toml%s",
                (int)(dot != NULL ? dot - site->file : 0), site->file, first_setting(l, site));
    return 0;
}

static void link_template(struct linking *l, const struct template *template)
{
    struct arena *arena = l->graph->pipeline->arena;
    struct err err;

    if (template == NULL)
        return;
    if (template_calls(template, "ref", arena, found_ref, l, &err) < 0 ||
        template_calls(template, "source", arena, found_ref, l, &err) < 0 ||
        (l->asset != NULL && template_calls(template, "config", arena, found_config, l, &err) < 0))
        problem_add_err(l->problems, &err);
    names_check(l->graph, template, l->asset == NULL, l->problems);
}

static bool is_same_place(const struct asset_place *a, const struct asset_place *b)
{
    return a->connection != NULL && a->connection == b->connection && a->object != NULL &&
           b->object != NULL && strcmp(a->object, b->object) == 0;
}

/* Whoever writes what the place names. A stream writes the topic's objects into its lake. */
static void link_place(struct linking *l, const struct asset_place *place)
{
    for (size_t i = 0; i < l->graph->count; i++) {
        struct asset *other = l->graph->assets[i];
        if (other == l->asset || asset_is_relation(other))
            continue;
        struct asset_place written = other->into;
        if (other->kind == ASSET_STREAM && written.object == NULL)
            written.object = other->from.object;
        if (is_same_place(&written, place))
            add_parent(l, other, (struct asset_site){l->asset->file, place->line, place->column});
    }
}

/* Whether a pattern may match what is below the folder. */
static bool may_match(const char *pattern, const char *folder)
{
    size_t literal = glob_literal_size(pattern), size = strlen(folder);

    return strncmp(pattern, folder, literal < size ? literal : size) == 0;
}

/* Streams that write where files are read. */
static void link_files(struct linking *l)
{
    const struct asset *asset = l->asset;
    struct arena *arena = l->graph->pipeline->arena;
    const struct texts *patterns = &asset->files.patterns;

    for (size_t i = 0; i < l->graph->count; i++) {
        struct asset *other = l->graph->assets[i];
        if (other->kind != ASSET_STREAM || other->from.object == NULL ||
            other->into.connection == NULL || other->into.connection != asset->from.connection)
            continue;
        const char *folder = arena_printf(arena, "topics/%s/", other->from.object);
        for (size_t j = 0; j < patterns->count; j++)
            if (may_match(patterns->items[j], folder))
                add_parent(l, other,
                           (struct asset_site){asset->file, patterns->line, patterns->column});
    }
}

/* A check may read another asset; what is wrong with its declaration is said here. Returns its
 * name, or NULL. */
static const char *link_check(struct linking *l, const struct asset_check *declared)
{
    json_t *json = json_loads(declared->json, JSON_DECODE_ANY, NULL);
    struct check check = {.name = NULL};
    struct err err;

    if (check_parse(l->graph->pipeline->arena, declared->column, json, &check, &err) < 0)
        problem_add(l->problems, l->asset->file, declared->line, declared->place, "%s",
                    err.message);
    else if (check_reference(&check) != NULL)
        refer(l, check_reference(&check),
              (struct asset_site){l->asset->file, declared->line, declared->place});
    json_decref(json);
    return check.name;
}

/* Results are told by a check's name. */
static void link_checks(struct linking *l)
{
    const struct asset *asset = l->asset;
    struct map by_name;

    map_init(&by_name);
    for (size_t i = 0; i < asset->check_count; i++) {
        const struct asset_check *check = &asset->checks[i];
        const char *name = link_check(l, check);
        if (name == NULL)
            continue;
        const struct asset_check *first = map_find(&by_name, name);
        if (first == NULL)
            map_put(&by_name, name, &asset->checks[i]);
        else
            problem_add(l->problems, asset->file, check->line, check->place,
                        "there is a check of the same name, \"%s\", at %s:%d:%d: give one of them "
                        "another with name = \"…\", or leave it out",
                        name, asset->file, first->line, first->place);
    }
    map_release(&by_name);
}

static void link_parents(struct linking *l)
{
    struct asset *asset = l->asset;

    link_template(l, asset->template);
    asset->sql_inputs =
        arena_memdup(l->graph->pipeline->arena, l->found, l->found_count * sizeof(struct asset *));
    asset->sql_input_count = l->found_count;
    link_checks(l);
    if (asset->from.object != NULL)
        link_place(l, &asset->from);
    if (asset->kind == ASSET_SOURCE)
        link_files(l);
    for (size_t i = 0; i < asset->input_count; i++)
        link_place(l, &asset->inputs[i].place);
    for (size_t i = 0; i < asset->depends_on.count; i++) {
        const struct asset_site site = {asset->file, asset->depends_on.line,
                                        asset->depends_on.column};
        struct asset *parent = graph_find(l->graph, asset->depends_on.items[i]);
        if (parent != NULL)
            add_parent(l, parent, site);
        else
            refer(l, asset->depends_on.items[i], site);
    }
    if (asset->acknowledged_by != NULL && graph_find(l->graph, asset->acknowledged_by) == NULL)
        refer(l, asset->acknowledged_by, asset_site_of(asset, "acknowledged_by"));
}

static void link_children(struct graph *graph)
{
    for (size_t i = 0; i < graph->count; i++)
        for (size_t j = 0; j < graph->assets[i]->parent_count; j++)
            graph->assets[i]->parents[j]->child_count++;
    for (size_t i = 0; i < graph->count; i++) {
        struct asset *asset = graph->assets[i];
        asset->children =
            arena_calloc(graph->pipeline->arena, asset->child_count + 1, sizeof(struct asset *));
        asset->child_count = 0;
    }
    for (size_t i = 0; i < graph->count; i++)
        for (size_t j = 0; j < graph->assets[i]->parent_count; j++) {
            struct asset *parent = graph->assets[i]->parents[j];
            parent->children[parent->child_count++] = graph->assets[i];
        }
}

static void link_portion(const void *arg, struct portion *portion)
{
    struct graph graph = *(const struct graph *)arg;
    const char **names = NULL;

    graph.pipeline = &portion->pipeline;
    for (size_t i = portion->begin; i < portion->end; i++) {
        struct asset *asset = graph.assets[i];
        struct linking l = {
            .graph = &graph, .problems = &portion->problems, .names = &names, .asset = asset};
        link_parents(&l);
        asset->parents = l.found;
        asset->parent_sites = l.sites;
        asset->parent_count = l.found_count;
    }
}

void depend_link(struct graph *graph, struct problems *problems)
{
    portions_run(graph->pipeline, graph->count, link_portion, graph, problems);
    link_children(graph);
}

struct asset **depend_find(struct graph *graph, const struct template *template, size_t *count,
                           struct problems *problems)
{
    const char **names = NULL;
    struct linking l = {.graph = graph, .problems = problems, .names = &names};

    link_template(&l, template);
    *count = l.found_count;
    return l.found;
}
