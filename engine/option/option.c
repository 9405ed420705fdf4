#include "option/option.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/units.h"
#include "option/mask.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_names[] = {
    [AORTA_OPTION_TEXT] = "text",
    [AORTA_OPTION_INTEGER] = "an integer",
    [AORTA_OPTION_NUMBER] = "a number",
    [AORTA_OPTION_BOOL] = "true or false",
    [AORTA_OPTION_PATH] = "a path",
    [AORTA_OPTION_PATHS] = "paths separated by commas",
    [AORTA_OPTION_DURATION] = "a duration like \"30s\"",
    [AORTA_OPTION_SIZE] = "a size like \"64MiB\"",
    [AORTA_OPTION_TIME] = "a time like 2024-04-01T00:00:00Z",
};

static const char *const type_words[] = {
    [AORTA_OPTION_TEXT] = "text",         [AORTA_OPTION_INTEGER] = "integer",
    [AORTA_OPTION_NUMBER] = "number",     [AORTA_OPTION_BOOL] = "boolean",
    [AORTA_OPTION_PATH] = "path",         [AORTA_OPTION_PATHS] = "paths",
    [AORTA_OPTION_DURATION] = "duration", [AORTA_OPTION_SIZE] = "size",
    [AORTA_OPTION_TIME] = "time",
};

const char *option_type_word(enum aorta_option_type type)
{
    return type_words[type];
}

const char *option_type_name(enum aorta_option_type type)
{
    return type_names[type];
}

size_t option_count(const struct aorta_option *options)
{
    size_t count = 0;

    while (options != NULL && options[count].name != NULL)
        count++;
    return count;
}

int option_find(const struct aorta_option *options, const char *name)
{
    for (int i = 0; options != NULL && options[i].name != NULL; i++)
        if (strcmp(options[i].name, name) == 0)
            return i;
    return -1;
}

bool option_is_reference(const char *text)
{
    return strncmp(text, "env:", 4) == 0 || strncmp(text, "file:", 5) == 0;
}

static const char *absolute(const char *path, const char *folder, struct arena *arena)
{
    if (path[0] == '/')
        return arena_strdup(arena, path);
    return arena_printf(arena, "%s/%s", folder, path);
}

/* "a, b" with both made absolute; NULL if one of them is empty. */
static const char *all_absolute(const char *paths, const char *folder, struct arena *arena)
{
    static const char white[] = " \t";
    const char *list = "";

    for (const char *at = paths;; at++) {
        at += strspn(at, white);
        size_t size = strcspn(at, ",");
        const char *next = at + size;
        while (size > 0 && strchr(white, at[size - 1]) != NULL)
            size--;
        if (size == 0)
            return NULL;
        const char *path = absolute(arena_strndup(arena, at, size), folder, arena);
        list = arena_printf(arena, "%s%s%s", list, list[0] != '\0' ? "," : "", path);
        if (*next == '\0')
            return list;
        at = next;
    }
}

int option_resolve(const char *text, const char *folder, struct arena *arena, const char **value,
                   struct err *err)
{
    struct buf content;

    if (strncmp(text, "env:", 4) == 0) {
        const char *found = getenv(text + 4);
        if (found == NULL)
            return err_set(err, ERR_CONFIG, "the environment variable %s is not set", text + 4);
        *value = arena_strdup(arena, found);
        return 0;
    }
    if (strncmp(text, "file:", 5) != 0) {
        *value = text;
        return 0;
    }
    buf_init(&content);
    int result = file_read(absolute(text + 5, folder, arena), LIMIT_SECRET_BYTES, &content, err);
    while (content.size > 0 && strchr("\r\n", content.data[content.size - 1]) != NULL)
        buf_truncate(&content, content.size - 1);
    if (result == 0)
        *value = arena_strndup(arena, content.data, content.size);
    explicit_bzero(content.data, content.size);
    buf_release(&content);
    return result;
}

static bool parse_integer(const char *text, int64_t *integer)
{
    char *end;

    errno = 0;
    *integer = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

static bool parse_number(const char *text, double *number)
{
    char *end;

    errno = 0;
    *number = strtod(text, &end);
    return errno == 0 && end != text && *end == '\0';
}

static bool parse_value(enum aorta_option_type type, const char *text, const char *folder,
                        struct arena *arena, struct aorta_option_value *value)
{
    switch (type) {
    case AORTA_OPTION_TEXT: value->text = arena_strdup(arena, text); return true;
    case AORTA_OPTION_PATH:
        value->text = strcmp(text, ":memory:") == 0 ? ":memory:" : absolute(text, folder, arena);
        return text[0] != '\0';
    case AORTA_OPTION_PATHS:
        value->text = all_absolute(text, folder, arena);
        return value->text != NULL;
    case AORTA_OPTION_INTEGER: return parse_integer(text, &value->integer);
    case AORTA_OPTION_NUMBER: return parse_number(text, &value->number);
    case AORTA_OPTION_BOOL:
        value->integer = strcmp(text, "true") == 0;
        return value->integer == 1 || strcmp(text, "false") == 0;
    case AORTA_OPTION_DURATION: return units_parse_duration_ms(text, &value->integer);
    case AORTA_OPTION_SIZE: return units_parse_size_bytes(text, &value->integer);
    case AORTA_OPTION_TIME: return clock_parse(text, strlen(text), &value->integer, NULL, NULL);
    }
    return false;
}

int option_parse(const struct aorta_option *option, const char *text, const char *folder,
                 struct arena *arena, struct aorta_option_value *value, struct err *err)
{
    struct aorta_option_value parsed = {.is_set = true};

    if (option->is_secret && !option_is_reference(text))
        return err_set(err, ERR_CONFIG,
                       "is a secret: give it as \"env:NAME\" or \"file:PATH\", never as text");
    if (option_is_reference(text)) {
        /* Its value is known in the executor only. */
        parsed.text = arena_strdup(arena, text);
    } else if (!parse_value(option->type, text, folder, arena, &parsed)) {
        return err_set(err, ERR_CONFIG, "must be %s, not \"%s\"", type_names[option->type], text);
    }
    *value = parsed;
    return 0;
}

static int fill_one(const struct aorta_option *option, const char *text, const char *folder,
                    struct arena *arena, struct aorta_option_value *value, struct err *err)
{
    const char *resolved = NULL;

    if (text == NULL)
        text = option->default_text;
    if (text == NULL && option->is_required)
        return err_set(err, ERR_CONFIG, "%s is missing: %s", option->name, option->help);
    if (text == NULL)
        return 0;
    if (option_resolve(text, folder, arena, &resolved, err) < 0)
        return err_wrap(err, "%s", option->name);
    assert(resolved != NULL);
    if (option_is_reference(text))
        mask_note(resolved, text, option->is_secret);
    value->is_set = true;
    if (!parse_value(option->type, resolved, folder, arena, value))
        return err_set(err, ERR_CONFIG, "%s must be %s", option->name, type_names[option->type]);
    return 0;
}

int option_fill(const struct aorta_option *options, const char *folder,
                const char *(*get)(void *arg, const char *name), void *arg, struct arena *arena,
                struct aorta_option_value **values, struct err *err)
{
    size_t count = option_count(options);
    struct aorta_option_value *filled = arena_calloc(arena, count, sizeof *filled);

    for (size_t i = 0; i < count; i++)
        if (fill_one(&options[i], get(arg, options[i].name), folder, arena, &filled[i], err) < 0)
            return -1;
    *values = filled;
    return 0;
}
