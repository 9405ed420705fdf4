/* What checks said, of a run and of assets. */
#include "store/reader.h"

#define CHECK_COLUMNS "run_id, asset, check_name, status, severity, failures, sample, at_us"

static const char check_results_sql[] = "SELECT " CHECK_COLUMNS " FROM check_results"
                                        " WHERE run_id = ?1 ORDER BY id";

static const char last_of_asset_sql[] =
    "SELECT " CHECK_COLUMNS " FROM check_results WHERE run_id ="
    " (SELECT run_id FROM check_results WHERE asset = ?1 ORDER BY id DESC LIMIT 1)"
    " AND +asset = ?1 ORDER BY id";

/* Each asset is found by the index, however many results it has. */
static const char last_of_all_sql[] =
    "WITH RECURSIVE names (asset) AS ("
    " SELECT min(asset) FROM check_results UNION ALL"
    " SELECT (SELECT min(asset) FROM check_results WHERE asset > names.asset) FROM names"
    " WHERE names.asset IS NOT NULL),"
    " lasts AS (SELECT asset, (SELECT run_id FROM check_results WHERE asset = names.asset"
    "  ORDER BY id DESC LIMIT 1) AS run_id FROM names WHERE asset IS NOT NULL)"
    " SELECT c.run_id, c.asset, check_name, status, severity, failures, sample, at_us"
    " FROM lasts AS l CROSS JOIN check_results AS c ON c.run_id = l.run_id AND +c.asset = l.asset"
    " ORDER BY l.asset, c.id";

static void fill_check_result(void *item, const struct statement *row, struct arena *arena)
{
    struct store_check_result *result = item;

    result->run_id = statement_text(row, 0, arena);
    result->asset = statement_text(row, 1, arena);
    result->check = statement_text(row, 2, arena);
    result->status = statement_text(row, 3, arena);
    result->severity = statement_text(row, 4, arena);
    result->failures = statement_int(row, 5, 0);
    result->sample = statement_text(row, 6, arena);
    result->at_us = statement_int(row, 7, 0);
}

int store_read_check_results(struct store_reader *reader, const char *run_id, struct arena *arena,
                             struct store_check_result **results, size_t *count, struct err *err)
{
    const struct reader_query query = {
        .sql = check_results_sql,
        .text = run_id,
        .item_size = sizeof **results,
        .fill = fill_check_result,
    };
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *results = items;
    return 0;
}

int store_read_last_checks(struct store_reader *reader, const char *asset, struct arena *arena,
                           struct store_check_result **results, size_t *count, struct err *err)
{
    const struct reader_query query = {
        .sql = asset != NULL ? last_of_asset_sql : last_of_all_sql,
        .text = asset,
        .item_size = sizeof **results,
        .fill = fill_check_result,
    };
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *results = items;
    return 0;
}
