#include "base/clock.h"
#include "cli/declared.h"
#include "cli/history.h"
#include "cli/table.h"
#include "schedule/due.h"
#include "store/schedules.h"

#include <string.h>

enum { NEXT_TICKS = 5, DEFAULT_TICKS = 20 };

static const struct table_column schedule_columns[] = {
    {.name = "schedule"}, {.name = "cron"},
    {.name = "timezone"}, {.name = "next"},
    {.name = "last"},     {.name = "state", .is_state = true},
    {.name = "run"},      {.name = "selection", .shrinks = true},
};

static const struct table_column tick_columns[] = {
    {.name = "tick"},
    {.name = "state", .is_state = true},
    {.name = "run"},
    {.name = "why", .shrinks = true},
};

struct listing {
    const struct arguments *a;
    struct store_reader *reader; /* NULL: nothing has run yet */
    struct store_pause *pauses;
    size_t pause_count;
    bool is_live;
    struct table *table;
};

static bool is_paused(const struct listing *listing, const struct schedule *schedule)
{
    for (size_t i = 0; i < listing->pause_count; i++)
        if (strcmp(listing->pauses[i].subject, schedule->trigger) == 0)
            return listing->pauses[i].is_paused;
    return schedule->config->is_paused;
}

/* What became of a tick: of one that fired, how its run stands. */
static const char *word_of(const struct store_tick *tick, bool is_live)
{
    enum store_state state;

    if (tick->run_state == NULL || !store_state_from_name(tick->run_state, &state))
        return tick->state;
    return history_run_word(state, is_live);
}

static int read_ticks(const struct listing *listing, const struct schedule *schedule, int64_t limit,
                      struct store_tick **ticks, size_t *count)
{
    struct err err;

    *count = 0;
    if (listing->reader == NULL ||
        store_read_ticks(listing->reader, schedule->config->name, INT64_MAX, limit,
                         listing->a->arena, ticks, count, &err) == 0)
        return 0;
    return command_fail(-1, "%s", err.message);
}

static const char *selection_of(const struct schedule_config *config, struct arena *arena)
{
    struct buf text;

    buf_init(&text);
    for (size_t i = 0; i < config->select.count; i++)
        buf_printf(&text, "%s%s", i > 0 ? " " : "", config->select.items[i]);
    for (size_t i = 0; i < config->exclude.count; i++)
        buf_printf(&text, "%s--exclude %s", text.size > 0 ? " " : "", config->exclude.items[i]);
    const char *copy = text.size > 0 ? arena_strndup(arena, text.data, text.size) : "everything";
    buf_release(&text);
    return copy;
}

/* ------------------------------------------------------------------------------------ as JSON */

static void write_ticks(struct json_writer *json, const struct store_tick *ticks, size_t count,
                        bool is_live)
{
    json_write_key(json, "ticks");
    json_write_array(json);
    for (size_t i = 0; i < count; i++) {
        json_write_object(json);
        history_write_time(json, "due_at", ticks[i].due_us);
        json_write_key(json, "state");
        json_write_str(json, ticks[i].state);
        json_write_key(json, "run");
        json_write_str(json, ticks[i].run_id);
        json_write_key(json, "run_state");
        json_write_str(json, ticks[i].run_state != NULL ? word_of(&ticks[i], is_live) : NULL);
        json_write_key(json, "reason");
        json_write_str(json, ticks[i].reason);
        history_write_time(json, "at", ticks[i].at_us);
        json_write_end(json);
    }
    json_write_end(json);
}

static void write_next(struct json_writer *json, const struct schedule *schedule)
{
    int64_t next_us[NEXT_TICKS];
    size_t count = due_list(schedule, clock_now_us(), next_us, NEXT_TICKS);
    char text[CLOCK_TEXT_SIZE];

    json_write_key(json, "next");
    json_write_array(json);
    for (size_t i = 0; i < count; i++)
        json_write_str(json, clock_format_iso(text, next_us[i], 0));
    json_write_end(json);
}

static void write_config(struct json_writer *json, const struct schedule_config *config,
                         struct arena *arena)
{
    json_write_key(json, "schedule");
    json_write_str(json, config->name);
    json_write_key(json, "cron");
    json_write_str(json, config->cron);
    json_write_key(json, "timezone");
    json_write_str(json, config->timezone);
    json_write_key(json, "selection");
    json_write_str(json, selection_of(config, arena));
    json_write_key(json, "catch_up");
    json_write_str(json, schedule_catch_up_names[config->catch_up]);
    json_write_key(json, "overlap");
    json_write_str(json, schedule_overlap_names[config->overlap]);
    json_write_key(json, "jitter_ms");
    json_write_int(json, config->jitter_ms);
    json_write_key(json, "priority");
    json_write_int(json, config->priority);
}

