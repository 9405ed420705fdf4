#include "sqlite/load.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "sqlite/bind.h"
#include "sqlite/dialect.h"
#include "sqlite/names.h"
#include "sqlite/session.h"
#include "sqlite/storage.h"
#include "sqlite/table.h"

#include <stdlib.h>
#include <string.h>

struct load {
    struct session *session;
    sqlite3_stmt *insert;
    int32_t field_count;
    char **names;     /* of the fields, in the order of the parameters */
    char **labels;    /* column "name": for messages */
    int32_t *sources; /* a field: the batch's column, or -1 */
    char (*scratch)[STORAGE_TEXT_SIZE];
    int64_t rows;
};

static void free_load(struct load *load)
{
    sqlite3_finalize(load->insert);
    for (int32_t i = 0; i < load->field_count; i++) {
        free(load->names[i]);
        free(load->labels[i]);
    }
    free(load->names);
    free(load->labels);
    free(load->sources);
    free(load->scratch);
    free(load);
}

/* The fields must be columns, of types that hold theirs. */
static int check_fields(const struct table *table, const struct aorta_field *fields,
                        int32_t field_count, struct aorta_error *error)
{
    for (int32_t i = 0; i < field_count; i++) {
        int32_t at = table_column_find(table, fields[i].name);
        enum aorta_type declared;
        if (at < 0)
            return aorta_fail(error, AORTA_CONFIG, "table \"%.100s\" has no column \"%.100s\"",
                              table->name, fields[i].name);
        if (storage_type_of(table->columns[at].declared, &declared) &&
            !storage_accepts(declared, fields[i].type))
            return aorta_fail(error, AORTA_CONFIG,
                              "column \"%.100s\" of table \"%.100s\" is %.40s, the rows have %s",
                              fields[i].name, table->name, table->columns[at].declared,
                              sqlite_dialect.type_names[fields[i].type]);
    }
    return 0;
}

static int prepare_insert(struct session *session, const char *table,
                          const struct aorta_field *fields, int32_t field_count,
                          sqlite3_stmt **insert, struct aorta_error *error)
{
    struct buf sql;

    buf_init(&sql);
    buf_append_str(&sql, "INSERT INTO ");
    name_quote(&sql, table);
    for (int32_t i = 0; i < field_count; i++) {
        buf_append_str(&sql, i == 0 ? " (" : ", ");
        name_quote(&sql, fields[i].name);
    }
    buf_append_str(&sql, ") VALUES (?");
    for (int32_t i = 1; i < field_count; i++)
        buf_append_str(&sql, ", ?");
    buf_append_char(&sql, ')');
    int rc = session_prepare(session, sql.data, insert, error);
    buf_release(&sql);
    return rc;
}

static struct load *new_load(struct session *session, sqlite3_stmt *insert,
                             const struct aorta_field *fields, int32_t field_count)
{
    struct load *load = alloc_zeroed(1, sizeof *load);
    size_t count = (size_t)field_count;
    struct buf label;

    load->session = session;
    load->insert = insert;
    load->field_count = field_count;
    load->names = alloc_zeroed(count, sizeof *load->names);
    load->labels = alloc_zeroed(count, sizeof *load->labels);
    load->sources = alloc_zeroed(count, sizeof *load->sources);
    load->scratch = alloc_zeroed(count, sizeof *load->scratch);
    for (int32_t i = 0; i < field_count; i++) {
        buf_init(&label);
        buf_printf(&label, "column \"%.100s\"", fields[i].name);
        load->labels[i] = buf_take(&label);
        load->names[i] = alloc_strdup(fields[i].name);
    }
    return load;
}

