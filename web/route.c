#include "web/route.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/suggest.h"
#include "base/utf8.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- targets --------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

const char *web_unescape(const char *text, size_t size, bool is_query, struct arena *arena)
{
    char *decoded = arena_alloc(arena, size + 1);
    size_t length = 0;

    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (c == '%') {
            int high = size - i > 2 ? hex_digit(text[i + 1]) : -1;
            int low = size - i > 2 ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0 || (high == 0 && low == 0))
                return NULL;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && is_query) {
            c = ' ';
        }
        decoded[length++] = c;
    }
    return utf8_is_valid(decoded, length) ? decoded : NULL;
}

int web_target_parse(const char *text, struct arena *arena, struct web_target *target,
                     struct err *err)
{
    const char *mark = strchr(text, '?');
    const char *end = mark != NULL ? mark : text + strlen(text);
    const char *at = text;

    *target = (struct web_target){.path = arena_strndup(arena, text, (size_t)(end - text)),
                                  .query = mark != NULL ? mark + 1 : NULL};
    if (text[0] != '/')
        return err_set(err, ERR_CONFIG, "the target is not a path that begins with \"/\"");
    if (end - text == 1)
        return 0;
    while (at < end) {
        const char *part = at + 1;
        const char *slash = memchr(part, '/', (size_t)(end - part));
        at = slash != NULL ? slash : end;
        if (target->part_count == WEB_PATH_PARTS)
            return err_set(err, ERR_CONFIG, "the path has more than %d parts", WEB_PATH_PARTS);
        const char *decoded = web_unescape(part, (size_t)(at - part), false, arena);
        if (decoded == NULL)
            return err_set(err, ERR_CONFIG, "the path has a bad escape, or is not UTF-8");
        target->parts[target->part_count++] = decoded;
    }
    return 0;
}

/* ---- routes ---------------------------------------------------------------------------------- */

/* Whether the target's path is the route's; parts get what stands for {names}. */
static bool is_path(const char *path, const struct web_target *target, const char *parts[WEB_PARTS])
{
    size_t part = 0, named = 0;

    for (const char *at = path; *at == '/'; part++) {
        const char *begin = at + 1;
        size_t length = strcspn(begin, "/");
        if (part == target->part_count)
            return false;
        const char *given = target->parts[part];
        if (begin[0] == '{') {
            if (given[0] == '\0')
                return false;
            parts[named++] = given;
        } else if (strncmp(given, begin, length) != 0 || given[length] != '\0') {
            return false;
        }
        at = begin + length;
    }
    return part == target->part_count;
}

static void allow(struct buf *list, const char *method)
{
    if (list->size == 0)
        buf_append_str(list, "OPTIONS");
    buf_printf(list, ", %s", method);
    if (strcmp(method, "GET") == 0)
        buf_append_str(list, ", HEAD");
}

struct web_match web_route_find(const struct web_route *const *tables, const char *method,
                                const struct web_target *target, struct arena *arena,
                                const char *parts[WEB_PARTS])
{
    const char *meant = strcmp(method, "HEAD") == 0 ? "GET" : method;
    struct web_match match = {NULL, NULL};
    struct buf list;

    buf_init(&list);
    for (; *tables != NULL && match.route == NULL; tables++) {
        for (const struct web_route *route = *tables; route->method != NULL; route++) {
            const char *found[WEB_PARTS] = {NULL};
            if (!is_path(route->path, target, found))
                continue;
            allow(&list, route->method);
            if (strcmp(route->method, meant) != 0)
                continue;
            match.route = route;
            memcpy(parts, found, sizeof found);
            break;
        }
    }
    if (match.route == NULL && list.size > 0)
        match.allow = arena_strdup(arena, list.data);
    buf_release(&list);
    return match;
}

/* ---- parameters ------------------------------------------------------------------------------ */

static int fail_choice(const struct web_parameter *parameter, const char *text, struct err *err)
{
    struct buf list;
    size_t count = 0;

    while (parameter->choices[count] != NULL)
        count++;
    const char *near = suggest(text, parameter->choices, count);
    buf_init(&list);
    for (size_t i = 0; i < count; i++)
        buf_printf(&list, "%s%s", i > 0 ? ", " : "", parameter->choices[i]);
    err_set(err, ERR_CONFIG, "parameter %s: \"%s\" is none of %s%s%s%s", parameter->name, text,
            list.data, near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
            near != NULL ? "\"?" : "");
    buf_release(&list);
    return -1;
}

