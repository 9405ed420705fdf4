#include "duckdb/statement.h"

#include "duckdb/carry.h"
#include "duckdb/confinement.h"
#include "duckdb/decimal.h"
#include "duckdb/failure.h"
#include "duckdb/library.h"
#include "duckdb/uuid.h"

#include "base/utf8.h"

#include <inttypes.h>

static duckdb_state bind_uuid(duckdb_prepared_statement statement, idx_t index, const char *bytes)
{
    duckdb_value value = duckdb.create_uuid(uuid_number((const uint8_t *)bytes));
    duckdb_state state = duckdb.bind_value(statement, index, value);

    duckdb.destroy_value(&value);
    return state;
}

/* As narrow as the number is: DuckDB compares decimals of 38 digits with few others. */
static duckdb_state bind_decimal(duckdb_prepared_statement statement, idx_t index,
                                 const struct decimal *decimal)
{
    const duckdb_hugeint unscaled = {
        .lower = (uint64_t)decimal->unscaled,
        .upper = (int64_t)(decimal->unscaled >> 64),
    };
    const duckdb_decimal value = {
        .width = (uint8_t)decimal_width(decimal),
        .scale = (uint8_t)decimal->scale,
        .value = unscaled,
    };

    return duckdb.bind_decimal(statement, index, value);
}

static int bind(duckdb_prepared_statement statement, idx_t index, const struct aorta_value *value,
                struct aorta_error *error)
{
    const char *data = value->text.data;
    size_t size = value->text.size;
    int64_t integer = value->integer;
    duckdb_state state = DuckDBError;
    struct decimal decimal;

    if (value->is_null)
        return duckdb.bind_null(statement, index) == DuckDBSuccess ? 0 : -1;
    switch (value->type) {
    case AORTA_BOOL: state = duckdb.bind_boolean(statement, index, integer != 0); break;
    case AORTA_INT32: state = duckdb.bind_int32(statement, index, (int32_t)integer); break;
    case AORTA_INT64: state = duckdb.bind_int64(statement, index, integer); break;
    case AORTA_DOUBLE: state = duckdb.bind_double(statement, index, value->number); break;
    case AORTA_DATE:
        state = duckdb.bind_date(statement, index, (duckdb_date){(int32_t)integer});
        break;
    case AORTA_TIME: state = duckdb.bind_time(statement, index, (duckdb_time){integer}); break;
    case AORTA_TIMESTAMP:
        state = duckdb.bind_timestamp(statement, index, (duckdb_timestamp){integer});
        break;
    case AORTA_TIMESTAMPTZ:
        state = duckdb.bind_timestamp_tz(statement, index, (duckdb_timestamp){integer});
        break;
    case AORTA_UUID:
        if (size == UUID_BYTES)
            state = bind_uuid(statement, index, data);
        break;
    case AORTA_TEXT:
    case AORTA_JSON:
        if (utf8_is_valid(data, size))
            state = duckdb.bind_varchar_length(statement, index, data, size);
        break;
    case AORTA_DECIMAL:
        if (decimal_parse(&decimal, data, size))
            state = bind_decimal(statement, index, &decimal);
        break;
    case AORTA_BYTES: state = duckdb.bind_blob(statement, index, data, size); break;
    }
    if (state != DuckDBSuccess)
        return aorta_fail(error, AORTA_DATA, "parameter $%" PRIu64 " is no valid value of its type",
                          index);
    return 0;
}

static int bind_all(duckdb_prepared_statement statement, const struct aorta_value *params,
                    int32_t param_count, struct aorta_error *error)
{
    idx_t wanted = duckdb.nparams(statement);

    if (wanted != (idx_t)param_count)
        return aorta_fail(error, AORTA_CONFIG,
                          "the statement has %" PRIu64 " parameters, %" PRId32 " are given", wanted,
                          param_count);
    for (int32_t i = 0; i < param_count; i++)
        if (bind(statement, (idx_t)i + 1, &params[i], error) < 0)
            return -1;
    return 0;
}

int statement_prepare(struct session *session, const char *sql, const struct aorta_value *params,
                      int32_t param_count, duckdb_prepared_statement *statement,
                      struct aorta_error *error)
{
    duckdb_prepared_statement prepared = NULL;

    if (session_expect_idle(session, error) < 0 || session_check(session, error) < 0 ||
        (session->is_confined && confinement_check(session, sql, error) < 0))
        return -1;
    if (duckdb.prepare(session->handle, sql, &prepared) != DuckDBSuccess) {
        failure_translate(error, duckdb.prepare_error(prepared));
        goto fail;
    }
    if (duckdb.prepared_statement_type(prepared) == DUCKDB_STATEMENT_TYPE_TRANSACTION) {
        aorta_fail(error, AORTA_CONFIG, "transactions are not begun or ended by SQL");
        goto fail;
    }
    if (bind_all(prepared, params, param_count, error) < 0)
        goto fail;
    carry_on_statement(session, duckdb.prepared_statement_type(prepared), sql);
    *statement = prepared;
    return 0;
fail:
    duckdb.destroy_prepare(&prepared);
    return session_failed(session);
}

static int64_t count_rows(duckdb_result *result)
{
    duckdb_data_chunk chunk;
    int64_t rows = 0;

    while ((chunk = duckdb.fetch_chunk(*result)) != NULL) {
        rows += (int64_t)duckdb.data_chunk_get_size(chunk);
        duckdb.destroy_data_chunk(&chunk);
    }
    return rows;
}

static bool is_change(duckdb_prepared_statement statement)
{
    duckdb_statement_type type = duckdb.prepared_statement_type(statement);

    return type == DUCKDB_STATEMENT_TYPE_INSERT || type == DUCKDB_STATEMENT_TYPE_UPDATE ||
           type == DUCKDB_STATEMENT_TYPE_DELETE;
}

int statement_exec(void *session, const char *sql, const struct aorta_value *params,
                   int32_t param_count, int64_t *affected, struct aorta_error *error)
{
    duckdb_prepared_statement statement = NULL;
    duckdb_result result;
    int failed = 0;

    if (statement_prepare(session, sql, params, param_count, &statement, error) < 0)
        return -1;
    if (duckdb.execute_prepared(statement, &result) != DuckDBSuccess)
        failed = failure_of_result(error, &result);
    else if (affected != NULL &&
             duckdb.result_return_type(result) != DUCKDB_RESULT_TYPE_QUERY_RESULT)
        *affected = (int64_t)duckdb.rows_changed(&result);
    else if (affected != NULL)
        *affected = is_change(statement) ? count_rows(&result) : 0;
    duckdb.destroy_result(&result);
    duckdb.destroy_prepare(&statement);
    carry_on_end_of_statement(session);
    return failed < 0 ? session_failed(session) : 0;
}
