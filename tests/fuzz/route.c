/* A request's target, against all routes: what is found is what was sent, decoded once. */
#include "fuzz.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "web/routes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 4096 };

static void read_parameters(const struct web_route *route, const char *query, struct arena *arena)
{
    struct web_value values[WEB_PARAMETERS];
    struct err err;

    if (web_parameters_read(route->parameters, query, arena, values, &err) < 0) {
        assert(err.code == ERR_CONFIG && err.message[0] != '\0');
        return;
    }
    for (size_t i = 0; route->parameters != NULL && route->parameters[i].name != NULL; i++) {
        const struct web_parameter *parameter = &route->parameters[i];
        if (values[i].text == NULL)
            continue;
        assert(utf8_is_valid(values[i].text, strlen(values[i].text)));
        if (parameter->kind == WEB_INT)
            assert(values[i].number >= parameter->min && values[i].number <= parameter->max);
        if (parameter->kind == WEB_TEXT)
            assert(values[i].text[0] != '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "BREW"};
    const char *parts[WEB_PARTS] = {NULL};
    struct web_target target;
    struct arena arena;
    struct err err;

    if (size < 1 || size > LONGEST || memchr(data, '\0', size) != NULL)
        return 0;
    arena_init(&arena);
    const char *text = arena_strndup(&arena, (const char *)data + 1, size - 1);
    if (web_target_parse(text, &arena, &target, &err) == 0) {
        assert(target.part_count <= WEB_PATH_PARTS);
        struct web_match match =
            web_route_find(web_routes, methods[data[0] % 4], &target, &arena, parts);
        assert(match.route == NULL || match.allow == NULL);
        for (size_t i = 0; match.route != NULL && i < WEB_PARTS && parts[i] != NULL; i++)
            assert(parts[i][0] != '\0' && utf8_is_valid(parts[i], strlen(parts[i])));
        if (match.route != NULL)
            read_parameters(match.route, target.query, &arena);
    }
    arena_release(&arena);
    return 0;
}
