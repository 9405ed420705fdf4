#include "postgres_warehouse.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "data/batch.h"
#include "data/literal.h"
#include "postgres_dialect.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

struct session {
    PGconn *conn;
    struct arena arena; /* of the last described relation */
};

/* All rows at once, as text, turned into a batch. */
struct cursor {
    struct batch batch;
    bool is_given;
};

/* ------------------------------------------------------------------------------------ statements */

/* What another try may mend: conflicts, locks, connections, resources (PostgreSQL 15, appendix A). */
static enum aorta_error_code code_of(const char *sqlstate)
{
    static const char *const transient[] = {"40", "55", "08", "53", "57"};

    if (sqlstate == NULL)
        return AORTA_TRANSIENT;
    if (strcmp(sqlstate, "57014") == 0)
        return AORTA_CANCELED;
    if (strcmp(sqlstate, "25P02") == 0)
        return AORTA_BROKEN; /* a statement before it failed */
    for (size_t i = 0; i < sizeof transient / sizeof transient[0]; i++)
        if (strncmp(sqlstate, transient[i], 2) == 0)
            return AORTA_TRANSIENT;
    return strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0 ? AORTA_DATA
                                                                              : AORTA_CONFIG;
}

static int fail(const PGresult *result, const PGconn *conn, struct aorta_error *error)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

    return aorta_fail(error, code_of(sqlstate), "%s",
                      message != NULL ? message : PQerrorMessage(conn));
}

/* The value as PostgreSQL reads it, in the arena; NULL for null. */
static const char *param_text(const struct aorta_value *value, struct arena *arena)
{
    if (value->is_null)
        return NULL;
    if (value->type == AORTA_TEXT)
        return arena_strndup(arena, value->text.data, value->text.size);
    return arena_printf(arena, "%" PRId64, value->integer);
}

static PGresult *run(PGconn *conn, const char *sql, const struct aorta_value *params, int32_t count,
                     struct aorta_error *error)
{
    const char **texts = alloc_zeroed((size_t)count + 1, sizeof *texts);
    struct arena arena;

    arena_init(&arena);
    for (int32_t i = 0; i < count; i++)
        texts[i] = param_text(&params[i], &arena);
    PGresult *result = PQexecParams(conn, sql, count, NULL, texts, NULL, NULL, 0);
    arena_release(&arena);
    free(texts);
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return result;
    fail(result, conn, error);
    PQclear(result);
    return NULL;
}

