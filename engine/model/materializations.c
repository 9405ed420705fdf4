/* The four ways a model is written and published; materialize.c is the frame around them. */
#include "model/materialize.h"
#include "model/snapshot.h"
#include "model/stage.h"
#include "model/window.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *sql_of(const struct model_attempt *attempt, const struct relation *relation)
{
    return relation_sql(attempt->arena, attempt->session->dialect, relation);
}

/* Names the hidden relation; what a dead attempt may have left under its name goes. */
static int choose_hidden(struct model_attempt *attempt, enum relation_hidden kind, struct err *err)
{
    attempt->hidden =
        relation_hidden(attempt->arena, attempt->session->dialect, &attempt->spec->relation, kind);
    return publish_drop(attempt->session, &attempt->hidden, err);
}

/* The audit looks at the hidden relation, as for all that are built whole. */
static int audit_hidden(struct model_attempt *attempt, struct err *err)
{
    attempt->audit_rows = sql_of(attempt, &attempt->hidden);
    attempt->audit_whole = attempt->audit_rows;
    return relation_describe(attempt->session, &attempt->hidden, attempt->arena, &attempt->columns,
                             err);
}

/* "(line 4: …" of a statement whose first line is not the model's is the model's line 3. */
static void count_lines_of_model(struct err *err)
{
    static const char mark[] = "(line ";
    char *number = strstr(err->message, mark), *rest;

    if (number == NULL)
        return;
    number += sizeof mark - 1;
    long line = strtol(number, &rest, 10);
    if (line < 2 || *rest != ':')
        return;
    const struct err whole = *err;
    snprintf(number, sizeof err->message - (size_t)(number - err->message), "%ld%s", line - 1,
             whole.message + (rest - err->message));
}

/* A table that is not there may be one that nobody has built: then the way out is said. */
static void name_missing_input(const struct model_attempt *attempt, struct err *err)
{
    const struct err whole = *err;

    for (size_t i = 0; i < attempt->spec->input_count; i++) {
        const struct state *input = &attempt->input_states[i];
        if (input->version > 0)
            continue;
        err_set(err, whole.code, "%s: %s has not been built yet: aorta run +%s", whole.message,
                input->asset, attempt->spec->asset);
        return;
    }
}

/* CREATE … AS the model's SQL; a mistake in it is named by its file, and its line there. It has
 * lines of its own, for a database shows the whole line that is wrong. */
static int create_as(struct model_attempt *attempt, const char *kind,
                     const struct relation *relation, struct err *err)
{
    if (session_execf(attempt->session, err, "CREATE %s %s AS\n%s\n", kind,
                      sql_of(attempt, relation), attempt->sql) < 0) {
        count_lines_of_model(err);
        name_missing_input(attempt, err);
        return err_wrap(err, "%s", attempt->spec->file);
    }
    return 0;
}

/* Puts what was audited into its place; `select` is a view's. */
static int put_in_place(struct model_attempt *attempt, const char *select, struct err *err)
{
    const struct publish_pair pair = {
        .target = &attempt->spec->relation,
        .hidden = &attempt->hidden,
        .target_columns = &attempt->target,
        .hidden_columns = &attempt->columns,
        .select = select,
    };

    return publish_pair(attempt->session, &pair, &attempt->report, err);
}

static int replace_with_hidden(struct model_attempt *attempt, struct err *err)
{
    return put_in_place(attempt, NULL, err);
}

/* ----------------------------------------------------------------------------------- view, table */

static int write_view(struct model_attempt *attempt, struct err *err)
{
    if (choose_hidden(attempt, RELATION_BUILD, err) < 0 ||
        create_as(attempt, "VIEW", &attempt->hidden, err) < 0)
        return -1;
    return audit_hidden(attempt, err);
}

static int publish_the_view(struct model_attempt *attempt, struct err *err)
{
    return put_in_place(attempt, attempt->sql, err);
}

static int write_table(struct model_attempt *attempt, struct err *err)
{
    if (choose_hidden(attempt, RELATION_BUILD, err) < 0 ||
        create_as(attempt, "TABLE", &attempt->hidden, err) < 0)
        return -1;
    return audit_hidden(attempt, err);
}

const struct materialization materialization_view = {
    .name = "view", .is_view = true, .write = write_view, .publish = publish_the_view};

/* ------------------------------------------------------------------------------------------ seed */

static int load_rows(struct model_attempt *attempt, struct stage_load *load, struct err *err)
{
    const struct model_rows *rows = attempt->spec->rows;
    struct aorta_batch batch;
    int more;

    while ((more = rows->next(rows->arg, &batch, err)) > 0)
        if (stage_load_batch(load, &batch, err) < 0)
            return -1;
    return more;
}

static int write_seed(struct model_attempt *attempt, struct err *err)
{
    const struct model_rows *rows = attempt->spec->rows;
    struct stage_load load;
    int64_t count;

    if (choose_hidden(attempt, RELATION_BUILD, err) < 0 ||
        stage_create(attempt->session, &attempt->hidden, rows->fields, rows->field_count, err) <
            0 ||
        stage_load_open(&load, attempt->session, &attempt->hidden, rows->fields, rows->field_count,
                        err) < 0)
        return -1;
    if (load_rows(attempt, &load, err) < 0 || stage_load_finish(&load, &count, err) < 0) {
        stage_load_abort(&load);
        return -1;
    }
    return audit_hidden(attempt, err);
}

