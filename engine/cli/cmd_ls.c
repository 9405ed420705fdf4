#include "cli/history.h"
#include "cli/output.h"
#include "cli/table.h"
#include "run/freshness.h"
#include "run/parts.h"
#include "run/plan.h"
#include "run/upkept.h"

#include <string.h>

static const struct table_column columns[] = {
    {.name = "asset", .shrinks = true},
    {.name = "kind"},
    {.name = "group", .shrinks = true},
    {.name = "rows", .is_right = true},
    {.name = "state", .is_state = true},
    {.name = "last", .is_state = true},
    {.name = "when"},
    {.name = "took", .is_right = true},
};

/* A failed step is not what the rows are of; its time is that of the last step nevertheless. */
static int64_t last_time(const struct freshness_of *known)
{
    if (known->last != NULL && known->last->ended_us > 0)
        return known->last->ended_us;
    return known->newest != NULL ? known->newest->at_us : 0;
}

static const char *last_word(const struct freshness_of *known, bool is_live)
{
    if (known->last != NULL)
        return history_step_word(known->last->state, is_live);
    return known->newest != NULL ? "published" : NULL;
}

/* Late says more than fresh, stale or never, and less than that it failed or is being made. */
static const char *state_word(const struct freshness_of *known, const struct upkept *upkept)
{
    bool says_more = known->state != FRESHNESS_FAILED && known->state != FRESHNESS_RUNNING;

    return says_more && upkept->lateness.is_late ? "late" : freshness_names[known->state];
}

static void add_row(struct table *table, const struct asset *asset, const struct upkept *upkept,
                    const struct freshness_of *known, bool is_live)
{
    char rows[TABLE_TEXT_SIZE], when[TABLE_TEXT_SIZE], took[TABLE_TEXT_SIZE];
    const struct store_last_step *last = known->last;
    const char *word = last_word(known, is_live);

    table_add(table, (const char *[]){
                         asset->key,
                         asset_kind_names[asset->kind],
                         asset->group,
                         table_number(rows, known->newest != NULL ? known->newest->rows : -1),
                         state_word(known, upkept),
                         word != NULL ? word : "-",
                         table_time(when, last_time(known)),
                         table_duration(took, last != NULL ? last->started_us : 0,
                                        last != NULL ? last->ended_us : 0),
                     });
}

static void write_known(struct json_writer *json, const struct freshness_of *known, bool is_live)
{
    const struct store_materialization *newest = known->newest;
    const struct store_last_step *last = known->last;

    json_write_key(json, "rows");
    if (newest != NULL && newest->rows >= 0)
        json_write_int(json, newest->rows);
    else
        json_write_null(json);
    history_write_time(json, "published_at", newest != NULL ? newest->at_us : 0);
    json_write_key(json, "state");
    json_write_str(json, freshness_names[known->state]);
    json_write_key(json, "because");
    json_write_str(json, known->because != NULL ? known->because->key : NULL);
    json_write_key(json, "last");
    json_write_str(json, last_word(known, is_live));
    json_write_key(json, "reason");
    json_write_str(json, last != NULL ? last->reason : NULL);
    json_write_key(json, "run");
    json_write_str(json, last != NULL ? last->run_id : NULL);
    history_write_time(json, "started_at", last != NULL ? last->started_us : 0);
    history_write_time(json, "ended_at", last != NULL ? last->ended_us : 0);
}

