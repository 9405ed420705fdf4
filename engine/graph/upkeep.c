#include "graph/upkeep.h"

#include "base/suggest.h"
#include "graph/asset.h"

#include <string.h>

#define LONGEST_MS (INT64_C(366) * 24 * 3600 * 1000)

const char *const upkeep_when_names[] = {
    [UPKEEP_BY_HAND] = "",
    [UPKEEP_EAGER] = "eager",
    [UPKEEP_ON_MISSING] = "on_missing",
    [UPKEEP_ON_CRON] = "on_cron",
};

static const char *const when_names[] = {"eager", "on_missing"};

static const struct key cron_keys[] = {
    {"on_cron", KEY_TEXT, offsetof(struct upkeep, on_cron.cron), true, NULL},
    {"timezone", KEY_TEXT, offsetof(struct upkeep, on_cron.timezone), false, NULL},
    {0},
};

static const struct key freshness_keys[] = {
    {"max_lag", KEY_DURATION, offsetof(struct upkeep, max_lag_ms), false, NULL},
    {"deadline", KEY_TEXT, offsetof(struct upkeep, deadline.cron), false, NULL},
    {"timezone", KEY_TEXT, offsetof(struct upkeep, deadline.timezone), false, NULL},
    {0},
};

static void find_place(const struct toml_node *table, const char *key, int *line, int *column)
{
    const struct toml_node *node = toml_find(table, key);

    *line = node != NULL ? node->line : table->line;
    *column = node != NULL ? node->column : table->column;
}

static void place_time(const struct toml_node *table, const char *key, struct upkeep_time *time)
{
    find_place(table, key, &time->line, &time->column);
    find_place(table, "timezone", &time->zone_line, &time->zone_column);
    if (time->timezone == NULL)
        time->timezone = "UTC";
}

static void read_word(const struct asset *asset, const struct toml_node *node,
                      struct upkeep *upkeep, struct problems *problems)
{
    const char *near = suggest(node->text, when_names, 2);

    if (strcmp(node->text, "eager") == 0)
        upkeep->when = UPKEEP_EAGER;
    else if (strcmp(node->text, "on_missing") == 0)
        upkeep->when = UPKEEP_ON_MISSING;
    else if (strcmp(node->text, "on_cron") == 0)
        problem_add(problems, asset->file, node->line, node->column,
                    "on_cron needs a time: automation = { on_cron = \"0 6 * * *\" }");
    else
        problem_add(problems, asset->file, node->line, node->column,
                    "automation must be \"eager\", \"on_missing\" or { on_cron = \"…\" }, not "
                    "\"%s\"%s%s%s",
                    node->text, near != NULL ? ": did you mean \"" : "", near != NULL ? near : "",
                    near != NULL ? "\"?" : "");
}

static void read_automation(const struct asset *asset, struct upkeep *upkeep,
                            struct problems *problems)
{
    const struct toml_node *node = upkeep->automation;
    struct asset_site gap = asset_site_of(asset, "minimum_gap");

    if (upkeep->minimum_gap_ms > LONGEST_MS)
        problem_add(problems, gap.file, gap.line, gap.column, "minimum_gap must be at most 366d");
    if (node == NULL) {
        if (upkeep->has_minimum_gap)
            problem_add(problems, gap.file, gap.line, gap.column,
                        "minimum_gap is of no use without automation");
        return;
    }
    if (node->kind == TOML_STRING) {
        read_word(asset, node, upkeep, problems);
    } else if (node->kind == TOML_TABLE) {
        keys_read(node, cron_keys, upkeep, asset->file, NULL, problems);
        place_time(node, "on_cron", &upkeep->on_cron);
        upkeep->when = UPKEEP_ON_CRON;
    } else {
        problem_add(problems, asset->file, node->line, node->column,
                    "automation must be \"eager\", \"on_missing\" or { on_cron = \"…\" }, not %s",
                    toml_kind_name(node->kind));
    }
}

static void read_freshness(const struct asset *asset, struct upkeep *upkeep,
                           struct problems *problems)
{
    const struct toml_node *node = upkeep->freshness;
    int line, column;

    if (node == NULL)
        return;
    keys_read(node, freshness_keys, upkeep, asset->file, NULL, problems);
    find_place(node, "max_lag", &line, &column);
    if (toml_find(node, "max_lag") != NULL &&
        (upkeep->max_lag_ms < 1 || upkeep->max_lag_ms > LONGEST_MS))
        problem_add(problems, asset->file, line, column,
                    "max_lag must be more than 0s and at most 366d");
    if (toml_find(node, "max_lag") == NULL && toml_find(node, "deadline") == NULL)
        problem_add(problems, asset->file, line, column,
                    "freshness needs max_lag = \"2h\" or deadline = \"0 6 * * *\"");
    if (upkeep->deadline.timezone != NULL && toml_find(node, "deadline") == NULL) {
        find_place(node, "timezone", &line, &column);
        problem_add(problems, asset->file, line, column,
                    "a time zone is of no use without a deadline");
    }
    place_time(node, "deadline", &upkeep->deadline);
}

void upkeep_read(struct asset *asset, struct problems *problems)
{
    asset->upkeep.has_minimum_gap =
        asset->root != NULL && toml_find(asset->root, "minimum_gap") != NULL;
    read_automation(asset, &asset->upkeep, problems);
    read_freshness(asset, &asset->upkeep, problems);
}
