#include "config/keys.h"

#include "base/suggest.h"
#include "base/units.h"

#include <stdio.h>
#include <string.h>

enum { MAX_KEYS = 64 };

static const int64_t MAX_TIMEOUT_MS = INT64_C(365) * 24 * 3600 * 1000;

static void report_type(const struct toml_node *node, const char *wanted, const char *file,
                        struct problems *problems)
{
    problem_add(problems, file, node->line, node->column, "%s must be %s, not %s",
                node->key != NULL ? node->key : "an item", wanted, toml_kind_name(node->kind));
}

void keys_report_unknown(const struct toml_node *node, const char *what, const char *const *known,
                         size_t known_count, const char *file, struct problems *problems)
{
    const char *near = suggest(node->key, known, known_count);

    if (near != NULL)
        problem_add(problems, file, node->line, node->column,
                    "unknown %s \"%s\": did you mean \"%s\"?", what, node->key, near);
    else
        problem_add(problems, file, node->line, node->column, "unknown %s \"%s\"", what, node->key);
}

void keys_check_timeout(const struct toml_node *node, const char *file, struct problems *problems)
{
    int64_t ms;

    if (node->kind == TOML_STRING && units_parse_duration_ms(node->text, &ms) &&
        (ms < 1 || ms > MAX_TIMEOUT_MS))
        problem_add(problems, file, node->line, node->column,
                    "%s must be more than 0s and at most 365d", node->key);
}

static size_t choice_count(const struct key *key)
{
    size_t count = 0;

    while (key->choices[count] != NULL)
        count++;
    return count;
}

static void read_choice(const struct toml_node *node, const struct key *key, int *out,
                        const char *file, struct problems *problems)
{
    char list[256] = "";
    size_t used = 0;

    for (int i = 0; key->choices[i] != NULL; i++) {
        if (strcmp(key->choices[i], node->text) == 0) {
            *out = i;
            return;
        }
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "",
                                     key->choices[i]);
    }
    const char *near = suggest(node->text, key->choices, choice_count(key));
    problem_add(problems, file, node->line, node->column, "%s must be one of %s, not \"%s\"%s%s%s",
                key->name, list, node->text, near != NULL ? ": did you mean \"" : "",
                near != NULL ? near : "", near != NULL ? "\"?" : "");
}

static void read_texts(const struct toml_node *node, struct texts *out, const char *file,
                       struct problems *problems)
{
    size_t count = node->kind == TOML_ARRAY ? node->item_count : 1;
    const char **items = arena_calloc(problems->arena, count + 1, sizeof *items);

    for (size_t i = 0; i < count; i++) {
        const struct toml_node *item = node->kind == TOML_ARRAY ? node->items[i] : node;
        if (item->kind != TOML_STRING) {
            report_type(item, "text", file, problems);
            return;
        }
        items[i] = item->text;
    }
    *out = (struct texts){items, count, node->line, node->column};
}

static void read_unit(const struct toml_node *node, const struct key *key, int64_t *out,
                      const char *file, struct problems *problems)
{
    bool is_size = key->kind == KEY_SIZE;

    if (is_size && node->kind == TOML_INTEGER && node->integer >= 0)
        *out = node->integer;
    else if (node->kind != TOML_STRING)
        report_type(node, is_size ? "a size like \"64MiB\"" : "a duration like \"30s\"", file,
                    problems);
    else if (!(is_size ? units_parse_size_bytes : units_parse_duration_ms)(node->text, out))
        problem_add(problems, file, node->line, node->column, "%s must be %s, not \"%s\"",
                    key->name, is_size ? "a size like \"64MiB\"" : "a duration like \"30s\"",
                    node->text);
}

static bool has_kind(const struct toml_node *node, enum toml_kind kind, const char *file,
                     struct problems *problems)
{
    if (node->kind == kind)
        return true;
    report_type(node, toml_kind_name(kind), file, problems);
    return false;
}

static void read_value(const struct toml_node *node, const struct key *key, void *field,
                       const char *file, struct problems *problems)
{
    switch (key->kind) {
    case KEY_TEXT:
        if (has_kind(node, TOML_STRING, file, problems))
            *(const char **)field = node->text;
        return;
    case KEY_BOOL:
        if (has_kind(node, TOML_BOOL, file, problems))
            *(bool *)field = node->integer != 0;
        return;
    case KEY_INTEGER:
        if (has_kind(node, TOML_INTEGER, file, problems))
            *(int64_t *)field = node->integer;
        return;
    case KEY_DURATION:
    case KEY_SIZE: read_unit(node, key, field, file, problems); return;
    case KEY_CHOICE:
        if (has_kind(node, TOML_STRING, file, problems))
            read_choice(node, key, field, file, problems);
        return;
    case KEY_TEXTS: read_texts(node, field, file, problems); return;
    case KEY_TABLE:
        if (has_kind(node, TOML_TABLE, file, problems))
            *(const struct toml_node **)field = node;
        return;
    case KEY_LIST:
        if (has_kind(node, TOML_ARRAY, file, problems))
            *(const struct toml_node **)field = node;
        return;
    case KEY_NODE: *(const struct toml_node **)field = node; return;
    }
}

static const struct key *find_key(const struct key *keys, const char *name)
{
    for (; keys->name != NULL; keys++)
        if (strcmp(keys->name, name) == 0)
            return keys;
    return NULL;
}

void keys_read(const struct toml_node *table, const struct key *keys, void *out, const char *file,
               const struct toml_node ***more, struct problems *problems)
{
    const char *names[MAX_KEYS];
    size_t name_count = 0, more_count = 0;
    const struct toml_node **others = NULL;

    for (const struct key *key = keys; key->name != NULL; key++) {
        names[name_count++] = key->name;
        if (key->is_required && toml_find(table, key->name) == NULL)
            problem_add(problems, file, table->line, table->column, "%s is missing", key->name);
    }
    if (more != NULL)
        others = arena_calloc(problems->arena, table->item_count + 1, sizeof(struct toml_node *));
    for (size_t i = 0; i < table->item_count; i++) {
        const struct toml_node *node = table->items[i];
        const struct key *key = find_key(keys, node->key);
        if (key != NULL)
            read_value(node, key, (char *)out + key->offset, file, problems);
        else if (more != NULL)
            others[more_count++] = node;
        else
            keys_report_unknown(node, "key", names, name_count, file, problems);
    }
    if (more != NULL)
        *more = others;
}
