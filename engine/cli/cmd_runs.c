#include "cli/comparison.h"
#include "cli/history.h"
#include "cli/table.h"
#include "cli/terminal.h"

#include <string.h>

enum { DEFAULT_RUNS = 20 };

static const struct table_column run_columns[] = {
    {.name = "run"},
    {.name = "started"},
    {.name = "took", .is_right = true},
    {.name = "state", .is_state = true},
    {.name = "ok", .is_right = true},
    {.name = "failed", .is_right = true},
    {.name = "skipped", .is_right = true},
    {.name = "target"},
    {.name = "by", .shrinks = true},
    {.name = "selection", .shrinks = true},
};

static const struct table_column step_columns[] = {
    {.name = "asset", .shrinks = true},  {.name = "kind"},
    {.name = "state", .is_state = true}, {.name = "tries", .is_right = true},
    {.name = "rows", .is_right = true},  {.name = "took", .is_right = true},
    {.name = "why", .shrinks = true},
};

static const struct table_column check_columns[] = {
    {.name = "check", .is_state = true},
    {.name = "asset", .shrinks = true},
    {.name = "condition", .shrinks = true},
    {.name = "rows", .is_right = true},
};

/* ------------------------------------------------------------------------------------ all of them */

static void write_run(struct json_writer *json, const struct store_run *run, bool is_live)
{
    json_write_key(json, "run");
    json_write_str(json, run->id);
    json_write_key(json, "pipeline");
    json_write_str(json, run->pipeline);
    json_write_key(json, "target");
    json_write_str(json, run->target);
    json_write_key(json, "by");
    json_write_str(json, run->trigger);
    json_write_key(json, "selection");
    json_write_str(json, run->selection);
    json_write_key(json, "state");
    json_write_str(json, history_run_word(run->state, is_live));
    history_write_time(json, "started_at", run->created_us);
    history_write_time(json, "ended_at", run->ended_us);
    json_write_key(json, "steps");
    json_write_int(json, run->step_count);
    json_write_key(json, "ok");
    json_write_int(json, run->ok_count);
    json_write_key(json, "failed");
    json_write_int(json, run->failed_count);
    json_write_key(json, "skipped");
    json_write_int(json, run->skipped_count);
    json_write_key(json, "error");
    json_write_str(json, run->error_message);
}

