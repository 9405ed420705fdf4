#include "sqlite/rows.h"

void rows_init(struct rows *rows, struct session *session, sqlite3_stmt *statement)
{
    rows->session = session;
    rows->statement = statement;
    rows->has_row = false;
    rows->is_at_end = false;
    columns_init(&rows->columns);
}

void rows_release(struct rows *rows)
{
    sqlite3_finalize(rows->statement);
    rows->statement = NULL;
    columns_release(&rows->columns);
}

int rows_next(struct rows *rows, struct aorta_error *error)
{
    if (rows->has_row)
        return 1;
    if (rows->is_at_end)
        return 0;
    int more = session_step(rows->session, rows->statement, error);
    rows->has_row = more == 1;
    rows->is_at_end = more == 0;
    return more;
}

int rows_take(struct rows *rows, struct aorta_error *error)
{
    int taken = columns_append(&rows->columns, rows->statement, error);

    if (taken == 1)
        rows->has_row = false;
    return taken;
}

void rows_skip(struct rows *rows)
{
    rows->has_row = false;
}
