#include "cli/declared.h"

#include "base/suggest.h"

#include <string.h>

/* The index of the one that is meant; DECLARED_ALL after saying that there is none. */
static size_t find(const struct declared *declared, const struct loaded *loaded, const char *text,
                   struct arena *arena)
{
    size_t count = declared->count(loaded), kind = strlen(declared->kind);
    const char **names = arena_calloc(arena, count + 1, sizeof *names);

    if (strncmp(text, declared->kind, kind) == 0 && text[kind] == ':')
        text += kind + 1;
    for (size_t i = 0; i < count; i++) {
        names[i] = declared->name(loaded, i);
        if (strcmp(names[i], text) == 0)
            return i;
    }
    const char *near = suggest(text, names, count);
    command_fail(0, "there is no %s %s%s%s%s", declared->kind, text,
                 near != NULL ? ": did you mean " : "", near != NULL ? near : "",
                 near != NULL ? "?" : "");
    return DECLARED_ALL;
}

static int show(const struct declared *declared, const struct arguments *a,
                const struct loaded *loaded)
{
    if (a->rest_count == 0)
        return declared->show(a, loaded, DECLARED_ALL);
    size_t index = find(declared, loaded, a->rest[0], a->arena);
    return index != DECLARED_ALL ? declared->show(a, loaded, index) : EXIT_USAGE;
}

int declared_run(const struct command *command, const struct declared *declared, int argc,
                 char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(command, argc, argv, &arena, &a) < 0)
        goto out;
    if (a.rest_count > 1) {
        command_fail(EXIT_USAGE, "%s wants one %s, or none for all of them", command->name,
                     declared->kind);
        goto out;
    }
    a.request.verb = "ls";
    struct plan *plan = plan_new(&a.request);
    command_report(plan);
    if (plan->problems.count == 0)
        status = show(declared, &a, plan->loaded);
    plan_free(plan);
out:
    arena_release(&arena);
    return status;
}