static void print_json(const struct store_run *run, bool is_live)
{
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    write_run(&json, run, is_live);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

static void add_run(struct table *table, const struct store_run *run, bool is_live)
{
    char started[TABLE_TEXT_SIZE], took[TABLE_TEXT_SIZE], counts[3][TABLE_TEXT_SIZE];

    table_add(table, (const char *[]){
                         run->id,
                         table_time(started, run->created_us),
                         table_duration(took, run->created_us, run->ended_us),
                         history_run_word(run->state, is_live),
                         table_number(counts[0], run->ok_count),
                         table_number(counts[1], run->failed_count),
                         table_number(counts[2], run->skipped_count),
                         run->target,
                         run->trigger,
                         history_selection(run),
                     });
}

static int list_runs(const struct arguments *a, struct store_reader *reader, bool is_live)
{
    const struct store_run_page page = {
        .target = a->request.target,
        .state = a->state,
        .running_is_interrupted = !is_live,
        .limit = a->limit > 0 ? a->limit : DEFAULT_RUNS,
    };
    struct table *table = table_new(run_columns, sizeof run_columns / sizeof *run_columns);
    struct store_run *runs = NULL;
    size_t count = 0;
    struct err err;
    int status = EXIT_OK;

    if (reader != NULL && store_read_runs(reader, &page, a->arena, &runs, &count, &err) < 0)
        status = command_fail(EXIT_FAILED, "%s", err.message);
    for (size_t i = 0; i < count; i++) {
        if (a->as_json)
            print_json(&runs[i], is_live);
        else
            add_run(table, &runs[i], is_live);
    }
    table_end(table);
    if (count == 0 && status == EXIT_OK && !a->as_json)
        puts(a->state != NULL || a->request.target != NULL ? "there is no such run"
                                                           : "there is no run yet: aorta run");
    return status;
}

/* ------------------------------------------------------------------------------------ one of them */

struct whole_run {
    const struct store_run *run;
    struct store_step *steps;
    struct store_check_result *checks;
    size_t step_count, check_count;
    bool is_live;
};

static const char *reason_of(const struct store_step *step)
{
    return step->reason != NULL ? step->reason : step->error_message;
}

static void write_step(struct json_writer *json, const struct store_step *step, bool is_live)
{
    json_write_object(json);
    json_write_key(json, "asset");
    json_write_str(json, step->asset);
    json_write_key(json, "kind");
    json_write_str(json, step->kind);
    json_write_key(json, "state");
    json_write_str(json, history_step_word(step->state, is_live));
    json_write_key(json, "attempts");
    json_write_int(json, step->attempts);
    json_write_key(json, "rows");
    if (step->rows >= 0)
        json_write_int(json, step->rows);
    else
        json_write_null(json);
    history_write_time(json, "started_at", step->started_us);
    history_write_time(json, "ended_at", step->ended_us);
    json_write_key(json, "reason");
    json_write_str(json, reason_of(step));
    json_write_end(json);
}

static void write_check(struct json_writer *json, const struct store_check_result *check)
{
    json_write_object(json);
    json_write_key(json, "asset");
    json_write_str(json, check->asset);
    json_write_key(json, "check");
    json_write_str(json, check->check);
    json_write_key(json, "status");
    json_write_str(json, check->status);
    json_write_key(json, "severity");
    json_write_str(json, check->severity);
    json_write_key(json, "failures");
    json_write_int(json, check->failures);
    json_write_key(json, "sample");
    if (check->sample != NULL)
        json_write_raw(json, check->sample, strlen(check->sample));
    else
        json_write_null(json);
    json_write_end(json);
}

static void print_whole_json(const struct whole_run *whole)
{
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    write_run(&json, whole->run, whole->is_live);
    json_write_key(&json, "assets");
    json_write_array(&json);
    for (size_t i = 0; i < whole->step_count; i++)
        write_step(&json, &whole->steps[i], whole->is_live);
    json_write_end(&json);
    json_write_key(&json, "checks");
    json_write_array(&json);
    for (size_t i = 0; i < whole->check_count; i++)
        write_check(&json, &whole->checks[i]);
    json_write_end(&json);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

static void print_steps(const struct whole_run *whole)
{
    struct table *table = table_new(step_columns, sizeof step_columns / sizeof *step_columns);

    for (size_t i = 0; i < whole->step_count; i++) {
        const struct store_step *step = &whole->steps[i];
        bool wrote = step->state == STATE_SUCCEEDED;
        char tries[TABLE_TEXT_SIZE], rows[TABLE_TEXT_SIZE], took[TABLE_TEXT_SIZE];
        table_add(table, (const char *[]){
                             step->asset,
                             step->kind,
                             history_step_word(step->state, whole->is_live),
                             table_number(tries, step->attempts),
                             table_number(rows, wrote ? step->rows : -1),
                             table_duration(took, step->started_us, step->ended_us),
                             reason_of(step),
                         });
    }
    table_end(table);
}

static void print_failed_checks(const struct whole_run *whole)
{
    struct table *table = table_new(check_columns, sizeof check_columns / sizeof *check_columns);
    bool any = false;

    for (size_t i = 0; i < whole->check_count; i++) {
        const struct store_check_result *check = &whole->checks[i];
        char failures[TABLE_TEXT_SIZE];
        if (strcmp(check->status, "pass") == 0)
            continue;
        if (!any)
            fputc('\n', stdout);
        any = true;
        table_add(table, (const char *[]){check->status, check->asset, check->check,
                                          table_number(failures, check->failures)});
    }
    table_end(table);
}

static void print_whole(const struct whole_run *whole)
{
    const struct store_run *run = whole->run;
    char started[TABLE_TEXT_SIZE], took[TABLE_TEXT_SIZE];
    const char *state = history_run_word(run->state, whole->is_live);

    printf("run        %s\n", run->id);
    printf("pipeline   %s, target %s\n", run->pipeline, run->target);
    printf("selection  %s\n", history_selection(run));
    printf("started    %s, %s\n", table_time(started, run->created_us), run->trigger);
    printf("took       %s\n", table_duration(took, run->created_us, run->ended_us));
    printf("state      %s%s%s\n\n", terminal_colour(state), state, terminal_plain(state));
    print_steps(whole);
    print_failed_checks(whole);
}

static int show_run(const struct arguments *a, struct store_reader *reader, const char *name,
                    bool is_live)
{
    struct whole_run whole = {.run = history_find_run(a, reader, name), .is_live = is_live};
    struct err err;

    if (whole.run == NULL)
        return EXIT_USAGE;
    if (store_read_steps(reader, whole.run->id, a->arena, &whole.steps, &whole.step_count, &err) <
            0 ||
        store_read_check_results(reader, whole.run->id, a->arena, &whole.checks, &whole.check_count,
                                 &err) < 0)
        return command_fail(EXIT_FAILED, "%s", err.message);
    if (a->as_json)
        print_whole_json(&whole);
    else
        print_whole(&whole);
    return EXIT_OK;
}

static int show_two(const struct arguments *a, struct store_reader *reader, bool is_live)
{
    const struct store_run *first, *second;
    struct err err;

    if ((first = history_find_run(a, reader, a->rest[0])) == NULL ||
        (second = history_find_run(a, reader, a->rest[1])) == NULL)
        return EXIT_USAGE;
    if (comparison_print(reader, first, second, is_live, a->arena, &err) < 0)
        return command_fail(EXIT_FAILED, "%s", err.message);
    return EXIT_OK;
}

/* None, one, or two beside each other; as JSON each is an object of its own. */
static int show(const struct arguments *a, struct store_reader *reader, bool is_live)
{
    int status = EXIT_OK;

    if (a->rest_count == 0)
        return list_runs(a, reader, is_live);
    if (a->rest_count == 2 && !a->as_json)
        return show_two(a, reader, is_live);
    for (size_t i = 0; i < a->rest_count && status == EXIT_OK; i++)
        status = show_run(a, reader, a->rest[i], is_live);
    return status;
}

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    struct store_reader *reader = NULL;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_runs, argc, argv, &arena, &a) < 0)
        goto out;
    if (a.rest_count > 2) {
        command_fail(EXIT_USAGE,
                     "runs wants one run, or two: the beginning of an id, last, previous");
        goto out;
    }
    bool is_live =
        history_is_live(&a); /* before the store is read, so that what it says is final */
    status = EXIT_FAILED;
    if (history_open(&a, &reader) == 0)
        status = show(&a, reader, is_live);
out:
    store_reader_close(reader);
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--limit", "N", "how many, the newest first (default: 20)", NULL},
    {"--state", "STATE",
     "only those that are queued, running, succeeded, failed, canceled, "
     "interrupted",
     "queued running succeeded failed canceled interrupted"},
    {"--json", NULL, "one JSON object a run", NULL},
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_runs = {
    "runs",
    "[RUN [RUN]]",
    "<runs>",
    "Lists the runs, or shows one: its steps, and the checks that did not pass",
    "RUN is the beginning of a run's id, or last, or previous: the one before the last. Two stand\n"
    "beside each other: what each did with an asset. Of a run, ok counts the steps that were\n"
    "published or fresh, skipped also those that were canceled. With --target only that\n"
    "target's runs count: else those of all.",
    flags,
    run};
