#include "sqlite/columns.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "sqlite/dialect.h"
#include "sqlite/failure.h"
#include "sqlite/storage.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64, SHOWN_VALUE_BYTES = 60 };

struct cells {
    bool is_free;  /* the values decide the type */
    bool has_type; /* one of them has come */
    bool has_nulls;
    uint8_t *validity; /* a bit a row */
    void *fixed;       /* values of a fixed width */
    int32_t *offsets;
    struct buf text;
};

/* Bits count as a byte: the room is then more than enough. */
static size_t width_of(enum aorta_type type)
{
    switch (type) {
    case AORTA_BOOL: return 1;
    case AORTA_INT32:
    case AORTA_DATE: return sizeof(int32_t);
    case AORTA_INT64:
    case AORTA_DOUBLE:
    case AORTA_TIME:
    case AORTA_TIMESTAMP:
    case AORTA_TIMESTAMPTZ: return sizeof(int64_t);
    case AORTA_UUID: return STORAGE_UUID_BYTES;
    case AORTA_TEXT:
    case AORTA_JSON:
    case AORTA_DECIMAL:
    case AORTA_BYTES: break;
    }
    return 0;
}

void columns_init(struct columns *columns)
{
    memset(columns, 0, sizeof *columns);
}

void columns_release(struct columns *columns)
{
    for (int32_t i = 0; i < columns->count; i++) {
        struct cells *cells = &columns->cells[i];
        free((void *)(uintptr_t)columns->fields[i].name);
        free(cells->validity);
        free(cells->fixed);
        free(cells->offsets);
        buf_release(&cells->text);
    }
    free(columns->fields);
    free(columns->shown);
    free(columns->cells);
    columns_init(columns);
}

static struct cells *add_field(struct columns *columns, const char *name, enum aorta_type type)
{
    if (columns->count == columns->room) {
        columns->room = columns->room == 0 ? 16 : columns->room * 2;
        size_t room = (size_t)columns->room;
        columns->fields = alloc_resize(columns->fields, room * sizeof *columns->fields);
        columns->shown = alloc_resize(columns->shown, room * sizeof *columns->shown);
        columns->cells = alloc_resize(columns->cells, room * sizeof *columns->cells);
    }
    struct cells *cells = &columns->cells[columns->count];
    memset(cells, 0, sizeof *cells);
    buf_init(&cells->text);
    columns->fields[columns->count].name = alloc_strdup(name);
    columns->fields[columns->count].type = type;
    columns->count++;
    return cells;
}

void columns_add_typed(struct columns *columns, const char *name, enum aorta_type type)
{
    add_field(columns, name, type);
}

void columns_add(struct columns *columns, const char *name, const char *declared)
{
    enum aorta_type type = AORTA_TEXT;
    bool is_known = storage_type_of(declared, &type);

    add_field(columns, name, type)->is_free = !is_known;
}

void columns_fix(struct columns *columns)
{
    for (int32_t i = 0; i < columns->count; i++)
        columns->cells[i].is_free = false;
    columns->is_fixed = true;
}

void columns_reset(struct columns *columns)
{
    columns->row_count = 0;
    for (int32_t i = 0; i < columns->count; i++) {
        columns->cells[i].has_nulls = false;
        buf_reset(&columns->cells[i].text);
    }
}

static void grow_rows(struct columns *columns)
{
    int64_t room = columns->row_room == 0 ? FIRST_ROOM : columns->row_room * 2;
    size_t bytes = (size_t)room;

    for (int32_t i = 0; i < columns->count; i++) {
        struct cells *cells = &columns->cells[i];
        size_t width = width_of(columns->fields[i].type);
        /* As long as the first batch decides, a column of one kind may become one of another. */
        if (!columns->is_fixed && width < sizeof(int64_t))
            width = sizeof(int64_t);
        cells->validity = alloc_resize(cells->validity, bytes / 8);
        if (width > 0)
            cells->fixed = alloc_resize(cells->fixed, bytes * width);
        if (!columns->is_fixed || width == 0) {
            cells->offsets = alloc_resize(cells->offsets, (bytes + 1) * sizeof *cells->offsets);
            cells->offsets[0] = 0;
        }
    }
    columns->row_room = room;
}

