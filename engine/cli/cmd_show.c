#include "base/units.h"
#include "check/declaration.h"
#include "cli/ask.h"
#include "cli/history.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "run/freshness.h"
#include "run/plan.h"
#include "run/upkept.h"

#include <assert.h>
#include <string.h>

static const struct table_column columns[] = {
    {.name = "column"},
    {.name = "type"},
    {.name = "description", .shrinks = true},
};

/* What is shown: an asset or a question, and its SQL as a run would send it. */
struct showing {
    const struct arguments *arguments;
    const struct plan *plan;
    const struct asset *asset; /* NULL: a question */
    struct freshness_of known;
    struct upkept upkept;
    const char *sql; /* NULL: it has none, or nobody was asked yet */
    bool is_incremental;
};

/* --------------------------------------------------------------------------------------- parts */

/* "view", "table", "incremental": what a model becomes; NULL for other kinds. */
static const char *materialized(const struct asset *asset)
{
    return asset->kind == ASSET_MODEL ? asset_materialized_names[asset->materialized] : NULL;
}

/* "model, table", "source, cdc_append", "seed" */
static const char *describe_kind(const struct asset *asset, struct arena *arena)
{
    const char *kind = asset_kind_names[asset->kind], *how = materialized(asset);

    if (asset->kind == ASSET_SOURCE)
        how = asset_mode_names[asset->mode];
    return how != NULL ? arena_printf(arena, "%s, %s", kind, how) : kind;
}

static const char *join(struct arena *arena, struct asset *const *assets, size_t count)
{
    const char *list = "";

    for (size_t i = 0; i < count; i++)
        list = arena_printf(arena, "%s%s%s", list, i > 0 ? ", " : "", assets[i]->key);
    return list;
}

/* "country: not_null", "cents: between = [1, 99]" */
static const char *describe_check(const struct asset_check *check, struct arena *arena)
{
    const char *text = declaration_text(arena, check->json);

    return check->column != NULL ? arena_printf(arena, "%s: %s", check->column, text) : text;
}

static const char *describe_place(const struct asset_place *place, struct arena *arena)
{
    if (place->connection_name == NULL || place->object == NULL)
        return place->connection_name;
    return arena_printf(arena, "%s, %s", place->connection_name, place->object);
}

static const char *describe_state(const struct showing *showing, struct arena *arena)
{
    const struct freshness_of *known = &showing->known;

    if (known->because != NULL)
        return arena_printf(arena, "stale: %s is newer", known->because->key);
    return freshness_names[known->state];
}

/* ---------------------------------------------------------------------------------- for a person */

static void print_pair(const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        printf("%-12s %s\n", name, text);
}

static void print_columns(const struct asset *asset)
{
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);

    if (asset->column_count > 0)
        fputc('\n', stdout);
    for (size_t i = 0; i < asset->column_count; i++)
        table_add(table, (const char *[]){asset->columns[i].name, asset->columns[i].type,
                                          asset->columns[i].description});
    table_end(table);
}

/* What the files say of how its steps are run; what they leave out is as always. */
static void print_policy(const struct policy *policy, struct arena *arena)
{
    char delay[UNITS_TEXT_SIZE], most[UNITS_TEXT_SIZE];

    if (policy->has_retry)
        print_pair("retry", arena_printf(arena, "%lld attempts, %s apart and more, up to %s",
                                         (long long)policy->attempts,
                                         units_format_duration_ms(delay, policy->delay_ms),
                                         units_format_duration_ms(most, policy->max_delay_ms)));
    if (policy->timeout_ms > 0)
        print_pair("timeout", units_format_duration_ms(delay, policy->timeout_ms));
    if (policy->priority != 0)
        print_pair("priority", arena_printf(arena, "%lld", (long long)policy->priority));
    for (size_t i = 0; i < policy->slots_count; i++)
        print_pair(i == 0 ? "slots" : "", arena_printf(arena, "%s, %lld", policy->slots[i]->name,
                                                       (long long)policy->slots[i]->count));
}

