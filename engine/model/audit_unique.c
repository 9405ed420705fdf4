#include "model/audit_unique.h"

#include "model/audit_making.h"
#include "model/session.h"

#include <inttypes.h>
#include <stdbool.h>

/* Rows whose keys a warehouse with a hundred megabytes of memory can group. */
enum { ROWS_AT_ONCE = 500000 };

/* The rows that are looked at; `slice` is a further condition on a key, or "". */
static const char *rows_sql(const struct unique_sql *unique, const char *slice, struct arena *arena)
{
    const char *rows = arena_printf(arena, "%s AS whole%s%s", unique->whole, unique->where, slice);

    if (unique->fresh == NULL)
        return rows;
    return arena_printf(arena, "%s AND (%s) IN (SELECT %s FROM %s AS fresh WHERE 1 = 1%s)", rows,
                        unique->keys, unique->keys, unique->fresh, slice);
}

static const char *doubled_sql(const struct unique_sql *unique, const char *slice,
                               const char *further, struct arena *arena)
{
    return arena_printf(
        arena, "SELECT %s, count(*) AS row_count FROM %s%s GROUP BY %s HAVING count(*) > 1",
        unique->keys, rows_sql(unique, slice, arena), further, unique->keys);
}

static const char *count_sql(const char *samples, struct arena *arena)
{
    return arena_printf(arena, "SELECT count(*) FROM (%s) AS doubled", samples);
}

int audit_unique_make(const struct making *making, struct err *err)
{
    const struct check_value *columns = check_argument(making->check, "columns");
    const struct audit *audit = making->audit;
    struct unique_sql *unique = arena_calloc(making->arena, 1, sizeof *unique);
    struct buf where;

    unique->keys = columns != NULL ? making_list(making, "columns", err)
                                   : making_column(making, making->check->column, err);
    if (unique->keys == NULL)
        return -1;
    buf_init(&where);
    buf_append_str(&where, making_where(making));
    for (size_t i = 0; columns != NULL && i < columns->count; i++)
        buf_printf(&where, " AND %s IS NOT NULL",
                   making_expression(making, columns->list[i].text, err));
    if (columns == NULL)
        buf_printf(&where, " AND %s IS NOT NULL", unique->keys);
    unique->where = arena_strndup(making->arena, where.data, where.size);
    buf_release(&where);
    unique->whole = audit->whole;
    unique->fresh = making_is_increment(audit) ? audit->rows : NULL;
    if (making->session->dialect->hash != NULL)
        unique->hash =
            making_pattern(making, making->session->dialect->hash, unique->keys, NULL, NULL);
    making->sql->unique = unique;
    making->sql->samples = doubled_sql(unique, "", "", making->arena);
    making->sql->count = count_sql(making->sql->samples, making->arena);
    return 0;
}

/* Hashes that come right behind the same. */
static const char *same_hash_sql(const struct unique_sql *unique, const char *slice,
                                 struct arena *arena)
{
    return arena_printf(
        arena,
        "FROM (SELECT hash, lag(hash) OVER (ORDER BY hash) AS before FROM (SELECT %s AS hash "
        "FROM %s) AS hashes) AS sorted WHERE hash = before",
        unique->hash, rows_sql(unique, slice, arena));
}

/* Rows are grouped slice by slice of their keys' hashes: each key is in one, with all of its rows.
 * Where few have a hash that others have, only these are grouped. */
struct slices {
    int64_t count;
    bool is_sparse;
};

static struct slices slices_for(int64_t row_count, int64_t suspects)
{
    if (suspects < row_count / 4) /* with the first ones twice as many at most */
        return (struct slices){1 + 2 * suspects / ROWS_AT_ONCE, true};
    int64_t rows = suspects > row_count ? suspects : row_count;
    return (struct slices){1 + rows / ROWS_AT_ONCE, false};
}

static const char *slice_sql(const struct unique_sql *unique, const struct slices *slices,
                             int64_t index, struct arena *arena)
{
    const char *slice = "", *further = "";

    if (slices->count > 1)
        slice = arena_printf(arena, " AND %s %% %" PRId64 " = %" PRId64, unique->hash,
                             slices->count, index);
    if (slices->is_sparse)
        further = arena_printf(arena, " AND %s IN (SELECT hash %s)", unique->hash,
                               same_hash_sql(unique, slice, arena));
    return doubled_sql(unique, slice, further, arena);
}

int audit_unique_count(struct session *session, const struct unique_sql *unique, int64_t row_count,
                       struct arena *arena, int64_t *count, const char **samples, struct err *err)
{
    int64_t suspects; /* rows, but the first of each hash */

    if (session_query_int(
            session, arena_printf(arena, "SELECT count(*) %s", same_hash_sql(unique, "", arena)),
            &suspects, err) < 0)
        return -1;
    const struct slices slices = slices_for(row_count, suspects);
    *count = 0;
    *samples = slice_sql(unique, &slices, 0, arena);
    for (int64_t i = 0; suspects > 0 && i < slices.count; i++) {
        const char *doubled = slice_sql(unique, &slices, i, arena);
        int64_t found;
        if (session_query_int(session, count_sql(doubled, arena), &found, err) < 0)
            return -1;
        if (*count == 0)
            *samples = doubled; /* of the first slice with any */
        *count += found;
    }
    return 0;
}
