#include "model/audit_sql.h"

#include "base/clock.h"
#include "check/vocabulary.h"
#include "model/audit_making.h"
#include "model/audit_unique.h"

#include <inttypes.h>
#include <string.h>

/* ---------------------------------------------------------------------------- conditions on a row */

/* A condition that is NULL passes. */
static const char *unless(const struct making *making, const char *condition)
{
    return arena_printf(making->arena, "(%s) IS FALSE", condition);
}

static const char *accepted_values(const struct making *making, const char *column)
{
    const struct check_value *values = check_argument(making->check, "values");
    bool quote = making_flag(making->check, "quote", true);
    struct buf list;

    buf_init(&list);
    for (size_t i = 0; i < values->count; i++)
        buf_printf(&list, "%s%s", i > 0 ? ", " : "",
                   quote ? making_literal(making->arena, &values->list[i]) : values->list[i].text);
    const char *condition = arena_printf(making->arena, "%s IN (%s)", column, list.data);
    buf_release(&list);
    return unless(making, condition);
}

/* `value` compared with min and max, or with one value. */
static const char *in_range(const struct making *making, const char *value)
{
    const struct check *check = making->check;
    const struct check_value *exact = check_argument(check, "value");
    const struct check_value *min = check_argument(check, "min");
    const struct check_value *max = check_argument(check, "max");
    const char *equal = making_flag(check, "strictly", false) ? "" : "=";
    struct buf sql;

    buf_init(&sql);
    if (exact != NULL)
        buf_printf(&sql, "%s = %s", value, making_literal(making->arena, exact));
    if (min != NULL)
        buf_printf(&sql, "%s%s >%s %s", sql.size > 0 ? " AND " : "", value, equal,
                   making_literal(making->arena, min));
    if (max != NULL)
        buf_printf(&sql, "%s%s <%s %s", sql.size > 0 ? " AND " : "", value, equal,
                   making_literal(making->arena, max));
    const char *condition = arena_strndup(making->arena, sql.data, sql.size);
    buf_release(&sql);
    return condition;
}

/* A timestamp's text has milliseconds in every database, whatever it would print itself. */
static const char *column_text(const struct making *making, const char *column)
{
    const struct aorta_dialect *dialect = making->session->dialect;
    const struct relation_columns *columns = making->audit->columns;
    int32_t index = relation_column_find(columns, making->check->column);

    if (index >= 0 && columns->fields[index].type == AORTA_TIMESTAMP)
        return making_pattern(making, dialect->timestamp_ms_text, column, NULL, NULL);
    return arena_printf(making->arena, "CAST(%s AS %s)", column, dialect->type_names[AORTA_TEXT]);
}

static const char *text_condition(const struct making *making, const char *column)
{
    const struct aorta_dialect *dialect = making->session->dialect;
    const char *text = column_text(making, column);

    if (making->check->kind->id == CHECK_LENGTH)
        return in_range(making, arena_printf(making->arena, "length(%s)", text));
    if (making->check->kind->id == CHECK_MATCHES)
        return making_pattern(making, dialect->regex, text,
                              making_literal(making->arena, check_argument(making->check, "regex")),
                              NULL);
    return arena_printf(making->arena, "%s LIKE %s", text,
                        making_literal(making->arena, check_argument(making->check, "pattern")));
}

static int make_greater_than(const struct making *making, struct err *err)
{
    const struct check *check = making->check;
    const char *a = making_expression(making, check_argument(check, "column_A")->text, err);
    const char *b =
        a == NULL ? NULL : making_expression(making, check_argument(check, "column_B")->text, err);

    if (b == NULL)
        return -1;
    making->sql->fails =
        unless(making, arena_printf(making->arena, "%s %s %s", a,
                                    making_flag(check, "or_equal", false) ? ">=" : ">", b));
    return 0;
}

/* Units of time that all databases add and that a date's text can be cut to. */
static int find_part(const struct check *check, int *text_size, struct err *err)
{
    static const struct {
        const char *name;
        int text_size; /* of YYYY-MM-DD */
    } parts[] = {{"day", 10}, {"month", 7}, {"year", 4}};
    const char *name = check_argument(check, "part")->text;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strcmp(parts[i].name, name) != 0)
            continue;
        *text_size = parts[i].text_size;
        return 0;
    }
    return err_set(err, ERR_CONFIG, "\"%s\" is no part of a date: day, month or year", name);
}

static int make_date_difference(const struct making *making, const char *column, struct err *err)
{
    const struct check *check = making->check;
    const char *base = making_argument_column(making, "base", err);
    int text_size = 0;

    if (base == NULL || find_part(check, &text_size, err) < 0)
        return -1;
    making->sql->fails =
        unless(making, arena_printf(making->arena, "%s = %s", column,
                                    making_pattern(making, making->session->dialect->date_add, base,
                                                   check_argument(check, "difference")->text,
                                                   check_argument(check, "part")->text)));
    return 0;
}