static int read_int(const struct web_parameter *parameter, struct web_value *value, struct err *err)
{
    char *end;

    value->number = strtoll(value->text, &end, 10);
    if (end == value->text || *end != '\0' || strchr("+ \t\n\v\f\r", value->text[0]) != NULL ||
        value->number < parameter->min || value->number > parameter->max)
        return err_set(err, ERR_CONFIG, "parameter %s: \"%s\" is no whole number from %lld to %lld",
                       parameter->name, value->text, (long long)parameter->min,
                       (long long)parameter->max);
    return 0;
}

static int read_text(const struct web_parameter *parameter, const struct web_value *value,
                     struct err *err)
{
    int64_t longest = parameter->max > 0 ? parameter->max : WEB_TEXT_BYTES;

    if (value->text[0] == '\0')
        return err_set(err, ERR_CONFIG, "parameter %s is empty: leave it out", parameter->name);
    if (strlen(value->text) > (size_t)longest)
        return err_set(err, ERR_CONFIG, "parameter %s has more than %lld bytes", parameter->name,
                       (long long)longest);
    return 0;
}

static int read_value(const struct web_parameter *parameter, struct web_value *value,
                      struct err *err)
{
    switch (parameter->kind) {
    case WEB_TEXT: return read_text(parameter, value, err);
    case WEB_INT: return read_int(parameter, value, err);
    case WEB_BOOL:
        value->number = strcmp(value->text, "true") == 0;
        if (value->number == 0 && strcmp(value->text, "false") != 0)
            return err_set(err, ERR_CONFIG, "parameter %s: \"%s\" is neither true nor false",
                           parameter->name, value->text);
        return 0;
    case WEB_TIME:
        if (!clock_parse(value->text, strlen(value->text), &value->number, NULL, NULL))
            return err_set(err, ERR_CONFIG,
                           "parameter %s: \"%s\" is no time like 2024-04-01T12:30:00Z",
                           parameter->name, value->text);
        return 0;
    case WEB_CHOICE:
        for (int64_t i = 0; parameter->choices[i] != NULL; i++) {
            value->number = i;
            if (strcmp(parameter->choices[i], value->text) == 0)
                return 0;
        }
        return fail_choice(parameter, value->text, err);
    }
    return 0;
}

static int find_parameter(const struct web_parameter *parameters, const char *name, size_t *index,
                          struct err *err)
{
    const char *names[WEB_PARAMETERS];
    size_t count = 0;

    for (; parameters != NULL && parameters[count].name != NULL; count++) {
        names[count] = parameters[count].name;
        if (strcmp(names[count], name) == 0) {
            *index = count;
            return 0;
        }
    }
    const char *near = suggest(name, names, count);
    if (near != NULL)
        return err_set(err, ERR_CONFIG, "unknown parameter \"%s\": did you mean \"%s\"?", name,
                       near);
    return err_set(err, ERR_CONFIG, "unknown parameter \"%s\"", name);
}

int web_parameters_read(const struct web_parameter *parameters, const char *query,
                        struct arena *arena, struct web_value values[WEB_PARAMETERS],
                        struct err *err)
{
    size_t index = 0;

    memset(values, 0, WEB_PARAMETERS * sizeof *values);
    for (size_t i = 0; parameters != NULL && parameters[i].name != NULL; i++)
        values[i].number = parameters[i].fallback;
    while (query != NULL && *query != '\0') {
        size_t length = strcspn(query, "&");
        const char *equals = memchr(query, '=', length);
        size_t name_size = equals != NULL ? (size_t)(equals - query) : length;
        const char *name = web_unescape(query, name_size, true, arena);
        const char *text =
            equals != NULL ? web_unescape(equals + 1, length - name_size - 1, true, arena) : "";
        query += length + (query[length] == '&');
        if (length == 0)
            continue;
        if (name == NULL || text == NULL)
            return err_set(err, ERR_CONFIG, "the query has a bad escape, or is not UTF-8");
        if (find_parameter(parameters, name, &index, err) < 0)
            return -1;
        assert(parameters != NULL); /* or none was found */
        if (values[index].text != NULL)
            return err_set(err, ERR_CONFIG, "parameter %s is given twice", name);
        values[index].text = text;
        if (read_value(&parameters[index], &values[index], err) < 0)
            return -1;
    }
    return 0;
}
