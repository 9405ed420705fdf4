#include "duckdb/carry.h"

#include "duckdb/connection.h"
#include "duckdb/cursor.h"
#include "duckdb/session.h"

#include "base/buf.h"

#include <stdatomic.h>
#include <string.h>

/* First what there is, names and comments as they stand in SQL, then the views that hang on the
 * relation, the columns that its successor has not, and the statements. The regular expression
 * matches "CREATE VIEW name" at the head of the text that DuckDB keeps of a view. */
const char duckdb_carry[] =
    "WITH RECURSIVE a_table AS ("
    " SELECT schema_name, table_name, '''' || replace(comment, '''', '''''') || '''' AS comment,"
    " '\"' || replace(schema_name, '\"', '\"\"') || '\".\"' ||"
    " replace(table_name, '\"', '\"\"') || '\"' AS name"
    " FROM duckdb_tables() WHERE NOT internal AND database_name = current_database()"
    "), a_view AS ("
    " SELECT schema_name, view_name, '''' || replace(comment, '''', '''''') || '''' AS comment,"
    " '\"' || replace(schema_name, '\"', '\"\"') || '\".\"' ||"
    " replace(view_name, '\"', '\"\"') || '\"' AS name, lower(sql) AS text,"
    " substr(sql, 1 + length(regexp_extract(sql,"
    " '^CREATE VIEW ((\"([^\"]|\"\")*\"|[^ \".]+)\\.)*(\"([^\"]|\"\")*\"|[^ \".(]+)'))) AS rest"
    " FROM duckdb_views() WHERE NOT internal AND database_name = current_database()"
    "), a_column AS ("
    " SELECT schema_name, table_name, column_name,"
    " '''' || replace(comment, '''', '''''') || '''' AS comment,"
    " '\"' || replace(schema_name, '\"', '\"\"') || '\".\"' ||"
    " replace(table_name, '\"', '\"\"') || '\".\"' ||"
    " replace(column_name, '\"', '\"\"') || '\"' AS name"
    " FROM duckdb_columns() WHERE NOT internal AND database_name = current_database()"

    "), dependant(schema_name, view_name, depth) AS ("
    " SELECT $1, $2, 0"
    " UNION"
    " SELECT v.schema_name, v.view_name, d.depth + 1 FROM dependant d JOIN a_view v"
    " ON regexp_matches(v.text, '(^|[^a-z0-9_])' || regexp_escape(lower(d.view_name)) ||"
    " '([^a-z0-9_]|$)') AND (v.schema_name <> d.schema_name OR v.view_name <> d.view_name)"
    " WHERE d.depth < 20"
    "), remade AS ("
    " SELECT v.schema_name, v.view_name, v.name, v.rest, v.comment, max(d.depth) AS depth"
    " FROM dependant d JOIN a_view v USING (schema_name, view_name)"
    " WHERE d.depth > 0 AND (v.schema_name <> $1 OR v.view_name <> $2) GROUP BY ALL"
    "), gone AS ("
    " SELECT column_name FROM a_column WHERE schema_name = $1 AND table_name = $2 EXCEPT"
    " SELECT column_name FROM a_column WHERE schema_name = $1 AND table_name = $3"
    "), new_table AS ("
    " FROM a_table WHERE schema_name = $1 AND table_name = $3"
    "), statement(phase, step, place, sql) AS ("

    " SELECT 'after', 1, index_name, sql FROM duckdb_indexes()"
    " WHERE database_name = current_database() AND schema_name = $1 AND table_name = $2"
    " AND EXISTS (FROM new_table)"
    " AND NOT EXISTS (FROM gone WHERE contains(expressions, column_name))"
    " UNION ALL"
    " SELECT 'after', 2, '', 'COMMENT ON ' ||"
    " CASE WHEN EXISTS (FROM new_table) THEN 'TABLE ' ELSE 'VIEW ' END ||"
    " name || ' IS ' || comment"
    " FROM (SELECT name, comment FROM a_table WHERE schema_name = $1 AND table_name = $2"
    " UNION ALL SELECT name, comment FROM a_view WHERE schema_name = $1 AND view_name = $2)"
    " UNION ALL"
    " SELECT 'after', 3, column_name, 'COMMENT ON COLUMN ' || name || ' IS ' || comment"
    " FROM a_column WHERE schema_name = $1 AND table_name = $2 AND column_name NOT IN (FROM gone)"

    " UNION ALL"
    " SELECT 'view', 10 + 3 * depth, name, 'CREATE OR REPLACE VIEW ' || name || rest FROM remade"
    " UNION ALL"
    " SELECT 'view', 11 + 3 * depth, name, 'COMMENT ON VIEW ' || name || ' IS ' || comment"
    " FROM remade"
    " UNION ALL"
    " SELECT 'view', 12 + 3 * r.depth, c.name, 'COMMENT ON COLUMN ' || c.name || ' IS ' ||"
    " c.comment FROM remade r JOIN a_column c"
    " ON c.schema_name = r.schema_name AND c.table_name = r.view_name"

    ") SELECT phase, sql FROM statement WHERE sql IS NOT NULL ORDER BY step, place";

