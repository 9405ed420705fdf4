#include "model/widen.h"

#include "model/session.h"

#include <string.h>
#include <strings.h>

void widen_expression(struct buf *out, const struct aorta_dialect *dialect, const char *column,
                      enum aorta_type from, enum aorta_type to)
{
    const char *const *types = dialect->type_names;
    bool is_json = to == AORTA_JSON;
    struct buf text;

    buf_init(&text);
    relation_quote_name(&text, column);
    if (from == to) {
        buf_append_str(out, text.data);
    } else if (to != AORTA_TEXT && !is_json) {
        buf_printf(out, "CAST(%s AS %s)", text.data, types[to]);
    } else {
        /* What a database without booleans would write as 1 is true to everybody else. */
        if (is_json)
            buf_append_str(out, "CAST(");
        if (from == AORTA_BOOL)
            buf_printf(out, "CASE WHEN %s THEN 'true' WHEN NOT %s THEN 'false' END", text.data,
                       text.data);
        else
            buf_printf(out, "CAST(%s AS %s)", text.data, types[AORTA_TEXT]);
        if (is_json)
            buf_printf(out, " AS %s)", types[AORTA_JSON]);
    }
    buf_release(&text);
}

static const struct aorta_field *find_field(const struct aorta_field *fields, int32_t count,
                                            const char *name)
{
    for (int32_t i = 0; i < count; i++)
        if (strcasecmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

struct copying {
    struct buf columns; /* with their types */
    struct buf values;
    bool is_needed;
};

static void add_column(struct copying *copying, const struct aorta_dialect *dialect,
                       const struct relation_columns *table, int32_t column,
                       const struct aorta_field *wanted)
{
    const struct aorta_field *old = &table->fields[column];
    bool is_wider = wanted != NULL && wanted->type != old->type;

    if (column > 0) {
        buf_append_str(&copying->columns, ", ");
        buf_append_str(&copying->values, ", ");
    }
    relation_quote_name(&copying->columns, old->name);
    buf_printf(&copying->columns, " %s",
               is_wider ? dialect->type_names[wanted->type] : table->type_names[column]);
    widen_expression(&copying->values, dialect, old->name, old->type,
                     is_wider ? wanted->type : old->type);
    copying->is_needed = copying->is_needed || is_wider;
}

static int copy(struct session *session, struct arena *arena, const struct relation *target,
                const struct copying *copying, struct publish_report *report, struct err *err)
{
    const struct aorta_dialect *dialect = session->dialect;
    struct relation build = relation_hidden(arena, dialect, target, RELATION_BUILD);
    const char *build_sql = relation_sql(arena, dialect, &build);

    if (session_execf(session, err, "DROP TABLE IF EXISTS %s", build_sql) < 0 ||
        session_execf(session, err, "CREATE TABLE %s (%s)", build_sql, copying->columns.data) < 0 ||
        session_execf(session, err, "INSERT INTO %s SELECT %s FROM %s", build_sql,
                      copying->values.data, relation_sql(arena, dialect, target)) < 0)
        return -1;
    return publish_replace(session, target, &build, report, err);
}

int widen_columns(struct session *session, const struct relation *target,
                  const struct aorta_field *fields, int32_t field_count,
                  struct publish_report *report, struct err *err)
{
    struct copying copying = {.is_needed = false};
    struct relation_columns table;
    struct arena arena;
    int result = -1;

    if (field_count == 0)
        return 0;
    arena_init(&arena);
    buf_init(&copying.columns);
    buf_init(&copying.values);
    if (relation_describe(session, target, &arena, &table, err) < 0)
        goto out;
    for (int32_t i = 0; i < table.count; i++)
        add_column(&copying, session->dialect, &table, i,
                   find_field(fields, field_count, table.fields[i].name));
    result = copying.is_needed ? copy(session, &arena, target, &copying, report, err) : 0;
out:
    buf_release(&copying.values);
    buf_release(&copying.columns);
    arena_release(&arena);
    return result;
}
