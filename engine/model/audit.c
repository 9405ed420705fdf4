#include "model/audit.h"

#include "check/vocabulary.h"
#include "model/audit_sql.h"
#include "model/audit_unique.h"
#include "model/cell.h"
#include "model/session.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* One audit while it runs. */
struct auditing {
    struct session *session;
    const struct audit *audit;
    struct arena *arena;
    struct audit_sql *sql; /* of each check */
    struct check_result *results;
    struct audit_totals *totals;
};

/* "assets/staging/stg_users.toml: check x: …"; NULL: which of them is not known. */
static int wrap(const struct auditing *auditing, const struct check *check, struct err *err)
{
    if (check != NULL)
        err_wrap(err, "check %s", check->name);
    else
        err_wrap(err, "checks");
    return auditing->audit->file != NULL ? err_wrap(err, "%s", auditing->audit->file) : -1;
}

/* ------------------------------------------------------------------------------ conditions on rows */

enum { CONDITIONS_APART = 128 }; /* in one statement */

/* How many rows, how many not after the last position, the greatest position. */
enum { TOTAL_ROWS, TOTAL_NOT_AFTER, TOTAL_GREATEST, TOTALS };

static int append_totals(const struct auditing *auditing, struct buf *sql, struct err *err)
{
    const struct audit *audit = auditing->audit;
    struct buf column;
    int32_t index;

    buf_append_str(sql, "count(*)");
    if (audit->position_column == NULL) {
        buf_append_str(sql, ", 0, NULL");
        return 0;
    }
    index = relation_column_find(audit->columns, audit->position_column);
    if (index < 0)
        return relation_no_column(audit->columns, audit->position_column, err);
    buf_init(&column);
    relation_quote_name(&column, audit->columns->fields[index].name);
    buf_printf(sql, ", count(*) FILTER (WHERE %s IS NULL", column.data);
    if (audit->after != NULL) {
        buf_printf(sql, " OR %s <= ", column.data);
        relation_literal(sql, audit->columns, index, audit->after);
    }
    buf_printf(sql, "), CAST(max(%s) AS %s)", column.data,
               auditing->session->dialect->type_names[AORTA_TEXT]);
    buf_release(&column);
    return 0;
}

static void take_totals(struct auditing *auditing, const struct aorta_batch *batch, int64_t row)
{
    struct buf position;

    buf_init(&position);
    auditing->totals->row_count = cell_int(batch, row, TOTAL_ROWS);
    auditing->totals->not_after = cell_int(batch, row, TOTAL_NOT_AFTER);
    if (cell_text(batch, row, TOTAL_GREATEST, &position))
        auditing->totals->greatest_position =
            arena_strndup(auditing->arena, position.data, position.size);
    buf_release(&position);
}

/* A mistake in one condition fails the scan of all: says which check it was, where the database
 * still answers after an error. Returns -1. */
static int blame(const struct auditing *auditing, struct err *err)
{
    struct err alone;

    for (size_t i = 0; err->code == ERR_CONFIG && i < auditing->audit->check_count; i++) {
        const char *fails = auditing->sql[i].fails;
        if (fails == NULL || session_execf(auditing->session, &alone,
                                           "SELECT 1 FROM %s AS new_rows WHERE 1 = 0 "
                                           "AND (%s)",
                                           auditing->audit->rows, fails) == 0)
            continue;
        if (alone.code != ERR_CONFIG)
            break; /* it only says that the transaction has failed */
        *err = alone;
        return wrap(auditing, &auditing->audit->checks[i], err);
    }
    return wrap(auditing, NULL, err);
}

static int scan(struct auditing *auditing, const struct buf *sql, session_each *take,
                struct err *err)
{
    if (session_query(auditing->session, sql->data, NULL, 0, take, auditing, err) < 0)
        return blame(auditing, err);
    return 0;
}

/* One row: the totals, then a count a condition. */
static int take_together(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err)
{
    struct auditing *auditing = arg;
    int32_t column = TOTALS;

    (void)err;
    take_totals(auditing, batch, row);
    for (size_t i = 0; i < auditing->audit->check_count; i++)
        if (auditing->sql[i].fails != NULL)
            auditing->results[i].failures = cell_int(batch, row, column++);
    return 1;
}

