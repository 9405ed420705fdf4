#include "store/sensors.h"

#include "store/command.h"
#include "store/reader.h"

static const struct statement_text sensor_put = {
    "INSERT OR REPLACE INTO sensors (name, definition, cursor, pending, looked_us, fired_us,"
    " run_id, failures, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    "sensor", NULL};

static const struct statement_text sensor_forget = {"DELETE FROM sensors WHERE name = ?1", "sensor",
                                                    NULL};

static const char sensors_sql[] =
    "SELECT name, definition, cursor, pending, looked_us, fired_us, run_id, failures, error,"
    " (SELECT state FROM runs WHERE id = run_id) FROM sensors ORDER BY name";

static const char outcomes_sql[] =
    "WITH behind AS (SELECT id, run_id, asset, kind, detail FROM events WHERE id > ?2"
    " ORDER BY id LIMIT ?3)"
    " SELECT coalesce(max(behind.id), ?2), coalesce(sum("
    "   behind.kind = CASE WHEN ?7 IS NULL THEN 'ended' ELSE 'step' END"
    "   AND (?7 IS NULL OR behind.asset = ?7)"
    "   AND runs.target = ?4 AND runs.trigger IS NOT ?5"
    "   AND (?6 IS NULL OR runs.trigger = ?6)"
    "   AND instr(?1, ' ' || json_extract(behind.detail, '$.state') || ' ') > 0), 0)"
    " FROM behind JOIN runs ON runs.id = behind.run_id";

void store_sensor_put(struct store *store, const struct store_sensor *sensor,
                      struct store_done done)
{
    struct command command = {.statement = &sensor_put, .done = done};

    command_add_text(&command, sensor->name);
    command_add_text(&command, sensor->definition);
    command_add_text(&command, sensor->cursor);
    command_add_text(&command, sensor->pending);
    command_add_int(&command, sensor->looked_us);
    command_add_known(&command, sensor->requested_us, 0);
    command_add_text(&command, sensor->run_id);
    command_add_int(&command, sensor->failures);
    command_add_text(&command, sensor->error);
    store_queue(store, &command);
}

void store_sensor_forget(struct store *store, const char *name, struct store_done done)
{
    struct command command = {.statement = &sensor_forget, .done = done};

    command_add_text(&command, name);
    store_queue(store, &command);
}

static void fill_sensor(void *item, const struct statement *row, struct arena *arena)
{
    struct store_sensor *sensor = item;

    sensor->name = statement_text(row, 0, arena);
    sensor->definition = statement_text(row, 1, arena);
    sensor->cursor = statement_text(row, 2, arena);
    sensor->pending = statement_text(row, 3, arena);
    sensor->looked_us = statement_int(row, 4, 0);
    sensor->requested_us = statement_int(row, 5, 0);
    sensor->run_id = statement_text(row, 6, arena);
    sensor->failures = statement_int(row, 7, 0);
    sensor->error = statement_text(row, 8, arena);
    sensor->run_state = statement_text(row, 9, arena);
}

int store_read_sensors(struct store_reader *reader, struct arena *arena,
                       struct store_sensor **sensors, size_t *count, struct err *err)
{
    const struct reader_query query = {
        .sql = sensors_sql, .item_size = sizeof **sensors, .fill = fill_sensor};
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *sensors = items;
    return 0;
}

struct outcome_count {
    int64_t last_id, found;
};

static void fill_outcomes(void *item, const struct statement *row, struct arena *arena)
{
    struct outcome_count *counted = item;

    (void)arena;
    counted->last_id = statement_int(row, 0, 0);
    counted->found = statement_int(row, 1, 0);
}

int store_count_outcomes(struct store_reader *reader, const struct store_outcomes *outcomes,
                         int64_t *last_id, int64_t *found, struct err *err)
{
    const struct reader_query query = {
        .sql = outcomes_sql,
        .text = outcomes->states,
        .ints = {outcomes->after_id, outcomes->limit},
        .int_count = 2,
        .second = outcomes->target,
        .third = outcomes->own,
        .fourth = outcomes->trigger,
        .fifth = outcomes->asset,
        .item_size = sizeof(struct outcome_count),
        .fill = fill_outcomes,
    };
    const struct outcome_count *counted;
    struct arena arena;
    void *items;
    size_t count;

    arena_init(&arena);
    int result = reader_all(reader, &query, &arena, &items, &count, err);
    counted = items;
    if (result == 0 && count == 1) {
        *last_id = counted->last_id;
        *found = counted->found;
    } else if (result == 0) {
        result = err_set(err, ERR_BROKEN, "the outcomes of runs are %zu rows", count);
    }
    arena_release(&arena);
    return result;
}