/* How old it may be, and what makes it. */
static void print_upkeep(const struct upkept *upkept, struct arena *arena)
{
    const struct lateness *lateness = &upkept->lateness;
    const struct rule *rule = upkept->rule;
    char text[LATENESS_TEXT_SIZE], when[TABLE_TEXT_SIZE];

    if (lateness->is_late)
        print_pair("freshness", lateness_describe(lateness, text));
    else if (lateness->is_timed)
        print_pair("freshness", lateness->next_us == INT64_MAX
                                    ? "in time"
                                    : arena_printf(arena, "in time; late from %s on",
                                                   table_time(when, lateness->next_us)));
    if (rule != NULL && upkept_is_automated(upkept))
        print_pair("automation", arena_printf(arena, "%s, waits for %s",
                                              upkeep_when_names[rule->when], upkept->waits_for));
}

static void print_asset(const struct showing *showing)
{
    struct arena *arena = showing->arguments->arena;
    const struct asset *asset = showing->asset;
    const char *tags = "";

    for (size_t i = 0; i < asset->tags.count; i++)
        tags = arena_printf(arena, "%s%s%s", tags, i > 0 ? ", " : "", asset->tags.items[i]);
    print_pair("asset", asset->key);
    print_pair("description", asset->description);
    print_pair("kind", describe_kind(asset, arena));
    print_pair("group", asset->group);
    print_pair("tags", tags);
    print_pair("file", asset->file);
    if (asset->body_file != NULL && strcmp(asset->body_file, asset->file) != 0)
        print_pair("", asset->body_file);
    print_pair("from", describe_place(&asset->from, arena));
    print_pair("into", describe_place(&asset->into, arena));
    print_pair("state", describe_state(showing, arena));
    print_pair("parents", join(arena, asset->parents, asset->parent_count));
    print_pair("children", join(arena, asset->children, asset->child_count));
    print_upkeep(&showing->upkept, arena);
    print_policy(&asset->policy, arena);
    for (size_t i = 0; i < asset->check_count; i++)
        print_pair(i == 0 ? "checks" : "", describe_check(&asset->checks[i], arena));
    print_columns(asset);
}

static void print_question(const struct showing *showing)
{
    const struct question *question = showing->plan->question;
    struct arena *arena = showing->arguments->arena;

    assert(question != NULL); /* or there were problems */
    print_pair("question", arena_printf(arena, "@%s", question->name));
    print_pair("title", question->title);
    print_pair("file", question->file);
    print_pair("reads", join(arena, question->inputs, question->input_count));
    for (size_t i = 0; i < question->variable_count; i++) {
        const struct question_variable *variable = &question->variables[i];
        print_pair(i == 0 ? "variables" : "",
                   variable->otherwise == NULL ? variable->name
                                               : arena_printf(arena, "%s, by default %s",
                                                              variable->name, variable->otherwise));
    }
    if (question->description[0] != '\0')
        printf("\n%s\n", question->description);
}

static void print_sql(const struct showing *showing)
{
    const struct asset *asset = showing->asset;
    bool grows =
        asset != NULL && asset->kind == ASSET_MODEL && asset->materialized == ASSET_INCREMENTAL;

    if (grows)
        printf("\n-- as a %s would send it now: %s\n",
               showing->arguments->request.full_refresh ? "full refresh" : "run",
               showing->is_incremental ? "the rows to be added" : "the whole table");
    else
        puts("\n-- as it would be sent now");
    puts(showing->sql);
}

/* --------------------------------------------------------------------------------------- as JSON */

static void write_keys(struct json_writer *json, const char *key, struct asset *const *assets,
                       size_t count)
{
    json_write_key(json, key);
    json_write_array(json);
    for (size_t i = 0; i < count; i++)
        json_write_str(json, assets[i]->key);
    json_write_end(json);
}

static void write_text(struct json_writer *json, const char *key, const char *text)
{
    json_write_key(json, key);
    json_write_str(json, text);
}