const struct materialization materialization_seed = {
    .name = "seed", .write = write_seed, .publish = replace_with_hidden};

/* ----------------------------------------------------------------------------------- incremental */

static const char *taken(struct model_attempt *attempt, struct buf *buf)
{
    const char *text = arena_strndup(attempt->arena, buf->data, buf->size);

    buf_release(buf);
    return text;
}

/* " WHERE <marker> IS NOT TRUE", or nothing. */
static const char *not_marked(struct model_attempt *attempt)
{
    struct buf sql;

    if (attempt->spec->delete_marker == NULL)
        return "";
    buf_init(&sql);
    buf_append_str(&sql, " WHERE ");
    relation_quote_name(&sql, attempt->spec->delete_marker);
    buf_append_str(&sql, " IS NOT TRUE");
    return taken(attempt, &sql);
}

static const char *key_list(struct model_attempt *attempt)
{
    struct buf list;

    buf_init(&list);
    for (size_t i = 0; i < attempt->spec->unique_key_count; i++) {
        if (i > 0)
            buf_append_str(&list, ", ");
        relation_quote_name(&list, attempt->spec->unique_key[i]);
    }
    return taken(attempt, &list);
}

/* Drops the marker from the columns that the audit and the target know. */
static void forget_marker(struct model_attempt *attempt)
{
    struct relation_columns *columns = &attempt->columns;
    int32_t marker;

    if (attempt->spec->delete_marker == NULL)
        return;
    marker = relation_column_find(columns, attempt->spec->delete_marker);
    if (marker < 0)
        return;
    size_t behind = (size_t)(columns->count - marker - 1);
    memmove(&columns->fields[marker], &columns->fields[marker + 1],
            behind * sizeof *columns->fields);
    memmove(&columns->type_names[marker], &columns->type_names[marker + 1],
            behind * sizeof *columns->type_names);
    columns->count--;
}

/* Keys decide which rows go: one that is not there is a mistake of the SQL, one that is null would
 * never match and be added again each time. */
static int check_keys(struct model_attempt *attempt, struct err *err)
{
    const struct model_spec *spec = attempt->spec;
    const struct relation_columns *columns = &attempt->columns;
    struct buf sql;
    int64_t count = 0;

    if (spec->strategy != MODEL_DELETE_INSERT)
        return 0;
    if (spec->unique_key_count == 0)
        return err_set(err, ERR_CONFIG, "delete_insert needs a unique_key");
    if (spec->delete_marker != NULL && relation_column_find(columns, spec->delete_marker) < 0)
        return err_set(err, ERR_CONFIG, "%s: no column \"%s\", the delete_marker", spec->file,
                       spec->delete_marker);
    buf_init(&sql);
    buf_printf(&sql, "SELECT count(*) FROM %s WHERE 1 = 0", sql_of(attempt, &attempt->hidden));
    for (size_t i = 0; i < spec->unique_key_count; i++) {
        if (relation_column_find(columns, spec->unique_key[i]) < 0) {
            buf_release(&sql);
            return err_set(err, ERR_CONFIG, "%s: no column \"%s\", which is in unique_key",
                           spec->file, spec->unique_key[i]);
        }
        buf_append_str(&sql, " OR ");
        relation_quote_name(&sql, spec->unique_key[i]);
        buf_append_str(&sql, " IS NULL");
    }
    int result = session_query_int(attempt->session, sql.data, &count, err);
    buf_release(&sql);
    if (result >= 0 && count > 0)
        return err_set(err, ERR_DATA, "%" PRId64 " rows have no value in unique_key (%s)", count,
                       key_list(attempt));
    return result < 0 ? -1 : 0;
}

/* The whole of the first build: staged too if there is a marker, since the table has no such
 * column. */
static int write_first(struct model_attempt *attempt, struct err *err)
{
    struct relation stage;
    struct buf columns;

    if (attempt->spec->delete_marker == NULL)
        return write_table(attempt, err) < 0 || check_keys(attempt, err) < 0 ||
                       window_check_staged(attempt, err) < 0
                   ? -1
                   : 0;
    if (choose_hidden(attempt, RELATION_STAGE, err) < 0 ||
        create_as(attempt, "TABLE", &attempt->hidden, err) < 0 || audit_hidden(attempt, err) < 0 ||
        check_keys(attempt, err) < 0)
        return -1;
    stage = attempt->hidden;
    forget_marker(attempt);
    if (choose_hidden(attempt, RELATION_BUILD, err) < 0)
        return -1;
    buf_init(&columns);
    relation_column_list(&columns, &attempt->columns, "", NULL);
    if (session_execf(attempt->session, err, "CREATE TABLE %s AS SELECT %s FROM %s%s",
                      sql_of(attempt, &attempt->hidden), taken(attempt, &columns),
                      sql_of(attempt, &stage), not_marked(attempt)) < 0 ||
        session_execf(attempt->session, err, "DROP TABLE %s", sql_of(attempt, &stage)) < 0)
        return -1;
    return audit_hidden(attempt, err);
}

