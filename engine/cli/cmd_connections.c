#include "base/suggest.h"
#include "cli/change.h"
#include "cli/command.h"
#include "cli/table.h"
#include "run/plan.h"

#include <string.h>

enum { TEST_MS = 15 * 1000 };

static const struct table_column columns[] = {
    {.name = "connection"},
    {.name = "connector"},
    {.name = "assets", .is_right = true},
    {.name = "summary", .shrinks = true},
};

static const struct table_column test_columns[] = {
    {.name = "connection"},
    {.name = "connector"},
    {.name = "state", .is_state = true},
    {.name = "took", .is_right = true},
    {.name = "message", .shrinks = true},
};

/* ------------------------------------------------------------------------------------------ list */

static int64_t count_assets(const struct graph *graph, const struct connection *connection)
{
    int64_t count = 0;

    for (size_t i = 0; i < graph->count; i++)
        count += graph->assets[i]->from.connection == connection ||
                 graph->assets[i]->into.connection == connection;
    return count;
}

static void print_connection(const struct connection *connection, int64_t assets)
{
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    json_write_key(&json, "connection");
    json_write_str(&json, connection->name);
    json_write_key(&json, "connector");
    json_write_str(&json, connection->connector->name);
    json_write_key(&json, "embedded");
    json_write_bool(&json, connection->is_embedded);
    json_write_key(&json, "assets");
    json_write_int(&json, assets);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

static int list(const struct arguments *a, const struct loaded *loaded)
{
    const struct target *target = loaded->pipeline.target;
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);

    for (size_t i = 0; i < target->connection_count; i++) {
        const struct connection *connection = &target->connections[i];
        int64_t assets = count_assets(&loaded->graph, connection);
        char text[TABLE_TEXT_SIZE];
        if (a->as_json)
            print_connection(connection, assets);
        else
            table_add(table,
                      (const char *[]){connection->name, connection->connector->name,
                                       table_number(text, assets), connection->connector->summary});
    }
    table_end(table);
    return EXIT_OK;
}

/* ------------------------------------------------------------------------------------------ test */

static void print_test(const struct connection *connection, const struct event *tested)
{
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    json_write_key(&json, "connection");
    json_write_str(&json, connection->name);
    json_write_key(&json, "connector");
    json_write_str(&json, connection->connector->name);
    json_write_key(&json, "state");
    json_write_str(&json, tested->state);
    json_write_key(&json, "code");
    json_write_str(&json, tested->reason);
    json_write_key(&json, "message");
    json_write_str(&json, tested->message);
    json_write_key(&json, "seconds");
    json_write_double(&json, tested->seconds);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

static void add_test(struct table *table, const struct connection *connection,
                     const struct event *tested)
{
    char took[TABLE_TEXT_SIZE];
    bool is_absent = strcmp(tested->state, "absent") == 0;
    const char *message = tested->message != NULL ? tested->message
                          : is_absent             ? "nothing is there yet: the first run makes it"
                                                  : "";

    table_add(table, (const char *[]){connection->name, connection->connector->name, tested->state,
                                      table_duration(took, 1, 1 + (int64_t)(tested->seconds * 1e6)),
                                      message});
}

/* The exit status. */
static int test_one(struct arguments *a, const struct connection *connection, struct table *table)
{
    struct event tested;

    a->request.verb = "test";
    a->request.subject = connection->name;
    if (a->request.timeout_ms == 0)
        a->request.timeout_ms = TEST_MS;
    int status = change_ask(a, "tested", &tested);
    if (status != EXIT_OK)
        return status;
    if (tested.state == NULL)
        return command_fail(EXIT_FAILED, "connection %s: nothing was answered", connection->name);
    if (a->as_json)
        print_test(connection, &tested);
    else
        add_test(table, connection, &tested);
    return strcmp(tested.state, "failed") == 0 ? EXIT_FAILED : EXIT_OK;
}

static int unknown(const struct target *target, const char *name, struct arena *arena)
{
    const char **names = arena_calloc(arena, target->connection_count + 1, sizeof *names);

    for (size_t i = 0; i < target->connection_count; i++)
        names[i] = target->connections[i].name;
    const char *near = suggest(name, names, target->connection_count);
    return command_fail(EXIT_USAGE, "target %s has no connection %s%s%s%s", target->name, name,
                        near != NULL ? ": did you mean " : "", near != NULL ? near : "",
                        near != NULL ? "?" : ": aorta connections lists them");
}

static bool is_wanted(const struct arguments *a, const struct connection *connection)
{
    for (size_t i = 1; i < a->rest_count; i++)
        if (strcmp(a->rest[i], connection->name) == 0)
            return true;
    return a->rest_count == 1;
}

static int test(struct arguments *a, const struct loaded *loaded)
{
    const struct target *target = loaded->pipeline.target;
    int status = EXIT_OK;

    for (size_t i = 1; i < a->rest_count; i++)
        if (pipeline_connection(&loaded->pipeline, a->rest[i]) == NULL)
            return unknown(target, a->rest[i], a->arena);
    struct table *table = table_new(test_columns, sizeof test_columns / sizeof *test_columns);
    for (size_t i = 0; i < target->connection_count; i++) {
        if (!is_wanted(a, &target->connections[i]))
            continue;
        int one = test_one(a, &target->connections[i], table);
        status = one > status ? one : status;
    }
    table_end(table);
    return status;
}

/* ----------------------------------------------------------------------------------- the command */

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_connections, argc, argv, &arena, &a) < 0)
        goto out;
    if (a.rest_count > 0 && strcmp(a.rest[0], "test") != 0) {
        command_fail(status, "connections wants \"test\" or nothing, not \"%s\"", a.rest[0]);
        goto out;
    }
    a.request.verb = "ls";
    struct plan *plan = plan_new(&a.request);
    command_report(plan);
    if (plan->problems.count == 0)
        status = a.rest_count > 0 ? test(&a, plan->loaded) : list(&a, plan->loaded);
    plan_free(plan);
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--timeout", "TIME", "test: how long each may take to answer (default: 15s)", NULL},
    {"--json", NULL, "one JSON object a connection", NULL},
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_connections = {
    "connections",
    "[test [CONNECTION…]]",
    "test <connections>",
    "Lists the target's connections, or tests them",
    "connections test asks each, or those that are named, something that changes nothing: a statement,\n"
    "the first object, the list of topics. It is ok, failed (with what the other side says, and exit\n"
    "status 1), or absent: a file that the first run makes, a server that it starts.",
    flags,
    run};