/* All conditions of a row while it is looked at. */
static int scan_together(struct auditing *auditing, struct err *err)
{
    const struct audit *audit = auditing->audit;
    struct buf sql;
    int result = -1;

    buf_init(&sql);
    buf_append_str(&sql, "SELECT ");
    if (append_totals(auditing, &sql, err) == 0) {
        for (size_t i = 0; i < audit->check_count; i++) {
            if (auditing->sql[i].fails == NULL)
                continue;
            buf_append_str(&sql, ", ");
            relation_pattern(&sql, auditing->session->dialect->count_if, auditing->sql[i].fails,
                             NULL, NULL);
        }
        buf_printf(&sql, " FROM %s AS new_rows", audit->rows);
        result = scan(auditing, &sql, take_together, err);
    }
    buf_release(&sql);
    return result;
}

/* A row a condition: its count, and behind the totals' columns which check it is of; that of the
 * totals themselves is of none. */
static int take_apart(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err)
{
    struct auditing *auditing = arg;
    int64_t index = cell_int(batch, row, TOTALS);

    (void)err;
    if (index < 0)
        take_totals(auditing, batch, row);
    else
        auditing->results[index].failures = cell_int(batch, row, TOTAL_ROWS);
    return 0;
}

/* Up to as many more conditions as a statement has; `next` is the first check that was not looked
 * at. */
static void append_branches(const struct auditing *auditing, struct buf *sql, size_t *next)
{
    const struct audit *audit = auditing->audit;

    for (int count = 0; *next < audit->check_count && count < CONDITIONS_APART; (*next)++) {
        if (auditing->sql[*next].fails == NULL)
            continue;
        buf_printf(sql, "%sSELECT count(*), 0, NULL, %zu FROM %s AS new_rows WHERE %s",
                   sql->size > 0 ? " UNION ALL " : "", *next, audit->rows,
                   auditing->sql[*next].fails);
        count++;
    }
}

/* A query a condition, many in one statement: the database works on them side by side, and skips
 * what cannot meet one. */
static int scan_apart(struct auditing *auditing, struct err *err)
{
    const struct audit *audit = auditing->audit;
    struct buf sql;
    size_t next = 0;

    buf_init(&sql);
    buf_append_str(&sql, "SELECT ");
    int result = append_totals(auditing, &sql, err);
    buf_printf(&sql, ", -1 FROM %s AS new_rows", audit->rows);
    append_branches(auditing, &sql, &next);
    while (result == 0 && sql.size > 0) {
        result = scan(auditing, &sql, take_apart, err);
        buf_reset(&sql);
        append_branches(auditing, &sql, &next);
    }
    buf_release(&sql);
    return result;
}

/* ---------------------------------------------------------------------------------- other scans */

static bool is_listed(const struct check_value *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcasecmp(list->list[i].text, name) == 0)
            return true;
    return false;
}

/* Names compare without case, as in dbt_expectations. */
static void compare_columns(const struct auditing *auditing, const struct check *check,
                            struct check_result *result)
{
    const struct relation_columns *columns = auditing->audit->columns;
    const struct check_value *wanted = check_argument(check, "columns");
    struct buf message;

    buf_init(&message);
    for (size_t i = 0; i < wanted->count; i++) {
        if (relation_column_find(columns, wanted->list[i].text) >= 0)
            continue;
        buf_printf(&message, "%sno \"%s\"", result->failures++ > 0 ? ", " : "",
                   wanted->list[i].text);
    }
    for (int32_t i = 0; check->kind->id == CHECK_COLUMN_SET && i < columns->count; i++) {
        if (is_listed(wanted, columns->fields[i].name))
            continue;
        buf_printf(&message, "%sunexpected \"%s\"", result->failures++ > 0 ? ", " : "",
                   columns->fields[i].name);
    }
    result->message = arena_strndup(auditing->arena, message.data, message.size);
    buf_release(&message);
}

/* A check before this one that asks the same question. */
static const struct check_result *same_count(const struct auditing *auditing, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (auditing->sql[i].count != NULL &&
            strcmp(auditing->sql[i].count, auditing->sql[index].count) == 0)
            return &auditing->results[i];
    return NULL;
}