static void print_json(const struct listing *listing, const struct schedule *schedule,
                       const struct store_tick *ticks, size_t count)
{
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    write_config(&json, schedule->config, listing->a->arena);
    json_write_key(&json, "paused");
    json_write_bool(&json, is_paused(listing, schedule));
    write_next(&json, schedule);
    write_ticks(&json, ticks, count, listing->is_live);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

/* --------------------------------------------------------------------------------- for people */

static void add_row(const struct listing *listing, const struct schedule *schedule,
                    const struct store_tick *last)
{
    const struct schedule_config *config = schedule->config;
    char next[TABLE_TEXT_SIZE], when[TABLE_TEXT_SIZE];
    int64_t next_us = 0;

    due_list(schedule, clock_now_us(), &next_us, 1);
    table_add(listing->table,
              (const char *[]){
                  config->name,
                  config->cron,
                  config->timezone,
                  is_paused(listing, schedule) ? "paused" : table_time(next, next_us),
                  last != NULL ? table_time(when, last->due_us) : "-",
                  last != NULL ? word_of(last, listing->is_live) : "-",
                  last != NULL ? last->run_id : NULL,
                  selection_of(config, listing->a->arena),
              });
}

static void print_whole(const struct listing *listing, const struct schedule *schedule,
                        const struct store_tick *ticks, size_t count)
{
    const struct schedule_config *config = schedule->config;
    int64_t next_us[NEXT_TICKS];
    size_t next_count = due_list(schedule, clock_now_us(), next_us, NEXT_TICKS);
    char text[TABLE_TEXT_SIZE];

    printf("schedule   %s%s\n", config->name, is_paused(listing, schedule) ? ", paused" : "");
    printf("cron       %s, %s\n", config->cron, config->timezone);
    printf("selection  %s\n", selection_of(config, listing->a->arena));
    printf("catch-up   %s\n", schedule_catch_up_names[config->catch_up]);
    printf("overlap    %s\n", schedule_overlap_names[config->overlap]);
    for (size_t i = 0; i < next_count; i++)
        printf("%-9s  %s\n", i == 0 ? "next" : "", table_time(text, next_us[i]));
    if (count > 0)
        fputc('\n', stdout);
    struct table *table = table_new(tick_columns, sizeof tick_columns / sizeof *tick_columns);
    for (size_t i = 0; i < count; i++)
        table_add(table, (const char *[]){table_time(text, ticks[i].due_us),
                                          word_of(&ticks[i], listing->is_live), ticks[i].run_id,
                                          ticks[i].reason});
    table_end(table);
}

/* ------------------------------------------------------------------------------------ which */

static int show_one(const struct listing *listing, const struct schedule *schedule, bool is_whole)
{
    int64_t limit = listing->a->limit > 0 ? listing->a->limit : DEFAULT_TICKS;
    struct store_tick *ticks = NULL;
    size_t count = 0;

    if (read_ticks(listing, schedule, is_whole ? limit : 1, &ticks, &count) < 0)
        return -1;
    if (listing->a->as_json)
        print_json(listing, schedule, ticks, count);
    else if (is_whole)
        print_whole(listing, schedule, ticks, count);
    else
        add_row(listing, schedule, count > 0 ? &ticks[0] : NULL);
    return 0;
}

static int show_all(struct listing *listing, const struct schedules *schedules)
{
    int status = EXIT_OK;

    if (schedules->count == 0) {
        if (!listing->a->as_json)
            puts("there is no schedule: declare one as [schedule.NAME] in pipeline.toml");
        return EXIT_OK;
    }
    if (!listing->a->as_json)
        listing->table =
            table_new(schedule_columns, sizeof schedule_columns / sizeof *schedule_columns);
    for (size_t i = 0; i < schedules->count && status == EXIT_OK; i++)
        if (show_one(listing, &schedules->items[i], false) < 0)
            status = EXIT_FAILED;
    if (listing->table != NULL)
        table_end(listing->table);
    return status;
}

static int show(const struct arguments *a, const struct loaded *loaded, size_t index)
{
    struct listing listing = {.a = a, .is_live = history_is_live(a)};
    int status = EXIT_FAILED;
    struct err err;

    if (history_open(a, &listing.reader) < 0)
        return EXIT_FAILED;
    if (listing.reader != NULL && store_read_pauses(listing.reader, a->arena, &listing.pauses,
                                                    &listing.pause_count, &err) < 0)
        command_fail(EXIT_FAILED, "%s", err.message);
    else if (index == DECLARED_ALL)
        status = show_all(&listing, &loaded->schedules);
    else if (show_one(&listing, &loaded->schedules.items[index], true) == 0)
        status = EXIT_OK;
    store_reader_close(listing.reader);
    return status;
}

static size_t count_schedules(const struct loaded *loaded)
{
    return loaded->schedules.count;
}

static const char *name_of(const struct loaded *loaded, size_t index)
{
    return loaded->schedules.items[index].config->name;
}

static int run(int argc, char **argv)
{
    static const struct declared schedules = {"schedule", count_schedules, name_of, show};

    return declared_run(&cmd_schedules, &schedules, argc, argv);
}

static const struct flag flags[] = {
    {"--limit", "N", "of one: how many of its ticks, the newest first (default: 20)", NULL},
    {"--json", NULL, "one JSON object a schedule", NULL},
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_schedules = {
    "schedules",
    "[SCHEDULE]",
    "<schedules>",
    "Lists the schedules, or shows one: when it ticks, and what became of its ticks",
    "Schedules stand in pipeline.toml as [schedule.NAME]; aorta serve makes their runs. A tick is\n"
    "  skipped  because a run of an earlier one was not over\n"
    "  missed   because nobody was there, or too many fell due: catch_up says what becomes of them\n"
    "  failed   because its run was refused\n"
    "or in the state of its run.",
    flags,
    run};