static int make_meta(const struct making *making, struct err *err)
{
    const char *meta = making_column(making, "_airbyte_meta", err);

    if (meta == NULL)
        return -1;
    const char *errors =
        making_pattern(making, making->session->dialect->json_text, meta, "errors", NULL);
    making->sql->fails =
        unless(making, arena_printf(making->arena, "replace(%s, ' ', '') = '[]'", errors));
    return 0;
}

static int make_row(const struct making *making, struct err *err)
{
    const struct check *check = making->check;
    const char *column = check->column != NULL ? making_column(making, check->column, err) : "";
    const char *expression;

    if (column == NULL)
        return -1;
    switch ((int)check->kind->id) {
    case CHECK_NOT_NULL:
        making->sql->fails = arena_printf(making->arena, "%s IS NULL", column);
        break;
    case CHECK_ACCEPTED_VALUES: making->sql->fails = accepted_values(making, column); break;
    case CHECK_BETWEEN: making->sql->fails = unless(making, in_range(making, column)); break;
    case CHECK_GREATER_THAN: return make_greater_than(making, err);
    case CHECK_DATE_DIFFERENCE_CONSISTENT: return make_date_difference(making, column, err);
    case CHECK_AIRBYTE_META_NO_ERRORS: return make_meta(making, err);
    case CHECK_EXPRESSION:
        expression = check_argument(check, "expression")->text;
        making->sql->fails =
            unless(making, arena_printf(making->arena, "%s %s", column, expression));
        break;
    default: making->sql->fails = unless(making, text_condition(making, column)); break;
    }
    return 0;
}

/* ----------------------------------------------------------------------------- more than one row */

/* " AND (keys) IN (SELECT keys FROM rows)": of the whole only what new rows touch. */
static const char *touched(const struct making *making, const char *keys)
{
    if (!making_is_increment(making->audit) || keys[0] == '\0')
        return "";
    return arena_printf(making->arena, " AND (%s) IN (SELECT %s FROM %s AS fresh)", keys, keys,
                        making->audit->rows);
}

const struct model_ref *audit_sql_parent(const struct audit *audit, const struct check *check)
{
    const char *name = check_reference(check);

    for (size_t i = 0; name != NULL && i < audit->ref_count; i++)
        if (strcmp(audit->refs[i].name, name) == 0 || strcmp(audit->refs[i].asset, name) == 0)
            return &audit->refs[i];
    return NULL;
}

/* The relation that the check's argument names, as SQL. */
static const char *other_asset(const struct making *making, struct err *err)
{
    const struct model_ref *ref = audit_sql_parent(making->audit, making->check);

    if (ref == NULL) {
        err_set(err, ERR_CONFIG, "\"%s\" is not among the inputs of the asset",
                check_reference(making->check));
        return NULL;
    }
    return relation_sql(making->arena, making->session->dialect, &ref->relation);
}

static int make_relationships(const struct making *making, struct err *err)
{
    struct arena *arena = making->arena;
    const char *parent = other_asset(making, err);
    const char *column = making_column(making, making->check->column, err);

    if (parent == NULL || column == NULL)
        return -1;
    const char *field = making_quoted(arena, check_argument(making->check, "field")->text);

    /* Not with NOT EXISTS: for it SQLite reads the parent once for every row. */
    const char *orphans = arena_printf(
        arena,
        "FROM (SELECT * FROM %s AS new_rows%s) AS child LEFT JOIN %s AS parent "
        "ON parent.%s = child.%s WHERE child.%s IS NOT NULL AND parent.%s IS NULL",
        making->audit->rows, making_where(making), parent, field, column, column, field);
    making->sql->count = arena_printf(arena, "SELECT count(*) %s", orphans);
    making->sql->samples = arena_printf(arena, "SELECT DISTINCT child.%s %s", column, orphans);
    return 0;
}

/* "PARTITION BY … ", or nothing. */
static const char *partition(const struct making *making, const char *keys)
{
    return keys[0] == '\0' ? "" : arena_printf(making->arena, "PARTITION BY %s ", keys);
}

