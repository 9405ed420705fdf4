#include "base/clock.h"
#include "base/suggest.h"
#include "cli/history.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/terminal.h"

#include <poll.h>
#include <string.h>

enum { PAGE_EVENTS = 1000, FOLLOW_EVERY_MS = 100 };

struct following {
    const struct arguments *arguments;
    struct store_reader *reader;
    const char *run;
    const char *step;   /* its key, or NULL: all */
    int64_t sequence;   /* of the last event that was printed */
    struct arena arena; /* of one page */
};

/* ------------------------------------------------------------------------------------- one event */

static void describe_step(const struct event *event, struct buf *out)
{
    char rows[TABLE_TEXT_SIZE];

    if (strcmp(event->state, "published") == 0 && event->rows >= 0)
        buf_printf(out, "%s rows, ", table_number(rows, event->rows));
    if (event->seconds > 0 && strcmp(event->state, "running") != 0)
        buf_printf(out, "%.2fs", event->seconds);
    const char *texts[] = {event->message, event->note};
    for (size_t i = 0; i < 2; i++)
        if (texts[i] != NULL && strcmp(texts[i], event->state) != 0)
            buf_printf(out, "%s%s", out->size > 0 ? "; " : "", texts[i]);
}

/* A step that waits has nothing to tell, unless it is for another try. */
static bool is_news(const struct event *event)
{
    bool waits = event->state != NULL &&
                 (strcmp(event->state, "waiting") == 0 || strcmp(event->state, "ready") == 0);

    return strcmp(event->type, "step") != 0 || !waits || event->message != NULL;
}

static void print_line(int64_t at_us, const char *word, const char *asset, const char *text)
{
    char time[CLOCK_TEXT_SIZE];

    bool has_text = text != NULL && text[0] != '\0';

    printf("%s  %s%-*s%s", clock_format_iso(time, at_us, 3), terminal_colour(word),
           asset != NULL || has_text ? 11 : 0, word, terminal_plain(word));
    if (asset != NULL)
        printf("  %-*s", has_text ? 28 : 0, asset);
    printf("%s%s\n", has_text ? "  " : "", has_text ? text : "");
}

static void print_event(int64_t at_us, const struct event *event)
{
    struct buf text;

    buf_init(&text);
    if (strcmp(event->type, "step") == 0) {
        bool retries = strcmp(event->state, "ready") == 0;
        describe_step(event, &text);
        print_line(at_us, retries ? "retry" : event->state, event->asset, text.data);
    } else if (strcmp(event->type, "check") == 0) {
        print_line(at_us, event->state, event->asset, event->message);
    } else if (strcmp(event->type, "accepted") == 0) {
        buf_printf(&text, "%lld step%s", (long long)event->total, event->total == 1 ? "" : "s");
        print_line(at_us, "started", NULL, text.data);
    } else if (strcmp(event->type, "ended") == 0) {
        print_line(at_us, event->state, NULL, NULL);
    }
    buf_release(&text);
}