static void print_json(const struct asset *asset, const struct upkept *upkept,
                       const struct freshness_of *known, bool is_live)
{
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    json_write_key(&json, "asset");
    json_write_str(&json, asset->key);
    json_write_key(&json, "name");
    json_write_str(&json, asset->name);
    json_write_key(&json, "kind");
    json_write_str(&json, asset_kind_names[asset->kind]);
    json_write_key(&json, "group");
    json_write_str(&json, asset->group);
    json_write_key(&json, "tags");
    json_write_array(&json);
    for (size_t i = 0; i < asset->tags.count; i++)
        json_write_str(&json, asset->tags.items[i]);
    json_write_end(&json);
    json_write_key(&json, "file");
    json_write_str(&json, asset->file);
    write_known(&json, known, is_live);
    history_write_upkeep(&json, upkept);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

static int list(const struct arguments *a, const struct plan *plan)
{
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    bool is_live = history_is_live(a);
    struct freshness_of *known = NULL;
    struct upkept *upkept = NULL;
    struct store_reader *reader;
    int status = EXIT_FAILED;
    struct err err;

    if (history_open(a, &reader) < 0)
        goto out;
    if (freshness_read(plan->graph, reader, is_live, a->arena, &known, &err) < 0 ||
        upkept_read(plan->loaded, reader, known, a->arena, &upkept, &err) < 0) {
        command_fail(EXIT_FAILED, "%s", err.message);
        goto out;
    }
    for (size_t i = 0; i < plan->graph->count; i++) {
        if (!plan->is_selected[i])
            continue;
        if (a->as_json)
            print_json(plan->graph->assets[i], &upkept[i], &known[i], is_live);
        else
            add_row(table, plan->graph->assets[i], &upkept[i], &known[i], is_live);
    }
    status = EXIT_OK;
out:
    store_reader_close(reader);
    table_end(table);
    return status;
}

/* ---------------------------------------------------------------------------------- partitions */

static const struct table_column partition_columns[] = {
    {.name = "asset", .shrinks = true},
    {.name = "partitions"},
    {.name = "count", .is_right = true},
    {.name = "state", .is_state = true},
    {.name = "when"},
    {.name = "run"},
};

static void print_part(const struct asset *asset, const struct part *part)
{
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    json_write_key(&json, "asset");
    json_write_str(&json, asset->key);
    json_write_key(&json, "partition");
    json_write_str(&json, part->partition.key);
    json_write_key(&json, "state");
    json_write_str(&json, part_state_names[part->state]);
    history_write_time(&json, "at", part->at_us);
    json_write_key(&json, "run");
    json_write_str(&json, part->run_id);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

/* The hours of a stream may leave some out; the keys of a list have no order. */
static bool is_alike(const struct part *a, const struct part *b)
{
    bool is_next =
        a->partition.start_us < a->partition.end_us && a->partition.end_us == b->partition.start_us;
    bool same_run = a->run_id == NULL || b->run_id == NULL ? a->run_id == b->run_id
                                                           : strcmp(a->run_id, b->run_id) == 0;
    return is_next && a->state == b->state && same_run;
}

/* Those that follow each other and are alike are one line. */
static void add_parts(struct table *table, const struct asset *asset, const struct part *parts,
                      size_t count, struct arena *arena)
{
    char number[TABLE_TEXT_SIZE], when[TABLE_TEXT_SIZE];

    for (size_t first = 0, last; first < count; first = last + 1) {
        for (last = first; last + 1 < count && is_alike(&parts[last], &parts[last + 1]);)
            last++;
        const char *from = parts[first].partition.key, *to = parts[last].partition.key;
        table_add(table, (const char *[]){
                             asset->key,
                             first == last ? from : arena_printf(arena, "%s..%s", from, to),
                             table_number(number, (int64_t)(last - first + 1)),
                             part_state_names[parts[first].state],
                             table_time(when, parts[first].at_us),
                             parts[first].run_id != NULL ? parts[first].run_id : "-",
                         });
    }
}

static int list_partitions(const struct arguments *a, const struct plan *plan)
{
    struct table *table =
        table_new(partition_columns, sizeof partition_columns / sizeof *partition_columns);
    bool is_live = history_is_live(a);
    struct store_reader *reader;
    int status = EXIT_FAILED;
    struct err err;

    if (history_open(a, &reader) < 0)
        goto out;
    for (size_t i = 0; i < plan->graph->count; i++) {
        const struct asset *asset = plan->graph->assets[i];
        struct part *parts;
        size_t count = 0;
        if (!plan->is_selected[i])
            continue;
        if (parts_read(plan->loaded, asset, reader, is_live, a->arena, &parts, &count, &err) < 0) {
            command_fail(EXIT_FAILED, "%s", err.message);
            goto out;
        }
        for (size_t j = 0; a->as_json && j < count; j++)
            print_part(asset, &parts[j]);
        if (!a->as_json)
            add_parts(table, asset, parts, count, a->arena);
    }
    status = EXIT_OK;
out:
    store_reader_close(reader);
    table_end(table);
    return status;
}

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_ls, argc, argv, &arena, &a) == 0) {
        a.request.verb = "ls";
        a.request.select = a.rest;
        a.request.select_count = a.rest_count;
        struct plan *plan = plan_new(&a.request);
        command_report(plan);
        status = plan->problems.count > 0 ? EXIT_USAGE
                 : a.lists_partitions     ? list_partitions(&a, plan)
                                          : list(&a, plan);
        plan_free(plan);
    }
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    FLAGS_OF_SELECTION,
    {"--partitions", NULL, "which partitions are present, stale, failed, running or missing", NULL},
    {"--json", NULL, "one JSON object an asset, or a partition", NULL},
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_ls = {
    "ls",
    "[SELECT…]",
    "<assets>",
    "Lists assets: kind, rows, whether they are up to date, how their last step ended",
    "Assets stand in the order in which a run builds them. Their state, by what the runs from\n"
    "this folder did:\n"
    "  fresh     nothing that it reads was published since it was last brought up to date\n"
    "  stale     something was, or something that it reads is stale itself\n"
    "  failed    its last step failed; what is published is older\n"
    "  never     it has not been published yet\n"
    "  running   a run is at work on it\n"
    "  late      it is older than its freshness allows\n"
    "  external  made by somebody else\n"
    "Edited files, and changes behind a source, are found by the run itself.\n\n" HELP_OF_SELECTION,
    flags,
    run};
