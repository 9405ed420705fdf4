#include "config/retention.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

/* A day: nobody wants to lose what he has just seen. A hundred runs: the same, of the busy. */
#define MIN_MS DAY_MS
#define MIN_RUNS 100

static const struct key retention_keys[] = {
    {"runs", KEY_DURATION, offsetof(struct retention, runs_ms), false, NULL},
    {"max_runs", KEY_INTEGER, offsetof(struct retention, max_runs), false, NULL},
    {"events", KEY_DURATION, offsetof(struct retention, events_ms), false, NULL},
    {"ticks", KEY_DURATION, offsetof(struct retention, ticks_ms), false, NULL},
    {"audit", KEY_DURATION, offsetof(struct retention, audit_ms), false, NULL},
    {0},
};

static void check_least(const struct toml_node *table, const struct key *key,
                        const struct retention *retention, const char *file,
                        struct problems *problems)
{
    const struct toml_node *node = toml_find(table, key->name);
    int64_t value = *(const int64_t *)((const char *)retention + key->offset);

    if (node == NULL)
        return;
    if (key->kind == KEY_DURATION && value < MIN_MS)
        problem_add(problems, file, node->line, node->column, "%s must be at least a day: \"1d\"",
                    key->name);
    if (key->kind == KEY_INTEGER && value < MIN_RUNS)
        problem_add(problems, file, node->line, node->column, "%s must be at least %d", key->name,
                    MIN_RUNS);
}

void retention_read(const struct toml_node *table, const char *file, struct retention *retention,
                    struct problems *problems)
{
    *retention = (struct retention){
        .runs_ms = 90 * DAY_MS,
        .max_runs = 100000,
        .events_ms = 30 * DAY_MS,
        .ticks_ms = 90 * DAY_MS,
        .audit_ms = 400 * DAY_MS,
    };
    if (table == NULL)
        return;
    keys_read(table, retention_keys, retention, file, NULL, problems);
    for (const struct key *key = retention_keys; key->name != NULL; key++)
        check_least(table, key, retention, file, problems);
}
