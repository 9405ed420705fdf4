#include "graph/meaning.h"

#include "base/suggest.h"

#include <fnmatch.h>
#include <string.h>

static bool fits(const char *pattern, const char *text)
{
    return fnmatch(pattern, text, 0) == 0;
}

static bool fits_name(const struct graph *graph, const struct asset *asset, const char *pattern)
{
    (void)graph;
    return fits(pattern, asset->name) || fits(pattern, asset->key);
}

static bool fits_tag(const struct graph *graph, const struct asset *asset, const char *pattern)
{
    (void)graph;
    for (size_t i = 0; i < asset->tags.count; i++)
        if (fits(pattern, asset->tags.items[i]))
            return true;
    return false;
}

static bool fits_group(const struct graph *graph, const struct asset *asset, const char *pattern)
{
    (void)graph;
    return fits(pattern, asset->group);
}

static bool fits_kind(const struct graph *graph, const struct asset *asset, const char *pattern)
{
    (void)graph;
    return fits(pattern, asset_kind_names[asset->kind]);
}

/* The file itself or a folder that it is in. */
static bool is_below(const char *pattern, const char *file)
{
    return file != NULL && fnmatch(pattern, file, FNM_PATHNAME | FNM_LEADING_DIR) == 0;
}

/* The file as seen from the folder of assets, or NULL. */
static const char *inside_assets(const struct graph *graph, const char *file)
{
    const char *folder = graph->pipeline->assets;
    size_t size = folder != NULL ? strlen(folder) : 0;

    if (file == NULL || size == 0 || strncmp(file, folder, size) != 0 || file[size] != '/')
        return NULL;
    return file + size + 1;
}

static bool fits_path(const struct graph *graph, const struct asset *asset, const char *pattern)
{
    return is_below(pattern, asset->file) || is_below(pattern, asset->body_file) ||
           is_below(pattern, inside_assets(graph, asset->file)) ||
           is_below(pattern, inside_assets(graph, asset->body_file));
}

/* Candidates for "did you mean"; each returns how many of the asset's it has put. */
enum { MAX_NAMES = 64 };

static size_t names_of(const struct asset *asset, const char **names)
{
    names[0] = asset->name;
    names[1] = asset->key;
    return 2;
}

static size_t tags_of(const struct asset *asset, const char **names)
{
    size_t count = asset->tags.count < MAX_NAMES ? asset->tags.count : MAX_NAMES;

    for (size_t i = 0; i < count; i++)
        names[i] = asset->tags.items[i];
    return count;
}

static size_t group_of(const struct asset *asset, const char **names)
{
    names[0] = asset->group;
    return 1;
}

static size_t kind_of(const struct asset *asset, const char **names)
{
    names[0] = asset_kind_names[asset->kind];
    return 1;
}

static size_t files_of(const struct asset *asset, const char **names)
{
    names[0] = asset->file;
    names[1] = asset->body_file;
    return asset->body_file != NULL ? 2 : 1;
}

static const struct method {
    const char *name; /* NULL: without a method */
    bool (*fits)(const struct graph *graph, const struct asset *asset, const char *pattern);
    size_t (*names)(const struct asset *asset, const char **names);
} methods[] = {
    {NULL, fits_name, names_of},  {"tag", fits_tag, tags_of},    {"group", fits_group, group_of},
    {"kind", fits_kind, kind_of}, {"path", fits_path, files_of},
};

enum { METHODS = sizeof methods / sizeof methods[0] };

static const struct method *method_of(const struct meaning *meaning)
{
    for (size_t i = 1; meaning->method != NULL && i < METHODS; i++)
        if (strcmp(methods[i].name, meaning->method) == 0)
            return &methods[i];
    return &methods[0];
}

static int unknown_method(const char *text, const char *colon, struct err *err)
{
    char word[32];
    const char *names[METHODS];
    size_t size = (size_t)(colon - text) < sizeof word ? (size_t)(colon - text) : sizeof word - 1;

    memcpy(word, text, size);
    word[size] = '\0';
    for (size_t i = 1; i < METHODS; i++)
        names[i - 1] = methods[i].name;
    const char *near = suggest(word, names, METHODS - 1);
    if (near != NULL)
        return err_set(err, ERR_CONFIG, "\"%s\": there is no \"%s:\": did you mean \"%s:\"?", text,
                       word, near);
    return err_set(err, ERR_CONFIG,
                   "\"%s\": there is no \"%s:\": assets are selected by name, tag:, group:, kind: "
                   "and path:",
                   text, word);
}

/* Without what means nothing in it: "./" before, "/" behind. */
static const char *plain_path(const char *path, struct arena *arena)
{
    while (strncmp(path, "./", 2) == 0)
        path += 2;
    size_t size = strlen(path);
    while (size > 1 && path[size - 1] == '/')
        size--;
    return arena_strndup(arena, path, size);
}

int meaning_read(struct meaning *meaning, const char *text, struct arena *arena, struct err *err)
{
    const char *colon = strchr(text, ':');

    *meaning = (struct meaning){.text = text, .value = text};
    if (colon == NULL) {
        meaning->method = strchr(text, '/') != NULL ? "path" : NULL;
    } else {
        for (size_t i = 1; i < METHODS && meaning->method == NULL; i++)
            if (strlen(methods[i].name) == (size_t)(colon - text) &&
                strncmp(methods[i].name, text, (size_t)(colon - text)) == 0)
                meaning->method = methods[i].name;
        if (meaning->method == NULL)
            return unknown_method(text, colon, err);
        meaning->value = colon + 1;
    }
    if (method_of(meaning)->fits == fits_path)
        meaning->value = plain_path(meaning->value, arena);
    return 0;
}

bool meaning_fits(const struct meaning *meaning, const struct graph *graph,
                  const struct asset *asset)
{
    return method_of(meaning)->fits(graph, asset, meaning->value);
}

int meaning_is_nothing(const struct meaning *meaning, const struct graph *graph,
                       struct arena *arena, struct err *err)
{
    const struct method *method = method_of(meaning);
    const char *best = NULL, *names[MAX_NAMES];
    size_t count = 0, capacity = graph->count * 2 + MAX_NAMES;
    const char **all = arena_calloc(arena, capacity, sizeof *all);

    for (size_t i = 0; i < graph->count; i++) {
        size_t more = method->names(graph->assets[i], names);
        for (size_t j = 0; j < more && count < capacity; j++)
            all[count++] = names[j];
    }
    best = suggest(meaning->value, all, count);
    if (best == NULL)
        return err_set(err, ERR_CONFIG, "no asset is meant by \"%s\": aorta ls shows what there is",
                       meaning->text);
    return err_set(err, ERR_CONFIG, "no asset is meant by \"%s\": did you mean \"%s%s%s\"?",
                   meaning->text, method->name != NULL ? method->name : "",
                   method->name != NULL ? ":" : "", best);
}
