#include "config/pipeline.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/suggest.h"
#include "config/keys.h"
#include "option/option.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char FILE_NAME[] = "pipeline.toml";

struct root_keys {
    const struct toml_node *pipeline, *vars, *target, *alert, *schedule, *serve, *pool, *limit,
        *retention, *sensor;
};

static const struct key root_keys[] = {
    {"pipeline", KEY_TABLE, offsetof(struct root_keys, pipeline), true, NULL},
    {"vars", KEY_TABLE, offsetof(struct root_keys, vars), false, NULL},
    {"target", KEY_TABLE, offsetof(struct root_keys, target), true, NULL},
    {"alert", KEY_TABLE, offsetof(struct root_keys, alert), false, NULL},
    {"retention", KEY_TABLE, offsetof(struct root_keys, retention), false, NULL},
    {"schedule", KEY_TABLE, offsetof(struct root_keys, schedule), false, NULL},
    {"sensor", KEY_TABLE, offsetof(struct root_keys, sensor), false, NULL},
    {"serve", KEY_TABLE, offsetof(struct root_keys, serve), false, NULL},
    {"pool", KEY_TABLE, offsetof(struct root_keys, pool), false, NULL},
    {"limit", KEY_TABLE, offsetof(struct root_keys, limit), false, NULL},
    {0},
};

static const struct key pipeline_keys[] = {
    {"name", KEY_TEXT, offsetof(struct pipeline, name), true, NULL},
    {"assets", KEY_TEXT, offsetof(struct pipeline, assets), false, NULL},
    {"state", KEY_TEXT, offsetof(struct pipeline, state), false, NULL},
    {"run_timeout", KEY_DURATION, offsetof(struct pipeline, run_timeout_ms), false, NULL},
    {0},
};

struct target_keys {
    bool is_default;
    const struct toml_node *connections;
};

static const struct key target_keys[] = {
    {"default", KEY_BOOL, offsetof(struct target_keys, is_default), false, NULL},
    {"connection", KEY_TABLE, offsetof(struct target_keys, connections), false, NULL},
    {0},
};

struct connection_keys {
    const char *connector;
    bool embedded;
    int64_t max_steps;
};

static const struct key connection_keys[] = {
    {"connector", KEY_TEXT, offsetof(struct connection_keys, connector), true, NULL},
    {"embedded", KEY_BOOL, offsetof(struct connection_keys, embedded), false, NULL},
    {"max_steps", KEY_INTEGER, offsetof(struct connection_keys, max_steps), false, NULL},
    {0},
};

static const struct connector_info *find_connector(const struct pipeline *pipeline,
                                                   const struct toml_node *table, const char *name,
                                                   struct problems *problems)
{
    const struct connectors *known = &pipeline->connectors;
    const struct connector_info *found = connectors_find(known, name);
    const struct toml_node *node = toml_find(table, "connector");
    const char **names;
    struct buf list;

