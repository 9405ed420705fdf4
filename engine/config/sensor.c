#include "config/sensor.h"

#include "base/limits.h"
#include "config/alert.h"
#include "config/pipeline.h"
#include "option/option.h"

#include <string.h>
#include <strings.h>

#define SECOND_MS INT64_C(1000)
#define DAY_MS (24 * 3600 * SECOND_MS)

enum {
    MIN_EVERY_MS = 100,
    MAX_HEADERS = 20,
    MAX_HEADER_BYTES = 8192,
};

const char *const sensor_kind_names[] = {
    [SENSOR_OBJECTS] = "objects", [SENSOR_QUERY] = "query", [SENSOR_LAG] = "lag",
    [SENSOR_FILE] = "file",       [SENSOR_HTTP] = "http",   [SENSOR_RUN] = "run",
    [SENSOR_RUN + 1] = NULL,
};

const char *const sensor_outcome_names[] = {
    [SENSOR_SUCCEEDED] = "succeeded", [SENSOR_FAILED] = "failed", [SENSOR_FAILED + 1] = NULL};

struct sensor_keys {
    struct sensor_config sensor;
    const struct toml_node *vars, *headers;
    struct texts on;
};

#define AT(field) offsetof(struct sensor_keys, field)

/* Of every kind; a kind's own keys come first. */
#define COMMON_KEYS                                                            \
    {"kind", KEY_CHOICE, AT(sensor.kind), true, sensor_kind_names},            \
        {"every", KEY_DURATION, AT(sensor.every_ms), false, NULL},             \
        {"minimum_gap", KEY_DURATION, AT(sensor.minimum_gap_ms), false, NULL}, \
        {"timeout", KEY_DURATION, AT(sensor.timeout_ms), false, NULL},         \
        {"select", KEY_TEXTS, AT(sensor.select), false, NULL},                 \
        {"exclude", KEY_TEXTS, AT(sensor.exclude), false, NULL},               \
        {"vars", KEY_TABLE, AT(vars), false, NULL},                            \
        {"priority", KEY_INTEGER, AT(sensor.priority), false, NULL},           \
        {"paused", KEY_BOOL, AT(sensor.is_paused), false, NULL},               \
    {                                                                          \
        0                                                                      \
    }

static const struct key kind_only[] = {
    {"kind", KEY_CHOICE, AT(sensor.kind), true, sensor_kind_names},
    {0},
};

static const struct key objects_keys[] = {
    {"connection", KEY_TEXT, AT(sensor.connection), true, NULL},
    {"files", KEY_TEXTS, AT(sensor.files), true, NULL},
    COMMON_KEYS,
};

static const struct key query_keys[] = {
    {"connection", KEY_TEXT, AT(sensor.connection), true, NULL},
    {"sql", KEY_TEXT, AT(sensor.sql), true, NULL},
    COMMON_KEYS,
};

static const struct key lag_keys[] = {
    {"stream", KEY_TEXT, AT(sensor.stream), false, NULL},
    {"connection", KEY_TEXT, AT(sensor.connection), false, NULL},
    {"topic", KEY_TEXT, AT(sensor.topic), false, NULL},
    {"group", KEY_TEXT, AT(sensor.group), false, NULL},
    {"more_than", KEY_INTEGER, AT(sensor.more_than), true, NULL},
    COMMON_KEYS,
};

static const struct key file_keys[] = {
    {"path", KEY_TEXT, AT(sensor.path), true, NULL},
    COMMON_KEYS,
};

static const struct key http_keys[] = {
    {"url", KEY_TEXT, AT(sensor.url), true, NULL},
    {"headers", KEY_TABLE, AT(headers), false, NULL},
    {"pointer", KEY_TEXT, AT(sensor.pointer), false, NULL},
    COMMON_KEYS,
};

static const struct key run_keys[] = {
    {"asset", KEY_TEXT, AT(sensor.asset), false, NULL},
    {"schedule", KEY_TEXT, AT(sensor.schedule), false, NULL},
    {"on", KEY_TEXTS, AT(on), false, NULL},
    COMMON_KEYS,
};

struct reading {
    struct sensor_keys *keys;
    const struct toml_node *table;
    const char *file;
    struct problems *problems;
};

