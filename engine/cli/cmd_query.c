#include "cli/ask.h"

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
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
    status = ask(&a, a.as_json ? ROWS_JSON : a.as_csv ? ROWS_CSV : ROWS_TABLE);
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
    "query",
    "SQL",
    "Asks the warehouse and prints the rows",
    "The query runs in a transaction that only reads, beside whatever else is running.",
    flags,
    run};
