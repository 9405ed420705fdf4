#include "base/arena.h"
#include "base/limits.h"
#include "base/suggest.h"
#include "base/units.h"
#include "cli/values.h"
#include "run/plan.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int command_fail(int status, const char *fmt, ...)
{
    va_list args;

    fflush(stdout);
    fputs("aorta: ", stderr);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    return status;
}

/* Where it is, or else who says so: as compilers have it. */
static void print_problem(bool is_of_file, const char *text)
{
    fprintf(stderr, "%s%s\n", is_of_file ? "" : "aorta: ", text);
}

int command_refused(const struct event *event)
{
    bool is_usage = event->state != NULL && strcmp(event->state, "config") == 0;

    for (size_t i = 0; i < event->line_count; i++)
        print_problem((int64_t)i >= event->general, event->lines[i]);
    return is_usage ? EXIT_USAGE : EXIT_FAILED;
}

void command_help(const struct command *command, FILE *out)
{
    fprintf(out, "usage: aorta %s%s%s\n\n%s.\n", command->name,
            command->arguments[0] != '\0' ? " " : "", command->arguments, command->summary);
    if (command->details != NULL)
        fprintf(out, "\n%s\n", command->details);
    fputs("\n", out);
    for (const struct flag *flag = command->flags; flag->name != NULL; flag++) {
        int width = fprintf(out, "  %s%s%s", flag->name, flag->argument != NULL ? " " : "",
                            flag->argument != NULL ? flag->argument : "");
        fprintf(out, "%*s%s\n", width < 26 ? 26 - width : 1, "", flag->help);
    }
}

void command_report(struct plan *plan)
{
    for (size_t i = 0; i < plan->problems.count; i++)
        print_problem(plan->problems.items[i].file != NULL,
                      problem_text(&plan->problems.items[i], &plan->arena));
}

/* Flags whose value is kept as it was typed: the field of struct arguments that each sets. */
static const struct {
    const char *name;
    size_t offset;
} texts[] = {
    {"--project", offsetof(struct arguments, folder)},
    {"--target", offsetof(struct arguments, request.target)},
    {"--threads", offsetof(struct arguments, threads)},
    {"--for", offsetof(struct arguments, duration)},
    {"--timeout", offsetof(struct arguments, timeout)},
    {"--from", offsetof(struct arguments, from)},
    {"--to", offsetof(struct arguments, to)},
    {"--only", offsetof(struct arguments, only)},
    {"--at-once", offsetof(struct arguments, at_once)},
    {"--priority", offsetof(struct arguments, priority)},
    {"--step", offsetof(struct arguments, step)},
    {"--state", offsetof(struct arguments, state)},
    {"--limit", offsetof(struct arguments, limit_text)},
    {"--address", offsetof(struct arguments, address)},
    {"--url", offsetof(struct arguments, url)},
    {"--token", offsetof(struct arguments, token)},
    {"--junit", offsetof(struct arguments, junit)},
    {"--key", offsetof(struct arguments, key)},
    {"--name", offsetof(struct arguments, name)},
    {"--role", offsetof(struct arguments, role)},
    {"--actor", offsetof(struct arguments, actor)},
    {"--action", offsetof(struct arguments, action)},
    {"--expires", offsetof(struct arguments, expires)},
};

/* Those of them that are numbers, what they may be, and where the number goes. */
static const struct {
    const char *name;
    size_t text, number;
    int64_t least, greatest;
} numbers[] = {
    {"--threads", offsetof(struct arguments, threads), offsetof(struct arguments, request.threads),
     1, LIMIT_THREADS},
    {"--limit", offsetof(struct arguments, limit_text), offsetof(struct arguments, limit), 1,
     LIMIT_LISTED_RUNS},
    {"--at-once", offsetof(struct arguments, at_once), offsetof(struct arguments, request.at_once),
     1, LIMIT_THREADS},
    {"--priority", offsetof(struct arguments, priority),
     offsetof(struct arguments, request.priority), -LIMIT_PRIORITY, LIMIT_PRIORITY},
};

