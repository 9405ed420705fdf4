/* What the store holds of assets, whatever run it came of. */
#include "store/reader.h"

#define MATERIALIZATION_COLUMNS "asset, run_id, at_us, rows, version, fingerprint, id"

static const char history_sql[] = "SELECT " MATERIALIZATION_COLUMNS " FROM materializations"
                                  " WHERE asset = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";

static const char materializations_sql[] =
    "SELECT " MATERIALIZATION_COLUMNS " FROM materializations"
    " WHERE id IN (SELECT max(m.id) FROM materializations AS m LEFT JOIN runs AS r"
    "              ON r.id = m.run_id WHERE r.id IS NULL OR r.target = ?1 GROUP BY m.asset)"
    " ORDER BY asset";

static const char newest_sql[] =
    "SELECT " MATERIALIZATION_COLUMNS " FROM materializations"
    " WHERE asset = ?1 AND coalesce((SELECT r.target FROM runs AS r"
    "                                WHERE r.id = materializations.run_id), ?4) = ?4"
    " ORDER BY id DESC LIMIT 1";

/* Each asset is found by the index, its newest steps too: however many runs of the target there
 * were. */
static const char last_steps_sql[] =
    "WITH RECURSIVE names (asset) AS ("
    " SELECT min(asset) FROM steps UNION ALL"
    " SELECT (SELECT min(asset) FROM steps WHERE asset > names.asset) FROM names"
    " WHERE names.asset IS NOT NULL),"
    " lasts AS (SELECT asset,"
    " (SELECT run_id FROM steps WHERE asset = names.asset AND state <> 'queued'"
    "  AND (SELECT target FROM runs WHERE id = run_id) = ?1 ORDER BY run_id DESC LIMIT 1) AS run_id,"
    " (SELECT run_id FROM steps WHERE asset = names.asset AND state IN ('succeeded', 'fresh')"
    "  AND (SELECT target FROM runs WHERE id = run_id) = ?1 ORDER BY run_id DESC LIMIT 1) AS good_id"
    " FROM names WHERE asset IS NOT NULL)"
    " SELECT s.asset, s.run_id, s.state, s.reason, a.started_us,"
    " CASE WHEN a.number IS NULL THEN (SELECT ended_us FROM runs WHERE id = s.run_id)"
    "  ELSE a.ended_us END,"
    " (SELECT started_us FROM attempts WHERE run_id = l.good_id AND asset = l.asset"
    "  ORDER BY number DESC LIMIT 1)"
    " FROM lasts AS l JOIN steps AS s ON s.run_id = l.run_id AND s.asset = l.asset"
    " LEFT JOIN attempts AS a ON a.run_id = s.run_id AND a.asset = s.asset"
    " AND a.number = (SELECT max(number) FROM attempts WHERE run_id = s.run_id AND asset = s.asset)"
    " ORDER BY s.asset";

static void fill_materialization(void *item, const struct statement *row, struct arena *arena)
{
    struct store_materialization *materialization = item;

    materialization->asset = statement_text(row, 0, arena);
    materialization->run_id = statement_text(row, 1, arena);
    materialization->at_us = statement_int(row, 2, 0);
    materialization->rows = statement_int(row, 3, STORE_NO_COUNT);
    materialization->version = statement_text(row, 4, arena);
    materialization->fingerprint = statement_text(row, 5, arena);
    materialization->id = statement_int(row, 6, 0);
}

int store_read_history(struct store_reader *reader, const char *asset, int64_t before_id,
                       int64_t limit, struct arena *arena,
                       struct store_materialization **materializations, size_t *count,
                       struct err *err)
{
    const struct reader_query query = {
        .sql = history_sql,
        .text = asset,
        .ints = {before_id > 0 ? before_id : INT64_MAX, limit},
        .int_count = 2,
        .item_size = sizeof **materializations,
        .fill = fill_materialization,
    };
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *materializations = items;
    return 0;
}

int store_read_materializations(struct store_reader *reader, const char *target,
                                struct arena *arena,
                                struct store_materialization **materializations, size_t *count,
                                struct err *err)
{
    const struct reader_query query = {
        .sql = materializations_sql,
        .text = target,
        .item_size = sizeof **materializations,
        .fill = fill_materialization,
    };
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *materializations = items;
    return 0;
}

int store_read_newest(struct store_reader *reader, const char *asset, const char *target,
                      struct arena *arena, struct store_materialization **newest, struct err *err)
{
    const struct reader_query query = {
        .sql = newest_sql,
        .text = asset,
        .second = target,
        .item_size = sizeof **newest,
        .fill = fill_materialization,
    };
    size_t count;
    void *items;

    if (reader_all(reader, &query, arena, &items, &count, err) < 0)
        return -1;
    *newest = count > 0 ? items : NULL;
    return 0;
}

static void fill_last_step(void *item, const struct statement *row, struct arena *arena)
{
    struct store_last_step *step = item;

    step->asset = statement_text(row, 0, arena);
    step->run_id = statement_text(row, 1, arena);
    step->state = reader_state(row, 2, arena);
    step->reason = statement_text(row, 3, arena);
    step->started_us = statement_int(row, 4, 0);
    step->ended_us = statement_int(row, 5, 0);
    step->confirmed_us = statement_int(row, 6, 0);
}

int store_read_last_steps(struct store_reader *reader, const char *target, struct arena *arena,
                          struct store_last_step **steps, size_t *count, struct err *err)
{
    const struct reader_query query = {
        .sql = last_steps_sql,
        .text = target,
        .item_size = sizeof **steps,
        .fill = fill_last_step,
    };
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *steps = items;
    return 0;
}
