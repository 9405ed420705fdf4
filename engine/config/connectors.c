#include "config/connectors.h"

#include "base/file.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *text_of(const json_t *object, const char *key, struct arena *arena)
{
    return arena_strdup(arena, json_string_value(json_object_get(object, key)));
}

static const struct aorta_option *read_options(const json_t *list, struct arena *arena)
{
    size_t count = json_array_size(list);
    struct aorta_option *options;

    if (!json_is_array(list))
        return NULL;
    options = arena_calloc(arena, count + 1, sizeof *options);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        options[i] = (struct aorta_option){
            .name = text_of(item, "name", arena),
            .type = (enum aorta_option_type)json_integer_value(json_object_get(item, "type")),
            .is_required = json_is_true(json_object_get(item, "required")),
            .is_secret = json_is_true(json_object_get(item, "secret")),
            .default_text = text_of(item, "default", arena),
            .help = text_of(item, "help", arena),
        };
    }
    return options;
}

static int read_description(const char *folder, const char *file, struct connector_info *info,
                            struct arena *arena, struct err *err)
{
    struct buf text;
    json_error_t error;
    json_t *root = NULL;
    int result = -1;
    const char *path = arena_printf(arena, "%s/%s", folder, file);

    buf_init(&text);
    if (file_read(path, LIMIT_CONFIG_FILE_BYTES, &text, err) < 0)
        goto out;
    root = json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        err_set(err, ERR_BROKEN, "%s:%d: %s", path, error.line, error.text);
        goto out;
    }
    const json_t *groups = json_object_get(root, "groups");
    *info = (struct connector_info){
        .name = text_of(root, "name", arena),
        .summary = text_of(root, "summary", arena),
        .module = arena_printf(arena, "%s/%.*s.so", folder, (int)(strlen(file) - 5), file),
        .options = read_options(json_object_get(root, "options"), arena),
        .stream_options = read_options(json_object_get(root, "stream_options"), arena),
        .is_source = json_is_true(json_object_get(groups, "source")),
        .is_warehouse = json_is_true(json_object_get(groups, "warehouse")),
        .is_object_store = json_is_true(json_object_get(groups, "object_store")),
        .is_message_log = json_is_true(json_object_get(groups, "message_log")),
        .is_server = json_is_true(json_object_get(groups, "server")),
        .is_single_process = json_is_true(json_object_get(root, "single_process")),
        .address_option = text_of(root, "address_option", arena),
    };
    result = info->name != NULL && info->options != NULL
                 ? 0
                 : err_set(err, ERR_BROKEN, "%s: not a connector's description", path);
out:
    json_decref(root);
    buf_release(&text);
    return result;
}

static int compare_names(const void *left, const void *right)
{
    const struct connector_info *a = left, *b = right;

    return strcmp(a->name, b->name);
}

static bool is_description(const char *file)
{
    size_t size = strlen(file);

    return size > 5 && strcmp(file + size - 5, ".json") == 0;
}

int connectors_load(struct connectors *connectors, const char *folder, struct arena *arena,
                    struct err *err)
{
    enum { MAX_CONNECTORS = 256 };
    struct connector_info *items = arena_calloc(arena, MAX_CONNECTORS, sizeof *items);
    size_t count = 0;
    int result = 0;
    DIR *dir = opendir(folder);

    if (dir == NULL)
        return err_set(err, ERR_CONFIG, "connectors %s: %s (set AORTA_CONNECTORS to their folder)",
                       folder, strerror(errno));
    for (struct dirent *entry; result == 0 && (entry = readdir(dir)) != NULL;)
        if (is_description(entry->d_name) && count < MAX_CONNECTORS)
            result = read_description(folder, entry->d_name, &items[count++], arena, err);
    closedir(dir);
    if (result < 0)
        return err_wrap(err, "connectors");
    qsort(items, count, sizeof *items, compare_names);
    *connectors = (struct connectors){items, count};
    return 0;
}

const struct connector_info *connectors_find(const struct connectors *connectors, const char *name)
{
    for (size_t i = 0; i < connectors->count; i++)
        if (strcmp(connectors->items[i].name, name) == 0)
            return &connectors->items[i];
    return NULL;
}

const char *connectors_folder(struct arena *arena)
{
    char program[4096];
    const char *given = getenv("AORTA_CONNECTORS");

    if (given != NULL && given[0] != '\0')
        return given;
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    if (size <= 0)
        return "connectors";
    program[size] = '\0';
    char *slash = strrchr(program, '/');
    if (slash != NULL)
        *slash = '\0';
    const char *beside = arena_printf(arena, "%s/connectors", program);
    if (access(beside, F_OK) == 0)
        return beside;
    return arena_printf(arena, "%s/" AORTA_CONNECTORS_FROM_PROGRAM, program);
}