/* Where the other asset has no such field, says so in place of the database, if that still answers
 * after an error. Returns err. */
static struct err *explain_parent(const struct auditing *auditing, const struct check *check,
                                  struct err *err)
{
    const struct model_ref *parent = audit_sql_parent(auditing->audit, check);
    const struct check_value *field = check_argument(check, "field");
    struct relation_columns columns;
    struct err unanswered;

    if (err->code != ERR_CONFIG || parent == NULL || field == NULL ||
        relation_describe(auditing->session, &parent->relation, auditing->arena, &columns,
                          &unanswered) < 0 ||
        !columns.is_there || relation_column_find(&columns, field->text) >= 0)
        return err;
    relation_no_column(&columns, field->text, err);
    err_wrap(err, "%s", parent->asset);
    return err;
}

static int count_failures(struct auditing *auditing, struct audit_sql *sql, int64_t *failures,
                          struct err *err)
{
    int64_t row_count = auditing->totals->row_count;

    if (sql->unique == NULL || sql->unique->hash == NULL || row_count < AUDIT_MANY_ROWS)
        return session_query_int(auditing->session, sql->count, failures, err);
    return audit_unique_count(auditing->session, sql->unique, row_count, auditing->arena, failures,
                              &sql->samples, err);
}

static int run_count(struct auditing *auditing, size_t index, struct err *err)
{
    const struct check *check = &auditing->audit->checks[index];
    struct check_result *result = &auditing->results[index];
    const struct check_result *same;

    if (auditing->sql[index].count == NULL)
        return 0;
    same = same_count(auditing, index);
    if (same != NULL) {
        result->failures = same->failures;
        return 0;
    }
    if (count_failures(auditing, &auditing->sql[index], &result->failures, err) < 0)
        return wrap(auditing, check, explain_parent(auditing, check, err));
    return 0;
}

/* --------------------------------------------------------------------------------------- verdict */

static bool is_past(const struct check_threshold *threshold, int64_t failures)
{
    int64_t number = threshold->is_set ? threshold->number : 0;
    const char *operator= threshold->is_set ? threshold->operator: "!=";

    switch (operator[0]) {
    case '>': return operator[1] == '=' ? failures >= number : failures> number;
    case '<':
        if (operator[1] == '>')
            return failures != number;
        return operator[1] == '=' ? failures <= number : failures<number;
    case '=': return failures == number;
    default: return failures != number;
    }
}

static enum check_status verdict(const struct check *check, int64_t failures)
{
    if (check->severity == CHECK_ERROR && is_past(&check->error_if, failures))
        return CHECK_FAILED;
    return is_past(&check->warn_if, failures) ? CHECK_WARNED : CHECK_PASSED;
}

static const char *describe(const struct auditing *auditing, const struct check *check,
                            int64_t failures)
{
    static const char *const what[] = {
        [CHECK_SCOPE_ROW] = "rows",
        [CHECK_SCOPE_KEY] = "keys occur more than once",
        [CHECK_SCOPE_PARENT] = "rows without a match",
        [CHECK_SCOPE_ORDER] = "rows out of order",
        [CHECK_SCOPE_COUNT] = "rows too many or too few",
        [CHECK_SCOPE_COLUMNS] = "columns",
    };

    if (check->kind->id == CHECK_EVERY_DATE_PART)
        return arena_printf(auditing->arena, "%" PRId64 " %ss without a row", failures,
                            check_argument(check, "part")->text);
    if (check->kind->id == CHECK_ROW_COUNT)
        return "another number of rows";
    return arena_printf(auditing->arena, "%" PRId64 " %s", failures, what[check->kind->scope]);
}

/* --------------------------------------------------------------------------------------- samples */

static int add_sample(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err)
{
    struct json_writer *json = arg;

    (void)err;
    json_write_object(json);
    for (int32_t i = 0; i < batch->column_count; i++) {
        json_write_key(json, batch->fields[i].name);
        cell_json(batch, row, i, json);
    }
    json_write_end(json);
    return 0;
}