    if (found != NULL)
        return found;
    names = arena_calloc(problems->arena, known->count + 1, sizeof *names);
    buf_init(&list);
    for (size_t i = 0; i < known->count; i++) {
        names[i] = known->items[i].name;
        buf_printf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    const char *near = suggest(name, names, known->count);
    if (near != NULL)
        problem_add(problems, FILE_NAME, node->line, node->column,
                    "there is no connector \"%s\": did you mean \"%s\"?", name, near);
    else
        problem_add(problems, FILE_NAME, node->line, node->column,
                    "there is no connector \"%s\"; there are %s", name, list.data);
    buf_release(&list);
    return NULL;
}

/* The option's text, a `var:NAME` replaced: NULL if it is no text. False after a problem. */
static bool resolve_variable(const struct pipeline *pipeline, const struct toml_node *node,
                             const char **text, struct problems *problems)
{
    *text = toml_as_text(node, problems->arena);
    if (*text == NULL || strncmp(*text, "var:", 4) != 0)
        return true;
    for (size_t i = 0; i < pipeline->variable_count; i++)
        if (strcmp(pipeline->variables[i].name, *text + 4) == 0) {
            *text = pipeline->variables[i].text;
            return true;
        }
    problem_add(problems, FILE_NAME, node->line, node->column,
                "there is no variable \"%s\": declare it under [vars]", *text + 4);
    return false;
}

static void read_option(const struct pipeline *pipeline, struct connection *connection,
                        const struct toml_node *node, struct problems *problems)
{
    const struct aorta_option *options = connection->connector->options;
    struct aorta_option_value value;
    struct err err;
    int index = option_find(options, node->key);

    if (index < 0) {
        size_t count = option_count(options);
        const char **names = arena_calloc(problems->arena, count + 1, sizeof *names);
        for (size_t i = 0; i < count; i++)
            names[i] = options[i].name;
        keys_report_unknown(node, "option", names, count, FILE_NAME, problems);
        return;
    }
    const char *text;
    if (!resolve_variable(pipeline, node, &text, problems))
        return;
    if (text == NULL) {
        problem_add(problems, FILE_NAME, node->line, node->column, "%s must be %s, not %s",
                    node->key, option_type_name(options[index].type), toml_kind_name(node->kind));
        return;
    }
    if (option_parse(&options[index], text, pipeline->folder, problems->arena, &value, &err) < 0) {
        problem_add(problems, FILE_NAME, node->line, node->column, "%s %s", node->key, err.message);
        return;
    }
    connection->option_names[connection->option_count] = node->key;
    connection->option_texts[connection->option_count++] = text;
}

static void report_missing_options(const struct connection *connection, struct problems *problems)
{
    const struct connector_info *connector = connection->connector;

    for (const struct aorta_option *o = connector->options; o->name != NULL; o++) {
        bool by_server = connection->is_embedded && connector->address_option != NULL &&
                         strcmp(o->name, connector->address_option) == 0;
        if (o->is_required && !by_server && connection_option(connection, o->name) == NULL)
            problem_add(problems, FILE_NAME, connection->line, connection->column,
                        "connection %s: %s is missing: %s", connection->name, o->name, o->help);
    }
}

static void read_connection(struct pipeline *pipeline, const struct toml_node *table,
                            struct connection *connection, struct problems *problems)
{
    struct connection_keys keys = {0};
    const struct toml_node **options;

    keys_read(table, connection_keys, &keys, FILE_NAME, &options, problems);
    *connection = (struct connection){
        .name = table->key,
        .is_embedded = keys.embedded,
        .line = table->line,
        .column = table->column,
        .slots = pools_of_connection(table, keys.max_steps, FILE_NAME, problems),
        .option_names = arena_calloc(pipeline->arena, table->item_count + 1, sizeof(char *)),
        .option_texts = arena_calloc(pipeline->arena, table->item_count + 1, sizeof(char *)),
    };
    if (keys.connector == NULL)
        return;
    connection->connector = find_connector(pipeline, table, keys.connector, problems);
    if (connection->connector == NULL)
        return;
    if (keys.embedded && !connection->connector->is_server)
        problem_add(problems, FILE_NAME, table->line, table->column,
                    "connection %s: connector %s has no embedded server", table->key,
                    keys.connector);
    for (; *options != NULL; options++)
        read_option(pipeline, connection, *options, problems);
    report_missing_options(connection, problems);
}

static void read_target(struct pipeline *pipeline, const struct toml_node *table,
                        struct target *target, struct problems *problems)
{
    struct target_keys keys = {0};

