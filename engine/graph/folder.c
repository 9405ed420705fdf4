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

struct walk {
    const struct pipeline *pipeline;
    struct folder_files *files; /* at first all .toml and .sql */
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
        struct folder_file *items = arena_calloc(walk->pipeline->arena, capacity, sizeof *items);
        if (files->count > 0)
            memcpy(items, files->items, files->count * sizeof *items);
        files->items = items;
        walk->capacity = capacity;
    }
    files->items[files->count++] = (struct folder_file){path, group};
    return 0;
}

/* Whether the entry is a folder: 1 or 0, -1 if it is gone. The listing itself knows it of most, which
 * spares a look at each file. */
static int is_folder(int dir, const struct dirent *entry)
{
    struct stat of;

    if (entry->d_type == DT_REG || entry->d_type == DT_DIR)
        return entry->d_type == DT_DIR;
    return fstatat(dir, entry->d_name, &of, 0) < 0 ? -1 : S_ISDIR(of.st_mode);
}

static DIR *open_folder(int above, const char *name)
{
    int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

    if (dir == NULL && fd >= 0)
        close(fd);
    return dir;
}

static int walk_folder(struct walk *walk, const char *path, const char *group, int depth,
                       struct err *err)
{
    struct arena *arena = walk->pipeline->arena;
    int result = 0;
    DIR *dir = opendir(arena_printf(arena, "%s/%s", walk->pipeline->folder, path));

    if (dir == NULL)
        return err_set(err, ERR_CONFIG, "folder %s: %s", path, strerror(errno));
    for (struct dirent *entry; result == 0 && (entry = readdir(dir)) != NULL;) {
        int folder = entry->d_name[0] != '.' ? is_folder(dirfd(dir), entry) : -1;
        if (folder < 0)
            continue;
        const char *below = arena_printf(arena, "%s/%s", path, entry->d_name);
        if (folder == 0) {
            if (ends_with(below, ".toml") || ends_with(below, ".sql"))
                result = add_file(walk, below, group, err);
            continue;
        }
        if (depth == 0 && strcmp(entry->d_name, QUESTION_FOLDER) == 0)
            continue; /* no assets: see graph/question.h */
        if (depth == MAX_DEPTH) {
            result = err_set(err, ERR_CONFIG, "folder %s is nested too deeply", below);
            continue;
        }
        const char *inner = depth == 0 ? arena_strdup(arena, entry->d_name)
                                       : arena_printf(arena, "%s_%s", group, entry->d_name);
        result = walk_folder(walk, below, inner, depth + 1, err);
    }
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

int folder_list(const struct pipeline *pipeline, struct folder_files *files, struct err *err)
{
    struct walk walk = {pipeline, files, 0};

    *files = (struct folder_files){0};
    if (walk_folder(&walk, pipeline->assets, "main", 0, err) < 0)
        return err_wrap(err, "assets");
    if (files->count > 0)
        qsort(files->items, files->count, sizeof *files->items, compare_paths);
    keep_assets(files, pipeline->arena);
    return files->count > LIMIT_ASSETS ? say_too_many(err) : 0;
}

static void add_file_to(struct folder_signature *signature, const struct stat *of, uint64_t path)
{
    int64_t changed_us = of->st_ctim.tv_sec * INT64_C(1000000) + of->st_ctim.tv_nsec / 1000;
    const uint64_t facts[] = {(uint64_t)of->st_size, (uint64_t)of->st_ino,
                              (uint64_t)of->st_ctim.tv_sec, (uint64_t)of->st_ctim.tv_nsec, path};

    signature->hash += hash_bytes(facts, sizeof facts);
    if (changed_us > signature->newest_us && changed_us <= clock_now_us() + AHEAD_US)
        signature->newest_us = changed_us;
}

/* Adds what has that name in a folder, of whose path `above` is the hash. Sums are the same in whatever
 * order the names come. */
static void sign(struct folder_signature *signature, int folder, const char *name, uint64_t above,
                 int depth)
{
    uint64_t path = hash_mix(above) ^ hash_bytes(name, strlen(name));
    struct stat of;

    if (fstatat(folder, name, &of, 0) < 0)
        return;
    if (!S_ISDIR(of.st_mode)) {
        add_file_to(signature, &of, path);
        return;
    }
    DIR *dir = depth <= MAX_DEPTH + 1 ? open_folder(folder, name) : NULL;
    if (dir == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.')
            sign(signature, dirfd(dir), entry->d_name, path, depth + 1);
    closedir(dir);
}

void folder_sign(struct folder_signature *signature, const char *path)
{
    sign(signature, AT_FDCWD, path, 0, 0);
}
