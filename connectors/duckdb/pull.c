#include "duckdb/pull.h"

#include "duckdb/connection.h"
#include "duckdb/failure.h"
#include "duckdb/library.h"
#include "duckdb/quote.h"
#include "duckdb/session.h"
#include "duckdb/statement.h"
#include "duckdb/target.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct pull {
    int64_t number;
    idx_t connection; /* DuckDB's number of the session */
    const struct aorta_feed *feed;
    struct target target;
    duckdb_logical_type *types;
    atomic_int workers; /* that have begun */

    pthread_mutex_t lock; /* guards the two below */
    bool has_failed;
    struct aorta_error error; /* the first */

    struct pull *next;
};

/* What one of DuckDB's threads reads. */
struct worker {
    struct pull *pull;
    int32_t index;
    struct aorta_batch batch;
    idx_t start;    /* row to go on with */
    int64_t before; /* rows of earlier batches */
    bool is_over;
};

/* Loads that are running. */
static struct {
    pthread_mutex_t lock;
    struct pull *first;
    int64_t last_number;
} pulls = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* --------------------------------------------------------------------------------- the function */

static idx_t connection_of(duckdb_client_context context)
{
    idx_t number = duckdb.client_context_get_connection_id(context);

    duckdb.destroy_client_context(&context);
    return number;
}

static struct pull *find_pull(int64_t number, idx_t connection)
{
    struct pull *pull;

    pthread_mutex_lock(&pulls.lock);
    for (pull = pulls.first; pull != NULL; pull = pull->next)
        if (pull->number == number && pull->connection == connection)
            break;
    pthread_mutex_unlock(&pulls.lock);
    return pull;
}

static void bind_feed(duckdb_bind_info info)
{
    duckdb_client_context context;
    duckdb_value number = duckdb.bind_get_parameter(info, 0);

    duckdb.table_function_get_client_context(info, &context);
    struct pull *pull = find_pull(duckdb.get_int64(number), connection_of(context));
    duckdb.destroy_value(&number);
    if (pull == NULL) {
        duckdb.bind_set_error(info, "aorta_feed is for Aorta's own loads");
        return;
    }
    for (int32_t i = 0; i < pull->target.column_count; i++)
        duckdb.bind_add_result_column(info, pull->target.columns[i].field.name, pull->types[i]);
    duckdb.bind_set_bind_data(info, pull, NULL);
}

static void init_feed(duckdb_init_info info)
{
    const struct pull *pull = duckdb.init_get_bind_data(info);

    duckdb.init_set_max_threads(info, (idx_t)pull->feed->workers);
}

static void init_worker(duckdb_init_info info)
{
    struct pull *pull = duckdb.init_get_bind_data(info);
    struct worker *worker = alloc_zeroed(1, sizeof *worker);

    worker->pull = pull;
    worker->index = atomic_fetch_add(&pull->workers, 1);
    worker->is_over = worker->index >= pull->feed->workers;
    duckdb.init_set_init_data(info, worker, free);
}

static void fail_worker(duckdb_function_info info, struct pull *pull,
                        const struct aorta_error *error)
{
    pthread_mutex_lock(&pull->lock);
    if (!pull->has_failed)
        pull->error = *error;
    pull->has_failed = true;
    pthread_mutex_unlock(&pull->lock);
    duckdb.function_set_error(info, error->message);
}

/* The next batch with rows: 1, 0 at the end, -1. */
static int next_batch(struct worker *worker, struct aorta_error *error)
{
    const struct aorta_feed *feed = worker->pull->feed;

    while (!worker->is_over && worker->start == (idx_t)worker->batch.row_count) {
        worker->before += worker->batch.row_count;
        worker->start = 0;
        worker->batch.row_count = 0;
        worker->is_over = feed->next(feed->arg, worker->index, &worker->batch) == 0;
        if (!worker->is_over && target_expect(&worker->pull->target, &worker->batch, error) < 0)
            return -1;
    }
    return !worker->is_over;
}

static void give_rows(duckdb_function_info info, duckdb_data_chunk chunk)
{
    struct worker *worker = duckdb.function_get_local_init_data(info);
    struct pull *pull = worker->pull;
    struct aorta_error error;
    int got = next_batch(worker, &error);

    if (got <= 0) {
        duckdb.data_chunk_set_size(chunk, 0);
        if (got < 0)
            fail_worker(info, pull, &error);
        return;
    }
    idx_t left = (idx_t)worker->batch.row_count - worker->start;
    idx_t count = left < duckdb.vector_size() ? left : duckdb.vector_size();
    if (target_fill(&pull->target, &worker->batch, worker->start, count, worker->before, chunk,
                    &error) < 0)
        fail_worker(info, pull, &error);
    worker->start += count;
}

/* In a load's statement for the promise that its rows have no order (write_insert). */
static void give_nothing(duckdb_function_info info, duckdb_data_chunk chunk)
{
    (void)info;
    duckdb.data_chunk_set_size(chunk, 0);
}

static duckdb_table_function make_function(const char *name, duckdb_table_function_t give)
{
    duckdb_logical_type number = duckdb.create_logical_type(DUCKDB_TYPE_BIGINT);
    duckdb_table_function function = duckdb.create_table_function();

    duckdb.table_function_set_name(function, name);
    duckdb.table_function_add_parameter(function, number);
    duckdb.table_function_set_bind(function, bind_feed);
    duckdb.table_function_set_init(function, init_feed);
    duckdb.table_function_set_function(function, give);
    duckdb.destroy_logical_type(&number);
    return function;
}

