/*
 * Any bytes as a template: parsed, rendered, searched and hashed. Bytes that parse must hash as
 * themselves, and render the same way twice.
 */
#include "fuzz.h"

#include "template/template.h"

#include <stdlib.h>
#include <string.h>

static int ignore_site(void *self, const struct template_site *site, struct err *err)
{
    (void)self;
    (void)site;
    (void)err;
    return 0;
}

static int call_ref(void *self, const struct template_call *call, struct template_value *result,
                    struct err *err)
{
    const char *name = "";

    (void)self;
    if (template_call_check(call, "name", 1, err) < 0 ||
        template_call_text(call, 0, "name", &name, err) < 0)
        return -1;
    *result = template_string(name);
    return 0;
}

static int render(const struct template *template, struct buf *out)
{
    struct arena arena;
    struct err err;

    arena_init(&arena);
    struct template_context *context = template_context_new(&arena);
    struct template_list *columns = template_list_new(&arena);
    template_list_append(columns, template_string("id"));
    template_list_append(columns, template_string("name"));
    template_context_set(context, "columns", template_list_value(columns));
    template_context_set(context, "as_of", template_string("2024-04-01"));
    template_context_set_function(context, "ref", call_ref, NULL);
    template_context_add_macros(context, template);
    int outcome = template_render(template, context, &arena, out, &err);
    arena_release(&arena);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct template *template;
    struct buf first, second;
    struct err err;
    char hex[HASH_HEX_SIZE + 1];

    arena_init(&arena);
    buf_init(&first);
    buf_init(&second);
    if (template_parse(&arena, "fuzz", (const char *)data, size, &template, &err) == 0) {
        struct hash *hash = hash_new();
        template_hash(template, hash);
        hash_finish(hash, hex);
        if (template_calls(template, NULL, &arena, ignore_site, NULL, &err) < 0)
            abort();
        if (render(template, &first) != render(template, &second) || first.size != second.size ||
            memcmp(first.data, second.data, first.size) != 0)
            abort();
    }
    buf_release(&first);
    buf_release(&second);
    arena_release(&arena);
    return 0;
}