const struct toml_node *sensor_config_place(const struct sensor_config *sensor, const char *key)
{
    const struct toml_node *node = toml_find(sensor->table, key);

    return node != NULL ? node : sensor->table;
}

static void complain(const struct reading *r, const char *key, const char *what)
{
    const struct toml_node *node = sensor_config_place(&r->keys->sensor, key);

    problem_add(r->problems, r->file, node->line, node->column, "%s", what);
}

/* ---- what all have --------------------------------------------------------------------------- */

static void check_times(const struct reading *r)
{
    const struct sensor_config *sensor = &r->keys->sensor;

    if (sensor->every_ms < MIN_EVERY_MS || sensor->every_ms > 7 * DAY_MS)
        complain(r, "every", "every must be from 100ms to 7d");
    if (sensor->minimum_gap_ms > 30 * DAY_MS)
        complain(r, "minimum_gap", "minimum_gap must be no more than 30d");
    if (sensor->timeout_ms < MIN_EVERY_MS || sensor->timeout_ms > 600 * SECOND_MS)
        complain(r, "timeout", "timeout must be from 100ms to 10m");
    if (sensor->priority < -LIMIT_PRIORITY || sensor->priority > LIMIT_PRIORITY)
        complain(r, "priority", "priority must be from -1000 to 1000");
}

/* ---- each kind ------------------------------------------------------------------------------- */

static void check_lag(const struct reading *r)
{
    const struct sensor_config *sensor = &r->keys->sensor;
    bool has_topic = sensor->connection != NULL || sensor->topic != NULL || sensor->group != NULL;

    if (sensor->stream != NULL && has_topic)
        complain(r, "stream",
                 "a stream says its connection, topic and group: give only one of both");
    if (sensor->stream == NULL &&
        (sensor->connection == NULL || sensor->topic == NULL || sensor->group == NULL))
        complain(r, "kind", "lag wants a stream, or connection, topic and group");
    if (sensor->more_than < 0)
        complain(r, "more_than", "more_than must be 0 or more");
}

