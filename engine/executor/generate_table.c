#include "executor/generate.h"

#include "base/clock.h"
#include "base/fault.h"
#include "model/relation.h"
#include "model/session.h"
#include "model/state.h"

#include <string.h>

enum { CHANGE_COLUMNS = 3 };

/* A connector that captures changes may keep a table of this name: whoever writes synthetic history
 * says there what time it is, inside of his transaction. */
static const char CLOCK_TABLE[] = "_aorta_cdc_clock";
static const char CLOCK_CLEAR[] = "DELETE FROM \"_aorta_cdc_clock\"";
static const char CLOCK_SET[] = "INSERT INTO \"_aorta_cdc_clock\" (now) VALUES ($1)";

struct applying {
    struct generation *g;
    struct session session;
    const struct aorta_stream *stream;
    struct arena *arena;
    struct state before;
    struct buf upsert, remove;
    bool has_clock;
    int64_t clock_us; /* what the clock says */
};

static struct relation table_of(const struct applying *a)
{
    return (struct relation){"", a->g->step->order->into.object};
}

static bool is_key(const struct aorta_stream *stream, int32_t column)
{
    for (int32_t i = 0; i < stream->key_count; i++)
        if (stream->key[i] == column)
            return true;
    return false;
}

static void append_names(struct buf *sql, const struct aorta_stream *stream, bool only_keys,
                         const char *between)
{
    int32_t count = 0;

    for (int32_t i = 0; i < stream->field_count; i++) {
        if (only_keys && !is_key(stream, i))
            continue;
        buf_append_str(sql, count++ > 0 ? between : "");
        relation_quote_name(sql, stream->fields[i].name);
    }
}

/* Synthetic rows are put among nobody's own. A table without any may have been made for them. */
static int check_free(struct applying *a, struct err *err)
{
    struct relation table = table_of(a);
    const char *name = relation_sql(a->arena, a->session.dialect, &table);
    struct relation_columns columns;
    int64_t rows;

    if (a->before.version > 0)
        return 0;
    if (relation_describe(&a->session, &table, a->arena, &columns, err) < 0)
        return -1;
    if (!columns.is_there)
        return 0;
    const char *sql =
        arena_printf(a->arena, "SELECT count(*) FROM (SELECT 1 FROM %s LIMIT 1) AS one", name);
    if (session_query_int(&a->session, sql, &rows, err) < 0)
        return -1;
    if (rows == 0)
        return 0;
    return err_set(
        err, ERR_CONFIG,
        "table %s has rows already, and nothing in _aorta_state says that Aorta made "
        "them: no synthetic ones are put among them. Move it away, or name another table "
        "in %s",
        name, a->g->step->order->file);
}

static int create_table(struct applying *a, struct err *err)
{
    const struct aorta_dialect *dialect = a->session.dialect;
    struct relation table = table_of(a);
    struct buf sql;

    buf_init(&sql);
    buf_printf(&sql, "CREATE TABLE IF NOT EXISTS %s (", relation_sql(a->arena, dialect, &table));
    for (int32_t i = 0; i < a->stream->field_count; i++) {
        relation_quote_name(&sql, a->stream->fields[i].name);
        buf_printf(&sql, " %s, ", dialect->type_names[a->stream->fields[i].type]);
    }
    buf_append_str(&sql, "PRIMARY KEY (");
    append_names(&sql, a->stream, true, ", ");
    buf_append_str(&sql, "))");
    int result = session_exec(&a->session, sql.data, err);
    buf_release(&sql);
    return result;
}

/* INSERT … ON CONFLICT (key) DO UPDATE, so that an update stays one. */
static void write_statements(struct applying *a)
{
    struct relation table = table_of(a);
    const char *name = relation_sql(a->arena, a->session.dialect, &table);
    const char *between = "";

    buf_printf(&a->upsert, "INSERT INTO %s (", name);
    append_names(&a->upsert, a->stream, false, ", ");
    buf_append_str(&a->upsert, ") VALUES (");
    for (int32_t i = 0; i < a->stream->field_count; i++)
        buf_printf(&a->upsert, "%s$%d", i > 0 ? ", " : "", i + 1);
    buf_append_str(&a->upsert, ") ON CONFLICT (");
    append_names(&a->upsert, a->stream, true, ", ");
    buf_append_str(&a->upsert, ") DO UPDATE SET ");
    for (int32_t i = 0; i < a->stream->field_count; i++) {
        if (is_key(a->stream, i))
            continue;
        buf_append_str(&a->upsert, between);
        relation_quote_name(&a->upsert, a->stream->fields[i].name);
        buf_append_str(&a->upsert, " = excluded.");
        relation_quote_name(&a->upsert, a->stream->fields[i].name);
        between = ", ";
    }
    buf_printf(&a->remove, "DELETE FROM %s WHERE ", name);
    for (int32_t i = 0; i < a->stream->key_count; i++) {
        buf_append_str(&a->remove, i > 0 ? " AND " : "");
        relation_quote_name(&a->remove, a->stream->fields[a->stream->key[i]].name);
        buf_printf(&a->remove, " = $%d", i + 1);
    }
}

static struct aorta_value value_of(const struct aorta_batch *batch, int32_t column, int64_t row)
{
    const struct aorta_column *c = &batch->columns[column];
    struct aorta_value value = {.type = batch->fields[column].type};

