#include "sqlite/boundary.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A value of the cursor column, with SQLite's storage class. */
struct mark {
    int class;       /* SQLITE_NULL: none */
    int64_t integer; /* of a real its bits */
    struct buf text;
};

struct boundary {
    struct mark from; /* the earlier read's end */
    uint64_t *seen;   /* sorted, equal ones side by side */
    bool *is_met;     /* the row has come in this read */
    size_t seen_count;
    struct mark last; /* this read's */
    uint64_t *rows;   /* that have the last value, the first BOUNDARY_ROWS of them */
    size_t row_count;
    struct buf scratch;
};

static const char *const class_names[] = {
    [SQLITE_INTEGER] = "integer", [SQLITE_FLOAT] = "real", [SQLITE_TEXT] = "text"};

static const char value_sql[] = "SELECT ?1 ->> '$.class', ?1 ->> '$.value'";
static const char rows_sql[] = "SELECT value FROM json_each(?1, '$.rows')";

/* ------------------------------------------------------------------------------------- reading */

static int compare_hashes(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static bool read_value(sqlite3_stmt *statement, struct mark *mark)
{
    const char *class = (const char *)sqlite3_column_text(statement, 0);

    for (int i = SQLITE_INTEGER; class != NULL && i <= SQLITE_TEXT; i++)
        if (strcmp(class, class_names[i]) == 0)
            mark->class = i;
    if (mark->class == SQLITE_TEXT)
        buf_append(&mark->text, sqlite3_column_text(statement, 1),
                   (size_t)sqlite3_column_bytes(statement, 1));
    else
        mark->integer = sqlite3_column_int64(statement, 1);
    return mark->class != SQLITE_NULL;
}

static int read_position(struct session *session, const char *position, struct boundary *boundary,
                         struct aorta_error *error)
{
    sqlite3_stmt *statement;
    bool is_good = false;
    int more;

    if (session_prepare(session, value_sql, &statement, error) < 0)
        return -1;
    sqlite3_bind_text(statement, 1, position, -1, SQLITE_STATIC);
    if (session_step(session, statement, error) == 1)
        is_good = read_value(statement, &boundary->from);
    sqlite3_finalize(statement);
    if (!is_good)
        return aorta_fail(error, AORTA_BROKEN, "checkpoint '%.100s' is not one of a cursor",
                          position);

    if (session_prepare(session, rows_sql, &statement, error) < 0)
        return -1;
    sqlite3_bind_text(statement, 1, position, -1, SQLITE_STATIC);
    boundary->seen = alloc_zeroed(BOUNDARY_ROWS, sizeof *boundary->seen);
    boundary->is_met = alloc_zeroed(BOUNDARY_ROWS, sizeof *boundary->is_met);
    while ((more = session_step(session, statement, error)) == 1 &&
           boundary->seen_count < BOUNDARY_ROWS)
        boundary->seen[boundary->seen_count++] =
            strtoull((const char *)sqlite3_column_text(statement, 0), NULL, 16);
    sqlite3_finalize(statement);
    qsort(boundary->seen, boundary->seen_count, sizeof *boundary->seen, compare_hashes);
    return more < 0 ? -1 : 0;
}

int boundary_new(struct session *session, const char *position, struct boundary **boundary,
                 struct aorta_error *error)
{
    struct boundary *made = alloc_zeroed(1, sizeof *made);

    made->from.class = SQLITE_NULL;
    made->last.class = SQLITE_NULL;
    buf_init(&made->from.text);
    buf_init(&made->last.text);
    buf_init(&made->scratch);
    made->rows = alloc_zeroed(BOUNDARY_ROWS, sizeof *made->rows);
    if (position != NULL && read_position(session, position, made, error) < 0) {
        boundary_free(made);
        return -1;
    }
    *boundary = made;
    return 0;
}

void boundary_free(struct boundary *boundary)
{
    if (boundary == NULL)
        return;
    buf_release(&boundary->from.text);
    buf_release(&boundary->last.text);
    buf_release(&boundary->scratch);
    free(boundary->seen);
    free(boundary->is_met);
    free(boundary->rows);
    free(boundary);
}

bool boundary_is_set(const struct boundary *boundary)
{
    return boundary->from.class != SQLITE_NULL;
}

static double real_of(int64_t bits)
{
    double real;

    memcpy(&real, &bits, sizeof real);
    return real;
}

int boundary_bind(const struct boundary *boundary, sqlite3_stmt *statement, int index)
{
    const struct mark *from = &boundary->from;

    if (from->class == SQLITE_INTEGER)
        return sqlite3_bind_int64(statement, index, from->integer);
    if (from->class == SQLITE_FLOAT)
        return sqlite3_bind_double(statement, index, real_of(from->integer));
    return sqlite3_bind_text64(statement, index, from->text.data, from->text.size, SQLITE_TRANSIENT,
                               SQLITE_UTF8);
}

/* ---------------------------------------------------------------------------------------- rows */

static int64_t number_at(sqlite3_stmt *statement, int at)
{
    double real;
    int64_t bits;

    if (sqlite3_column_type(statement, at) != SQLITE_FLOAT)
        return sqlite3_column_int64(statement, at);
    real = sqlite3_column_double(statement, at);
    memcpy(&bits, &real, sizeof bits);
    return bits;
}

static bool has_value(const struct mark *mark, sqlite3_stmt *statement, int at)
{
    if (mark->class != sqlite3_column_type(statement, at))
        return false;
    if (mark->class != SQLITE_TEXT)
        return mark->integer == number_at(statement, at);
    const void *text = sqlite3_column_text(statement, at);
    return (size_t)sqlite3_column_bytes(statement, at) == mark->text.size &&
           memcmp(text, mark->text.data, mark->text.size) == 0;
}

/* Of every value its class, size and bytes. */
static uint64_t hash_row(struct buf *scratch, sqlite3_stmt *statement)
{
    int count = sqlite3_column_count(statement);

    buf_reset(scratch);
    for (int i = 0; i < count; i++) {
        int class = sqlite3_column_type(statement, i), size = 0;
        int64_t number = 0;
        if (class == SQLITE_INTEGER || class == SQLITE_FLOAT)
            number = number_at(statement, i);
        buf_append_char(scratch, (char)class);
        buf_append(scratch, &number, sizeof number);
        if (class != SQLITE_TEXT && class != SQLITE_BLOB)
            continue;
        const void *data = sqlite3_column_blob(statement, i);
        size = sqlite3_column_bytes(statement, i);
        buf_append(scratch, &size, sizeof size);
        if (size > 0)
            buf_append(scratch, data, (size_t)size);
    }
    return hash_bytes(scratch->data, scratch->size);
}

bool boundary_was_seen(struct boundary *boundary, sqlite3_stmt *statement, int cursor)
{
    if (!has_value(&boundary->from, statement, cursor))
        return false;

    uint64_t hash = hash_row(&boundary->scratch, statement);
    const uint64_t *found =
        bsearch(&hash, boundary->seen, boundary->seen_count, sizeof hash, compare_hashes);
    if (found == NULL)
        return false;
    size_t at = (size_t)(found - boundary->seen);
    while (at > 0 && boundary->seen[at - 1] == hash)
        at--;
    while (at < boundary->seen_count && boundary->seen[at] == hash && boundary->is_met[at])
        at++;
    if (at == boundary->seen_count || boundary->seen[at] != hash)
        return false;
    boundary->is_met[at] = true;
    return true;
}

static int begin_value(struct mark *mark, sqlite3_stmt *statement, int cursor,
                       struct aorta_error *error)
{
    int class = sqlite3_column_type(statement, cursor);

    if (class == SQLITE_BLOB)
        return aorta_fail(error, AORTA_DATA, "column \"%.100s\": a blob cannot be a cursor's value",
                          sqlite3_column_name(statement, cursor));
    mark->class = class;
    buf_reset(&mark->text);
    if (class != SQLITE_TEXT) {
        mark->integer = number_at(statement, cursor);
        return 0;
    }
    const char *text = (const char *)sqlite3_column_text(statement, cursor);
    size_t size = (size_t)sqlite3_column_bytes(statement, cursor);
    if (size > 1000 || memchr(text, '\0', size) != NULL || !utf8_is_valid(text, size))
        return aorta_fail(error, AORTA_DATA,
                          "column \"%.100s\": a text that is longer than 1000 "
                          "bytes or not UTF-8 cannot be a cursor's value",
                          sqlite3_column_name(statement, cursor));
    buf_append(&mark->text, text, size);
    return 0;
}

int boundary_note(struct boundary *boundary, sqlite3_stmt *statement, int cursor,
                  struct aorta_error *error)
{
    if (!has_value(&boundary->last, statement, cursor)) {
        if (begin_value(&boundary->last, statement, cursor, error) < 0)
            return -1;
        boundary->row_count = 0;
        if (has_value(&boundary->from, statement, cursor)) {
            boundary->row_count = boundary->seen_count;
            memcpy(boundary->rows, boundary->seen, boundary->seen_count * sizeof *boundary->seen);
        }
    }
    if (boundary->row_count < BOUNDARY_ROWS)
        boundary->rows[boundary->row_count] = hash_row(&boundary->scratch, statement);
    boundary->row_count++;
    return 0;
}

int boundary_write(const struct boundary *boundary, struct buf *out, struct aorta_error *error)
{
    const struct mark *last = &boundary->last;
    struct json_writer json;
    char hex[20];

    if (boundary->row_count > BOUNDARY_ROWS)
        return aorta_fail(error, AORTA_CONFIG,
                          "more than %d rows share the cursor's last value, "
                          "more than a position can tell apart: use a finer cursor column, or "
                          "change capture",
                          BOUNDARY_ROWS);
    buf_reset(out);
    json_writer_init(&json, out);
    json_write_object(&json);
    json_write_key(&json, "class");
    json_write_str(&json, class_names[last->class]);
    json_write_key(&json, "value");
    if (last->class == SQLITE_TEXT)
        json_write_strn(&json, last->text.data, last->text.size);
    else
        json_write_int(&json, last->integer);
    json_write_key(&json, "rows");
    json_write_array(&json);
    for (size_t i = 0; i < boundary->row_count; i++) {
        snprintf(hex, sizeof hex, "%016" PRIx64, boundary->rows[i]);
        json_write_str(&json, hex);
    }
    json_write_end(&json);
    json_write_end(&json);
    return 0;
}