/* -------------------------------------------------------------------------------------- values */

static void set_bit(uint8_t *bits, int64_t row, bool value)
{
    unsigned mask = 1U << (row & 7);

    if ((row & 7) == 0)
        bits[row >> 3] = 0;
    if (value)
        bits[row >> 3] = (uint8_t)(bits[row >> 3] | mask);
}

static bool is_valid(const struct cells *cells, int64_t row)
{
    return (cells->validity[row >> 3] >> (row & 7) & 1) != 0;
}

static void put_fixed(struct cells *cells, int64_t row, const void *value, size_t width)
{
    memcpy((char *)cells->fixed + (size_t)row * width, value, width);
}

static bool put_integer(struct cells *cells, int64_t row, int64_t value)
{
    put_fixed(cells, row, &value, sizeof value);
    return true;
}

static bool put_int32(struct cells *cells, int64_t row, int64_t value)
{
    int32_t narrow = (int32_t)value;

    put_fixed(cells, row, &narrow, sizeof narrow);
    return narrow == value;
}

static bool put_double(struct cells *cells, int64_t row, double value)
{
    put_fixed(cells, row, &value, sizeof value);
    return true;
}

static bool put_text(struct cells *cells, int64_t row, const void *data, size_t size)
{
    if (size > 0)
        buf_append(&cells->text, data, size);
    cells->offsets[row + 1] = (int32_t)cells->text.size;
    return true;
}

/* --------------------------------------------------------------------------- deciding the type */

/* 2^53: up to here every integer is a double. */
static bool is_exact_double(int64_t integer)
{
    return integer >= -(INT64_C(1) << 53) && integer <= INT64_C(1) << 53;
}

/* Integers that were gathered become doubles, because a real has come. An integer that none holds
 * leaves the column as it is, and the real does not fit. */
static void turn_into_double(struct aorta_field *field, struct cells *cells, int64_t rows)
{
    const int64_t *integers = cells->fixed;

    for (int64_t row = 0; row < rows; row++)
        if (is_valid(cells, row) && !is_exact_double(integers[row]))
            return;
    for (int64_t row = 0; row < rows; row++)
        put_double(cells, row, (double)(is_valid(cells, row) ? integers[row] : 0));
    field->type = AORTA_DOUBLE;
}

/* Numbers that were gathered become texts, because a text has come. */
static void turn_into_text(struct aorta_field *field, struct cells *cells, int64_t rows)
{
    char text[STORAGE_TEXT_SIZE];

    for (int64_t row = 0; row < rows; row++) {
        if (!is_valid(cells, row))
            text[0] = '\0';
        else if (field->type == AORTA_INT64)
            sqlite3_snprintf(sizeof text, text, "%lld", ((const int64_t *)cells->fixed)[row]);
        else
            sqlite3_snprintf(sizeof text, text, "%!.15g", ((const double *)cells->fixed)[row]);
        put_text(cells, row, text, strlen(text));
    }
    field->type = AORTA_TEXT;
}

/* Makes room in the type of a free column for a value of that storage class, if it can. */
static void widen(struct aorta_field *field, struct cells *cells, int class, int64_t rows)
{
    static const enum aorta_type first[] = {
        [SQLITE_INTEGER] = AORTA_INT64,
        [SQLITE_FLOAT] = AORTA_DOUBLE,
        [SQLITE_TEXT] = AORTA_TEXT,
        [SQLITE_BLOB] = AORTA_BYTES,
    };

    if (!cells->has_type) {
        field->type = first[class];
        cells->has_type = true;
        memset(cells->fixed, 0, (size_t)rows * sizeof(int64_t));
    } else if (field->type == AORTA_INT64 && class == SQLITE_FLOAT) {
        turn_into_double(field, cells, rows);
    } else if (class == SQLITE_TEXT &&
               (field->type == AORTA_INT64 || field->type == AORTA_DOUBLE)) {
        turn_into_text(field, cells, rows);
    }
}