    value.is_null = aorta_is_null(c, row);
    if (value.is_null)
        return value;
    switch (value.type) {
    case AORTA_BOOL: value.integer = ((const uint8_t *)c->values)[row >> 3] >> (row & 7) & 1; break;
    case AORTA_INT32:
    case AORTA_DATE: value.integer = ((const int32_t *)c->values)[row]; break;
    case AORTA_INT64:
    case AORTA_TIME:
    case AORTA_TIMESTAMP:
    case AORTA_TIMESTAMPTZ: value.integer = ((const int64_t *)c->values)[row]; break;
    case AORTA_DOUBLE: value.number = ((const double *)c->values)[row]; break;
    case AORTA_UUID:
        value.text.data = (const char *)c->values + 16 * row;
        value.text.size = 16;
        break;
    case AORTA_TEXT:
    case AORTA_JSON:
    case AORTA_DECIMAL:
    case AORTA_BYTES:
        value.text.data = (const char *)c->values + c->offsets[row];
        value.text.size = (size_t)(c->offsets[row + 1] - c->offsets[row]);
        break;
    }
    return value;
}

static int set_clock(struct applying *a, int64_t us, struct err *err)
{
    char text[CLOCK_TEXT_SIZE];
    struct aorta_value now = session_text(clock_format_sql(text, us, 6));

    if (!a->has_clock || us == a->clock_us)
        return 0;
    a->clock_us = us;
    if (session_exec(&a->session, CLOCK_CLEAR, err) < 0)
        return -1;
    return session_run(&a->session, CLOCK_SET, &now, 1, NULL, err);
}

static int apply_row(struct applying *a, const struct aorta_batch *batch, int64_t row,
                     struct aorta_value *values, struct err *err)
{
    struct aorta_value change = value_of(batch, 0, row);
    struct aorta_value at = value_of(batch, 2, row);

    if (set_clock(a, at.integer, err) < 0)
        return -1;
    if (change.text.size == 1 && change.text.data[0] == 'D') {
        for (int32_t i = 0; i < a->stream->key_count; i++)
            values[i] = value_of(batch, CHANGE_COLUMNS + a->stream->key[i], row);
        return session_run(&a->session, a->remove.data, values, a->stream->key_count, NULL, err);
    }
    for (int32_t i = 0; i < a->stream->field_count; i++)
        values[i] = value_of(batch, CHANGE_COLUMNS + i, row);
    return session_run(&a->session, a->upsert.data, values, a->stream->field_count, NULL, err);
}

static int apply_changes(struct applying *a, struct err *err)
{
    struct generation *g = a->g;
    struct aorta_value *values =
        arena_calloc(a->arena, (size_t)a->stream->field_count, sizeof *values);
    struct aorta_batch batch;
    struct aorta_error error;
    int got;

    while ((got = g->source->next(g->reader, &batch, &error)) > 0) {
        for (int64_t row = 0; row < batch.row_count; row++)
            if (apply_row(a, &batch, row, values, err) < 0)
                return -1;
        g->rows += batch.row_count;
        generate_progress(g);
    }
    if (got < 0)
        return generate_error(g, &error, err);
    return a->has_clock ? session_exec(&a->session, CLOCK_CLEAR, err) : 0;
}

static int put_position(struct applying *a, struct err *err)
{
    struct generation *g = a->g;
    struct state written;
    const struct state next = {
        .asset = g->step->order->asset,
        .checkpoint = arena_strdup(a->arena, g->source->position(g->reader)),
        .row_count = -1,
        .run_id = g->step->order->run,
    };

    fault_point("generator.state.before");
    int result = state_put(&a->session, &a->before, &next, a->arena, &written, err);
    fault_point("generator.state.after");
    return result;
}

static void interrupt_both(void *arg)
{
    struct applying *a = arg;

    session_interrupt(&a->session);
    if (a->g->source->cancel != NULL)
        a->g->source->cancel(a->g->reader);
}

static int apply_all(struct applying *a, struct err *err)
{
    struct generation *g = a->g;
    struct relation clock = {"", CLOCK_TABLE};
    struct relation_columns columns;

    if (state_lock(&a->session, g->step->order->asset, a->arena, &a->before, err) < 0 ||
        check_free(a, err) < 0 ||
        generate_open(g, AORTA_READ_CHANGES, a->before.checkpoint, err) < 0 ||
        relation_describe(&a->session, &clock, a->arena, &columns, err) < 0)
        return -1;
    step_set_interrupt(g->step, interrupt_both, a);
    a->has_clock = columns.is_there;
    a->stream = g->source->schema(g->reader);
    if (create_table(a, err) < 0)
        return -1;
    write_statements(a);
    if (apply_changes(a, err) < 0)
        return -1;
    if (g->rows == 0 && a->before.version > 0)
        return 0;
    if (put_position(a, err) < 0)
        return -1;
    return session_commit(&a->session, err);
}

int generate_table(struct generation *g, struct err *err)
{
    struct applying a = {.g = g, .arena = &g->step->arena, .clock_us = INT64_MIN};
    int result = -1;

    buf_init(&a.upsert);
    buf_init(&a.remove);
    if (connection_session(g->into, &g->step->cancel, &a.session, err) == 0 &&
        state_create(&a.session, err) == 0 && session_begin(&a.session, true, err) == 0)
        result = apply_all(&a, err);
    step_set_interrupt(g->step, NULL, NULL);
    session_close(&a.session);
    buf_release(&a.upsert);
    buf_release(&a.remove);
    return result;
}
