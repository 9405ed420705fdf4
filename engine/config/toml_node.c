#include "base/json.h"
#include "config/toml.h"

#include <string.h>

static const char *const kind_names[] = {
    [TOML_STRING] = "text",        [TOML_INTEGER] = "an integer", [TOML_FLOAT] = "a number",
    [TOML_BOOL] = "true or false", [TOML_TIME] = "a time",        [TOML_ARRAY] = "a list",
    [TOML_TABLE] = "a table",
};

const char *toml_kind_name(enum toml_kind kind)
{
    return kind_names[kind];
}

const struct toml_node *toml_find(const struct toml_node *table, const char *key)
{
    for (size_t i = 0; i < table->item_count; i++)
        if (table->items[i]->key != NULL && strcmp(table->items[i]->key, key) == 0)
            return table->items[i];
    return NULL;
}

static void write_node(struct json_writer *json, const struct toml_node *node)
{
    switch (node->kind) {
    case TOML_STRING:
    case TOML_TIME: json_write_strn(json, node->text, node->text_size); return;
    case TOML_INTEGER: json_write_int(json, node->integer); return;
    case TOML_FLOAT: json_write_double(json, node->number); return;
    case TOML_BOOL: json_write_bool(json, node->integer != 0); return;
    case TOML_ARRAY:
        json_write_array(json);
        for (size_t i = 0; i < node->item_count; i++)
            write_node(json, node->items[i]);
        json_write_end(json);
        return;
    case TOML_TABLE:
        json_write_object(json);
        for (size_t i = 0; i < node->item_count; i++) {
            json_write_key(json, node->items[i]->key);
            write_node(json, node->items[i]);
        }
        json_write_end(json);
        return;
    }
}

void toml_to_json(const struct toml_node *node, struct buf *out)
{
    struct json_writer json;

    json_writer_init(&json, out);
    write_node(&json, node);
}

const char *toml_as_text(const struct toml_node *node, struct arena *arena)
{
    switch (node->kind) {
    case TOML_STRING:
    case TOML_TIME: return node->text;
    case TOML_INTEGER: return arena_printf(arena, "%lld", (long long)node->integer);
    case TOML_FLOAT: return arena_printf(arena, "%.17g", node->number);
    case TOML_BOOL: return node->integer ? "true" : "false";
    case TOML_ARRAY:
    case TOML_TABLE: return NULL;
    }
    return NULL;
}
