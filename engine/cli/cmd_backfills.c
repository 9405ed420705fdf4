#include "cli/history.h"
#include "cli/table.h"
#include "run/run.h"
#include "store/backfills.h"

#include <string.h>

enum { DEFAULT_BACKFILLS = 20 };

static const struct table_column columns[] = {
    {.name = "backfill"},
    {.name = "created"},
    {.name = "state", .is_state = true},
    {.name = "done", .is_right = true},
    {.name = "failed", .is_right = true},
    {.name = "partitions"},
    {.name = "selection", .shrinks = true},
};

static const struct table_column partition_columns[] = {
    {.name = "partition"}, {.name = "state", .is_state = true}, {.name = "run"}};

static void write_backfill(struct json_writer *json, const struct store_backfill *backfill,
                           struct arena *arena)
{
    const struct {
        const char *name;
        int64_t number;
    } counts[] = {
        {"total", backfill->total},       {"waiting", backfill->waiting},
        {"queued", backfill->queued},     {"succeeded", backfill->succeeded},
        {"failed", backfill->failed},     {"canceled", backfill->canceled},
        {"priority", backfill->priority}, {"at_once", backfill->at_once},
    };
    const struct {
        const char *name, *text;
    } texts[] = {
        {"backfill", backfill->id},
        {"state", backfill->state},
        {"target", backfill->target},
        {"from", backfill->first},
        {"to", backfill->last},
        {"by", backfill->actor},
        {"selection", run_describe_stored(backfill->request, arena)},
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_write_key(json, texts[i].name);
        json_write_str(json, texts[i].text);
    }
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        json_write_key(json, counts[i].name);
        json_write_int(json, counts[i].number);
    }
    history_write_time(json, "created_at", backfill->created_us);
    history_write_time(json, "ended_at", backfill->ended_us);
}

static void add_backfill(struct table *table, const struct store_backfill *backfill,
                         struct arena *arena)
{
    char created[TABLE_TEXT_SIZE], failed[TABLE_TEXT_SIZE];

    table_add(table, (const char *[]){
                         backfill->id,
                         table_time(created, backfill->created_us),
                         backfill->state,
                         arena_printf(arena, "%lld/%lld", (long long)backfill->succeeded,
                                      (long long)backfill->total),
                         table_number(failed, backfill->failed),
                         arena_printf(arena, "%s..%s", backfill->first, backfill->last),
                         run_describe_stored(backfill->request, arena),
                     });
}

static void print_backfill(const struct store_backfill *backfill, struct arena *arena)
{
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    write_backfill(&json, backfill, arena);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

static void print_partition(const struct store_backfill_partition *partition)
{
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    json_write_key(&json, "partition");
    json_write_str(&json, partition->key);
    json_write_key(&json, "state");
    json_write_str(&json, partition->state);
    json_write_key(&json, "run");
    json_write_str(&json, partition->run_id);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

static int list_partitions(const struct arguments *a, struct store_reader *reader, const char *id)
{
    const struct store_backfill_part_page all = {.id = id, .after_position = -1};
    struct store_backfill_partition *partitions;
    struct table *table;
    size_t count;
    struct err err;

    if (store_read_backfill_partitions(reader, &all, a->arena, &partitions, &count, &err) < 0)
        return command_fail(EXIT_FAILED, "%s", err.message);
    table = table_new(partition_columns, sizeof partition_columns / sizeof *partition_columns);
    for (size_t i = 0; i < count; i++) {
        const struct store_backfill_partition *partition = &partitions[i];
        if (a->as_json)
            print_partition(partition);
        else
            table_add(table, (const char *[]){partition->key, partition->state,
                                              partition->run_id != NULL ? partition->run_id : "-"});
    }
    table_end(table);
    return EXIT_OK;
}

static int list(const struct arguments *a, struct store_reader *reader)
{
    const char *id = a->rest_count > 0 ? a->rest[0] : NULL;
    const struct store_backfill_page page = {
        .prefix = id,
        .limit = id != NULL     ? 2
                 : a->limit > 0 ? a->limit
                                : DEFAULT_BACKFILLS,
    };
    struct store_backfill *backfills = NULL;
    size_t count = 0;
    struct table *table;
    struct err err;

    if (reader != NULL &&
        store_read_backfills(reader, &page, a->arena, &backfills, &count, &err) < 0)
        return command_fail(EXIT_FAILED, "%s", err.message);
    if (id != NULL && count != 1)
        return command_fail(
            EXIT_USAGE,
            count == 0 ? "there is no backfill %s" : "more than one backfill begins with %s", id);
    if (id != NULL)
        return list_partitions(a, reader, backfills->id);
    table = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < count; i++) {
        if (a->as_json)
            print_backfill(&backfills[i], a->arena);
        else
            add_backfill(table, &backfills[i], a->arena);
    }
    table_end(table);
    return EXIT_OK;
}

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_backfills, argc, argv, &arena, &a) < 0)
        goto out;
    if (a.rest_count > 1) {
        command_fail(status, "backfills wants one backfill, or none");
        goto out;
    }
    status = history_look(&a, list);
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--limit", "N", "so many, the newest (default: 20)", NULL},
    {"--json", NULL, "one JSON object a backfill, or a partition", NULL},
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_backfills = {
    "backfills",
    "[BACKFILL]",
    "<backfills>",
    "Lists backfills and how far each is, or the partitions of one",
    "BACKFILL is its id, or as much of it as says which. A partition is waiting, queued (its run is\n"
    "queued or running), succeeded, failed or canceled.",
    flags,
    run};
