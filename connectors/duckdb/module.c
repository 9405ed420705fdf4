/*
 * The DuckDB connector: an embedded warehouse in one file.
 */
#include "duckdb/carry.h"
#include "duckdb/catalog.h"
#include "duckdb/confinement.h"
#include "duckdb/connection.h"
#include "duckdb/cursor.h"
#include "duckdb/load.h"
#include "duckdb/pull.h"
#include "duckdb/session.h"
#include "duckdb/statement.h"

static const struct aorta_dialect dialect = {
    .name = "duckdb",
    .has_schemas = true,
    .is_single_process = true,
    .concurrent_writers = true, /* in one process; of two that change one row, one is told so */
    .transactional_ddl = true,
    .identifier_bytes = 255, /* DuckDB has no limit; longer names help nobody */
    .carry = duckdb_carry,
    .lock_wait = NULL, /* readers never block a writer */
    .row_lock = "",
    .current_schema = "main",
    .json_text = "json_extract_string(%1$s, '$.\"%2$s\"')",
    .regex = "regexp_matches(%1$s, %2$s)",
    .epoch_timestamp = "make_timestamp(CAST(%1$s AS BIGINT) * 1000000)",
    .md5 = "md5(%1$s)",
    .timestamp_ms_text = "strftime(CAST(%1$s AS TIMESTAMP), '%%Y-%%m-%%d %%H:%%M:%%S.%%g')",
    .count_if = "count(CASE WHEN %1$s THEN 1 END)", /* FILTER takes nearly twice as long */
    .counts_apart = true,
    .hash = "hash(%1$s)",
    .date_add = "CAST(%1$s + to_%3$ss(CAST(%2$s AS INTEGER)) AS DATE)",
    .analyze = "",
    .type_names =
        {
            [AORTA_BOOL] = "BOOLEAN",
            [AORTA_INT32] = "INTEGER",
            [AORTA_INT64] = "BIGINT",
            [AORTA_DOUBLE] = "DOUBLE",
            [AORTA_DATE] = "DATE",
            [AORTA_TIME] = "TIME",
            [AORTA_TIMESTAMP] = "TIMESTAMP",
            [AORTA_TIMESTAMPTZ] = "TIMESTAMP WITH TIME ZONE",
            [AORTA_UUID] = "UUID",
            [AORTA_TEXT] = "VARCHAR",
            [AORTA_JSON] = "JSON",
            [AORTA_DECIMAL] = "DECIMAL(38,9)",
            [AORTA_BYTES] = "BLOB",
        },
};

static const struct aorta_warehouse warehouse = {
    .dialect = &dialect,
    .session_open = session_open,
    .session_close = session_close,
    .begin = session_begin,
    .commit = session_commit,
    .rollback = session_rollback,
    .exec = statement_exec,
    .query = cursor_open,
    .next = cursor_next,
    .cursor_close = cursor_close,
    .cursor_fields = cursor_fields,
    .describe = catalog_describe,
    .list = catalog_list,
    .load_begin = load_begin,
    .load_batch = load_batch,
    .load_end = load_end,
    .load_abort = load_abort,
    .load_from = pull_load,
    .cancel = session_cancel,
    .needs_carry = carry_is_needed,
    .confine = confinement_begin,
};

static const struct aorta_connector connector = {
    .abi = AORTA_ABI,
    .size = sizeof connector,
    .name = "duckdb",
    .summary = "DuckDB, an embedded warehouse in one file",
    .options = connection_options,
    .open = connection_open,
    .close = connection_close,
    .is_there = connection_is_there,
    .warehouse = &warehouse,
};

const struct aorta_connector *aorta_connector(void)
{
    return &connector;
}