static void write_columns(struct json_writer *json, const struct asset *asset)
{
    json_write_key(json, "columns");
    json_write_array(json);
    for (size_t i = 0; i < asset->column_count; i++) {
        json_write_object(json);
        write_text(json, "name", asset->columns[i].name);
        write_text(json, "type", asset->columns[i].type);
        write_text(json, "description", asset->columns[i].description);
        json_write_end(json);
    }
    json_write_end(json);
    json_write_key(json, "checks");
    json_write_array(json);
    for (size_t i = 0; i < asset->check_count; i++) {
        json_write_object(json);
        write_text(json, "column", asset->checks[i].column);
        json_write_key(json, "check");
        json_write_raw(json, asset->checks[i].json, strlen(asset->checks[i].json));
        json_write_end(json);
    }
    json_write_end(json);
}

static void write_number(struct json_writer *json, const char *key, int64_t number)
{
    json_write_key(json, key);
    json_write_int(json, number);
}

static void write_policy(struct json_writer *json, const struct policy *policy)
{
    json_write_key(json, "retry");
    json_write_object(json);
    write_number(json, "attempts", policy->attempts);
    write_number(json, "delay_ms", policy->delay_ms);
    write_number(json, "max_delay_ms", policy->max_delay_ms);
    json_write_end(json);
    write_number(json, "timeout_ms", policy->timeout_ms);
    write_number(json, "priority", policy->priority);
    json_write_key(json, "slots");
    json_write_object(json);
    for (size_t i = 0; i < policy->slots_count; i++)
        write_number(json, policy->slots[i]->name, policy->slots[i]->count);
    json_write_end(json);
}

static void write_asset(struct json_writer *json, const struct showing *showing)
{
    const struct asset *asset = showing->asset;

    write_text(json, "asset", asset->key);
    write_text(json, "name", asset->name);
    write_text(json, "description", asset->description);
    write_text(json, "kind", asset_kind_names[asset->kind]);
    write_text(json, "materialized", materialized(asset));
    write_text(json, "group", asset->group);
    json_write_key(json, "tags");
    json_write_array(json);
    for (size_t i = 0; i < asset->tags.count; i++)
        json_write_str(json, asset->tags.items[i]);
    json_write_end(json);
    write_policy(json, &asset->policy);
    write_text(json, "file", asset->file);
    write_text(json, "body_file", asset->body_file);
    write_text(json, "state", freshness_names[showing->known.state]);
    history_write_upkeep(json, &showing->upkept);
    write_keys(json, "parents", asset->parents, asset->parent_count);
    write_keys(json, "children", asset->children, asset->child_count);
    write_columns(json, asset);
}

static void write_question(struct json_writer *json, const struct question *question)
{
    assert(question != NULL);
    write_text(json, "question", question->name);
    write_text(json, "title", question->title);
    write_text(json, "description", question->description);
    write_text(json, "file", question->file);
    write_keys(json, "parents", question->inputs, question->input_count);
}