static int make_increasing(const struct making *making, struct err *err)
{
    const struct check *check = making->check;
    struct arena *arena = making->arena;
    const char *column = making_column(making, check->column, err);
    const char *sort = column;
    const char *groups;

    if (column != NULL && check_argument(check, "sort_column") != NULL)
        sort = making_argument_column(making, "sort_column", err);
    if (sort == NULL || column == NULL || (groups = making_list(making, "group_by", err)) == NULL)
        return -1;
    making->sql->samples = arena_printf(
        arena,
        "SELECT * FROM (SELECT whole.*, lag(%s) OVER (%sORDER BY %s) AS previous_value "
        "FROM %s AS whole%s%s) AS ordered WHERE (%s %s previous_value) IS FALSE",
        column, partition(making, groups), sort, making->audit->whole, making_where(making),
        touched(making, groups), column, making_flag(check, "strictly", true) ? ">" : ">=");
    making->sql->count =
        arena_printf(arena, "SELECT count(*) FROM (%s) AS failing", making->sql->samples);
    return 0;
}

/* A version that ends before the next one starts, where no delete is: a condition, or nothing if
 * the check does not say where deletes are. Versions have milliseconds, as their keys do. */
static const char *gap_sql(const struct making *making, const char *id, const char *end,
                           struct err *err)
{
    const struct check_value *deleted = check_argument(making->check, "deleted_column");
    const char *instant = making->session->dialect->timestamp_ms_text;
    const char *changes;

    if (deleted == NULL)
        return "";
    if ((changes = other_asset(making, err)) == NULL)
        return NULL;
    const char *deleted_at = making_quoted(making->arena, deleted->text);
    return arena_printf(making->arena,
                        " OR (%s < next_start AND (%s, %s) NOT IN (SELECT %s, %s FROM %s AS gone "
                        "WHERE %s IS NOT NULL AND %s IS NOT NULL))",
                        end, id, making_pattern(making, instant, end, NULL, NULL), id,
                        making_pattern(making, instant, deleted_at, NULL, NULL), changes, id,
                        deleted_at);
}

/* Versions of an id: none ends before it starts or after the next one starts, none but the last is
 * open, and none ends without a reason. */
static int make_scd(const struct making *making, struct err *err)
{
    struct arena *arena = making->arena;
    const char *id = making_argument_column(making, "id_column", err);
    const char *start =
        id == NULL ? NULL : making_argument_column(making, "start_date_column", err);
    const char *end = start == NULL ? NULL : making_argument_column(making, "end_date_column", err);
    const char *gap = end == NULL ? NULL : gap_sql(making, id, end, err);

    if (gap == NULL)
        return -1;
    making->sql->samples = arena_printf(
        arena,
        "SELECT * FROM (SELECT whole.*, lead(%s) OVER (PARTITION BY %s ORDER BY %s) AS "
        "next_start FROM %s AS whole%s%s) AS ordered WHERE (%s <= next_start) IS FALSE OR "
        "(%s IS NULL AND next_start IS NOT NULL) OR (%s <= %s) IS FALSE%s",
        start, id, start, making->audit->whole, making_where(making), touched(making, id), end, end,
        start, end, gap);
    making->sql->count =
        arena_printf(arena, "SELECT count(*) FROM (%s) AS failing", making->sql->samples);
    return 0;
}

/* ------------------------------------------------------------------------------------ one number */

/* How many days, months or years there are from start to the one before end; -1 if a date is
 * none. */
static int64_t count_parts(const struct check *check, int text_size)
{
    const char *from = check_argument(check, "start")->text,
               *to = check_argument(check, "end")->text;
    int64_t from_us, to_us, from_year, to_year;
    int from_month, to_month, day;
    bool has_time, has_zone;

    if (!clock_parse(from, strlen(from), &from_us, &has_time, &has_zone) ||
        !clock_parse(to, strlen(to), &to_us, &has_time, &has_zone) || to_us < from_us)
        return -1;
    if (text_size == 10)
        return to_us / CLOCK_US_PER_DAY - from_us / CLOCK_US_PER_DAY;
    clock_civil_from_days(from_us / CLOCK_US_PER_DAY, &from_year, &from_month, &day);
    clock_civil_from_days(to_us / CLOCK_US_PER_DAY, &to_year, &to_month, &day);
    return text_size == 4 ? to_year - from_year
                          : (to_year - from_year) * 12 + to_month - from_month;
}

/* The first ten characters of a date's text as a value of the column. */
static const char *day_literal(const struct making *making, int32_t column, const char *text)
{
    struct buf sql;

    buf_init(&sql);
    relation_literal(&sql, making->audit->columns, column,
                     arena_strndup(making->arena, text, strnlen(text, 10)));
    const char *literal_sql = arena_strndup(making->arena, sql.data, sql.size);
    buf_release(&sql);
    return literal_sql;
}

/* " AND day >= start AND day < end": of dates as such where the column has that type, which is
 * less work than their texts. *day is what was compared. */
