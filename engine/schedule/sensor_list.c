#include "schedule/sensor_list.h"

#include "base/glob.h"
#include "base/suggest.h"
#include "schedule/chosen.h"

#include <string.h>

static const char FILE_NAME[] = "pipeline.toml";

struct compiling {
    const struct pipeline *pipeline;
    const struct graph *graph; /* NULL: it is not whole */
    struct problems *problems;
};

static struct arena *arena_of(const struct compiling *c)
{
    return c->pipeline->arena;
}

static void complain(const struct compiling *c, const struct sensor *sensor, const char *key,
                     const char *text)
{
    const struct toml_node *node = sensor_config_place(sensor->config, key);

    problem_add(c->problems, FILE_NAME, node->line, node->column, "%s", text);
}

/* "…: did you mean "x"?" at the key. */
static void complain_missing(const struct compiling *c, const struct sensor *sensor,
                             const char *key, const char *text, const char *near)
{
    if (near != NULL)
        text = arena_printf(arena_of(c), "%s: did you mean \"%s\"?", text, near);
    complain(c, sensor, key, text);
}

/* ---- what it looks at ------------------------------------------------------------------------ */

static void find_connection(const struct compiling *c, struct sensor *sensor)
{
    const struct target *target = c->pipeline->target;
    const char *name = sensor->config->connection;

    if (name == NULL || target == NULL)
        return; /* which was said */
    sensor->connection = pipeline_connection(c->pipeline, name);
    if (sensor->connection != NULL)
        return;
    const char **names = arena_calloc(arena_of(c), target->connection_count + 1, sizeof *names);
    for (size_t i = 0; i < target->connection_count; i++)
        names[i] = target->connections[i].name;
    complain_missing(
        c, sensor, "connection",
        arena_printf(arena_of(c), "there is no connection \"%s\" in target %s", name, target->name),
        suggest(name, names, target->connection_count));
}

/* A connector that nobody knows was complained of. */
static void check_connector(const struct compiling *c, const struct sensor *sensor,
                            bool (*is_able)(const struct connector_info *info), const char *what)
{
    const struct connection *connection = sensor->connection;

    if (connection == NULL || connection->connector == NULL || is_able(connection->connector))
        return;
    complain(c, sensor, "connection",
             arena_printf(arena_of(c), "connection %s: connector %s %s", connection->name,
                          connection->connector->name, what));
}

static bool holds_objects(const struct connector_info *info)
{
    return info->is_object_store;
}

static bool runs_sql(const struct connector_info *info)
{
    return info->is_warehouse;
}

static bool has_topics(const struct connector_info *info)
{
    return info->is_message_log;
}

static void compile_objects(const struct compiling *c, struct sensor *sensor)
{
    const struct texts *files = &sensor->config->files;

    find_connection(c, sensor);
    check_connector(c, sensor, holds_objects, "holds no objects");
    if (files->line > 0 && files->count == 0)
        complain(c, sensor, "files", "files needs a pattern");
    for (size_t i = 0; i < files->count; i++) {
        const char *problem = glob_problem(files->items[i]);
        if (problem != NULL)
            complain(c, sensor, "files",
                     arena_printf(arena_of(c), "files: \"%s\" %s", files->items[i], problem));
    }
}

static void compile_query(const struct compiling *c, struct sensor *sensor)
{
    find_connection(c, sensor);
    check_connector(c, sensor, runs_sql, "runs no SQL");
}

static const struct asset *find_asset(const struct compiling *c, const struct sensor *sensor,
                                      const char *key, const char *name, bool wants_stream)
{
    const struct graph *graph = c->graph;
    const char *what = wants_stream ? "stream" : "asset";
    const char **names;
    size_t count = 0;

    if (graph == NULL || name == NULL)
        return NULL;
    const struct asset *asset = graph_find(graph, name);
    if (asset != NULL && (!wants_stream || asset->kind == ASSET_STREAM))
        return asset;
    names = arena_calloc(arena_of(c), 2 * graph->count + 1, sizeof *names);
    for (size_t i = 0; i < graph->count; i++) {
        if (wants_stream && graph->assets[i]->kind != ASSET_STREAM)
            continue;
        names[count++] = graph->assets[i]->name;
        names[count++] = graph->assets[i]->key;
    }
    complain_missing(c, sensor, key, arena_printf(arena_of(c), "there is no %s \"%s\"", what, name),
                     suggest(name, names, count));
    return NULL;
}