static void print_json(const struct showing *showing)
{
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    if (showing->asset != NULL)
        write_asset(&json, showing);
    else
        write_question(&json, showing->plan->question);
    write_text(&json, "sql", showing->sql);
    json_write_key(&json, "incremental");
    json_write_bool(&json, showing->is_incremental);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

/* --------------------------------------------------------------------------------------- the SQL */

static bool has_sql(const struct showing *showing)
{
    return showing->asset == NULL || showing->asset->template != NULL;
}

/* Asks an executor, who knows the dialect, and what the destination has. */
static int ask_for_sql(struct showing *showing)
{
    int status = EXIT_OK;

    if (!has_sql(showing))
        return EXIT_OK;
    json_t *rows = ask_for_rows(showing->arguments, &status);
    if (rows == NULL)
        return status;
    const json_t *row = json_array_get(rows, 0);
    showing->sql =
        arena_strdup(showing->arguments->arena, json_string_value(json_array_get(row, 0)));
    showing->is_incremental = json_is_true(json_array_get(row, 1));
    json_decref(rows);
    return EXIT_OK;
}

static int find_state(struct showing *showing)
{
    const struct arguments *a = showing->arguments;
    bool is_live = history_is_live(a);
    struct freshness_of *known = NULL;
    struct store_reader *reader;
    struct upkept *upkept = NULL;
    struct err err;

    if (showing->asset == NULL)
        return 0;
    if (history_open(a, &reader) < 0)
        return -1;
    int result = freshness_read(showing->plan->graph, reader, is_live, a->arena, &known, &err);
    if (result == 0)
        result = upkept_read(showing->plan->loaded, reader, known, a->arena, &upkept, &err);
    store_reader_close(reader);
    if (result != 0)
        return command_fail(-1, "%s", err.message);
    showing->known = known[showing->asset->order];
    showing->upkept = upkept[showing->asset->order];
    return 0;
}

static int show(struct showing *showing)
{
    const struct arguments *a = showing->arguments;

    if (a->only_sql && !has_sql(showing))
        return command_fail(EXIT_FAILED, "%s is a %s: it has no SQL", showing->asset->key,
                            asset_kind_names[showing->asset->kind]);
    if (!a->only_sql && find_state(showing) < 0)
        return EXIT_FAILED;
    bool is_for_person = !a->only_sql && !a->as_json;
    if (is_for_person && showing->asset != NULL)
        print_asset(showing);
    else if (is_for_person)
        print_question(showing);
    output_flush(); /* what is known stands there, whatever becomes of the rest */
    int status = ask_for_sql(showing);
    if (status != EXIT_OK)
        return status;
    if (a->as_json)
        print_json(showing);
    else if (a->only_sql)
        puts(showing->sql);
    else if (showing->sql != NULL)
        print_sql(showing);
    return EXIT_OK;
}

static int find_and_show(struct arguments *a)
{
    struct showing showing = {.arguments = a};
    bool full_refresh = a->request.full_refresh;
    int status = EXIT_USAGE;

    a->request.full_refresh =
        false; /* nothing is refreshed: that history would be lost is no news */
    struct plan *plan = plan_new(&a->request);
    a->request.full_refresh = full_refresh;
    a->request.discard_history = true;
    showing.plan = plan;
    command_report(plan);
    if (plan->problems.count > 0)
        goto out;
    for (size_t i = 0; plan->question == NULL && i < plan->graph->count; i++)
        if (plan->is_selected[i])
            showing.asset = plan->graph->assets[i];
    if (plan->question == NULL && plan->selected_count != 1)
        command_fail(EXIT_USAGE, "show wants one asset, and \"%s\" means %zu of them", a->rest[0],
                     plan->selected_count);
    else
        status = show(&showing);
out:
    plan_free(plan);
    return status;
}

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_show, argc, argv, &arena, &a) < 0)
        goto out;
    if (a.rest_count != 1) {
        command_fail(EXIT_USAGE, "show wants one asset, or @NAME for a question");
        goto out;
    }
    a.request.verb = "show";
    if (a.rest[0][0] == '@' && a.rest[0][1] != '\0') {
        a.request.question = a.rest[0] + 1;
    } else {
        a.request.select = a.rest;
        a.request.select_count = 1;
    }
    status = find_and_show(&a);
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--sql", NULL, "only the SQL", NULL},
    {"--full-refresh", NULL, "the SQL of an incremental model that is built from nothing", NULL},
    {"--partition", "KEY", "of what is made in partitions, or FROM..TO; repeatable", NULL},
    {"--json", NULL, "one JSON object", NULL},
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_show = {
    "show",
    "ASSET | @NAME",
    "<assets> <questions>",
    "Shows an asset, or a saved question: what it is, and its SQL as a run would send it",
    "The SQL is rendered: ref() is the table's name, and an incremental model is shown as the rows\n"
    "that would be added now. Nothing is run and nothing is changed.",
    flags,
    run};
