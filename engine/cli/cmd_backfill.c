#include "cli/change.h"

#include <string.h>

enum { MOST_AT_ONCE = 100 };

/* "missing,failed" as a list. */
static void read_only(struct arguments *a)
{
    struct request *request = &a->request;
    const char *at = a->only;

    request->only = arena_calloc(a->arena, strlen(at) + 1, sizeof *request->only);
    while (at != NULL) {
        size_t length = strcspn(at, ",");
        request->only[request->only_count++] = arena_strndup(a->arena, at, length);
        at = at[length] == ',' ? at + length + 1 : NULL;
    }
}

static int fill_new(struct arguments *a)
{
    struct request *request = &a->request;

    request->verb = "backfill";
    request->select = a->rest;
    request->select_count = a->rest_count;
    if ((a->from == NULL) != (a->to == NULL))
        return command_fail(-1, "a range has --from and --to");
    if (a->from != NULL)
        request->partitions[request->partition_count++] =
            arena_printf(a->arena, "%s..%s", a->from, a->to);
    if (a->only != NULL)
        read_only(a);
    if (request->partition_count == 0 && request->only_count == 0)
        return command_fail(-1, "which partitions? say --from and --to, --partition or --only");
    return 0;
}

static int fill(struct arguments *a)
{
    if (a->cancels && a->retries)
        return command_fail(-1, "either --cancel or --retry");
    if (!a->cancels && !a->retries)
        return fill_new(a);
    if (a->rest_count != 1)
        return command_fail(-1, "%s wants one backfill: aorta backfills shows them",
                            a->cancels ? "--cancel" : "--retry");
    a->request.verb = a->cancels ? "cancel_backfill" : "retry_backfill";
    a->request.of = a->rest[0];
    return 0;
}

static void say(const struct arguments *a, const struct event *accepted)
{
    if (a->cancels)
        printf("backfill %s is canceled\n", accepted->message);
    else if (a->retries)
        printf("backfill %s goes on\n", accepted->message);
    else
        printf("backfill %s: %lld partitions\n", accepted->message, (long long)accepted->total);
}

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    struct event accepted;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_backfill, argc, argv, &arena, &a) < 0 || fill(&a) < 0)
        goto out;
    status = change_ask(&a, "accepted", &accepted);
    if (status == EXIT_OK)
        say(&a, &accepted);
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--from", "KEY", "the first partition", NULL},
    {"--to", "KEY", "the last", NULL},
    {"--partition", "KEY", "one of them, or FROM..TO; repeatable", NULL},
    {"--only", "STATE,…", "of these what is missing, failed or stale: missing,failed",
     "missing failed stale"},
    {"--at-once", "N", "runs at once (default: 1)", NULL},
    {"--priority", "N", "of its runs, -1000 to 1000: higher ones start first (default: 0)", NULL},
    {"--cancel", NULL, "cancels the backfill: what has been made stays", NULL},
    {"--retry", NULL, "makes again what failed or was canceled", NULL},
    FLAGS_OF_SELECTION,
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_backfill = {
    "backfill",
    "SELECT… --from KEY --to KEY",
    "<assets> <backfills>",
    "Makes many partitions, a run each, by aorta serve",
    "Prints the backfill's id; aorta backfills ID shows how far it is. It survives the end of the\n"
    "daemon: the next one goes on. With --only and no range it is of all partitions that there are now.\n"
    "With --cancel or --retry the argument is the id of one, or as much of it as says which.\n\n" HELP_OF_SELECTION,
    flags,
    run};