static void compile_lag(const struct compiling *c, struct sensor *sensor)
{
    const struct sensor_config *config = sensor->config;

    sensor->topic = config->topic;
    sensor->group = config->group;
    if (config->stream == NULL) {
        find_connection(c, sensor);
        check_connector(c, sensor, has_topics, "has no topics");
        return;
    }
    const struct asset *stream = find_asset(c, sensor, "stream", config->stream, true);
    if (stream == NULL)
        return;
    sensor->connection = stream->from.connection;
    sensor->topic = stream->from.object;
    sensor->group = stream->key; /* as executor/run_stream.c has it */
}

static void compile_run(const struct compiling *c, struct sensor *sensor)
{
    const struct sensor_config *config = sensor->config;
    const struct schedules_config *schedules = &c->pipeline->schedules;
    const char **names;

    sensor->asset = find_asset(c, sensor, "asset", config->asset, false);
    if (config->schedule == NULL)
        return;
    sensor->watched = arena_printf(arena_of(c), "schedule:%s", config->schedule);
    names = arena_calloc(arena_of(c), schedules->count + 1, sizeof *names);
    for (size_t i = 0; i < schedules->count; i++) {
        names[i] = schedules->items[i].name;
        if (strcmp(names[i], config->schedule) == 0)
            return;
    }
    complain_missing(c, sensor, "schedule",
                     arena_printf(arena_of(c), "there is no schedule \"%s\"", config->schedule),
                     suggest(config->schedule, names, schedules->count));
}

static void compile_file(const struct compiling *c, struct sensor *sensor)
{
    sensor->path = pipeline_path(c->pipeline, sensor->config->path, arena_of(c));
}

static void compile_http(const struct compiling *c, struct sensor *sensor)
{
    (void)c;
    (void)sensor;
}

static void (*const compilers[])(const struct compiling *c, struct sensor *sensor) = {
    [SENSOR_OBJECTS] = compile_objects, [SENSOR_QUERY] = compile_query, [SENSOR_LAG] = compile_lag,
    [SENSOR_FILE] = compile_file,       [SENSOR_HTTP] = compile_http,   [SENSOR_RUN] = compile_run,
};

/* ---- its definition -------------------------------------------------------------------------- */

static void add(struct buf *out, const char *text)
{
    if (text != NULL)
        buf_printf(out, " %s", text);
}

/* All that says what a value means. Secrets are references in it. */
static const char *define(const struct compiling *c, const struct sensor *sensor)
{
    const struct sensor_config *config = sensor->config;
    struct buf out;

    buf_init(&out);
    buf_append_str(&out, sensor_kind_names[config->kind]);
    if (config->connection != NULL || config->stream != NULL)
        add(&out, c->pipeline->target != NULL ? c->pipeline->target->name : "");
    add(&out, config->connection);
    add(&out, config->stream);
    add(&out, config->topic);
    add(&out, config->group);
    for (size_t i = 0; i < config->files.count; i++)
        add(&out, config->files.items[i]);
    add(&out, config->sql);
    add(&out, config->path);
    add(&out, config->url);
    add(&out, config->pointer);
    add(&out, config->asset);
    add(&out, sensor->watched);
    if (config->kind == SENSOR_RUN)
        buf_printf(&out, " %u", config->outcomes);
    const char *text = arena_strndup(arena_of(c), out.data, out.size);
    buf_release(&out);
    return text;
}

void sensors_compile(struct sensor_list *sensors, const struct pipeline *pipeline,
                     const struct graph *graph, bool graph_is_whole, struct problems *problems)
{
    const struct compiling c = {pipeline, graph_is_whole ? graph : NULL, problems};
    const struct sensors_config *configs = &pipeline->sensors;

    *sensors = (struct sensor_list){
        .items = arena_calloc(pipeline->arena, configs->count + 1, sizeof *sensors->items)};
    for (size_t i = 0; i < configs->count; i++) {
        const struct sensor_config *config = &configs->items[i];
        if (config->kind < 0)
            continue; /* which was said */
        struct sensor *sensor = &sensors->items[sensors->count++];
        const struct chosen chosen = {"sensor",         config->name, &config->select,
                                      &config->exclude, config->line, config->column};
        sensor->config = config;
        sensor->trigger = arena_printf(pipeline->arena, "sensor:%s", config->name);
        compilers[config->kind](&c, sensor);
        sensor->definition = define(&c, sensor);
        if (graph_is_whole)
            chosen_check(&chosen, graph, problems);
    }
}

const struct sensor *sensors_find(const struct sensor_list *sensors, const char *name)
{
    for (size_t i = 0; i < sensors->count; i++)
        if (strcmp(sensors->items[i].config->name, name) == 0)
            return &sensors->items[i];
    return NULL;
}