/* ----------------------------------------------------------------------------------- appending */

static int misfit(const struct aorta_field *field, sqlite3_stmt *statement, int at,
                  struct aorta_error *error)
{
    const char *type = sqlite_dialect.type_names[field->type];

    if (sqlite3_column_type(statement, at) == SQLITE_BLOB)
        return aorta_fail(error, AORTA_DATA, "column \"%.100s\": a blob is not a value of type %s",
                          field->name, type);
    const char *value = (const char *)sqlite3_column_text(statement, at);
    size_t size = value != NULL ? strlen(value) : 0, shown = size;
    if (!utf8_is_valid(value != NULL ? value : "", size))
        return aorta_fail(error, AORTA_DATA, "column \"%.100s\": a text is not UTF-8", field->name);
    if (size > SHOWN_VALUE_BYTES)
        for (shown = SHOWN_VALUE_BYTES; shown > 0 && (value[shown] & 0xc0) == 0x80;)
            shown--;
    aorta_fail(error, AORTA_DATA, "column \"%.100s\": '%.*s%s' is not a value of type %s",
               field->name, (int)shown, value != NULL ? value : "", shown < size ? "..." : "",
               type);
    failure_fold(error);
    return -1;
}

/* The value of a type that is stored as text; false if it does not read as one. */
static bool put_parsed(enum aorta_type type, struct cells *cells, int64_t row,
                       sqlite3_stmt *statement, int at)
{
    unsigned char uuid[STORAGE_UUID_BYTES];
    int64_t us;
    int32_t days;

    if (type == AORTA_UUID && sqlite3_column_type(statement, at) == SQLITE_BLOB) {
        const void *bytes = sqlite3_column_blob(statement, at);
        if (sqlite3_column_bytes(statement, at) != STORAGE_UUID_BYTES)
            return false;
        put_fixed(cells, row, bytes, STORAGE_UUID_BYTES);
        return true;
    }
    if (sqlite3_column_type(statement, at) != SQLITE_TEXT)
        return false;
    const char *text = (const char *)sqlite3_column_text(statement, at);
    size_t size = (size_t)sqlite3_column_bytes(statement, at);
    if (type == AORTA_DATE)
        return storage_parse_date(text, size, &days) && put_int32(cells, row, days);
    if (type == AORTA_TIME)
        return storage_parse_time(text, size, &us) && put_integer(cells, row, us);
    if (type != AORTA_UUID)
        return storage_parse_timestamp(text, size, &us) && put_integer(cells, row, us);
    if (!storage_parse_uuid(text, size, uuid))
        return false;
    put_fixed(cells, row, uuid, sizeof uuid);
    return true;
}

static bool put_decimal(struct cells *cells, int64_t row, sqlite3_stmt *statement, int at)
{
    char number[STORAGE_TEXT_SIZE];

    if (sqlite3_column_type(statement, at) == SQLITE_FLOAT) {
        size_t size = storage_format_decimal(number, sqlite3_column_double(statement, at));
        return size > 0 && put_text(cells, row, number, size);
    }
    if (sqlite3_column_type(statement, at) == SQLITE_BLOB)
        return false;
    const char *text = (const char *)sqlite3_column_text(statement, at);
    size_t size = (size_t)sqlite3_column_bytes(statement, at);
    return storage_is_decimal(text, size) && put_text(cells, row, text, size);
}