    *target = (struct target){.name = table->key, .line = table->line, .column = table->column};
    if (table->kind != TOML_TABLE) {
        problem_add(problems, FILE_NAME, table->line, table->column,
                    "target.%s must be a table, not %s", table->key, toml_kind_name(table->kind));
        return;
    }
    keys_read(table, target_keys, &keys, FILE_NAME, NULL, problems);
    target->is_default = keys.is_default;
    if (keys.connections == NULL)
        return;
    size_t count = keys.connections->item_count;
    target->connections = arena_calloc(pipeline->arena, count, sizeof *target->connections);
    for (size_t i = 0; i < count; i++) {
        const struct toml_node *node = keys.connections->items[i];
        if (node->kind != TOML_TABLE)
            problem_add(problems, FILE_NAME, node->line, node->column,
                        "connection.%s must be a table, not %s", node->key,
                        toml_kind_name(node->kind));
        else
            read_connection(pipeline, node, &target->connections[target->connection_count++],
                            problems);
    }
}

static void choose_target(struct pipeline *pipeline, const char *wanted, struct problems *problems)
{
    struct buf list;

    if (pipeline->target_count == 0) {
        problem_add(problems, FILE_NAME, 0, 0, "there is no target: declare one as [target.NAME]");
        return;
    }
    buf_init(&list);
    for (size_t i = 0; i < pipeline->target_count; i++) {
        const struct target *target = &pipeline->targets[i];
        bool chosen = wanted != NULL ? strcmp(target->name, wanted) == 0
                                     : target->is_default || pipeline->target_count == 1;
        if (chosen && pipeline->target == NULL)
            pipeline->target = target;
        buf_printf(&list, "%s%s", i > 0 ? ", " : "", target->name);
    }
    if (pipeline->target == NULL && wanted != NULL)
        problem_add(problems, FILE_NAME, 0, 0, "there is no target \"%s\"; there %s %s", wanted,
                    pipeline->target_count == 1 ? "is only" : "are", list.data);
    else if (pipeline->target == NULL)
        problem_add(problems, FILE_NAME, pipeline->targets->line, pipeline->targets->column,
                    "no target is the default one: write default = true into one of %s", list.data);
    buf_release(&list);
}

/* Those of [vars], and room for `more`. */
static void read_variables(struct pipeline *pipeline, const struct toml_node *table, size_t more)
{
    size_t count = table != NULL ? table->item_count : 0;
    struct buf json;

    pipeline->variables =
        arena_calloc(pipeline->arena, count + more + 1, sizeof *pipeline->variables);
    for (size_t i = 0; i < count; i++) {
        const struct toml_node *node = table->items[i];
        buf_init(&json);
        toml_to_json(node, &json);
        pipeline->variables[pipeline->variable_count++] = (struct variable){
            .name = node->key,
            .json = arena_strndup(pipeline->arena, json.data, json.size),
            .text = toml_as_text(node, pipeline->arena),
        };
        buf_release(&json);
    }
}

static void set_variable(struct pipeline *pipeline, const char *assignment, bool keeps_added,
                         struct problems *problems)
{
    const char *equals = strchr(assignment, '=');
    struct variable *variable = NULL;
    struct buf json;

    if (equals == NULL || equals == assignment) {
        problem_add(problems, NULL, 0, 0, "--var wants NAME=VALUE, not \"%s\"", assignment);
        return;
    }
    size_t size = (size_t)(equals - assignment);
    for (size_t i = 0; i < pipeline->variable_count && variable == NULL; i++)
        if (strncmp(pipeline->variables[i].name, assignment, size) == 0 &&
            pipeline->variables[i].name[size] == '\0')
            variable = &pipeline->variables[i];
    if (variable == NULL && keeps_added) {
        variable = &pipeline->variables[pipeline->variable_count++];
        variable->name = arena_strndup(pipeline->arena, assignment, size);
        variable->is_added = true;
    }
    if (variable == NULL) {
        problem_add(problems, NULL, 0, 0,
                    "the pipeline has no variable \"%.*s\": declare it under [vars] in %s",
                    (int)size, assignment, FILE_NAME);
        return;
    }
    buf_init(&json);
    json_escape(&json, equals + 1, strlen(equals + 1));
    variable->text = arena_strdup(pipeline->arena, equals + 1);
    variable->json = arena_strndup(pipeline->arena, json.data, json.size);
    buf_release(&json);
}

static int read_file(struct pipeline *pipeline, struct toml_node **root, struct problems *problems)
{
    struct buf text;
    struct err err;
    int result = -1;

    buf_init(&text);
    const char *path = arena_printf(pipeline->arena, "%s/%s", pipeline->folder, FILE_NAME);
    if (file_read(path, LIMIT_CONFIG_FILE_BYTES, &text, &err) < 0 ||
        toml_parse(pipeline->arena, FILE_NAME, text.data, text.size, root, &err) < 0)
        problem_add_err(problems, &err);
    else
        result = 0;
    buf_release(&text);
    return result;
}

static void read_pipeline(struct pipeline *pipeline, const struct toml_node *table,
                          struct problems *problems)
{
    const struct toml_node *timeout = toml_find(table, "run_timeout");

    keys_read(table, pipeline_keys, pipeline, FILE_NAME, NULL, problems);
    if (timeout != NULL)
        keys_check_timeout(timeout, FILE_NAME, problems);
}

int pipeline_load(struct pipeline *pipeline, const char *folder,
                  const struct pipeline_choice *choice, struct arena *arena,
                  struct problems *problems)
{
    struct root_keys keys = {0};
    struct toml_node *root;
    struct err err;

