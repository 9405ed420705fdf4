#include "graph/folder.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/limits.h"
#include "graph/question.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DEPTH = 8 };

/* How far the clock of a file server may be ahead. */
#define AHEAD_US (5 * CLOCK_US_PER_SECOND)

/* What is known of a folder before it is opened. */
struct place {
    const char *path, *group; /* NULL: its files are signed and not listed */
    uint64_t hash;            /* of the path */
    int depth;
};

struct walk {
    struct folder_signature *signature;
    struct arena *arena;
    struct folder_files *files; /* at first all .toml and .sql; NULL: nothing is listed */
    size_t capacity;
};

static bool ends_with(const char *name, const char *ending)
{
    size_t size = strlen(name), end = strlen(ending);

    return size > end && strcmp(name + size - end, ending) == 0;
}

static int say_too_many(struct err *err)
{
    return err_set(err, ERR_CONFIG, "more than %d assets", LIMIT_ASSETS);
}

static int add_file(struct walk *walk, const char *path, const char *group, struct err *err)
{
    struct folder_files *files = walk->files;

    if (files->count == 2 * (size_t)LIMIT_ASSETS)
        return say_too_many(err);
    if (files->count == walk->capacity) {
        size_t capacity = walk->capacity < 64 ? 64 : walk->capacity * 2;
        struct folder_file *items = arena_calloc(walk->arena, capacity, sizeof *items);
        if (files->count > 0)
            memcpy(items, files->items, files->count * sizeof *items);
        files->items = items;
        walk->capacity = capacity;
    }
    files->items[files->count++] = (struct folder_file){path, group};
    return 0;
}

static void sign_file(struct folder_signature *signature, const struct stat *of, uint64_t path)
{
    int64_t changed_us = of->st_ctim.tv_sec * INT64_C(1000000) + of->st_ctim.tv_nsec / 1000;
    const uint64_t facts[] = {(uint64_t)of->st_size, (uint64_t)of->st_ino,
                              (uint64_t)of->st_ctim.tv_sec, (uint64_t)of->st_ctim.tv_nsec, path};

    signature->hash += hash_bytes(facts, sizeof facts); /* in whatever order they come */
    if (changed_us > signature->newest_us && changed_us <= clock_now_us() + AHEAD_US)
        signature->newest_us = changed_us;
}

/* What the folder below is called, if its files are listed. */
static int name_below(const struct walk *walk, const struct place *above, const char *name,
                      struct place *below, struct err *err)
{
    if (above->path == NULL || (above->depth == 0 && strcmp(name, QUESTION_FOLDER) == 0))
        return 0; /* of questions: see graph/question.h */
    below->path = arena_printf(walk->arena, "%s/%s", above->path, name);
    below->group = above->depth == 0 ? arena_strdup(walk->arena, name)
                                     : arena_printf(walk->arena, "%s_%s", above->group, name);
    if (below->depth > MAX_DEPTH)
        return err_set(err, ERR_CONFIG, "folder %s is nested too deeply", below->path);
    return 0;
}

static DIR *open_folder(int above, const char *name)
{
    int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

    if (dir == NULL && fd >= 0)
        close(fd);
    return dir;
}

static int walk_folder(struct walk *walk, int above, const char *name, const struct place *place,
                       struct err *err);

/* Adds what has that name in the folder. */
static int walk_entry(struct walk *walk, int folder, const char *name, const struct place *above,
                      struct err *err)
{
    struct place below = {.hash = hash_mix(above->hash) ^ hash_bytes(name, strlen(name)),
                          .depth = above->depth + 1};
    struct stat of;

    if (fstatat(folder, name, &of, 0) < 0)
        return 0;
    if (S_ISDIR(of.st_mode)) {
        if (name_below(walk, above, name, &below, err) < 0)
            return -1;
        return below.depth <= MAX_DEPTH ? walk_folder(walk, folder, name, &below, err) : 0;
    }
    sign_file(walk->signature, &of, below.hash);
    if (above->path == NULL || (!ends_with(name, ".toml") && !ends_with(name, ".sql")))
        return 0;
    const char *path = arena_printf(walk->arena, "%s/%s", above->path, name);
    return add_file(walk, path, above->group, err);
}

static int walk_folder(struct walk *walk, int above, const char *name, const struct place *place,
                       struct err *err)
{
    DIR *dir = open_folder(above, name);
    int result = 0;

    if (dir == NULL && place->path == NULL)
        return 0;
    if (dir == NULL)
        return err_set(err, ERR_CONFIG, "folder %s: %s", place->path, strerror(errno));
    for (const struct dirent *entry; result == 0 && (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.')
            result = walk_entry(walk, dirfd(dir), entry->d_name, place, err);
    closedir(dir);
    return result;
}

static int compare_paths(const void *left, const void *right)
{
    const struct folder_file *a = left, *b = right;

    return strcmp(a->path, b->path);
}

/* A .sql is an asset of its own only without a .toml beside it. */
static bool stands_alone(const struct folder_files *files, const char *path, struct arena *arena)
{
    const struct folder_file toml = {
        .path = arena_printf(arena, "%.*s.toml", (int)(strlen(path) - 4), path)};

    return bsearch(&toml, files->items, files->count, sizeof *files->items, compare_paths) == NULL;
}

/* Of all files, in their order, those that are assets. */
static void keep_assets(struct folder_files *files, struct arena *arena)
{
    struct folder_files all = *files;

    files->items = arena_calloc(arena, all.count, sizeof *files->items);
    files->count = 0;
    for (size_t i = 0; i < all.count; i++)
        if (!ends_with(all.items[i].path, ".sql") || stands_alone(&all, all.items[i].path, arena))
            files->items[files->count++] = all.items[i];
}

static int walk_assets(struct walk *walk, const struct pipeline *pipeline, const char *path,
                       struct err *err)
{
    const struct place top = {.path = path, .group = "main"};

    return walk_folder(walk, AT_FDCWD,
                       arena_printf(walk->arena, "%s/%s", pipeline->folder, pipeline->assets), &top,
                       err);
}

int folder_list(const struct pipeline *pipeline, struct folder_files *files,
                struct folder_signature *signature, struct err *err)
{
    struct walk walk = {.signature = signature, .arena = pipeline->arena, .files = files};

    *files = (struct folder_files){0};
    if (walk_assets(&walk, pipeline, pipeline->assets, err) < 0)
        return err_wrap(err, "assets");
    if (files->count > 0)
        qsort(files->items, files->count, sizeof *files->items, compare_paths);
    keep_assets(files, pipeline->arena);
    return files->count > LIMIT_ASSETS ? say_too_many(err) : 0;
}

void folder_sign(const struct pipeline *pipeline, struct arena *arena,
                 struct folder_signature *signature)
{
    struct walk walk = {.signature = signature, .arena = arena};
    struct err none; /* only what is listed can fail */

    (void)walk_assets(&walk, pipeline, NULL, &none);
}

void folder_sign_file(struct folder_signature *signature, const char *path)
{
    struct stat of;

    if (stat(path, &of) == 0)
        sign_file(signature, &of, hash_bytes(path, strlen(path)));
}
