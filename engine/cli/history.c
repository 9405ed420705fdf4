#include "cli/history.h"

#include "base/clock.h"
#include "daemon/lock.h"

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

void history_write_time(struct json_writer *json, const char *key, int64_t us)
{
    char text[CLOCK_TEXT_SIZE];

    json_write_key(json, key);
    json_write_str(json, us == 0 ? NULL : clock_format_iso(text, us, 6));
}
