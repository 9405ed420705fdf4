#include "web/routes.h"

#include "web/gate.h"

const struct web_route *const web_routes[] = {
    web_system_routes,
    web_pipeline_routes,
    web_assets_routes,
    web_partitions_routes,
    web_backfills_routes,
    web_connections_routes,
    web_alerts_routes,
    web_queries_routes,
    web_runs_routes,
    web_run_action_routes,
    web_events_routes,
    web_schedules_routes,
    web_stream_list_routes,
    web_subjects_routes,
    web_access_routes,
    web_sensors_routes,
    NULL,
};

static const char *const parameter_kinds[] = {
    [WEB_TEXT] = "text", [WEB_INT] = "int",       [WEB_BOOL] = "bool",
    [WEB_TIME] = "time", [WEB_CHOICE] = "choice",
};

static const char *const field_kinds[] = {
    [RECORD_TEXT] = "text", [RECORD_INT] = "int",     [RECORD_NUMBER] = "number",
    [RECORD_BOOL] = "bool", [RECORD_JSON] = "object", [RECORD_TEXTS] = "texts",
    [RECORD_ONE] = "one",   [RECORD_MANY] = "many",
};

static void write_parameter(struct json_writer *json, const struct web_parameter *parameter)
{
    json_write_key(json, parameter->name);
    json_write_object(json);
    json_write_key(json, "kind");
    json_write_str(json, parameter_kinds[parameter->kind]);
    json_write_key(json, "min");
    json_write_int(json, parameter->min);
    json_write_key(json, "max");
    json_write_int(json, parameter->max);
    json_write_key(json, "fallback");
    json_write_int(json, parameter->fallback);
    json_write_key(json, "choices");
    json_write_array(json);
    for (size_t i = 0; parameter->choices != NULL && parameter->choices[i] != NULL; i++)
        json_write_str(json, parameter->choices[i]);
    json_write_end(json);
    json_write_end(json);
}

static void write_route(struct json_writer *json, const struct web_route *route)
{
    const struct web_parameter *parameter = route->parameters;
    const struct record_field *field = route->body != NULL ? route->body->fields : NULL;

    json_write_object(json);
    json_write_key(json, "method");
    json_write_str(json, route->method);
    json_write_key(json, "path");
    json_write_str(json, route->path);
    json_write_key(json, "role");
    json_write_str(json, web_role_names[route->role]);
    json_write_key(json, "parameters");
    json_write_object(json);
    for (; parameter != NULL && parameter->name != NULL; parameter++)
        write_parameter(json, parameter);
    json_write_end(json);
    json_write_key(json, "fields");
    json_write_object(json);
    for (; field != NULL && field->name != NULL; field++) {
        json_write_key(json, field->name);
        json_write_str(json, field_kinds[field->kind]);
    }
    json_write_end(json);
    json_write_key(json, "needs_body");
    json_write_bool(json, route->needs_body);
    json_write_key(json, "is_polled");
    json_write_bool(json, route->is_polled);
    json_write_end(json);
}

void web_routes_write(struct buf *out)
{
    struct json_writer json;

    for (const struct web_route *const *table = web_routes; *table != NULL; table++)
        for (const struct web_route *route = *table; route->method != NULL; route++) {
            json_writer_init(&json, out);
            write_route(&json, route);
            buf_append_char(out, '\n');
        }
}