static int take_samples(struct auditing *auditing, size_t index, struct err *err)
{
    const struct check *check = &auditing->audit->checks[index];
    const char *samples = auditing->sql[index].samples;
    struct json_writer json;
    struct buf out;

    if (samples == NULL || check->limit == 0)
        return 0;
    buf_init(&out);
    json_writer_init(&json, &out);
    json_write_array(&json);
    int result =
        session_query(auditing->session,
                      arena_printf(auditing->arena, "%s LIMIT %" PRId64, samples, check->limit),
                      NULL, 0, add_sample, &json, err);
    if (result == 0) {
        json_write_end(&json);
        auditing->results[index].samples = arena_strndup(auditing->arena, out.data, out.size);
    }
    buf_release(&out);
    /* What a check has found stands, also where its rows hold what cannot be read. */
    if (result < 0 && err->code == ERR_DATA) {
        auditing->results[index].message = arena_printf(
            auditing->arena, "%s, not shown: %s", auditing->results[index].message, err->message);
        return 0;
    }
    return result < 0 ? wrap(auditing, check, err) : 0;
}

static int judge(struct auditing *auditing, size_t index, struct err *err)
{
    const struct check *check = &auditing->audit->checks[index];
    struct check_result *result = &auditing->results[index];

    result->status = verdict(check, result->failures);
    if (result->status == CHECK_PASSED) {
        result->message = NULL;
        return 0;
    }
    if (result->message == NULL)
        result->message = describe(auditing, check, result->failures);
    return take_samples(auditing, index, err);
}

/* ------------------------------------------------------------------------------------------- run */

/* Looks at the columns; whether one is missing that a check says must be there. */
static bool misses_columns(struct auditing *auditing)
{
    const struct audit *audit = auditing->audit;
    bool result = false;

    for (size_t i = 0; i < audit->check_count; i++) {
        auditing->results[i].check = &audit->checks[i];
        if (audit->checks[i].kind->scope != CHECK_SCOPE_COLUMNS)
            continue;
        compare_columns(auditing, &audit->checks[i], &auditing->results[i]);
        result = result || auditing->results[i].failures > 0;
    }
    return result;
}

/* A check of a column that is not there is a mistake in the asset's files, unless another check
 * says that the column must be there: then it has failed with that one. */
static int make_all(struct auditing *auditing, struct err *err)
{
    const struct audit *audit = auditing->audit;
    bool misses = misses_columns(auditing);

    for (size_t i = 0; i < audit->check_count; i++) {
        struct audit_sql *sql = &auditing->sql[i];
        if (audit_sql_make(auditing->session, audit, &audit->checks[i], auditing->arena, sql,
                           err) == 0)
            continue;
        if (!sql->misses_column || !misses)
            return wrap(auditing, &audit->checks[i], err);
        *sql = (struct audit_sql){0};
        auditing->results[i].failures = 1;
        auditing->results[i].message = arena_strdup(auditing->arena, err->message);
    }
    return 0;
}

static int run_all(struct auditing *auditing, struct err *err)
{
    const struct audit *audit = auditing->audit;

    if (make_all(auditing, err) < 0)
        return -1;
    if ((auditing->session->dialect->counts_apart && !audit->is_view
             ? scan_apart(auditing, err)
             : scan_together(auditing, err)) < 0)
        return -1;
    for (size_t i = 0; i < audit->check_count; i++)
        if (run_count(auditing, i, err) < 0)
            return -1;
    for (size_t i = 0; i < audit->check_count; i++)
        if (judge(auditing, i, err) < 0)
            return -1;
    return 0;
}

int audit_run(struct session *session, const struct audit *audit, struct arena *arena,
              struct check_result *results, struct audit_totals *totals, struct err *err)
{
    struct auditing auditing = {
        .session = session,
        .audit = audit,
        .arena = arena,
        .sql = arena_calloc(arena, audit->check_count, sizeof *auditing.sql),
        .results = results,
        .totals = totals,
    };

    memset(totals, 0, sizeof *totals);
    memset(results, 0, audit->check_count * sizeof *results);
    return run_all(&auditing, err);
}

bool audit_is_blocking(const struct check_result *results, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (results[i].status == CHECK_FAILED)
            return true;
    return false;
}
