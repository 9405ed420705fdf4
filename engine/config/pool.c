#include "config/pool.h"

#include <string.h>

enum { MAX_SLOTS = 10000 };

static const struct key pool_keys[] = {
    {"slots", KEY_INTEGER, offsetof(struct slots, count), true, NULL},
    {0},
};

struct limit_keys {
    const char *tag;
    int64_t at_once;
};

static const struct key limit_keys[] = {
    {"tag", KEY_TEXT, offsetof(struct limit_keys, tag), true, NULL},
    {"at_once", KEY_INTEGER, offsetof(struct limit_keys, at_once), true, NULL},
    {0},
};

/* Says so if the number that stands under the key is none that makes sense. */
static void check_count(const struct toml_node *table, const char *key, int64_t count,
                        const char *file, struct problems *problems)
{
    const struct toml_node *node = toml_find(table, key);

    if (node != NULL && node->kind == TOML_INTEGER && (count < 1 || count > MAX_SLOTS))
        problem_add(problems, file, node->line, node->column, "%s must be from 1 to %d, not %lld",
                    key, MAX_SLOTS, (long long)count);
}

static bool is_table(const struct toml_node *node, const char *what, const char *file,
                     struct problems *problems)
{
    if (node->kind != TOML_TABLE)
        problem_add(problems, file, node->line, node->column, "%s.%s must be a table, not %s", what,
                    node->key, toml_kind_name(node->kind));
    return node->kind == TOML_TABLE;
}

static void read_pool(const struct toml_node *table, const char *file, struct pool *pool,
                      struct problems *problems)
{
    pool->name = table->key;
    pool->slots.name = arena_printf(problems->arena, "pool %s", table->key);
    pool->slots.unit = "slots";
    keys_read(table, pool_keys, &pool->slots, file, NULL, problems);
    check_count(table, "slots", pool->slots.count, file, problems);
}

static void read_limit(const struct toml_node *table, const char *file, struct tag_limit *limit,
                       struct problems *problems)
{
    const struct toml_node *tag = toml_find(table, "tag");
    struct limit_keys keys = {0};

    keys_read(table, limit_keys, &keys, file, NULL, problems);
    check_count(table, "at_once", keys.at_once, file, problems);
    *limit = (struct tag_limit){
        .name = table->key,
        .tag = keys.tag,
        .slots = {arena_printf(problems->arena, "limit %s", table->key), "steps", keys.at_once},
        .line = tag != NULL ? tag->line : table->line,
        .column = tag != NULL ? tag->column : table->column,
    };
}

void pools_read(const struct toml_node *pool, const struct toml_node *limit, const char *file,
                struct pools *pools, struct problems *problems)
{
    size_t pool_count = pool != NULL ? pool->item_count : 0;
    size_t limit_count = limit != NULL ? limit->item_count : 0;

    *pools = (struct pools){
        .items = arena_calloc(problems->arena, pool_count + 1, sizeof *pools->items),
        .limits = arena_calloc(problems->arena, limit_count + 1, sizeof *pools->limits),
    };
    for (size_t i = 0; i < pool_count; i++)
        if (is_table(pool->items[i], "pool", file, problems))
            read_pool(pool->items[i], file, &pools->items[pools->count++], problems);
    for (size_t i = 0; i < limit_count; i++)
        if (is_table(limit->items[i], "limit", file, problems))
            read_limit(limit->items[i], file, &pools->limits[pools->limit_count++], problems);
}

const struct pool *pools_find(const struct pools *pools, const char *name)
{
    for (size_t i = 0; i < pools->count; i++)
        if (strcmp(pools->items[i].name, name) == 0)
            return &pools->items[i];
    return NULL;
}

struct slots pools_of_connection(const struct toml_node *table, int64_t max_steps, const char *file,
                                 struct problems *problems)
{
    check_count(table, "max_steps", max_steps, file, problems);
    return (struct slots){arena_printf(problems->arena, "connection %s", table->key), "steps",
                          max_steps};
}
