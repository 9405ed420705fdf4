#include "cli/ask.h"
#include "cli/table.h"
#include "run/plan.h"

#include <stdlib.h>
#include <string.h>

/* The columns of model/state.h, in their order. */
enum { ASSET, EPOCH, VERSION, FINGERPRINT, POSITION, CHECKPOINT, ROW_COUNT, PUBLISHED_AT, RUN_ID };

static const struct table_column columns[] = {
    {.name = "asset", .shrinks = true},
    {.name = "version", .is_right = true},
    {.name = "rows", .is_right = true},
    {.name = "position", .shrinks = true},
    {.name = "published"},
    {.name = "run"},
};

static const char *text_of(const json_t *row, size_t column)
{
    return json_string_value(json_array_get(row, column));
}

static int64_t number_of(const json_t *row, size_t column)
{
    const json_t *value = json_array_get(row, column);

    return json_is_integer(value) ? json_integer_value(value) : -1;
}

/* ---------------------------------------------------------------------------------- three ways */

static void add_row(struct table *table, const json_t *row)
{
    char version[TABLE_TEXT_SIZE], rows[TABLE_TEXT_SIZE];

    table_add(table, (const char *[]){
                         text_of(row, ASSET),
                         table_number(version, number_of(row, VERSION)),
                         table_number(rows, number_of(row, ROW_COUNT)),
                         text_of(row, POSITION),
                         text_of(row, PUBLISHED_AT),
                         text_of(row, RUN_ID),
                     });
}

static void write_text(struct json_writer *json, const char *key, const json_t *row, size_t column)
{
    json_write_key(json, key);
    json_write_str(json, text_of(row, column));
}

static void print_json(const json_t *row)
{
    const char *checkpoint = text_of(row, CHECKPOINT);
    json_t *parsed = checkpoint != NULL ? json_loads(checkpoint, JSON_DECODE_ANY, NULL) : NULL;
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    write_text(&json, "asset", row, ASSET);
    json_write_key(&json, "version");
    json_write_int(&json, number_of(row, VERSION));
    write_text(&json, "epoch", row, EPOCH);
    write_text(&json, "fingerprint", row, FINGERPRINT);
    write_text(&json, "position", row, POSITION);
    json_write_key(&json, "checkpoint");
    if (parsed != NULL)
        json_write_raw(&json, checkpoint, strlen(checkpoint));
    else
        json_write_str(&json, checkpoint);
    json_write_key(&json, "rows");
    if (number_of(row, ROW_COUNT) >= 0)
        json_write_int(&json, number_of(row, ROW_COUNT));
    else
        json_write_null(&json);
    write_text(&json, "published_at", row, PUBLISHED_AT);
    write_text(&json, "run", row, RUN_ID);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
    json_decref(parsed);
}

static void print_pair(const char *name, const char *text)
{
    if (text != NULL)
        printf("  %-11s  %s\n", name, text);
}

/* What of each input has been read, or what its source says of how far it was read. */
static void print_checkpoint(const char *checkpoint)
{
    json_t *root = json_loads(checkpoint, JSON_DECODE_ANY, NULL);
    json_t *inputs = json_object_get(root, "inputs"), *input;
    const char *name;

    if (inputs == NULL)
        print_pair("checkpoint", checkpoint);
    json_object_foreach(inputs, name, input)
    {
        const json_t *position = json_object_get(input, "position");
        printf("  %-11s  %s, version %lld", "has read", name,
               (long long)json_integer_value(json_object_get(input, "version")));
        if (json_is_string(position))
            printf(", up to %s", json_string_value(position));
        fputc('\n', stdout);
    }
    json_decref(root);
}

static void print_whole(const json_t *row, bool is_first)
{
    char text[TABLE_TEXT_SIZE];

    printf("%s%s\n", is_first ? "" : "\n", text_of(row, ASSET));
    print_pair("version", table_number(text, number_of(row, VERSION)));
    print_pair("rows", table_number(text, number_of(row, ROW_COUNT)));
    print_pair("published", text_of(row, PUBLISHED_AT));
    print_pair("run", text_of(row, RUN_ID));
    print_pair("position", text_of(row, POSITION));
    print_pair("epoch", text_of(row, EPOCH));
    print_pair("fingerprint", text_of(row, FINGERPRINT));
    if (text_of(row, CHECKPOINT) != NULL)
        print_checkpoint(text_of(row, CHECKPOINT));
}

/* --------------------------------------------------------------------------------------- which */

static bool is_meant(const struct plan *plan, const char *key)
{
    const struct asset *asset = map_find(&plan->graph->by_key, key);

    return asset != NULL && plan->is_selected[asset->order];
}

static void print_states(const struct arguments *a, const struct plan *plan, const json_t *rows)
{
    bool chooses = a->rest_count > 0 || a->request.exclude_count > 0;
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    bool is_first = true;
    size_t i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        if (chooses && !is_meant(plan, text_of(row, ASSET)))
            continue;
        if (a->as_json)
            print_json(row);
        else if (chooses)
            print_whole(row, is_first);
        else
            add_row(table, row);
        is_first = false;
    }
    table_end(table);
    if (is_first && !a->as_json)
        printf("%s been published in target %s yet\n",
               chooses ? "none of these has" : "nothing has", plan->pipeline->target->name);
}

static int show(struct arguments *a)
{
    struct plan *plan = plan_new(&a->request);
    int status = EXIT_USAGE;

    command_report(plan);
    if (plan->problems.count == 0) {
        json_t *rows = ask_for_rows(a, &status);
        if (rows != NULL)
            print_states(a, plan, rows);
        json_decref(rows);
    }
    plan_free(plan);
    return status;
}

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_state, argc, argv, &arena, &a) == 0) {
        a.request.verb = "state";
        a.request.select = a.rest;
        a.request.select_count = a.rest_count;
        status = show(&a);
    }
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    FLAGS_OF_SELECTION,
    {"--json", NULL, "one JSON object an asset, with its checkpoint", NULL},
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_state = {
    "state",
    "[SELECT…]",
    "<assets>",
    "Shows what the warehouse itself knows of its assets: versions, positions, checkpoints",
    "This is the table _aorta_state, from which every run goes on; whatever else is lost, it is\n"
    "stored with the rows that it is about. Assets that are not published in the warehouse\n"
    "(generators, lakes) have no state there.\n\n" HELP_OF_SELECTION,
    flags,
    run};
