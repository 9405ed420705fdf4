/* Schedules: what is declared, whether they are paused, their next ticks, and what became of those
 * before. To pause one: web/subjects.c; to have its run now: web/run_actions.c. */
#include "store/schedules.h"
#include "base/clock.h"
#include "schedule/due.h"
#include "web/problem.h"
#include "web/routes.h"

#include <string.h>

enum { NEXT_TICKS = 3 };

static void write_texts(struct json_writer *json, const char *key, const struct texts *texts)
{
    json_write_key(json, key);
    json_write_array(json);
    for (size_t i = 0; i < texts->count; i++)
        json_write_str(json, texts->items[i]);
    json_write_end(json);
}

/* What people say goes before what the file says. */
static bool is_paused(const struct schedule *schedule, const struct store_pause *pauses,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(pauses[i].subject, schedule->trigger) == 0)
            return pauses[i].is_paused;
    return schedule->config->is_paused;
}

static void write_schedule(struct json_writer *json, const struct schedule *schedule,
                           bool is_now_paused)
{
    const struct schedule_config *config = schedule->config;
    char text[CLOCK_TEXT_SIZE];
    int64_t ticks[NEXT_TICKS];

    json_write_object(json);
    web_write_text(json, "name", config->name);
    web_write_text(json, "cron", config->cron);
    web_write_text(json, "timezone", config->timezone);
    write_texts(json, "select", &config->select);
    write_texts(json, "exclude", &config->exclude);
    web_write_text(json, "catch_up", schedule_catch_up_names[config->catch_up]);
    web_write_text(json, "overlap", schedule_overlap_names[config->overlap]);
    web_write_int(json, "priority", config->priority);
    web_write_bool(json, "is_paused", is_now_paused);
    json_write_key(json, "next_ticks");
    json_write_array(json);
    size_t count = is_now_paused ? 0 : due_list(schedule, clock_now_us(), ticks, NEXT_TICKS);
    for (size_t i = 0; i < count; i++)
        json_write_str(json, clock_format_iso(text, ticks[i], 6));
    json_write_end(json);
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
    struct json_writer *json = web_json(exchange, 200);
    json_write_object(json);
    json_write_key(json, "schedules");
    json_write_array(json);
    for (size_t i = 0; i < schedules->count; i++)
        write_schedule(json, &schedules->items[i], is_paused(&schedules->items[i], pauses, count));
    json_write_end(json);
    json_write_end(json);
}

/* ---- ticks ----------------------------------------------------------------------------------- */

enum { TICKS_BEFORE, TICKS_LIMIT };

static const struct web_parameter tick_parameters[] = {
    [TICKS_BEFORE] = {"before", WEB_TIME, .fallback = INT64_MAX},
    [TICKS_LIMIT] = {"limit", WEB_INT, .min = 1, .max = 500, .fallback = 50},
    {0},
};

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
    struct json_writer *json = web_json(exchange, 200);
    json_write_object(json);
    json_write_key(json, "ticks");
    json_write_array(json);
    for (size_t i = 0; i < count; i++) {
        json_write_object(json);
        web_write_time(json, "due_at", ticks[i].due_us);
        web_write_text(json, "state", ticks[i].state);
        web_write_text(json, "run", ticks[i].run_id);
        web_write_text(json, "run_state", ticks[i].run_state);
        web_write_text(json, "reason", ticks[i].reason);
        web_write_time(json, "at", ticks[i].at_us);
        json_write_end(json);
    }
    json_write_end(json);
    web_write_time(json, "next",
                   count > 0 && (int64_t)count == limit ? ticks[count - 1].due_us : 0);
    json_write_end(json);
}

const struct web_route web_schedules_routes[] = {
    {"GET", "/api/v1/schedules", WEB_VIEWER, .wants_pipeline = true, .is_polled = true,
     .read = list},
    {"GET", "/api/v1/schedules/{name}/ticks", WEB_VIEWER, .parameters = tick_parameters,
     .wants_pipeline = true, .is_polled = true, .read = get_ticks},
    {0},
};
