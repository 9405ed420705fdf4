/*
 * How an asset is kept up to date without anybody asking, and how old it may be:
 *
 *     automation = "eager"                                        when what it reads has changed
 *     automation = "on_missing"                                   when it is not there
 *     automation = { on_cron = "0 6 * * *", timezone = "Europe/London" }
 *     minimum_gap = "10m"                                         between two runs of it
 *     freshness = { max_lag = "2h" }                              never older than that
 *     freshness = { deadline = "0 6 * * *", timezone = "Europe/London", max_lag = "8h" }
 *
 * What is declared, not what it means: schedule/rule.h parses the expressions, schedule/automation.h
 * and schedule/lateness.h say what follows.
 */
#ifndef AORTA_GRAPH_UPKEEP_H
#define AORTA_GRAPH_UPKEEP_H

#include "config/keys.h"

#include <stdint.h>

struct asset;

enum upkeep_when { UPKEEP_BY_HAND, UPKEEP_EAGER, UPKEEP_ON_MISSING, UPKEEP_ON_CRON };

extern const char *const upkeep_when_names[]; /* "", "eager", "on_missing", "on_cron" */

/* An expression and where it stands in the asset's file. */
struct upkeep_time {
    const char *cron;     /* NULL: not given */
    const char *timezone; /* "UTC" if it is not given */
    int line, column;
    int zone_line, zone_column;
};

struct upkeep {
    const struct toml_node *automation, *freshness; /* as they stand in the file, or NULL */
    int64_t minimum_gap_ms;
    bool has_minimum_gap; /* else it is for schedule/rule.h to say */
    enum upkeep_when when;
    struct upkeep_time on_cron;
    struct upkeep_time deadline; /* of the freshness */
    int64_t max_lag_ms;          /* 0: not given */
};

/* Rows of a table of keys that go into struct asset. */
#define UPKEEP_KEYS                                                                             \
    {"automation", KEY_NODE, offsetof(struct asset, upkeep.automation), false, NULL},           \
        {"freshness", KEY_TABLE, offsetof(struct asset, upkeep.freshness), false, NULL},        \
    {                                                                                           \
        "minimum_gap", KEY_DURATION, offsetof(struct asset, upkeep.minimum_gap_ms), false, NULL \
    }

/* Reads what the keys found; what is wrong goes to problems. */
void upkeep_read(struct asset *asset, struct problems *problems);

#endif
