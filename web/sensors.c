/* Sensors: what is declared, and how they are. To pause one: web/subjects.c; to have its run now:
 * web/run_actions.c. */
#include "web/list.h"
#include "web/problem.h"
#include "web/routes.h"
#include "web/site.h"

#include <string.h>

static void write_sensor(struct json_writer *json, const void *item)
{
    const struct sensor_state *sensor = item;

    web_write_text(json, "name", sensor->name);
    web_write_text(json, "kind", sensor->kind);
    json_write_key(json, "every_seconds");
    json_write_double(json, (double)sensor->every_ms / 1e3);
    json_write_key(json, "minimum_gap_seconds");
    json_write_double(json, (double)sensor->minimum_gap_ms / 1e3);
    web_write_texts(json, "select", sensor->select, sensor->select_count);
    web_write_texts(json, "exclude", sensor->exclude, sensor->exclude_count);
    web_write_int(json, "priority", sensor->priority);
    web_write_bool(json, "is_paused", sensor->is_paused);
    web_write_text(json, "state", sensor->state);
    web_write_text(json, "cursor", sensor->cursor);
    web_write_time(json, "looked_at", sensor->looked_us);
    web_write_time(json, "next_look_at", sensor->next_look_us);
    web_write_time(json, "requested_at", sensor->requested_us);
    web_write_text(json, "run", sensor->run);
    web_write_int(json, "failures", sensor->failures);
    web_write_text(json, "error", sensor->error);
}

static struct sensor_state *known(struct web_exchange *exchange, size_t *count)
{
    const struct web_backend *backend = exchange->site->backend;

    return backend->sensors(backend->arg, &exchange->arena, count);
}

static void list(struct web_exchange *exchange)
{
    size_t count;
    const struct sensor_state *sensors = known(exchange, &count);

    web_list_answer(exchange,
                    &(const struct web_list){WEB_LIST("sensors", sensors, count, write_sensor)});
    web_done(exchange);
}

static void get(struct web_exchange *exchange)
{
    size_t count;
    const struct sensor_state *sensors = known(exchange, &count);

    for (size_t i = 0; i < count; i++)
        if (strcmp(sensors[i].name, exchange->parts[0]) == 0) {
            struct json_writer *json = web_json(exchange, 200);
            json_write_object(json);
            write_sensor(json, &sensors[i]);
            json_write_end(json);
            web_done(exchange);
            return;
        }
    web_problem(exchange, 404, "there is no sensor \"%.100s\"", exchange->parts[0]);
    web_done(exchange);
}

const struct web_route web_sensors_routes[] = {
    {"GET", "/api/v1/sensors", WEB_VIEWER, .is_polled = true, .now = list},
    {"GET", "/api/v1/sensors/{name}", WEB_VIEWER, .is_polled = true, .now = get},
    {0},
};