/* Relations with something on them: indexes, comments of their own or of a column. */
static const char hung_on_sql[] =
    "SELECT schema_name || '.' || table_name FROM duckdb_indexes()"
    " WHERE database_name = current_database()"
    " UNION SELECT schema_name || '.' || table_name FROM duckdb_tables()"
    " WHERE NOT internal AND database_name = current_database() AND comment IS NOT NULL"
    " UNION SELECT schema_name || '.' || view_name FROM duckdb_views()"
    " WHERE NOT internal AND database_name = current_database() AND comment IS NOT NULL"
    " UNION SELECT schema_name || '.' || table_name FROM duckdb_columns()"
    " WHERE NOT internal AND database_name = current_database() AND comment IS NOT NULL";

static atomic_uint change_count = 1;
static atomic_int change_makers; /* sessions that have counted once and not yet twice */

void carry_memory_init(struct carry_memory *memory)
{
    pthread_mutex_init(&memory->lock, NULL);
    arena_init(&memory->arena);
    map_init(&memory->relations);
}

void carry_memory_release(struct carry_memory *memory)
{
    map_release(&memory->relations);
    arena_release(&memory->arena);
    pthread_mutex_destroy(&memory->lock);
}

void carry_on_begin(struct session *session)
{
    session->changes_seen = atomic_load(&change_count);
}

/* CREATE INDEX and COMMENT are not to be had without these words; other kinds of statement than
 * those here may do anything. */
void carry_on_statement(struct session *session, duckdb_statement_type type, const char *sql)
{
    bool may_hang = true;

    switch ((int)type) {
    case DUCKDB_STATEMENT_TYPE_SELECT:
    case DUCKDB_STATEMENT_TYPE_INSERT:
    case DUCKDB_STATEMENT_TYPE_UPDATE:
    case DUCKDB_STATEMENT_TYPE_DELETE:
    case DUCKDB_STATEMENT_TYPE_DROP: may_hang = false; break;
    case DUCKDB_STATEMENT_TYPE_CREATE:
    case DUCKDB_STATEMENT_TYPE_ALTER:
        may_hang = strcasestr(sql, "index") != NULL || strcasestr(sql, "comment") != NULL;
        break;
    default: break;
    }
    if (!may_hang)
        return;
    if (!session->has_changed)
        atomic_fetch_add(&change_makers, 1);
    session->has_changed = true;
    atomic_fetch_add(&change_count, 1);
}

/* Outside of a transaction it was one by itself. */
void carry_on_end_of_statement(struct session *session)
{
    if (!session->in_transaction)
        carry_on_end(session);
}

void carry_on_end(struct session *session)
{
    if (!session->has_changed)
        return;
    atomic_fetch_add(&change_count, 1);
    atomic_fetch_sub(&change_makers, 1);
    session->has_changed = false;
}

/* DuckDB's names are the same if they differ in the case of ASCII letters alone. */
static void lower(char *text)
{
    for (; *text != '\0'; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
}

static void remember(struct carry_memory *memory, const struct aorta_batch *batch)
{
    const struct aorta_column *column = &batch->columns[0];

    for (int64_t row = 0; row < batch->row_count; row++) {
        int32_t start = column->offsets[row];
        char *key = arena_strndup(&memory->arena, (const char *)column->values + start,
                                  (size_t)(column->offsets[row + 1] - start));
        lower(key);
        map_put(&memory->relations, key, key);
    }
}

/* Under the memory's lock. */
static int read_catalog(struct session *session, struct carry_memory *memory,
                        struct aorta_error *error)
{
    struct aorta_batch batch;
    void *cursor;
    int more;

    memory->is_known = false;
    map_release(&memory->relations);
    map_init(&memory->relations);
    arena_reset(&memory->arena);
    if (cursor_open(session, hung_on_sql, NULL, 0, &cursor, error) < 0)
        return -1;
    while ((more = cursor_next(cursor, &batch, error)) > 0)
        remember(memory, &batch);
    cursor_close(cursor);
    memory->is_known = more == 0;
    memory->as_of = session->changes_seen;
    return more;
}

int carry_is_needed(void *opaque, const char *schema, const char *name, struct aorta_error *error)
{
    struct session *session = opaque;
    struct carry_memory *memory = &session->connection->carry;
    struct buf key;
    int result = 1;

    /* Whoever began before the last change does not see what others will. And while somebody makes
     * changes, they may be committed and not yet counted: of two that began at this count, one may
     * see them and the other not. */
    if (!session->in_transaction || atomic_load(&change_makers) > 0 ||
        session->changes_seen != atomic_load(&change_count))
        return 1;
    pthread_mutex_lock(&memory->lock);
    bool is_new = memory->is_known && memory->as_of == session->changes_seen;
    if (!is_new && read_catalog(session, memory, error) < 0) {
        result = -1;
    } else {
        buf_init(&key);
        buf_printf(&key, "%s.%s", schema, name);
        lower(key.data);
        result = map_find(&memory->relations, key.data) != NULL;
        buf_release(&key);
    }
    pthread_mutex_unlock(&memory->lock);
    return result;
}
