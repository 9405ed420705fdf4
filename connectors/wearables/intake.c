#include "intake.h"

#include <string.h>

int intake_find(struct intake *intake, const struct aorta_batch *batch, const char *input,
                const char *name, bool is_text, struct aorta_error *error)
{
    for (int32_t i = 0; i < batch->column_count; i++) {
        if (strcmp(batch->fields[i].name, name) != 0)
            continue;
        enum aorta_type type = batch->fields[i].type;
        if (is_text ? type != AORTA_TEXT : type != AORTA_INT32 && type != AORTA_INT64)
            return aorta_fail(error, AORTA_CONFIG, "input \"%s\": column \"%s\" is no %s", input,
                              name, is_text ? "text" : "integer");
        *intake = (struct intake){name, type, &batch->columns[i]};
        return 0;
    }
    return aorta_fail(error, AORTA_CONFIG, "input \"%s\" has no column \"%s\"", input, name);
}

int intake_int(const struct intake *intake, int64_t row, int64_t low, int64_t high, int64_t *value,
               struct aorta_error *error)
{
    const int32_t *int32s = intake->column->values;
    const int64_t *int64s = intake->column->values;

    if (aorta_is_null(intake->column, row))
        return aorta_fail(error, AORTA_DATA, "a %s is null", intake->name);
    int64_t got = intake->type == AORTA_INT32 ? int32s[row] : int64s[row];
    if (got < low || got > high)
        return aorta_fail(error, AORTA_DATA, "%s %lld is out of range", intake->name,
                          (long long)got);
    *value = got;
    return 0;
}

int intake_error(const char *what, int64_t id, struct aorta_error *error)
{
    struct aorta_error inner = *error;

    return aorta_fail(error, inner.code, "%s %lld: %s", what, (long long)id, inner.message);
}

const char *intake_text(const struct intake *intake, int64_t row, size_t *size)
{
    const struct aorta_column *column = intake->column;

    *size = 0;
    if (aorta_is_null(column, row))
        return NULL;
    *size = (size_t)(column->offsets[row + 1] - column->offsets[row]);
    return (const char *)column->values + column->offsets[row];
}
