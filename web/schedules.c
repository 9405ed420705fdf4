/* Schedules: what is declared, whether they are paused, their next ticks, and what became of those
 * before. To pause one: web/subjects.c; to have its run now: web/run_actions.c. */
#include "store/schedules.h"
#include "base/clock.h"
#include "schedule/due.h"
#include "web/list.h"
#include "web/problem.h"
#include "web/routes.h"

#include <string.h>

enum { NEXT_TICKS = 3 };

struct listed {
    const struct schedule *schedule;
    bool is_paused;
};

/* What people say goes before what the file says. */
static bool is_paused(const struct schedule *schedule, const struct store_pause *pauses,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(pauses[i].subject, schedule->trigger) == 0)
            return pauses[i].is_paused;
    return schedule->config->is_paused;
}

static void write_schedule(struct json_writer *json, const void *item)
{
    const struct listed *listed = item;
    const struct schedule_config *config = listed->schedule->config;
    char text[CLOCK_TEXT_SIZE];
    int64_t ticks[NEXT_TICKS];

    web_write_text(json, "name", config->name);
    web_write_text(json, "cron", config->cron);
    web_write_text(json, "timezone", config->timezone);
    web_write_texts(json, "select", config->select.items, config->select.count);
    web_write_texts(json, "exclude", config->exclude.items, config->exclude.count);
    web_write_text(json, "catch_up", schedule_catch_up_names[config->catch_up]);
    web_write_text(json, "overlap", schedule_overlap_names[config->overlap]);
    web_write_int(json, "priority", config->priority);
    web_write_bool(json, "is_paused", listed->is_paused);
    json_write_key(json, "next_ticks");
    json_write_array(json);
    size_t count =
        listed->is_paused ? 0 : due_list(listed->schedule, clock_now_us(), ticks, NEXT_TICKS);
    for (size_t i = 0; i < count; i++)
        json_write_str(json, clock_format_iso(text, ticks[i], 6));
    json_write_end(json);
}

static void list(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct schedules *schedules = &exchange->loaded->schedules;
    struct store_pause *pauses;
    size_t count;
    struct err err;

    if (store_read_pauses(reader, &exchange->arena, &pauses, &count, &err) < 0) {
        web_read_failed(exchange, &err);
        return;
    }
    struct listed *listed = arena_calloc(&exchange->arena, schedules->count, sizeof *listed);
    for (size_t i = 0; i < schedules->count; i++)
        listed[i] =
            (struct listed){&schedules->items[i], is_paused(&schedules->items[i], pauses, count)};
    web_list_answer(exchange, &(const struct web_list){
                                  WEB_LIST("schedules", listed, schedules->count, write_schedule)});
}

static void get(struct web_exchange *exchange, struct store_reader *reader)
{
    const char *name = exchange->parts[0];
    const struct schedule *schedule = schedules_find(&exchange->loaded->schedules, name);
    struct store_pause *pauses;
    size_t count;
    struct err err;

    if (schedule == NULL) {
        web_problem(exchange, 404, "there is no schedule \"%.100s\"", name);
    } else if (store_read_pauses(reader, &exchange->arena, &pauses, &count, &err) < 0) {
        web_read_failed(exchange, &err);
    } else {
        struct json_writer *json = web_json(exchange, 200);
        json_write_object(json);
        write_schedule(json, &(const struct listed){schedule, is_paused(schedule, pauses, count)});
        json_write_end(json);
    }
}

/* ---- ticks ----------------------------------------------------------------------------------- */

enum { TICKS_BEFORE, TICKS_LIMIT };

static const struct web_parameter tick_parameters[] = {
    [TICKS_BEFORE] = {"before", WEB_TIME, .fallback = INT64_MAX},
    [TICKS_LIMIT] = {"limit", WEB_INT, .min = 1, .max = 500, .fallback = 50},
    {0},
};

static void write_tick(struct json_writer *json, const void *item)
{
    const struct store_tick *tick = item;

    web_write_time(json, "due_at", tick->due_us);
    web_write_text(json, "state", tick->state);
    web_write_text(json, "run", tick->run_id);
    web_write_text(json, "run_state", tick->run_state);
    web_write_text(json, "reason", tick->reason);
    web_write_time(json, "at", tick->at_us);
}

static void get_ticks(struct web_exchange *exchange, struct store_reader *reader)
{
    const char *name = exchange->parts[0];
    int64_t limit = web_value(exchange, TICKS_LIMIT)->number;
    struct store_tick *ticks;
    size_t count;
    struct err err;

    if (schedules_find(&exchange->loaded->schedules, name) == NULL) {
        web_problem(exchange, 404, "there is no schedule \"%.100s\"", name);
        return;
    }
    if (store_read_ticks(reader, name, web_value(exchange, TICKS_BEFORE)->number, limit,
                         &exchange->arena, &ticks, &count, &err) < 0) {
        web_read_failed(exchange, &err);
        return;
    }
    const struct web_list page = {WEB_LIST("ticks", ticks, count, write_tick),
                                  WEB_PAGE(limit, WEB_CURSOR_TIME, struct store_tick, due_us)};
    web_list_answer(exchange, &page);
}

const struct web_route web_schedules_routes[] = {
    {"GET", "/api/v1/schedules", WEB_VIEWER, .wants_pipeline = true, .is_polled = true,
     .read = list},
    {"GET", "/api/v1/schedules/{name}", WEB_VIEWER, .wants_pipeline = true, .is_polled = true,
     .read = get},
    {"GET", "/api/v1/schedules/{name}/ticks", WEB_VIEWER, .parameters = tick_parameters,
     .wants_pipeline = true, .is_polled = true, .read = get_ticks},
    {0},
};