static int exec(void *self, const char *sql, const struct aorta_value *params, int32_t count,
                int64_t *affected, struct aorta_error *error)
{
    struct session *session = self;
    PGresult *result = run(session->conn, sql, params, count, error);

    if (result == NULL)
        return -1;
    if (affected != NULL)
        *affected = strtoll(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    return 0;
}

/* -------------------------------------------------------------------------------------- sessions */

static int session_open(void *connection, void **opened, struct aorta_error *error)
{
    struct session *session = alloc_zeroed(1, sizeof *session);

    arena_init(&session->arena);
    session->conn = PQconnectdb(connection);
    if (PQstatus(session->conn) != CONNECTION_OK) {
        aorta_fail(error, AORTA_TRANSIENT, "%s", PQerrorMessage(session->conn));
        PQfinish(session->conn);
        free(session);
        return -1;
    }
    exec(session, "SET client_min_messages = error", NULL, 0, NULL, error);
    *opened = session;
    return 0;
}

static void session_close(void *self)
{
    struct session *session = self;

    PQfinish(session->conn);
    arena_release(&session->arena);
    free(session);
}

static int begin(void *self, bool for_write, struct aorta_error *error)
{
    return exec(self,
                for_write ? "BEGIN ISOLATION LEVEL REPEATABLE READ"
                          : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                NULL, 0, NULL, error);
}

/* COMMIT of a transaction that failed says ROLLBACK and no error. */
static int commit(void *self, struct aorta_error *error)
{
    struct session *session = self;
    PGresult *result = run(session->conn, "COMMIT", NULL, 0, error);

    if (result == NULL)
        return -1;
    bool done = strcmp(PQcmdStatus(result), "COMMIT") == 0;
    PQclear(result);
    return done ? 0 : aorta_fail(error, AORTA_BROKEN, "the transaction had failed before");
}

static int rollback(void *self, struct aorta_error *error)
{
    return exec(self, "ROLLBACK", NULL, 0, NULL, error);
}

static void cancel(void *self)
{
    struct session *session = self;
    PGcancel *request = PQgetCancel(session->conn);
    char reason[256];

    PQcancel(request, reason, sizeof reason);
    PQfreeCancel(request);
}

/* --------------------------------------------------------------------------------------- queries */

/* Types by their oids in pg_type.dat, which never change. */
static enum aorta_type type_of(Oid oid)
{
    switch (oid) {
    case 16: return AORTA_BOOL;
    case 21:
    case 23: return AORTA_INT32;
    case 20: return AORTA_INT64;
    case 700:
    case 701: return AORTA_DOUBLE;
    case 1082: return AORTA_DATE;
    case 1114: return AORTA_TIMESTAMP;
    case 1700: return AORTA_DECIMAL;
    default: return AORTA_TEXT;
    }
}

static void fill_batch(struct batch *batch, const PGresult *result)
{
    for (int row = 0; row < PQntuples(result); row++) {
        for (int i = 0; i < batch->column_count; i++) {
            const char *text = PQgetvalue(result, row, i);
            if (PQgetisnull(result, row, i))
                column_append_null(&batch->columns[i]);
            else if (literal_append(&batch->columns[i], text, strlen(text)) != NULL)
                abort(); /* of our own tests' values all can be read */
        }
        batch_end_row(batch);
    }
}

static int query(void *self, const char *sql, const struct aorta_value *params, int32_t count,
                 void **opened, struct aorta_error *error)
{
    struct session *session = self;
    PGresult *result = run(session->conn, sql, params, count, error);

    if (result == NULL)
        return -1;
    int columns = PQnfields(result);
    struct aorta_field *fields = alloc_zeroed((size_t)columns + 1, sizeof *fields);
    for (int i = 0; i < columns; i++)
        fields[i] = (struct aorta_field){PQfname(result, i), type_of(PQftype(result, i))};
    struct cursor *cursor = alloc_zeroed(1, sizeof *cursor);
    batch_init(&cursor->batch, fields, columns);
    fill_batch(&cursor->batch, result);
    free(fields);
    PQclear(result);
    *opened = cursor;
    return 0;
}

static int next(void *self, struct aorta_batch *batch, struct aorta_error *error)
{
    struct cursor *cursor = self;

    (void)error;
    if (cursor->is_given || cursor->batch.row_count == 0)
        return 0;
    *batch = batch_view(&cursor->batch);
    cursor->is_given = true;
    return 1;
}

static void cursor_close(void *self)
{
    struct cursor *cursor = self;

    batch_release(&cursor->batch);
    free(cursor);
}

static const struct aorta_field *cursor_fields(void *self, int32_t *count)
{
    struct cursor *cursor = self;

    *count = cursor->batch.column_count;
    return cursor->batch.fields;
}

/* ----------------------------------------------------------------------------------- description */

static const char describe_sql[] =
    "SELECT c.relkind, a.attname, a.atttypid::bigint, format_type(a.atttypid, a.atttypmod)"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " WHERE n.nspname = $1::text AND c.relname = $2::text AND c.relkind IN ('r', 'v', 'm', 'p')"
    " ORDER BY a.attnum";

static int describe(void *self, const char *schema, const char *name,
                    struct aorta_relation *relation, struct aorta_error *error)
{
    struct session *session = self;
    struct aorta_value params[] = {
        {.type = AORTA_TEXT, .text = {schema, strlen(schema)}},
        {.type = AORTA_TEXT, .text = {name, strlen(name)}},
    };
    PGresult *result = run(session->conn, describe_sql, params, 2, error);

    if (result == NULL)
        return -1;
    int count = PQntuples(result);
    arena_reset(&session->arena);
    struct aorta_field *fields = arena_calloc(&session->arena, (size_t)count, sizeof *fields);
    const char **types = arena_calloc(&session->arena, (size_t)count, sizeof *types);
    for (int i = 0; i < count; i++) {
        fields[i].name = arena_strdup(&session->arena, PQgetvalue(result, i, 1));
        fields[i].type = type_of((Oid)strtoul(PQgetvalue(result, i, 2), NULL, 10));
        types[i] = arena_strdup(&session->arena, PQgetvalue(result, i, 3));
    }
    if (count > 0)
        *relation = (struct aorta_relation){
            .kind = PQgetvalue(result, 0, 0)[0] == 'r' ? "table" : "view",
            .field_count = count,
            .fields = fields,
            .type_names = types,
        };
    PQclear(result);
    return count > 0;
}

static const char list_sql[] =
    "SELECT n.nspname, c.relname, CASE c.relkind WHEN 'r' THEN 'table' ELSE 'view' END"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'v') AND starts_with(c.relname, $1::text) ORDER BY 1, 2";

static int list(void *self, const char *name_prefix,
                int (*each)(void *arg, const char *schema, const char *name, const char *kind),
                void *arg, struct aorta_error *error)
{
    struct session *session = self;
    struct aorta_value prefix = {.type = AORTA_TEXT, .text = {name_prefix, strlen(name_prefix)}};
    PGresult *result = run(session->conn, list_sql, &prefix, 1, error);

    if (result == NULL)
        return -1;
    for (int i = 0; i < PQntuples(result); i++)
        if (each(arg, PQgetvalue(result, i, 0), PQgetvalue(result, i, 1),
                 PQgetvalue(result, i, 2)) != 0)
            break;
    PQclear(result);
    return 0;
}

const struct aorta_warehouse postgres_warehouse = {
    .dialect = &postgres_dialect,
    .session_open = session_open,
    .session_close = session_close,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .exec = exec,
    .query = query,
    .next = next,
    .cursor_close = cursor_close,
    .cursor_fields = cursor_fields,
    .describe = describe,
    .list = list,
    .cancel = cancel,
};