    *pipeline = (struct pipeline){
        .arena = arena, .folder = arena_strdup(arena, folder), .assets = "assets"};
    if (connectors_load(&pipeline->connectors, connectors_folder(arena), arena, &err) < 0) {
        problem_add_err(problems, &err);
        return -1;
    }
    if (read_file(pipeline, &root, problems) < 0)
        return -1;
    keys_read(root, root_keys, &keys, FILE_NAME, NULL, problems);
    if (keys.pipeline != NULL)
        read_pipeline(pipeline, keys.pipeline, problems);
    const char *state = pipeline->state != NULL ? pipeline->state : ".aorta";
    pipeline->state = pipeline_path(pipeline, state, arena);
    serve_settings_read(keys.serve, FILE_NAME, &pipeline->serve, problems);
    pools_read(keys.pool, keys.limit, FILE_NAME, &pipeline->pools, problems);
    read_variables(pipeline, keys.vars, choice->assignment_count);
    for (size_t i = 0; i < choice->assignment_count; i++)
        set_variable(pipeline, choice->assignments[i], choice->keeps_added, problems);
    alerts_config_read(keys.alert, FILE_NAME, &pipeline->alerts, problems);
    retention_read(keys.retention, FILE_NAME, &pipeline->retention, problems);
    schedules_config_read(keys.schedule, FILE_NAME, pipeline, &pipeline->schedules, problems);
    sensors_config_read(keys.sensor, FILE_NAME, pipeline, &pipeline->sensors, problems);
    if (keys.target == NULL)
        return 0;
    pipeline->targets = arena_calloc(arena, keys.target->item_count, sizeof *pipeline->targets);
    for (size_t i = 0; i < keys.target->item_count; i++)
        read_target(pipeline, keys.target->items[i], &pipeline->targets[pipeline->target_count++],
                    problems);
    choose_target(pipeline, choice->target, problems);
    return 0;
}

const struct connection *pipeline_connection(const struct pipeline *pipeline, const char *name)
{
    const struct target *target = pipeline->target;

    for (size_t i = 0; target != NULL && i < target->connection_count; i++)
        if (strcmp(target->connections[i].name, name) == 0)
            return &target->connections[i];
    return NULL;
}

const char *pipeline_path(const struct pipeline *pipeline, const char *path, struct arena *arena)
{
    if (path == NULL || path[0] == '/')
        return path;
    return arena_printf(arena, "%s/%s", pipeline->folder, path);
}

const char *connection_option(const struct connection *connection, const char *name)
{
    for (size_t i = 0; i < connection->option_count; i++)
        if (strcmp(connection->option_names[i], name) == 0)
            return connection->option_texts[i];
    return NULL;
}

const char *pipeline_environment(const struct pipeline *pipeline, struct arena *arena)
{
    const struct target *target = pipeline->target;
    char *hex = arena_alloc(arena, HASH_HEX_SIZE + 1);
    struct hash *hash = hash_new();

    for (size_t i = 0; target != NULL && i < target->connection_count; i++)
        for (size_t j = 0; j < target->connections[i].option_count; j++) {
            const char *text = target->connections[i].option_texts[j];
            if (strncmp(text, "env:", 4) != 0)
                continue;
            const char *value = getenv(text + 4);
            hash_add_str(hash, text);
            hash_add_str(hash, value != NULL ? "set" : "not set");
            hash_add_str(hash, value != NULL ? value : "");
        }
    hash_finish(hash, hex);
    return hex;
}

int pipeline_find_folder(const char *from, struct arena *arena, const char **folder,
                         struct err *err)
{
    char *path = realpath(from, NULL);

    if (path == NULL)
        return err_set(err, ERR_CONFIG, "there is no folder %s", from);
    char *at = arena_strdup(arena, path);
    free(path);
    for (;;) {
        if (access(arena_printf(arena, "%s/%s", at, FILE_NAME), F_OK) == 0) {
            *folder = at;
            return 0;
        }
        char *slash = strrchr(at, '/');
        if (slash == NULL || at[1] == '\0')
            return err_set(err, ERR_CONFIG, "no %s in %s or above it: aorta init writes one",
                           FILE_NAME, from);
        slash[slash == at] = '\0'; /* the last one above is "/" */
    }
}
