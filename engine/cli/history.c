#include "cli/history.h"

#include "base/clock.h"
#include "daemon/lock.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

int history_open(const struct arguments *arguments, struct store_reader **reader)
{
    const char *path = arena_printf(arguments->arena, "%s/runs.db", arguments->state_folder);
    struct err err;

    *reader = NULL;
    if (access(path, F_OK) != 0)
        return 0;
    if (store_reader_open(path, reader, &err) == 0)
        return 0;
    return command_fail(-1, "%s", err.message);
}

int history_look(const struct arguments *arguments,
                 int (*look)(const struct arguments *arguments, struct store_reader *reader))
{
    struct store_reader *reader;

    if (history_open(arguments, &reader) < 0)
        return EXIT_FAILED;
    int status = look(arguments, reader);
    store_reader_close(reader);
    return status;
}

static const char *upper(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);

    for (char *p = copy; *p != '\0'; p++)
        *p = (char)toupper((unsigned char)*p);
    return copy;
}

const struct store_run *history_find_run(const struct arguments *arguments,
                                         struct store_reader *reader, const char *text)
{
    struct store_run *runs = NULL;
    size_t count = 0;
    struct err err;

    bool is_previous = strcmp(text, "previous") == 0;
    bool is_last = is_previous || strcmp(text, "last") == 0;
    const char *target = arguments->request.target;
    const struct store_run_page page = {
        .prefix = is_last ? NULL : upper(arguments->arena, text),
        .target = target,
        .limit = is_previous ? 2
                 : is_last   ? 1
                             : 3,
    };
    if (reader != NULL && store_find_runs(reader, &page, arguments->arena, &runs, &count, &err) < 0)
        command_fail(0, "%s", err.message);
    else if (is_previous && count == 2)
        return &runs[1];
    else if (is_previous && count == 1)
        command_fail(0, "there is no run before %s: aorta runs lists them", runs[0].id);
    else if (count == 1)
        return runs;
    else if (count > 1)
        command_fail(0, "several runs begin with %s: %s, %s%s", text, runs[0].id, runs[1].id,
                     count > 2 ? ", …" : "");
    else if (reader == NULL || (is_last && target == NULL))
        command_fail(0, "there is no run yet: aorta run");
    else
        command_fail(0, "there is no %s%s%s%s: aorta runs lists them", is_last ? "run" : "run ",
                     is_last ? "" : text, target != NULL ? " in target " : "",
                     target != NULL ? target : "");
    return NULL;
}

bool history_is_live(const struct arguments *arguments)
{
    return lock_is_held(arguments->state_folder);
}

const char *history_run_word(enum store_state state, bool is_live)
{
    return store_state_name(state == STATE_RUNNING && !is_live ? STATE_INTERRUPTED : state);
}

const char *history_step_word(enum store_state state, bool is_live)
{
    return state == STATE_SUCCEEDED ? "published" : history_run_word(state, is_live);
}

const char *history_selection(const struct store_run *run)
{
    return run->selection != NULL && run->selection[0] != '\0' ? run->selection : "everything";
}

const char *history_checks(int64_t passed, int64_t warned, int64_t failed, struct arena *arena)
{
    const struct {
        int64_t count;
        const char *word;
    } parts[] = {{passed, "ok"}, {warned, "warned"}, {failed, "failed"}};
    const char *text = "";

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].count > 0)
            text = arena_printf(arena, "%s%s%lld %s", text, text[0] != '\0' ? ", " : "",
                                (long long)parts[i].count, parts[i].word);
    return text;
}

void history_write_time(struct json_writer *json, const char *key, int64_t us)
{
    char text[CLOCK_TEXT_SIZE];

    json_write_key(json, key);
    json_write_str(json, us == 0 ? NULL : clock_format_iso(text, us, 6));
}

void history_write_upkeep(struct json_writer *json, const struct upkept *upkept)
{
    const struct lateness *lateness = &upkept->lateness;
    bool has_next = lateness->is_timed && lateness->next_us != INT64_MAX;

    if (upkept->rule != NULL && upkept->rule->has_freshness) {
        json_write_key(json, "late");
        json_write_bool(json, lateness->is_late);
        history_write_time(json, "late_since", lateness->is_late ? lateness->deadline_us : 0);
        history_write_time(json, "late_at", has_next ? lateness->next_us : 0);
    }
    if (!upkept_is_automated(upkept))
        return;
    json_write_key(json, "automation");
    json_write_str(json, upkeep_when_names[upkept->rule->when]);
    json_write_key(json, "waits_for");
    json_write_str(json, upkept->waits_for);
}