/* What the target will be: what stays of it, and the stage. Columns that one of them lacks are
 * null there, as the publication will make them. */
static const char *future_sql(struct model_attempt *attempt)
{
    const struct model_spec *spec = attempt->spec;
    const struct relation_columns *columns = &attempt->columns, *target = &attempt->target;
    struct buf sql;

    buf_init(&sql);
    buf_append_str(&sql, "(SELECT ");
    for (int32_t i = 0; i < columns->count; i++) {
        if (i > 0)
            buf_append_str(&sql, ", ");
        if (relation_column_find(target, columns->fields[i].name) < 0)
            buf_append_str(&sql, "NULL AS ");
        relation_quote_name(&sql, columns->fields[i].name);
    }
    buf_printf(&sql, " FROM %s", sql_of(attempt, &spec->relation));
    if (spec->strategy == MODEL_DELETE_INSERT)
        buf_printf(&sql, " WHERE ((%s) IN (SELECT %s FROM %s)) IS NOT TRUE", key_list(attempt),
                   key_list(attempt), sql_of(attempt, &attempt->hidden));
    if (spec->strategy == MODEL_PARTITION)
        buf_printf(&sql, " WHERE (%s) IS NOT TRUE", attempt->window_condition);
    buf_append_str(&sql, " UNION ALL SELECT ");
    relation_column_list(&sql, columns, "", NULL);
    buf_printf(&sql, " FROM %s%s)", sql_of(attempt, &attempt->hidden), not_marked(attempt));
    return taken(attempt, &sql);
}

static int write_incremental(struct model_attempt *attempt, struct err *err)
{
    if (!attempt->is_incremental)
        return write_first(attempt, err);
    attempt->result->was_incremental = true;
    if (choose_hidden(attempt, RELATION_STAGE, err) < 0 ||
        create_as(attempt, "TABLE", &attempt->hidden, err) < 0 || audit_hidden(attempt, err) < 0 ||
        check_keys(attempt, err) < 0 || window_check_staged(attempt, err) < 0)
        return -1;
    forget_marker(attempt);
    if (attempt->spec->delete_marker != NULL)
        attempt->audit_rows = arena_printf(attempt->arena, "(SELECT * FROM %s%s)",
                                           sql_of(attempt, &attempt->hidden), not_marked(attempt));
    attempt->audit_whole = future_sql(attempt);
    return 0;
}

static int publish_the_window(struct model_attempt *attempt, struct err *err)
{
    struct publish_window window = {
        .target = &attempt->spec->relation,
        .stage = &attempt->hidden,
        .condition = attempt->window_condition,
        .columns = attempt->spec->on_new_columns,
    };

    if (publish_replace_rows(attempt->session, &window, &attempt->report, err) < 0)
        return -1;
    attempt->result->rows = window.rows;
    attempt->result->rows_deleted = window.deleted;
    return 0;
}

static int publish_incremental(struct model_attempt *attempt, struct err *err)
{
    const struct model_spec *spec = attempt->spec;
    struct publish_keys keys = {spec->unique_key, spec->unique_key_count, spec->delete_marker};
    struct model_result *result = attempt->result;

    if (!result->was_incremental)
        return replace_with_hidden(attempt, err);
    if (spec->strategy == MODEL_APPEND)
        return publish_append(attempt->session, &spec->relation, &attempt->hidden,
                              spec->on_new_columns, NULL, &result->rows, &attempt->report, err);
    if (spec->strategy == MODEL_PARTITION)
        return publish_the_window(attempt, err);
    return publish_delete_insert(attempt->session, &spec->relation, &attempt->hidden, &keys,
                                 spec->on_new_columns, &result->rows, &result->rows_deleted,
                                 &attempt->report, err);
}

const struct materialization materialization_incremental = {
    .name = "incremental",
    .can_be_incremental = true,
    .write = write_incremental,
    .publish = publish_incremental,
};

/* ---------------------------------------------------------------------------------------- table */

/* Built anew, unless a partition of it was asked for: that is replaced as an incremental one's is. */
static int write_table_or_window(struct model_attempt *attempt, struct err *err)
{
    if (attempt->is_incremental)
        return write_incremental(attempt, err);
    return write_table(attempt, err) < 0 || window_check_staged(attempt, err) < 0 ? -1 : 0;
}

static int publish_table_or_window(struct model_attempt *attempt, struct err *err)
{
    return attempt->result->was_incremental ? publish_the_window(attempt, err)
                                            : replace_with_hidden(attempt, err);
}

const struct materialization materialization_table = {
    .name = "table", .write = write_table_or_window, .publish = publish_table_or_window};

const struct materialization *materialization_find(const char *name)
{
    static const struct materialization *const all[] = {
        &materialization_view,        &materialization_table,    &materialization_seed,
        &materialization_incremental, &materialization_snapshot,
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}
