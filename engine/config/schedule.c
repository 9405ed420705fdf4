#include "config/schedule.h"

#include "base/limits.h"
#include "config/assignments.h"
#include "config/pipeline.h"

#include <string.h>

#define MAX_JITTER_MS (INT64_C(24) * 3600 * 1000)

const char *const schedule_catch_up_names[] = {"none", "last", "all", NULL};
const char *const schedule_overlap_names[] = {"skip", "queue", "cancel", NULL};

struct schedule_keys {
    struct schedule_config schedule;
    const struct toml_node *vars;
};

#define AT(field) offsetof(struct schedule_keys, field)

static const struct key schedule_keys[] = {
    {"cron", KEY_TEXT, AT(schedule.cron), true, NULL},
    {"timezone", KEY_TEXT, AT(schedule.timezone), false, NULL},
    {"select", KEY_TEXTS, AT(schedule.select), false, NULL},
    {"exclude", KEY_TEXTS, AT(schedule.exclude), false, NULL},
    {"catch_up", KEY_CHOICE, AT(schedule.catch_up), false, schedule_catch_up_names},
    {"overlap", KEY_CHOICE, AT(schedule.overlap), false, schedule_overlap_names},
    {"jitter", KEY_DURATION, AT(schedule.jitter_ms), false, NULL},
    {"paused", KEY_BOOL, AT(schedule.is_paused), false, NULL},
    {"priority", KEY_INTEGER, AT(schedule.priority), false, NULL},
    {"vars", KEY_TABLE, AT(vars), false, NULL},
    {0},
};

static void find_place(const struct toml_node *table, const char *key, int *line, int *column)
{
    const struct toml_node *node = toml_find(table, key);

    *line = node != NULL ? node->line : table->line;
    *column = node != NULL ? node->column : table->column;
}

/* What was said of overlaps has to go with what was said of ticks that are caught up. */
static void settle_overlap(const struct toml_node *table, const char *file,
                           struct schedule_config *schedule, struct problems *problems)
{
    const struct toml_node *given = toml_find(table, "overlap");

    if (schedule->catch_up != CATCH_UP_ALL)
        return;
    if (given == NULL)
        schedule->overlap = OVERLAP_QUEUE;
    else if (schedule->overlap != OVERLAP_QUEUE)
        problem_add(problems, file, given->line, given->column,
                    "catch_up = \"all\" makes a run of each tick that was missed, and overlap = "
                    "\"%s\" leaves one of them: say overlap = \"queue\" or catch_up = \"last\"",
                    schedule_overlap_names[schedule->overlap]);
}

static void read_schedule(const struct toml_node *table, const char *file,
                          const struct pipeline *pipeline, struct schedule_config *schedule,
                          struct problems *problems)
{
    struct schedule_keys keys = {
        .schedule = {.name = table->key,
                     .timezone = "UTC",
                     .catch_up = CATCH_UP_LAST,
                     .line = table->line,
                     .column = table->column},
    };
    struct assignments assignments;

    keys_read(table, schedule_keys, &keys, file, NULL, problems);
    *schedule = keys.schedule;
    find_place(table, "cron", &schedule->cron_line, &schedule->cron_column);
    find_place(table, "timezone", &schedule->timezone_line, &schedule->timezone_column);
    assignments_check_name(table, "schedule", file, problems);
    if (schedule->jitter_ms > MAX_JITTER_MS) {
        int line, column;
        find_place(table, "jitter", &line, &column);
        problem_add(problems, file, line, column, "jitter must be no more than a day");
    }
    if (schedule->priority < -LIMIT_PRIORITY || schedule->priority > LIMIT_PRIORITY) {
        int line, column;
        find_place(table, "priority", &line, &column);
        problem_add(problems, file, line, column, "priority must be from %d to %d", -LIMIT_PRIORITY,
                    LIMIT_PRIORITY);
    }
    settle_overlap(table, file, schedule, problems);
    assignments_read(keys.vars, "schedule", file, pipeline, &assignments, problems);
    schedule->assignments = assignments.items;
    schedule->assignment_count = assignments.count;
}

void schedules_config_read(const struct toml_node *tables, const char *file,
                           const struct pipeline *pipeline, struct schedules_config *schedules,
                           struct problems *problems)
{
    *schedules = (struct schedules_config){0};
    if (tables == NULL)
        return;
    schedules->items =
        arena_calloc(problems->arena, tables->item_count + 1, sizeof *schedules->items);
    for (size_t i = 0; i < tables->item_count; i++) {
        const struct toml_node *table = tables->items[i];
        if (table->kind == TOML_TABLE)
            read_schedule(table, file, pipeline, &schedules->items[schedules->count++], problems);
        else
            problem_add(problems, file, table->line, table->column,
                        "schedule.%s must be a table, not %s", table->key,
                        toml_kind_name(table->kind));
    }
}