const char *sensor_header_fault(const char *name, const char *value)
{
    static const char tokens[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                 "!#$%&'*+-.^_`|~"; /* RFC 9110, section 5.6.2 */

    if (name[0] == '\0' || name[strspn(name, tokens)] != '\0')
        return "is no name of a header";
    if (strlen(name) + strlen(value) > MAX_HEADER_BYTES)
        return "is longer than 8 KiB";
    for (const char *at = value; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' || *at == 127)
            return "has characters that no header has";
    return NULL;
}

static bool is_secret_header(const char *name)
{
    static const char *const secret[] = {"authorization", "cookie",  "proxy-authorization",
                                         "x-api-key",     "api-key", "x-auth-token"};

    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++)
        if (strcasecmp(name, secret[i]) == 0)
            return true;
    return false;
}

static void read_header(const struct reading *r, const struct toml_node *node)
{
    struct sensor_config *sensor = &r->keys->sensor;
    const char *fault = NULL;

    if (node->kind != TOML_STRING) {
        problem_add(r->problems, r->file, node->line, node->column, "%s must be text, not %s",
                    node->key, toml_kind_name(node->kind));
        return;
    }
    if (option_is_reference(node->text))
        fault = sensor_header_fault(node->key, "");
    else if (is_secret_header(node->key))
        fault = "is a secret: give it as \"env:NAME\" or \"file:PATH\", never as text";
    else
        fault = sensor_header_fault(node->key, node->text);
    if (fault != NULL)
        problem_add(r->problems, r->file, node->line, node->column, "%s %s", node->key, fault);
    sensor->headers[sensor->header_count++] = (struct sensor_header){node->key, node->text};
}

static bool has_secret(const struct sensor_config *sensor)
{
    for (size_t i = 0; i < sensor->header_count; i++)
        if (option_is_reference(sensor->headers[i].value))
            return true;
    return false;
}

static void check_http(const struct reading *r)
{
    struct sensor_config *sensor = &r->keys->sensor;
    const struct toml_node *headers = r->keys->headers;

    if (headers != NULL && headers->item_count > MAX_HEADERS)
        complain(r, "headers", "headers must be no more than 20");
    else if (headers != NULL) {
        sensor->headers =
            arena_calloc(r->problems->arena, headers->item_count + 1, sizeof *sensor->headers);
        for (size_t i = 0; i < headers->item_count; i++)
            read_header(r, headers->items[i]);
    }
    if (sensor->url != NULL && !option_is_reference(sensor->url)) {
        const char *fault = alert_url_fault(ALERT_WEBHOOK, sensor->url, has_secret(sensor));
        if (fault != NULL)
            complain(r, "url", arena_printf(r->problems->arena, "url %s", fault));
    }
    if (sensor->pointer != NULL && sensor->pointer[0] != '\0' && sensor->pointer[0] != '/')
        complain(r, "pointer", "pointer must be a JSON pointer like \"/data/version\"");
}

static void check_run(const struct reading *r)
{
    struct sensor_config *sensor = &r->keys->sensor;
    const struct texts *on = &r->keys->on;
    const struct toml_node *node = toml_find(r->table, "on");

    sensor->outcomes = on->line > 0 ? 0 : 1U << SENSOR_SUCCEEDED;
    for (size_t i = 0; i < on->count; i++) {
        const struct toml_node *item = node->kind == TOML_ARRAY ? node->items[i] : node;
        struct toml_node named = {.key = on->items[i], .line = item->line, .column = item->column};
        unsigned outcome = SENSOR_SUCCEEDED;
        while (outcome <= SENSOR_FAILED && strcmp(on->items[i], sensor_outcome_names[outcome]) != 0)
            outcome++;
        if (outcome <= SENSOR_FAILED)
            sensor->outcomes |= 1U << outcome;
        else
            keys_report_unknown(&named, "outcome of a run", sensor_outcome_names, 2, r->file,
                                r->problems);
    }
    if (on->line > 0 && on->count == 0)
        complain(r, "on", "on needs \"succeeded\" or \"failed\"");
    if (sensor->asset != NULL && sensor->schedule != NULL)
        complain(r, "schedule",
                 "a sensor looks at an asset or at a schedule: give only one of both");
}

static const struct {
    const struct key *keys;
    void (*check)(const struct reading *r);
} kinds[] = {
    [SENSOR_OBJECTS] = {objects_keys, NULL}, [SENSOR_QUERY] = {query_keys, NULL},
    [SENSOR_LAG] = {lag_keys, check_lag},    [SENSOR_FILE] = {file_keys, NULL},
    [SENSOR_HTTP] = {http_keys, check_http}, [SENSOR_RUN] = {run_keys, check_run},
};

static void read_sensor(const struct toml_node *table, const char *file,
                        const struct pipeline *pipeline, struct sensor_config *sensor,
                        struct problems *problems)
{
    struct sensor_keys keys = {
        .sensor = {.name = table->key,
                   .kind = -1,
                   .every_ms = 30 * SECOND_MS,
                   .timeout_ms = 30 * SECOND_MS,
                   .table = table,
                   .line = table->line,
                   .column = table->column},
    };
    const struct reading r = {&keys, table, file, problems};
    const struct toml_node **others;

    keys_read(table, kind_only, &keys, file, &others, problems);
    if (keys.sensor.kind >= 0) { /* else nobody knows which keys it may have */
        keys_read(table, kinds[keys.sensor.kind].keys, &keys, file, NULL, problems);
        check_times(&r);
        if (kinds[keys.sensor.kind].check != NULL)
            kinds[keys.sensor.kind].check(&r);
    }
    assignments_check_name(table, "sensor", file, problems);
    assignments_read(keys.vars, "sensor", file, pipeline, &keys.sensor.assignments, problems);
    *sensor = keys.sensor;
}

void sensors_config_read(const struct toml_node *tables, const char *file,
                         const struct pipeline *pipeline, struct sensors_config *sensors,
                         struct problems *problems)
{
    *sensors = (struct sensors_config){0};
    if (tables == NULL)
        return;
    sensors->items = arena_calloc(problems->arena, tables->item_count + 1, sizeof *sensors->items);
    for (size_t i = 0; i < tables->item_count; i++) {
        const struct toml_node *table = tables->items[i];
        if (table->kind == TOML_TABLE)
            read_sensor(table, file, pipeline, &sensors->items[sensors->count++], problems);
        else
            problem_add(problems, file, table->line, table->column,
                        "sensor.%s must be a table, not %s", table->key,
                        toml_kind_name(table->kind));
    }
}