/* Flags without a value. */
static const struct {
    const char *name;
    size_t offset;
} switches[] = {
    {"--full-refresh", offsetof(struct arguments, request.full_refresh)},
    {"--discard-history", offsetof(struct arguments, request.discard_history)},
    {"--force", offsetof(struct arguments, request.force)},
    {"--fail-fast", offsetof(struct arguments, request.fail_fast)},
    {"--until-idle", offsetof(struct arguments, request.until_idle)},
    {"--rejected", offsetof(struct arguments, request.drops_rejected)},
    {"--detach", offsetof(struct arguments, request.detaches)},
    {"--failed", offsetof(struct arguments, request.only_failed)},
    {"--wait", offsetof(struct arguments, waits)},
    {"--json", offsetof(struct arguments, as_json)},
    {"--partitions", offsetof(struct arguments, lists_partitions)},
    {"--cancel", offsetof(struct arguments, cancels)},
    {"--retry", offsetof(struct arguments, retries)},
    {"--dry-run", offsetof(struct arguments, is_dry)},
    {"--csv", offsetof(struct arguments, as_csv)},
    {"--offline", offsetof(struct arguments, is_offline)},
    {"--follow", offsetof(struct arguments, follows)},
    {"--quiet", offsetof(struct arguments, is_quiet)},
    {"--sql", offsetof(struct arguments, only_sql)},
};

static bool set_flag(struct arguments *a, const char *name, const char *value)
{
    if (strcmp(name, "--var") == 0) {
        a->request.assignments[a->request.assignment_count++] = value;
        return true;
    }
    if (strcmp(name, "--partition") == 0) {
        a->request.partitions[a->request.partition_count++] = value;
        return true;
    }
    if (strcmp(name, "--exclude") == 0) {
        a->request.exclude[a->request.exclude_count++] = value;
        return true;
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(name, texts[i].name) == 0) {
            *(const char **)(void *)((char *)a + texts[i].offset) = value;
            return true;
        }
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        if (strcmp(name, switches[i].name) == 0) {
            *(bool *)((char *)a + switches[i].offset) = true;
            return true;
        }
    return false;
}

static const struct flag *find_flag(const struct command *command, const char *text, size_t size)
{
    for (const struct flag *flag = command->flags; flag->name != NULL; flag++)
        if (strlen(flag->name) == size && strncmp(flag->name, text, size) == 0)
            return flag;
    return NULL;
}

static int unknown_flag(const struct command *command, const char *name)
{
    enum { MAX_FLAGS = 16 };
    const char *names[MAX_FLAGS];
    size_t count = 0;

    for (const struct flag *flag = command->flags; flag->name != NULL && count < MAX_FLAGS; flag++)
        names[count++] = flag->name;
    const char *near = suggest(name, names, count);
    if (near != NULL)
        return command_fail(-1, "%s has no flag %s: did you mean %s?", command->name, name, near);
    return command_fail(-1, "%s has no flag %s: see aorta %s --help", command->name, name,
                        command->name);
}

/* "--flag" and "-f", but not "-1", nor SQL that begins with a comment. */
static bool is_flag(const char *word)
{
    size_t dashes = strspn(word, "-");
    bool has_name = (word[dashes] >= 'a' && word[dashes] <= 'z') ||
                    (word[dashes] >= 'A' && word[dashes] <= 'Z');
    size_t end = strcspn(word, "= \t\r\n");

    return (dashes == 1 || dashes == 2) && has_name && (word[end] == '=' || word[end] == '\0');
}

/* One argument that is a flag; *used says how many words it took. */
static int read_flag(const struct command *command, int left, char **argv, int *used,
                     struct arguments *a)
{
    const char *equals = strchr(argv[0], '=');
    size_t size = equals != NULL ? (size_t)(equals - argv[0]) : strlen(argv[0]);
    const struct flag *flag = find_flag(command, argv[0], size);

    *used = 1;
    if (flag == NULL)
        return unknown_flag(command, arena_strndup(a->arena, argv[0], size));
    const char *value = equals != NULL ? equals + 1 : NULL;
    if (flag->argument == NULL && value != NULL)
        return command_fail(-1, "%s takes no value", flag->name);
    if (flag->argument != NULL && value == NULL) {
        if (left < 2)
            return command_fail(-1, "%s needs a value: %s", flag->name, flag->argument);
        value = argv[1];
        *used = 2;
    }
    if (flag->argument != NULL && values_check(flag, value, a->arena) < 0)
        return -1;
    return set_flag(a, flag->name, value) ? 0 : command_fail(-1, "%s is not known", flag->name);
}