void pull_register(duckdb_database database)
{
    duckdb_table_function feed = make_function("aorta_feed", give_rows);
    duckdb_table_function nothing = make_function("aorta_nothing", give_nothing);
    duckdb_connection connection;

    duckdb.table_function_set_local_init(feed, init_worker);
    if (duckdb.connect(database, &connection) == DuckDBSuccess) {
        /* Fails if they are there already, which a database that is shared has no other sign of. */
        duckdb.register_table_function(connection, feed);
        duckdb.register_table_function(connection, nothing);
        duckdb.disconnect(&connection);
    }
    duckdb.destroy_table_function(&feed);
    duckdb.destroy_table_function(&nothing);
}

/* -------------------------------------------------------------------------------------- the load */

static void write_relation(struct buf *sql, const char *schema, const char *name)
{
    quote_name(sql, schema);
    buf_append_char(sql, '.');
    quote_name(sql, name);
}

static void write_columns(struct buf *sql, const struct aorta_field *fields, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        if (i > 0)
            buf_append_str(sql, ", ");
        quote_name(sql, fields[i].name);
    }
}

/* Asks the table for its columns' types and pairs them with the fields. */
static int pair_columns(struct pull *pull, struct session *session, const char *relation,
                        const struct aorta_field *fields, struct aorta_error *error)
{
    const int32_t count = pull->target.column_count;
    duckdb_prepared_statement statement;
    struct buf sql;
    int result;

    buf_init(&sql);
    buf_append_str(&sql, "SELECT ");
    write_columns(&sql, fields, count);
    buf_printf(&sql, " FROM %s", relation);
    result = statement_prepare(session, sql.data, NULL, 0, &statement, error);
    buf_release(&sql);
    if (result < 0)
        return -1;
    for (int32_t i = 0; i < count; i++) {
        pull->types[i] = duckdb.prepared_statement_column_logical_type(statement, (idx_t)i);
        if (result == 0)
            result = target_pair(&pull->target, i, &fields[i], pull->types[i], error);
    }
    duckdb.destroy_prepare(&statement);
    return result;
}

static void enter(struct pull *pull, struct session *session)
{
    duckdb_client_context context;

    duckdb.connection_get_client_context(session->handle, &context);
    pull->connection = connection_of(context);
    pthread_mutex_lock(&pulls.lock);
    pull->number = ++pulls.last_number;
    pull->next = pulls.first;
    pulls.first = pull;
    pthread_mutex_unlock(&pulls.lock);
}

static void leave(struct pull *pull)
{
    struct pull **at = &pulls.first;

    pthread_mutex_lock(&pulls.lock);
    while (*at != pull)
        at = &(*at)->next;
    *at = pull->next;
    pthread_mutex_unlock(&pulls.lock);
}

static int run_insert(struct session *session, const char *sql, int64_t *rows,
                      struct aorta_error *error)
{
    duckdb_prepared_statement statement = NULL;
    duckdb_result result;
    int failed = 0;

    if (statement_prepare(session, sql, NULL, 0, &statement, error) < 0)
        return -1;
    if (duckdb.execute_prepared(statement, &result) != DuckDBSuccess)
        failed = failure_of_result(error, &result);
    else if (rows != NULL)
        *rows = (int64_t)duckdb.rows_changed(&result);
    duckdb.destroy_result(&result);
    duckdb.destroy_prepare(&statement);
    return failed < 0 ? session_failed(session) : 0;
}

/* DuckDB writes a table with one thread if the rows' order could be seen in it, and knows of none
 * that a function has. The setting that tells it not to care is the whole database's, and locked
 * (duckdb/confinement.h). So the statement says it: of what DISTINCT gives no order is known, nor,
 * then, of a union with it. */
static void write_insert(const struct pull *pull, const char *relation,
                         const struct aorta_field *fields, struct buf *sql)
{
    buf_printf(sql, "INSERT INTO %s (", relation);
    write_columns(sql, fields, pull->target.column_count);
    buf_printf(sql,
               ") SELECT * FROM aorta_feed(%" PRId64 ")"
               " UNION ALL SELECT DISTINCT * FROM aorta_nothing(%" PRId64 ")",
               pull->number, pull->number);
}

static int insert(struct pull *pull, struct session *session, const char *relation,
                  const struct aorta_field *fields, int64_t *rows, struct aorta_error *error)
{
    struct buf sql;

    buf_init(&sql);
    enter(pull, session);
    write_insert(pull, relation, fields, &sql);
    int result = run_insert(session, sql.data, rows, error);
    leave(pull);
    buf_release(&sql);
    if (result < 0 && pull->has_failed)
        *error = pull->error; /* DuckDB's words for it begin with its own */
    return result;
}

int pull_load(void *opaque, const char *schema, const char *name, const struct aorta_field *fields,
              int32_t field_count, const struct aorta_feed *feed, int64_t *rows,
              struct aorta_error *error)
{
    struct session *session = opaque;
    struct pull pull = {.feed = feed};
    struct buf relation;

    if (!session->in_transaction)
        return aorta_fail(error, AORTA_BROKEN, "a load needs a transaction");
    buf_init(&relation);
    write_relation(&relation, schema, name);
    target_init(&pull.target, field_count);
    pthread_mutex_init(&pull.lock, NULL);
    pull.types = arena_calloc(&pull.target.arena, (size_t)field_count, sizeof(duckdb_logical_type));
    int result = pair_columns(&pull, session, relation.data, fields, error);
    if (result == 0)
        result = insert(&pull, session, relation.data, fields, rows, error);
    for (int32_t i = 0; i < field_count; i++)
        duckdb.destroy_logical_type(&pull.types[i]);
    pthread_mutex_destroy(&pull.lock);
    target_release(&pull.target);
    buf_release(&relation);
    return result;
}
