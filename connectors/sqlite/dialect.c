#include "sqlite/dialect.h"

#include "sqlite/carry.h"

/* Formats are printf's, so a per cent sign is doubled. What makes a timestamp gives it the stored
 * form, six digits; what reads one takes datetime('now') too, which has none. The types' names are
 * explained in sqlite/storage.h. */
const struct aorta_dialect sqlite_dialect = {
    .name = "sqlite",
    .has_schemas = false,
    .is_single_process = false,
    .concurrent_writers = false,
    .transactional_ddl = true,
    .identifier_bytes = 1000, /* SQLite has no limit; messages do */
    .carry = sqlite_carry,
    .lock_wait = NULL, /* readers never block a writer in WAL mode */
    .read_lock = NULL,
    .row_lock = "",
    .current_schema = "",
    .json_text = "CAST(%1$s ->> '$.%2$s' AS TEXT)",
    .regex = "regexp_matches(%1$s, %2$s)",
    .epoch_timestamp = "strftime('%%Y-%%m-%%d %%H:%%M:%%f000', %1$s, 'unixepoch')",
    .md5 = "md5(%1$s)",
    .timestamp_ms_text = "substr(%1$s || '.000', 1, 23)",
    .count_if = "count(*) FILTER (WHERE %1$s)", /* CASE takes half as long again */
    /* SQLite carries 31 February over into March: the end of the wanted month is the latest. */
    .date_add = "CASE '%3$s' WHEN 'day' THEN date(%1$s, (%2$s) || ' day') "
                "ELSE min(date(%1$s, (%2$s) || ' %3$s'), "
                "date(%1$s, 'start of month', (%2$s) || ' %3$s', '1 month', '-1 day')) END",
    .analyze = "ANALYZE",
    .type_names =
        {
            [AORTA_BOOL] = "BOOLEAN",
            [AORTA_INT32] = "INT4",
            [AORTA_INT64] = "BIGINT",
            [AORTA_DOUBLE] = "DOUBLE",
            [AORTA_DATE] = "DATE_TEXT",
            [AORTA_TIME] = "TIME_TEXT",
            [AORTA_TIMESTAMP] = "TIMESTAMP_TEXT",
            [AORTA_TIMESTAMPTZ] = "TIMESTAMPTZ_TEXT",
            [AORTA_UUID] = "UUID_TEXT",
            [AORTA_TEXT] = "TEXT",
            [AORTA_JSON] = "JSON_TEXT",
            [AORTA_DECIMAL] = "DECIMAL",
            [AORTA_BYTES] = "BLOB",
        },
};