/* A flag's number, if it was given. */
static int read_number(const char *flag, const char *text, int64_t least, int64_t greatest,
                       int64_t *number)
{
    char *end;

    if (text == NULL)
        return 0;
    long value = strtol(text, &end, 10);
    const char *digits = text + (least < 0 && text[0] == '-');
    if (digits[0] < '0' || digits[0] > '9' || *end != '\0' || value < least || value > greatest)
        return command_fail(-1, "%s wants a number from %lld to %lld, not \"%s\"", flag,
                            (long long)least, (long long)greatest, text);
    *number = value;
    return 0;
}

static int read_numbers(struct arguments *a)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const char *text = *(const char **)(void *)((char *)a + numbers[i].text);
        int64_t *number = (int64_t *)(void *)((char *)a + numbers[i].number);
        if (read_number(numbers[i].name, text, numbers[i].least, numbers[i].greatest, number) < 0)
            return -1;
    }
    return 0;
}

static int read_duration(const char *flag, const char *text, int64_t *ms)
{
    if (text == NULL)
        return 0;
    if (!units_parse_duration_ms(text, ms) || *ms < 1)
        return command_fail(-1, "%s wants a time like 30s, 5m or 2h, not \"%s\"", flag, text);
    return 0;
}

static int find_project(struct arguments *a)
{
    struct pipeline_choice choice = {.target = a->request.target};
    struct pipeline pipeline;
    struct problems problems;
    struct err err;

    if (pipeline_find_folder(a->folder != NULL ? a->folder : ".", a->arena, &a->folder, &err) < 0)
        return command_fail(-1, "%s", err.message);
    /* Only for the state's folder: what is wrong is reported by whoever reads it for good. */
    problems_init(&problems, a->arena);
    pipeline_load(&pipeline, a->folder, &choice, a->arena, &problems);
    a->state_folder = pipeline.state != NULL && pipeline.state[0] == '/'
                          ? pipeline.state
                          : arena_printf(a->arena, "%s/.aorta", a->folder);
    a->request.folder = a->folder;
    a->request.environment = pipeline_environment(&pipeline, pipeline.arena);
    return 0;
}

int arguments_read(const struct command *command, int argc, char **argv, struct arena *arena,
                   struct arguments *a)
{
    bool only_words = false;

    *a = (struct arguments){.arena = arena};
    a->request.version = MESSAGE_VERSION;
    a->request.assignments = arena_calloc(arena, (size_t)argc + 1, sizeof(char *));
    a->request.exclude = arena_calloc(arena, (size_t)argc + 1, sizeof(char *));
    a->request.partitions = arena_calloc(arena, (size_t)argc + 1, sizeof(char *));
    a->rest = arena_calloc(arena, (size_t)argc + 1, sizeof(char *));
    for (int i = 0; i < argc;) {
        int used = 1;
        if (!only_words && strcmp(argv[i], "--") == 0)
            only_words = true;
        else if (only_words || !is_flag(argv[i]))
            a->rest[a->rest_count++] = argv[i];
        else if (read_flag(command, argc - i, argv + i, &used, a) < 0)
            return -1;
        i += used;
    }
    if (a->rest_count > 0 && command->arguments[0] == '\0')
        return command_fail(-1, "%s takes no argument: \"%s\"", command->name, a->rest[0]);
    if (a->request.discard_history && !a->request.full_refresh)
        return command_fail(-1, "--discard-history says what --full-refresh may do: give both");
    if (read_numbers(a) < 0 || read_duration("--for", a->duration, &a->request.for_ms) < 0 ||
        read_duration("--timeout", a->timeout, &a->request.timeout_ms) < 0 ||
        read_duration("--expires", a->expires, &a->request.lasts_ms) < 0)
        return -1;
    return find_flag(command, "--project", strlen("--project")) != NULL ? find_project(a) : 0;
}
