#include "cli/command.h"
#include "cli/rows.h"
#include "daemon/daemon.h"

#include <string.h>
#include <unistd.h>

struct asking {
    struct listener listener;
    struct rows *rows;
    int status;
};

static void hear(struct listener *listener, const struct frame *frame)
{
    struct asking *asking = (struct asking *)listener;
    struct event event = {0};
    struct arena arena;
    struct err err;

    if (frame->kind == MESSAGE_ROWS) {
        rows_add(asking->rows, frame->text, frame->size);
        return;
    }
    arena_init(&arena);
    if (record_decode(frame->text, frame->size, &event_shape, &arena, &event, &err) == 0) {
        if (strcmp(event.type, "fields") == 0)
            rows_begin(asking->rows, event.lines, event.line_count);
        else if (strcmp(event.type, "ended") == 0)
            asking->status = EXIT_OK;
        for (size_t i = 0; strcmp(event.type, "refused") == 0 && i < event.line_count; i++)
            asking->status = command_fail(EXIT_FAILED, "%s", event.lines[i]);
    }
    arena_release(&arena);
}

static int run(int argc, char **argv)
{
    struct asking asking = {{hear}, NULL, EXIT_FAILED};
    struct arguments a;
    struct arena arena;
    struct err err;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_query, argc, argv, &arena, &a) < 0)
        goto out;
    if (a.rest_count != 1) {
        command_fail(EXIT_USAGE, "query wants one SQL text: aorta query \"SELECT …\"");
        goto out;
    }
    a.request.verb = "query";
    a.request.sql = a.rest[0];
    asking.rows = rows_new(stdout, a.as_json ? ROWS_JSON : a.as_csv ? ROWS_CSV : ROWS_TABLE);
    if (daemon_request(a.state_folder, &a.request, &asking.listener, &err) < 0)
        asking.status = command_fail(EXIT_FAILED, "%s", err.message);
    rows_end(asking.rows, asking.status == EXIT_OK);
    status = asking.status;
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--json", NULL, "one JSON object a line"},
    {"--csv", NULL, "CSV with a header"},
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_query = {
    "query", "SQL", "Asks the warehouse and prints the rows",
    "The query runs in a transaction that only reads, beside whatever else is running.", flags,
    run};
