#include "base/json.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/table.h"
#include "config/connectors.h"
#include "option/option.h"

static const struct table_column columns[] = {
    {.name = "connector"},
    {.name = "is a"},
    {.name = "summary", .shrinks = true},
};

/* What a connector can be used as; the names are those of connector.h. */
struct group {
    const char *name, *title;
    bool is_in;
};

enum { GROUPS = 5 };

static void find_groups(const struct connector_info *connector, struct group groups[GROUPS])
{
    const struct group all[GROUPS] = {
        {"source", "source", connector->is_source},
        {"warehouse", "warehouse", connector->is_warehouse},
        {"object_store", "object store", connector->is_object_store},
        {"message_log", "message log", connector->is_message_log},
        {"server", "embedded server", connector->is_server},
    };

    for (size_t i = 0; i < GROUPS; i++)
        groups[i] = all[i];
}

static const char *describe_groups(const struct connector_info *connector, struct arena *arena)
{
    struct group groups[GROUPS];
    const char *list = "";

    find_groups(connector, groups);
    for (size_t i = 0; i < GROUPS; i++)
        if (groups[i].is_in)
            list =
                arena_printf(arena, "%s%s%s", list, list[0] != '\0' ? ", " : "", groups[i].title);
    return list;
}

/* -------------------------------------------------------------------------------------- as JSON */

static void write_options(struct json_writer *json, const char *key,
                          const struct aorta_option *options)
{
    json_write_key(json, key);
    json_write_array(json);
    for (; options != NULL && options->name != NULL; options++) {
        json_write_object(json);
        json_write_key(json, "name");
        json_write_str(json, options->name);
        json_write_key(json, "type");
        json_write_str(json, option_type_word(options->type));
        json_write_key(json, "required");
        json_write_bool(json, options->is_required);
        json_write_key(json, "secret");
        json_write_bool(json, options->is_secret);
        json_write_key(json, "default");
        json_write_str(json, options->default_text);
        json_write_key(json, "help");
        json_write_str(json, options->help);
        json_write_end(json);
    }
    json_write_end(json);
}

static void print_json(const struct connector_info *connector)
{
    struct group groups[GROUPS];
    struct json_writer json;
    struct buf line;

    find_groups(connector, groups);
    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    json_write_key(&json, "name");
    json_write_str(&json, connector->name);
    json_write_key(&json, "summary");
    json_write_str(&json, connector->summary);
    json_write_key(&json, "groups");
    json_write_array(&json);
    for (size_t i = 0; i < GROUPS; i++)
        if (groups[i].is_in)
            json_write_str(&json, groups[i].name);
    json_write_end(&json);
    json_write_key(&json, "single_process");
    json_write_bool(&json, connector->is_single_process);
    write_options(&json, "options", connector->options);
    write_options(&json, "stream_options", connector->stream_options);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

/* ---------------------------------------------------------------------------------- for a person */

static void print_options(const struct aorta_option *options)
{
    for (; options->name != NULL; options++) {
        printf("  %s (%s", options->name, option_type_word(options->type));
        if (options->is_required)
            fputs(", required", stdout);
        if (options->is_secret)
            fputs(", a secret: env:NAME or file:PATH", stdout);
        if (options->default_text != NULL)
            printf(", default %s", options->default_text);
        printf(")\n      %s\n", options->help);
    }
}

static void print_reference(const struct connector_info *connector, struct arena *arena)
{
    printf("%s: %s\n\n", connector->name, connector->summary);
    printf("is a   %s\n", describe_groups(connector, arena));
    printf("file   %s\n", connector->module);
    if (connector->is_single_process)
        puts("note   one process at a time can open its file");
    if (connector->is_server)
        puts("note   embedded = true in the connection starts one for development");
    printf("\nOptions of a connection, [target.NAME.connection.NAME] connector = \"%s\":\n",
           connector->name);
    if (option_count(connector->options) > 0)
        print_options(connector->options);
    else
        puts("  none");
    if (option_count(connector->stream_options) == 0)
        return;
    puts("\nOptions of a source that reads from it, from = { connection = …, … }:");
    print_options(connector->stream_options);
}

static int unknown(const struct connectors *connectors, const char *name, struct arena *arena)
{
    const char **names = arena_calloc(arena, connectors->count + 1, sizeof *names);

    for (size_t i = 0; i < connectors->count; i++)
        names[i] = connectors->items[i].name;
    const char *near = suggest(name, names, connectors->count);
    if (near != NULL)
        return command_fail(EXIT_USAGE, "there is no connector %s: did you mean %s?", name, near);
    return command_fail(EXIT_USAGE, "there is no connector %s: aorta connectors lists them", name);
}

static void list(const struct arguments *a, const struct connectors *connectors)
{
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);

    for (size_t i = 0; i < connectors->count; i++) {
        const struct connector_info *connector = &connectors->items[i];
        if (a->as_json)
            print_json(connector);
        else
            table_add(table, (const char *[]){connector->name, describe_groups(connector, a->arena),
                                              connector->summary});
    }
    table_end(table);
}

static int show(const struct arguments *a, const struct connectors *connectors)
{
    const struct connector_info *connector = connectors_find(connectors, a->rest[0]);

    if (connector == NULL)
        return unknown(connectors, a->rest[0], a->arena);
    if (a->as_json)
        print_json(connector);
    else
        print_reference(connector, a->arena);
    return EXIT_OK;
}

static int run(int argc, char **argv)
{
    struct connectors connectors;
    struct arguments a;
    struct arena arena;
    struct err err;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_connectors, argc, argv, &arena, &a) < 0)
        goto out;
    if (a.rest_count > 1) {
        command_fail(EXIT_USAGE, "connectors wants one name, or none for all");
        goto out;
    }
    if (connectors_load(&connectors, connectors_folder(&arena), &arena, &err) < 0) {
        command_fail(EXIT_USAGE, "%s", err.message);
        goto out;
    }
    status = EXIT_OK;
    if (a.rest_count == 1)
        status = show(&a, &connectors);
    else
        list(&a, &connectors);
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--json", NULL, "one JSON object a connector, with all its options", NULL},
    {0},
};

const struct command cmd_connectors = {
    "connectors",
    "[CONNECTOR]",
    "<connectors>",
    "Lists the connectors, or shows all that can be set of one",
    "What is shown comes from the modules themselves. They are looked for in $AORTA_CONNECTORS, or\n"
    "beside the program.",
    flags,
    run};
