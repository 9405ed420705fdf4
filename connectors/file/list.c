#include "store.h"

#include "base/arena.h"
#include "base/buf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * Keys come in the order of their bytes, and a folder is where its keys are: "a/" stands for all
 * keys that begin so, and '/' (0x2f) sorts after '-' and '.', before '0'. So a folder's entries are
 * sorted with the slash as a part of the folders' names:
 *
 *     a-b   a.b   a/ (a/b, a/c)   a0
 */
struct entry {
    const char *name; /* a folder's ends with a slash */
    bool is_folder;
    struct stat status;
};

struct entries {
    struct entry *items;
    size_t count;
    size_t capacity;
    struct arena arena; /* the names */
};

struct walk {
    const struct store *store;
    const char *prefix;
    const char *start_after;
    int (*each)(void *arg, const struct aorta_object *object);
    void *arg;
    struct aorta_error *error;
    struct buf key; /* of what is being visited */
    time_t leftover_before;
};

enum { WALK_ON = 0, WALK_ENDED = 1 }; /* and -1 */

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Whether there can be a key in the list that begins with `folder`, which ends with a slash. */
static bool can_hold_keys(const struct walk *walk, const char *folder)
{
    if (!begins_with(folder, walk->prefix) && !begins_with(walk->prefix, folder))
        return false;
    return strcmp(folder, walk->start_after) > 0 || begins_with(walk->start_after, folder);
}

static bool is_wanted(const struct walk *walk, const char *key)
{
    return begins_with(key, walk->prefix) && strcmp(key, walk->start_after) > 0;
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a;
    const struct entry *right = b;

    return strcmp(left->name, right->name);
}

static void add_entry(struct entries *entries, const char *name, const struct stat *status)
{
    bool is_folder = S_ISDIR(status->st_mode);

    if (entries->count == entries->capacity) {
        size_t capacity = entries->capacity == 0 ? 64 : 2 * entries->capacity;
        struct entry *items = arena_calloc(&entries->arena, capacity, sizeof *items);
        if (entries->count > 0)
            memcpy(items, entries->items, entries->count * sizeof *items);
        entries->items = items;
        entries->capacity = capacity;
    }
    entries->items[entries->count++] = (struct entry){
        .name = arena_printf(&entries->arena, "%s%s", name, is_folder ? "/" : ""),
        .is_folder = is_folder,
        .status = *status,
    };
}

/* A hidden file of a put: not an object; removed when its put must be dead. */
static void sweep(const struct walk *walk, int folder, const char *name)
{
    struct stat status;

    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
        status.st_mtime < walk->leftover_before)
        unlinkat(folder, name, 0);
}

static int consider(struct walk *walk, int folder, const char *name, struct entries *entries)
{
    struct stat status;
    size_t size = walk->key.size;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return 0;
    if (begins_with(name, STORE_TEMPORARY)) {
        sweep(walk, folder, name);
        return 0;
    }
    /* Name by name before the status, which costs a system call. */
    buf_append_str(&walk->key, name);
    bool may_be_object = is_wanted(walk, walk->key.data);
    buf_append_char(&walk->key, '/');
    bool may_be_folder = can_hold_keys(walk, walk->key.data);
    buf_truncate(&walk->key, size);
    if (!may_be_object && !may_be_folder)
        return 0;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : -1; /* removed a moment ago */
    if ((S_ISREG(status.st_mode) && may_be_object) || (S_ISDIR(status.st_mode) && may_be_folder))
        add_entry(entries, name, &status);
    return 0;
}

/* Takes the descriptor over. */
static int read_folder(struct walk *walk, int fd, struct entries *entries)
{
    DIR *dir = fdopendir(fd);

    if (dir == NULL) {
        close(fd);
        return -1;
    }
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (entry == NULL)
            break;
        errno = 0;
        if (consider(walk, fd, entry->d_name, entries) < 0)
            break;
    }
    int cause = errno;
    closedir(dir);
    errno = cause;
    if (cause != 0)
        return -1;
    if (entries->count > 0)
        qsort(entries->items, entries->count, sizeof *entries->items, compare_entries);
    return 0;
}

static int walk_folder(struct walk *walk, int folder, int level);

static int visit(struct walk *walk, int folder, const struct entry *entry, int level)
{
    char etag[STORE_ETAG_SIZE];
    struct aorta_object object;
    size_t size = walk->key.size;
    int result = WALK_ON;

    buf_append_str(&walk->key, entry->name);
    if (entry->is_folder) {
        char name[STORE_SEGMENT_BYTES + 1];
        snprintf(name, sizeof name, "%.*s", (int)strlen(entry->name) - 1, entry->name);
        int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0) {
            result = walk_folder(walk, fd, level + 1);
            close(fd);
        } else if (errno != ENOENT && errno != ENOTDIR) {
            result = store_fail(walk->store, "list", walk->key.data, walk->error);
        }
    } else {
        store_describe(&entry->status, etag, &object);
        object.key = walk->key.data;
        result = walk->each(walk->arg, &object) != 0 ? WALK_ENDED : WALK_ON;
    }
    buf_truncate(&walk->key, size);
    return result;
}

/* Everything below the folder whose key (with its slash) is in walk->key. */
static int walk_folder(struct walk *walk, int folder, int level)
{
    struct entries entries = {0};
    int result = WALK_ON;

    if (level >= STORE_SEGMENTS)
        return aorta_fail(walk->error, AORTA_CONFIG, "list '%.300s': folders deeper than %d levels",
                          walk->key.data, STORE_SEGMENTS);
    arena_init(&entries.arena);
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || read_folder(walk, fd, &entries) < 0) {
        result = store_fail(walk->store, "list", walk->key.data, walk->error);
        goto out;
    }
    for (size_t i = 0; i < entries.count && result == WALK_ON; i++)
        result = visit(walk, folder, &entries.items[i], level);
out:
    arena_release(&entries.arena);
    return result;
}

int store_list(void *connection, const char *prefix, const char *start_after,
               int (*each)(void *arg, const struct aorta_object *object), void *arg,
               struct aorta_error *error)
{
    struct walk walk = {
        .store = connection,
        .prefix = prefix != NULL ? prefix : "",
        .start_after = start_after != NULL ? start_after : "",
        .each = each,
        .arg = arg,
        .error = error,
        .leftover_before = time(NULL) - STORE_LEFTOVER_SECONDS,
    };

    buf_init(&walk.key);
    int result = walk_folder(&walk, walk.store->root, 0);
    buf_release(&walk.key);
    return result < 0 ? -1 : 0;
}
