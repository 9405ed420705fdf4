#include "graph/asset_files.h"

#include "base/glob.h"

const char *const asset_changed_names[] = {"fail", "reload", "append", NULL};
const char *const asset_bad_lines_names[] = {"fail", "skip", "emit", NULL};
const char *const asset_new_columns_names[] = {"discard", "freeze", "evolve", NULL};

const struct asset_files asset_files_unset = {
    .changed = ASSET_NOT_GIVEN, .lateness_ms = ASSET_NOT_GIVEN, .full_listing_ms = ASSET_NOT_GIVEN};

static const int64_t full_listing_ms = (int64_t)24 * 3600 * 1000;

struct checking {
    const struct asset *asset;
    struct problems *problems;
};

static void complain(const struct checking *c, const char *what)
{
    problem_add(c->problems, c->asset->file, c->asset->from.line, c->asset->from.column, "%s",
                what);
}

static bool reads_objects(const struct asset *asset)
{
    const struct connection *from = asset->from.connection;

    /* What is not known is complained of elsewhere. */
    return asset->kind == ASSET_SOURCE &&
           (from == NULL || from->connector == NULL || from->connector->is_object_store);
}

static void check_patterns(const struct checking *c)
{
    const struct texts *patterns = &c->asset->files.patterns;

    for (size_t i = 0; i < patterns->count; i++) {
        const char *problem = glob_problem(patterns->items[i]);
        if (problem != NULL)
            problem_add(c->problems, c->asset->file, patterns->line, patterns->column,
                        "files: \"%s\" %s", patterns->items[i], problem);
    }
    if (patterns->count == 0)
        problem_add(c->problems, c->asset->file, patterns->line, patterns->column,
                    "files needs a pattern");
    if (!reads_objects(c->asset))
        complain(c, "files are what a source reads from an object store");
    if (c->asset->from.object != NULL)
        complain(c, "from has either files, or a table, a stream or a topic");
    if (c->asset->cursor != NULL)
        complain(c, "a source of files has no cursor: it knows each file that it has read");
    if (c->asset->files.full_listing_ms != ASSET_NOT_GIVEN &&
        c->asset->files.lateness_ms == ASSET_NOT_GIVEN)
        complain(c, "full_listing needs lateness: without it every listing is a full one");
}

static void check_without_files(const struct checking *c)
{
    const struct asset_files *files = &c->asset->files;

    if (files->changed != ASSET_NOT_GIVEN)
        complain(c, "changed_files needs files");
    if (files->lateness_ms != ASSET_NOT_GIVEN)
        complain(c, "lateness needs files");
    if (files->full_listing_ms != ASSET_NOT_GIVEN)
        complain(c, "full_listing needs files");
    if (files->partition_columns)
        complain(c, "partition_columns needs files");
    if (c->asset->new_columns != ASSET_NOT_GIVEN)
        complain(c, "new_columns needs files");
    if (c->asset->bad_lines != ASSET_NOT_GIVEN && !reads_objects(c->asset))
        complain(c, "bad_lines is for sources that read an object store");
}

static void set_defaults(struct asset *asset)
{
    if (asset->files.changed == ASSET_NOT_GIVEN)
        asset->files.changed = 0;
    if (asset->files.full_listing_ms == ASSET_NOT_GIVEN)
        asset->files.full_listing_ms = full_listing_ms;
    if (asset->bad_lines == ASSET_NOT_GIVEN)
        asset->bad_lines = 0;
    if (asset->new_columns == ASSET_NOT_GIVEN)
        asset->new_columns = 0;
}

void asset_files_check(struct asset *asset, struct problems *problems)
{
    const struct checking c = {asset, problems};

    if (asset->from.line > 0) {
        if (asset->files.patterns.line > 0)
            check_patterns(&c);
        else
            check_without_files(&c);
        if (asset->mode == ASSET_CDC_APPEND && asset->kind == ASSET_SOURCE &&
            asset->from.connection != NULL && asset->from.connection->connector != NULL &&
            !asset->from.connection->connector->is_source)
            complain(&c, "files have no changes to capture: the mode is incremental_append, "
                         "append_all or full_refresh");
    }
    set_defaults(asset);
}
