/*
 * What Jinja2 makes of some two hundred templates (template_cases.jsonl, written by
 * template_cases.py with Jinja2 itself), and what we make of them.
 */
#include "test.h"

#include "base/file.h"
#include "template/json.h"
#include "template/template.h"

#include <stdio.h>
#include <string.h>

static struct template_value part(struct template_value map, const char *key)
{
    const struct template_value *found = template_map_find(map.map, key);

    return found != NULL ? *found : template_undefined(key);
}

/* Renders one case; false, and what is wrong is printed, if it differs. */
static bool agrees(const char *line, size_t size, int number)
{
    struct arena arena;
    struct template_value entry;
    struct template *template;
    struct buf out;
    struct err err;

    arena_init(&arena);
    buf_init(&out);
    check_ok(template_from_json(line, size, &arena, &entry, &err));
    struct template_context *context = template_context_new(&arena);
    check_int(part(entry, "context").kind, TEMPLATE_MAP);
    const struct template_map *variables = part(entry, "context").map;
    for (size_t i = 0; i < variables->count; i++)
        template_context_set(context,
                             arena_strndup(&arena, variables->entries[i].key.string.data,
                                           variables->entries[i].key.string.size),
                             variables->entries[i].value);
    struct template_value text = part(entry, "template"), wanted = part(entry, "output");
    err.message[0] = '\0';
    bool same =
        template_parse(&arena, "case", text.string.data, text.string.size, &template, &err) == 0 &&
        template_render(template, context, &arena, &out, &err) == 0 &&
        out.size == wanted.string.size && memcmp(out.data, wanted.string.data, out.size) == 0;
    if (!same)
        fprintf(stderr, "case %d: %.*s\n    is      %s%s\n    and not %.*s\n", number,
                (int)text.string.size, text.string.data, out.data, err.message,
                (int)wanted.string.size, wanted.string.data);
    buf_release(&out);
    arena_release(&arena);
    return same;
}

TEST("every case renders as Jinja2 renders it")
{
    struct buf file;
    struct err err;
    int count = 0, different = 0;

    buf_init(&file);
    check_ok(file_read(TEMPLATE_CASES, 16 << 20, &file, &err));
    const char *end;
    for (const char *line = file.data; (end = strchr(line, '\n')) != NULL; line = end + 1)
        different += !agrees(line, (size_t)(end - line), ++count);
    buf_release(&file);
    printf("%d cases\n", count);
    check(count >= 150);
    check_int(different, 0);
}