/* False if the value does not fit the type. */
static bool put_value(enum aorta_type type, struct cells *cells, int64_t row,
                      sqlite3_stmt *statement, int at)
{
    int class = sqlite3_column_type(statement, at);
    int64_t integer = class == SQLITE_INTEGER ? sqlite3_column_int64(statement, at) : 0;
    const void *data;
    size_t size;

    switch (type) {
    case AORTA_BOOL:
        set_bit(cells->fixed, row, integer == 1);
        return class == SQLITE_INTEGER && (integer == 0 || integer == 1);
    case AORTA_INT32: return class == SQLITE_INTEGER && put_int32(cells, row, integer);
    case AORTA_INT64: return class == SQLITE_INTEGER && put_integer(cells, row, integer);
    case AORTA_DOUBLE:
        if (class == SQLITE_INTEGER)
            return is_exact_double(integer) && put_double(cells, row, (double)integer);
        return class == SQLITE_FLOAT &&
               put_double(cells, row, sqlite3_column_double(statement, at));
    case AORTA_DATE:
    case AORTA_TIME:
    case AORTA_TIMESTAMP:
    case AORTA_TIMESTAMPTZ:
    case AORTA_UUID: return put_parsed(type, cells, row, statement, at);
    case AORTA_DECIMAL: return put_decimal(cells, row, statement, at);
    case AORTA_TEXT:
    case AORTA_JSON:
        if (class == SQLITE_BLOB)
            return false;
        data = sqlite3_column_text(statement, at);
        size = (size_t)sqlite3_column_bytes(statement, at);
        return utf8_is_valid(data, size) && put_text(cells, row, data, size);
    case AORTA_BYTES:
        data = sqlite3_column_blob(statement, at);
        size = (size_t)sqlite3_column_bytes(statement, at);
        return (class == SQLITE_BLOB || class == SQLITE_TEXT) && put_text(cells, row, data, size);
    }
    return false;
}

static void put_null(enum aorta_type type, struct cells *cells, int64_t row)
{
    static const unsigned char zeros[STORAGE_UUID_BYTES];
    size_t width = width_of(type);

    cells->has_nulls = true;
    if (type == AORTA_BOOL)
        set_bit(cells->fixed, row, false);
    else if (width > 0)
        put_fixed(cells, row, zeros, width);
    else
        put_text(cells, row, NULL, 0);
}

/* Takes back a row that has made the batch too large. */
static void drop_last_row(struct columns *columns)
{
    columns->row_count--;
    for (int32_t i = 0; i < columns->count; i++)
        if (width_of(columns->fields[i].type) == 0)
            buf_truncate(&columns->cells[i].text,
                         (size_t)columns->cells[i].offsets[columns->row_count]);
}

static bool is_too_large(const struct columns *columns)
{
    size_t bytes = (size_t)columns->row_count * (size_t)columns->count * STORAGE_UUID_BYTES;

    for (int32_t i = 0; i < columns->count; i++)
        bytes += columns->cells[i].text.size;
    return bytes > AORTA_BATCH_BYTES;
}

int columns_append(struct columns *columns, sqlite3_stmt *statement, struct aorta_error *error)
{
    int64_t row = columns->row_count;

    if (row == COLUMNS_BATCH_ROWS)
        return 0;
    if (row == columns->row_room)
        grow_rows(columns);
    for (int32_t i = 0; i < columns->count; i++) {
        struct aorta_field *field = &columns->fields[i];
        struct cells *cells = &columns->cells[i];
        int class = sqlite3_column_type(statement, i);
        set_bit(cells->validity, row, class != SQLITE_NULL);
        if (class == SQLITE_NULL) {
            put_null(field->type, cells, row);
            continue;
        }
        if (cells->is_free)
            widen(field, cells, class, row);
        if (!put_value(field->type, cells, row, statement, i))
            return misfit(field, statement, i, error);
    }
    columns->row_count++;
    if (columns->row_count > 1 && is_too_large(columns)) {
        drop_last_row(columns);
        return 0;
    }
    return 1;
}

void columns_lend(struct columns *columns, struct aorta_batch *batch)
{
    columns_fix(columns);
    for (int32_t i = 0; i < columns->count; i++) {
        const struct cells *cells = &columns->cells[i];
        bool is_text = width_of(columns->fields[i].type) == 0;
        columns->shown[i].validity = cells->has_nulls ? cells->validity : NULL;
        columns->shown[i].values = is_text ? cells->text.data : cells->fixed;
        columns->shown[i].offsets = is_text ? cells->offsets : NULL;
    }
    batch->row_count = columns->row_count;
    batch->column_count = columns->count;
    batch->fields = columns->fields;
    batch->columns = columns->shown;
}