int load_begin(void *arg, const char *schema, const char *name, const struct aorta_field *fields,
               int32_t field_count, void **load, struct aorta_error *error)
{
    struct session *session = arg;
    sqlite3_stmt *insert = NULL;
    struct arena arena;
    struct table table;
    int rc = -1;

    (void)schema;
    if (sqlite3_get_autocommit(session->db))
        return aorta_fail(error, AORTA_BROKEN, "a load needs a transaction");
    if (field_count == 0)
        return aorta_fail(error, AORTA_CONFIG, "the rows to load have no columns");

    arena_init(&arena);
    int there = table_find(session, name, &arena, &table, error);
    if (there == 0)
        aorta_fail(error, AORTA_CONFIG, "no such table: %.200s", name);
    if (there != 1 || check_fields(&table, fields, field_count, error) < 0)
        goto out;
    if (prepare_insert(session, table.name, fields, field_count, &insert, error) < 0)
        goto out;
    if (session_run(session, "SAVEPOINT aorta_load", error) < 0) {
        sqlite3_finalize(insert);
        goto out;
    }
    *load = new_load(session, insert, fields, field_count);
    rc = 0;
out:
    arena_release(&arena);
    return rc;
}

static int match_fields(struct load *load, const struct aorta_batch *batch,
                        struct aorta_error *error)
{
    int32_t matched = 0;

    for (int32_t i = 0; i < load->field_count; i++) {
        load->sources[i] = -1;
        for (int32_t j = 0; j < batch->column_count && load->sources[i] < 0; j++)
            if (name_equal(batch->fields[j].name, load->names[i]))
                load->sources[i] = j;
        matched += load->sources[i] >= 0;
    }
    if (matched < batch->column_count)
        return aorta_fail(error, AORTA_BROKEN, "a batch has columns that its load has not");
    return 0;
}

static int insert_row(struct load *load, const struct aorta_batch *batch, int64_t row,
                      struct aorta_error *error)
{
    static const struct aorta_value null = {.type = AORTA_TEXT, .is_null = true};

    for (int32_t i = 0; i < load->field_count; i++) {
        int32_t j = load->sources[i];
        struct aorta_value value =
            j < 0 ? null : bind_cell(batch->fields[j].type, &batch->columns[j], row);
        if (bind_value(load->insert, i + 1, &value, load->scratch[i], load->labels[i], error) < 0)
            return -1;
    }
    int rc = sqlite3_step(load->insert);
    sqlite3_reset(load->insert);
    return rc == SQLITE_DONE ? 0 : session_fail(load->session, rc, error);
}

int load_batch(void *arg, const struct aorta_batch *batch, struct aorta_error *error)
{
    struct load *load = arg;
    struct aorta_error inner;

    if (match_fields(load, batch, error) < 0)
        return -1;
    for (int64_t row = 0; row < batch->row_count; row++) {
        if (atomic_load(&load->session->is_canceled))
            return aorta_fail(error, AORTA_CANCELED, "canceled");
        if (insert_row(load, batch, row, &inner) == 0)
            continue;
        if (inner.code != AORTA_DATA)
            *error = inner;
        else
            aorta_fail(error, AORTA_DATA, "row %lld of the batch: %.400s", (long long)row + 1,
                       inner.message);
        return -1;
    }
    /* The batch is the caller's again: no parameter may point into it. */
    sqlite3_clear_bindings(load->insert);
    load->rows += batch->row_count;
    return 0;
}

int load_end(void *arg, int64_t *rows, struct aorta_error *error)
{
    struct load *load = arg;
    int64_t count = load->rows;

    if (session_run(load->session, "RELEASE aorta_load", error) < 0)
        return -1;
    free_load(load);
    *rows = count;
    return 0;
}

void load_abort(void *arg)
{
    struct load *load = arg;
    sqlite3 *db;

    if (load == NULL)
        return;
    db = load->session->db;
    free_load(load);
    /* They fail if SQLite has rolled the whole transaction back already: the rows are gone too. */
    sqlite3_exec(db, "ROLLBACK TO aorta_load", NULL, NULL, NULL);
    sqlite3_exec(db, "RELEASE aorta_load", NULL, NULL, NULL);
}