static void print_json(const struct store_event *stored, const char *detail)
{
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    json_write_key(&json, "sequence");
    json_write_int(&json, stored->sequence);
    history_write_time(&json, "at", stored->at_us);
    json_write_key(&json, "event");
    json_write_raw(&json, detail, strlen(detail));
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

static int print_stored(struct following *f, const struct store_event *stored, struct err *err)
{
    const char *detail = stored->detail != NULL ? stored->detail : "{}";
    struct event event = {0};

    f->sequence = stored->sequence;
    if (f->step != NULL && (stored->asset == NULL || strcmp(stored->asset, f->step) != 0))
        return 0;
    if (record_decode(detail, strlen(detail), &event_shape, &f->arena, &event, err) < 0)
        return err_wrap(err, "event %lld of run %s", (long long)stored->sequence, f->run);
    if (event.type == NULL || (strcmp(event.type, "step") == 0 && event.state == NULL))
        return 0; /* of another version */
    if (f->arguments->as_json)
        print_json(stored, detail);
    else if (is_news(&event))
        print_event(stored->at_us, &event);
    return 0;
}

/* Prints what has come since; 1 if somebody still reads it, 0 if not. */
static int print_new(struct following *f, struct err *err)
{
    struct store_event *events;
    size_t count;

    do {
        arena_reset(&f->arena);
        if (store_read_events(f->reader, f->run, f->sequence, PAGE_EVENTS, &f->arena, &events,
                              &count, err) < 0)
            return -1;
        for (size_t i = 0; i < count; i++)
            if (print_stored(f, &events[i], err) < 0)
                return -1;
        if (!output_flush())
            return 0;
    } while (count == PAGE_EVENTS);
    return 1;
}

/* ------------------------------------------------------------------------------------- all of them */

/* Until the run is over, or nobody is left who could end it. What is printed after the state was
 * read cannot miss an event that came before. */
static int follow(struct following *f, struct err *err)
{
    for (;;) {
        bool is_live = history_is_live(f->arguments);
        struct store_run *run = NULL;
        struct arena arena;
        arena_init(&arena);
        int result = store_read_run(f->reader, f->run, &arena, &run, err);
        bool is_over = run == NULL || store_run_is_over(run);
        bool has_succeeded = run != NULL && run->state == STATE_SUCCEEDED;
        arena_release(&arena);
        int printed = result < 0 ? -1 : print_new(f, err);
        if (printed < 0)
            return -1;
        if (is_over)
            return has_succeeded ? EXIT_OK : EXIT_FAILED;
        if (!is_live)
            return command_fail(EXIT_FAILED, "run %s was interrupted: its daemon has died", f->run);
        if (printed == 0)
            return EXIT_FAILED;
        poll(NULL, 0, FOLLOW_EVERY_MS);
    }
}

/* The key of the step that is meant by key or name, or NULL after saying that there is none. */
static const char *find_step(const struct following *f, const char *text)
{
    struct arena *arena = f->arguments->arena;
    struct store_step *steps;
    size_t count;
    struct err err;

    if (store_read_steps(f->reader, f->run, arena, &steps, &count, &err) < 0) {
        command_fail(0, "%s", err.message);
        return NULL;
    }
    const char **names = arena_calloc(arena, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++) {
        const char *dot = strrchr(steps[i].asset, '.');
        names[i] = dot != NULL ? dot + 1 : steps[i].asset;
        if (strcmp(steps[i].asset, text) == 0 || strcmp(names[i], text) == 0)
            return steps[i].asset;
    }
    const char *near = suggest(text, names, count);
    command_fail(0, "run %s has no step %s%s%s%s", f->run, text,
                 near != NULL ? ": did you mean " : "", near != NULL ? near : "",
                 near != NULL ? "?" : ": aorta runs RUN lists them");
    return NULL;
}

static int show_log(const struct arguments *a, struct store_reader *reader)
{
    const struct store_run *run = history_find_run(a, reader, a->rest[0]);
    struct following f = {.arguments = a, .reader = reader};
    int status = EXIT_FAILED;
    struct err err;

    if (run == NULL)
        return EXIT_USAGE;
    f.run = run->id;
    if (a->step != NULL && (f.step = find_step(&f, a->step)) == NULL)
        return EXIT_USAGE;
    arena_init(&f.arena);
    if (a->follows)
        status = follow(&f, &err);
    else
        status = print_new(&f, &err) < 0 ? -1 : EXIT_OK;
    if (status < 0)
        status = command_fail(EXIT_FAILED, "%s", err.message);
    arena_release(&f.arena);
    return status;
}

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_logs, argc, argv, &arena, &a) < 0)
        goto out;
    if (a.rest_count != 1) {
        command_fail(EXIT_USAGE, "logs wants a run: the beginning of its id, or last");
        goto out;
    }
    status = history_look(&a, show_log);
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--follow", NULL, "goes on until the run is over, and ends as it did", NULL},
    {"--step", "ASSET", "only what concerns this asset", "<assets>"},
    {"--json", NULL, "one JSON object an event", NULL},
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_logs = {
    "logs",
    "RUN",
    "<runs>",
    "Tells what happened in a run, line by line",
    "RUN is the beginning of a run's id, or last. With --follow the exit status is the run's.",
    flags,
    run};
