#include "sqlite/bind.h"

#include "sqlite/failure.h"
#include "sqlite/storage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int refuse(const char *what, const char *why, struct aorta_error *error)
{
    return aorta_fail(error, AORTA_DATA, "%s: %s", what, why);
}

/* NULL as a pointer would mean NULL as a value. */
static const char *never_null(const char *data)
{
    return data != NULL ? data : "";
}

static size_t format_value(char *text, const struct aorta_value *value)
{
    switch (value->type) {
    case AORTA_DATE: return storage_format_date(text, value->integer);
    case AORTA_TIME: return storage_format_time(text, value->integer);
    case AORTA_TIMESTAMP:
    case AORTA_TIMESTAMPTZ: return storage_format_timestamp(text, value->integer);
    case AORTA_UUID: return storage_format_uuid(text, value->text.data);
    case AORTA_BOOL:
    case AORTA_INT32:
    case AORTA_INT64:
    case AORTA_DOUBLE:
    case AORTA_TEXT:
    case AORTA_JSON:
    case AORTA_DECIMAL:
    case AORTA_BYTES: break;
    }
    return 0;
}

static int bind_formatted(sqlite3_stmt *statement, int index, const struct aorta_value *value,
                          char *scratch, const char *what, struct aorta_error *error)
{
    char own[STORAGE_TEXT_SIZE];
    char *text = scratch != NULL ? scratch : own;

    if (value->type == AORTA_UUID && value->text.size != STORAGE_UUID_BYTES)
        return refuse(what, "a UUID has 16 bytes", error);
    size_t size = format_value(text, value);
    if (size == 0)
        return refuse(what, "the date is not in the years 0000 to 9999, or the time not in a day",
                      error);
    return sqlite3_bind_text(statement, index, text, (int)size,
                             scratch != NULL ? SQLITE_STATIC : SQLITE_TRANSIENT);
}

int bind_value(sqlite3_stmt *statement, int index, const struct aorta_value *value, char *scratch,
               const char *what, struct aorta_error *error)
{
    sqlite3_destructor_type lent = scratch != NULL ? SQLITE_STATIC : SQLITE_TRANSIENT;
    int rc = SQLITE_OK;

    if (value->is_null) {
        rc = sqlite3_bind_null(statement, index);
    } else {
        switch (value->type) {
        case AORTA_BOOL: rc = sqlite3_bind_int(statement, index, value->integer != 0); break;
        case AORTA_INT32:
        case AORTA_INT64: rc = sqlite3_bind_int64(statement, index, value->integer); break;
        case AORTA_DOUBLE:
            if (isnan(value->number))
                return refuse(what, "SQLite cannot hold NaN, it would become NULL", error);
            rc = sqlite3_bind_double(statement, index, value->number);
            break;
        case AORTA_DATE:
        case AORTA_TIME:
        case AORTA_TIMESTAMP:
        case AORTA_TIMESTAMPTZ:
        case AORTA_UUID: rc = bind_formatted(statement, index, value, scratch, what, error); break;
        case AORTA_DECIMAL:
            if (!storage_keeps_decimal(value->text.data, value->text.size))
                return refuse(what,
                              "not a decimal number of at most 15 digits, which is what "
                              "SQLite keeps",
                              error);
            rc = sqlite3_bind_text64(statement, index, value->text.data, value->text.size, lent,
                                     SQLITE_UTF8);
            break;
        case AORTA_TEXT:
        case AORTA_JSON:
            rc = sqlite3_bind_text64(statement, index, never_null(value->text.data),
                                     value->text.size, lent, SQLITE_UTF8);
            break;
        case AORTA_BYTES:
            rc = sqlite3_bind_blob64(statement, index, never_null(value->text.data),
                                     value->text.size, lent);
            break;
        }
    }
    if (rc == SQLITE_OK || rc == -1)
        return rc;
    return failure_set(sqlite3_db_handle(statement), "", rc, error);
}

int bind_params(sqlite3_stmt *statement, const struct aorta_value *params, int32_t param_count,
                struct aorta_error *error)
{
    int wanted = sqlite3_bind_parameter_count(statement);

    for (int i = 1; i <= wanted; i++) {
        const char *name = sqlite3_bind_parameter_name(statement, i);
        char *end = NULL;
        long number = name != NULL && name[0] == '$' ? strtol(name + 1, &end, 10) : 0;
        if (number < 1 || end == NULL || *end != '\0')
            return aorta_fail(error, AORTA_CONFIG, "parameter \"%.40s\": they are written $1, $2",
                              name != NULL ? name : "?");
        if (number > param_count)
            return aorta_fail(error, AORTA_CONFIG, "parameter \"%s\" has no value: %d are given",
                              name, param_count);
        if (bind_value(statement, i, &params[number - 1], NULL, name, error) < 0)
            return -1;
    }
    return 0;
}

struct aorta_value bind_cell(enum aorta_type type, const struct aorta_column *column, int64_t row)
{
    struct aorta_value value = {.type = type, .is_null = aorta_is_null(column, row)};

    if (value.is_null)
        return value;
    switch (type) {
    case AORTA_BOOL:
        value.integer = ((const uint8_t *)column->values)[row >> 3] >> (row & 7) & 1;
        break;
    case AORTA_INT32:
    case AORTA_DATE: value.integer = ((const int32_t *)column->values)[row]; break;
    case AORTA_INT64:
    case AORTA_TIME:
    case AORTA_TIMESTAMP:
    case AORTA_TIMESTAMPTZ: value.integer = ((const int64_t *)column->values)[row]; break;
    case AORTA_DOUBLE: value.number = ((const double *)column->values)[row]; break;
    case AORTA_UUID:
        value.text.data = (const char *)column->values + row * STORAGE_UUID_BYTES;
        value.text.size = STORAGE_UUID_BYTES;
        break;
    case AORTA_TEXT:
    case AORTA_JSON:
    case AORTA_DECIMAL:
    case AORTA_BYTES:
        value.text.data = (const char *)column->values + column->offsets[row];
        value.text.size = (size_t)(column->offsets[row + 1] - column->offsets[row]);
        break;
    }
    return value;
}