static const char *days_between(const struct making *making, const char *name, const char *column,
                                const char **day)
{
    const struct relation_columns *columns = making->audit->columns;
    const struct check_value *start = check_argument(making->check, "start");
    const struct check_value *end = check_argument(making->check, "end");
    int32_t index = relation_column_find(columns, name);

    if (index >= 0 && columns->fields[index].type == AORTA_DATE) {
        *day = column;
        return arena_printf(making->arena, " AND %s >= %s AND %s < %s", column,
                            day_literal(making, index, start->text), column,
                            day_literal(making, index, end->text));
    }
    *day = arena_printf(making->arena, "substr(CAST(%s AS %s), 1, 10)", column,
                        making->session->dialect->type_names[AORTA_TEXT]);
    return arena_printf(making->arena, " AND %s >= %s AND %s < %s", *day,
                        making_literal(making->arena, start), *day,
                        making_literal(making->arena, end));
}

/* No calendar is generated: what there should be is counted here, what there is there. */
static int make_every_date_part(const struct making *making, struct err *err)
{
    const struct check *check = making->check;
    const char *text_type = making->session->dialect->type_names[AORTA_TEXT];
    const char *name = check_argument(check, "column")->text;
    const char *column = making_column(making, name, err);
    const char *day;
    int text_size = 0;

    if (column == NULL || find_part(check, &text_size, err) < 0)
        return -1;
    int64_t wanted = count_parts(check, text_size);
    if (wanted < 0)
        return err_set(err, ERR_CONFIG, "\"start\" and \"end\" must be dates, in that order");
    const char *between = days_between(making, name, column, &day);
    if (text_size < 10)
        day =
            arena_printf(making->arena, "substr(CAST(%s AS %s), 1, %d)", day, text_type, text_size);
    making->sql->count =
        arena_printf(making->arena, "SELECT %" PRId64 " - count(DISTINCT %s) FROM %s AS whole%s%s",
                     wanted, day, making->audit->whole, making_where(making), between);
    return 0;
}

const char *audit_sql_count_rows(const struct check *check, const char *from, struct arena *arena)
{
    if (check->where == NULL)
        return arena_printf(arena, "SELECT count(*) FROM %s AS whole", from);
    return arena_printf(arena, "SELECT count(*) FROM %s AS whole WHERE (%s)", from, check->where);
}

static int make_count(const struct making *making, struct err *err)
{
    const struct check *check = making->check;
    const struct check_value *where = check_argument(check, "source_where");
    const char *rows = audit_sql_count_rows(check, making->audit->whole, making->arena);
    const char *other;

    if (check->kind->id == CHECK_EVERY_DATE_PART)
        return make_every_date_part(making, err);
    if (check->kind->id == CHECK_ROW_COUNT) {
        making->sql->count =
            arena_printf(making->arena, "SELECT CASE WHEN %s THEN 0 ELSE 1 END",
                         in_range(making, arena_printf(making->arena, "(%s)", rows)));
        return 0;
    }
    other = other_asset(making, err);
    if (other == NULL)
        return -1;
    making->sql->count =
        arena_printf(making->arena, "SELECT abs((%s) - (SELECT count(*) FROM %s AS other%s%s))",
                     rows, other, where != NULL ? " WHERE " : "", where != NULL ? where->text : "");
    return 0;
}

/* A query within a condition is a join where it stands alone behind WHERE; among the counts of one
 * scan it is not, and costs several times as much. */
static void count_apart(const struct making *making)
{
    making->sql->count = arena_printf(making->arena, "SELECT count(*) FROM %s AS new_rows WHERE %s",
                                      making->audit->rows, making->sql->fails);
    making->sql->fails = NULL;
}

int audit_sql_make(const struct session *session, const struct audit *audit,
                   const struct check *check, struct arena *arena, struct audit_sql *sql,
                   struct err *err)
{
    const struct making making = {session, audit, check, arena, sql};

    memset(sql, 0, sizeof *sql);
    switch (check->kind->scope) {
    case CHECK_SCOPE_ROW:
        if (make_row(&making, err) < 0)
            return -1;
        if (check->where != NULL)
            sql->fails = arena_printf(arena, "(%s) AND (%s)", check->where, sql->fails);
        sql->samples =
            arena_printf(arena, "SELECT * FROM %s AS new_rows WHERE %s", audit->rows, sql->fails);
        if (strcasestr(sql->fails, "select") != NULL)
            count_apart(&making);
        return 0;
    case CHECK_SCOPE_KEY: return audit_unique_make(&making, err);
    case CHECK_SCOPE_PARENT: return make_relationships(&making, err);
    case CHECK_SCOPE_ORDER:
        return check->kind->id == CHECK_INCREASING ? make_increasing(&making, err)
                                                   : make_scd(&making, err);
    case CHECK_SCOPE_COUNT: return make_count(&making, err);
    case CHECK_SCOPE_COLUMNS: break;
    }
    return 0;
}
