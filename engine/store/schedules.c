#include "store/schedules.h"

#include "store/command.h"
#include "store/reader.h"

/* ---- writing --------------------------------------------------------------------------------- */

static const struct statement_text schedule_reach = {
    "INSERT INTO schedules (name, definition, reached_us) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (name) DO UPDATE SET definition = ?2, reached_us = ?3",
    "schedule", NULL};

static const struct statement_text schedule_forget = {"DELETE FROM schedules WHERE name = ?1",
                                                      "schedule", NULL};

static const struct statement_text tick_put = {
    "INSERT OR REPLACE INTO ticks (schedule, due_us, state, run_id, reason, at_us)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    "tick of schedule", NULL};

static const struct statement_text pause_put = {
    "INSERT OR REPLACE INTO pauses (subject, is_paused, actor, at_us) VALUES (?1, ?2, ?3, ?4)",
    "pause of", NULL};

void store_schedule_reach(struct store *store, const struct store_schedule *schedule,
                          struct store_done done)
{
    struct command command = {.statement = &schedule_reach, .done = done};

    command_add_text(&command, schedule->name);
    command_add_text(&command, schedule->definition);
    command_add_int(&command, schedule->reached_us);
    store_queue(store, &command);
}

void store_schedule_forget(struct store *store, const char *name, struct store_done done)
{
    struct command command = {.statement = &schedule_forget, .done = done};

    command_add_text(&command, name);
    store_queue(store, &command);
}

void store_tick_put(struct store *store, const struct store_tick *tick, struct store_done done)
{
    struct command command = {.statement = &tick_put, .done = done};

    command_add_text(&command, tick->schedule);
    command_add_int(&command, tick->due_us);
    command_add_text(&command, tick->state);
    command_add_text(&command, tick->run_id);
    command_add_text(&command, tick->reason);
    command_add_int(&command, tick->at_us);
    store_queue(store, &command);
}

void store_pause_put(struct store *store, const struct store_pause *pause, struct store_done done)
{
    struct command command = {.statement = &pause_put, .done = done};

    command_add_text(&command, pause->subject);
    command_add_int(&command, pause->is_paused);
    command_add_text(&command, pause->actor);
    command_add_int(&command, pause->at_us);
    store_queue(store, &command);
}

/* ---- reading --------------------------------------------------------------------------------- */

static const char schedules_sql[] =
    "SELECT name, definition, reached_us FROM schedules ORDER BY name";

static const char pauses_sql[] =
    "SELECT subject, is_paused, actor, at_us FROM pauses ORDER BY subject";

static const char ticks_sql[] =
    "SELECT schedule, due_us, state, run_id, reason, at_us,"
    " (SELECT state FROM runs WHERE id = run_id) FROM ticks"
    " WHERE schedule = ?1 AND due_us < ?2 ORDER BY due_us DESC LIMIT ?3";

static void fill_schedule(void *item, const struct statement *row, struct arena *arena)
{
    struct store_schedule *schedule = item;

    schedule->name = statement_text(row, 0, arena);
    schedule->definition = statement_text(row, 1, arena);
    schedule->reached_us = statement_int(row, 2, 0);
}

static void fill_pause(void *item, const struct statement *row, struct arena *arena)
{
    struct store_pause *pause = item;

    pause->subject = statement_text(row, 0, arena);
    pause->is_paused = statement_int(row, 1, 0) != 0;
    pause->actor = statement_text(row, 2, arena);
    pause->at_us = statement_int(row, 3, 0);
}

static void fill_tick(void *item, const struct statement *row, struct arena *arena)
{
    struct store_tick *tick = item;

    tick->schedule = statement_text(row, 0, arena);
    tick->due_us = statement_int(row, 1, 0);
    tick->state = statement_text(row, 2, arena);
    tick->run_id = statement_text(row, 3, arena);
    tick->reason = statement_text(row, 4, arena);
    tick->at_us = statement_int(row, 5, 0);
    tick->run_state = statement_text(row, 6, arena);
}

int store_read_schedules(struct store_reader *reader, struct arena *arena,
                         struct store_schedule **schedules, size_t *count, struct err *err)
{
    const struct reader_query query = {
        .sql = schedules_sql, .item_size = sizeof **schedules, .fill = fill_schedule};
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *schedules = items;
    return 0;
}

int store_read_pauses(struct store_reader *reader, struct arena *arena, struct store_pause **pauses,
                      size_t *count, struct err *err)
{
    const struct reader_query query = {
        .sql = pauses_sql, .item_size = sizeof **pauses, .fill = fill_pause};
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *pauses = items;
    return 0;
}

int store_read_ticks(struct store_reader *reader, const char *schedule, int64_t before_us,
                     int64_t limit, struct arena *arena, struct store_tick **ticks, size_t *count,
                     struct err *err)
{
    const struct reader_query query = {
        .sql = ticks_sql,
        .text = schedule,
        .ints = {before_us, limit},
        .int_count = 2,
        .item_size = sizeof **ticks,
        .fill = fill_tick,
    };
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *ticks = items;
    return 0;
}
