#include "model/snapshot.h"

#include "model/publish.h"
#include "model/session.h"
#include "model/snapshot_sql.h"
#include "model/template_context.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* One attempt at a snapshot. */
struct snapshot {
    struct model_attempt *attempt;
    struct session *session;
    struct arena *arena;
    const struct snapshot_options *options;
    const char *id;
    struct relation_columns query; /* the columns that the asset's SQL gives */
    const char **attributes;
    size_t attribute_count;
    struct relation feed;
    struct snapshot_sql sql;
};

struct relation snapshot_changes(struct arena *arena, const struct relation *relation)
{
    struct relation feed = {.schema = relation->schema};

    feed.name = arena_printf(arena, "%s_changes", relation->name);
    return feed;
}

/* -------------------------------------------------------------------------------------- columns */

/* By an empty table, so that types are what they are in the target: a database may keep less of a
 * type than its queries tell. */
static int read_query_columns(struct snapshot *snapshot, struct err *err)
{
    struct relation probe = relation_hidden(snapshot->arena, snapshot->session->dialect,
                                            &snapshot->attempt->spec->relation, RELATION_STAGE);

    if (publish_drop(snapshot->session, &probe, err) < 0)
        return -1;
    if (session_execf(snapshot->session, err,
                      "CREATE TABLE %s AS SELECT * FROM (%s\n) AS q WHERE 1 = 0",
                      relation_sql(snapshot->arena, snapshot->session->dialect, &probe),
                      snapshot->attempt->sql) < 0)
        return err_wrap(err, "%s", snapshot->attempt->spec->file);
    if (relation_describe(snapshot->session, &probe, snapshot->arena, &snapshot->query, err) < 0)
        return -1;
    return publish_drop(snapshot->session, &probe, err);
}

static int require_column(const struct snapshot *snapshot, const char *option, const char *name,
                          struct err *err)
{
    if (name == NULL || relation_column_find(&snapshot->query, name) >= 0)
        return 0;
    return err_set(err, ERR_CONFIG, "%s is \"%s\", but the query gives no such column", option,
                   name);
}

static int check_query_columns(const struct snapshot *snapshot, struct err *err)
{
    const struct snapshot_options *options = snapshot->options;
    const char *const made[] = {options->surrogate_key, "start_date", "end_date"};

    if (require_column(snapshot, "unique_key", snapshot->id, err) < 0 ||
        require_column(snapshot, "changed_at", options->changed_at, err) < 0 ||
        require_column(snapshot, "deleted_at", options->deleted_at, err) < 0)
        return -1;
    for (size_t i = 0; i < options->order_by_count; i++)
        if (require_column(snapshot, "order_by", options->order_by[i], err) < 0)
            return -1;
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
        if (relation_column_find(&snapshot->query, made[i]) >= 0)
            return err_set(err, ERR_CONFIG,
                           "the query gives a column \"%s\", which the snapshot makes itself: "
                           "give it another name",
                           made[i]);
    return 0;
}

static bool is_attribute(const struct snapshot *snapshot, const char *name)
{
    const struct snapshot_options *options = snapshot->options;

    if (strcasecmp(name, snapshot->id) == 0 || strcasecmp(name, options->changed_at) == 0 ||
        (options->deleted_at != NULL && strcasecmp(name, options->deleted_at) == 0))
        return false;
    for (size_t i = 0; i < options->order_by_count; i++)
        if (strcasecmp(name, options->order_by[i]) == 0)
            return false;
    return true;
}

static void find_attributes(struct snapshot *snapshot)
{
    const struct relation_columns *query = &snapshot->query;

    snapshot->attributes =
        arena_calloc(snapshot->arena, (size_t)query->count, sizeof *snapshot->attributes);
    for (int32_t i = 0; i < query->count; i++)
        if (is_attribute(snapshot, query->fields[i].name))
            snapshot->attributes[snapshot->attribute_count++] = query->fields[i].name;
}

/* Whether the target has exactly the columns that the snapshot makes of its query. */
static bool fits_target(const struct snapshot *snapshot)
{
    const char *const made[] = {snapshot->options->surrogate_key, "start_date", "end_date"};
    enum { MADE = sizeof made / sizeof made[0] };
    const struct relation_columns *target = &snapshot->attempt->target;

    if ((size_t)target->count != MADE + 1 + snapshot->attribute_count)
        return false;
    for (size_t i = 0; i < MADE; i++)
        if (relation_column_find(target, made[i]) < 0)
            return false;
    for (int32_t i = 0; i < snapshot->query.count; i++) {
        const struct aorta_field *field = &snapshot->query.fields[i];
        if (!is_attribute(snapshot, field->name) && strcasecmp(field->name, snapshot->id) != 0)
            continue;
        int32_t at = relation_column_find(target, field->name);
        if (at < 0 || target->fields[at].type != field->type)
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------------------------------- write */

static int init(struct snapshot *snapshot, struct model_attempt *attempt, struct err *err)
{
    *snapshot = (struct snapshot){
        .attempt = attempt,
        .session = attempt->session,
        .arena = attempt->arena,
        .options = attempt->spec->options,
        .feed = snapshot_changes(attempt->arena, &attempt->spec->relation),
    };
    if (attempt->spec->unique_key_count != 1)
        return err_set(err, ERR_CONFIG, "a snapshot's unique_key is one column, not %zu",
                       attempt->spec->unique_key_count);
    snapshot->id = attempt->spec->unique_key[0];
    return 0;
}

static void define_relation(struct snapshot *snapshot, const char *word,
                            const struct relation *relation)
{
    snapshot_sql_define(&snapshot->sql, word,
                        relation_sql(snapshot->arena, snapshot->session->dialect, relation));
}

static void define_words(struct snapshot *snapshot)
{
    struct model_attempt *attempt = snapshot->attempt;

    snapshot_sql_init(&snapshot->sql, snapshot->arena, snapshot->session->dialect, snapshot->id,
                      snapshot->options, snapshot->attributes, snapshot->attribute_count);
    define_relation(snapshot, "hidden", &attempt->hidden);
    define_relation(snapshot, "target", &attempt->spec->relation);
    define_relation(snapshot, "feed", &snapshot->feed);
    snapshot_sql_define(&snapshot->sql, "publication",
                        arena_printf(snapshot->arena, "%" PRId64, attempt->before.version + 1));
}

static int run_statement(struct snapshot *snapshot, enum snapshot_statement statement,
                         struct err *err)
{
    return session_exec(snapshot->session, snapshot_sql_text(&snapshot->sql, statement), err);
}

/* The query as it is when nothing has been read yet: the whole log. */
static int render_log(struct snapshot *snapshot, const char **log, struct err *err)
{
    struct model_attempt whole = *snapshot->attempt;

    whole.is_incremental = false;
    if (model_render(&whole, err) < 0)
        return -1;
    *log = whole.sql;
    return 0;
}

/* Texts, for the database to take as what the column is. */
static void append_unknown_value(struct snapshot *snapshot, const char *column, struct buf *out)
{
    const struct snapshot_options *options = snapshot->options;
    const char *text = NULL;

    if (strcasecmp(column, options->surrogate_key) == 0)
        text = SNAPSHOT_UNKNOWN_KEY;
    for (size_t i = 0; i < options->unknown_count; i++)
        if (strcasecmp(column, options->unknown[i].column) == 0)
            text = options->unknown[i].text;
    if (text == NULL)
        buf_append_str(out, "NULL");
    else
        relation_quote_text(out, text, strlen(text));
}

static int check_unknown_columns(const struct snapshot *snapshot, struct err *err)
{
    const struct snapshot_options *options = snapshot->options;

    for (size_t i = 0; i < options->unknown_count; i++)
        if (relation_column_find(&snapshot->attempt->columns, options->unknown[i].column) < 0)
            return err_set(err, ERR_CONFIG,
                           "column \"%s\" has a value in the unknown row, but the snapshot has no "
                           "such column",
                           options->unknown[i].column);
    return 0;
}

static int insert_unknown_row(struct snapshot *snapshot, struct err *err)
{
    const struct relation_columns *columns = &snapshot->attempt->columns;
    struct buf sql;

    if (check_unknown_columns(snapshot, err) < 0)
        return -1;
    buf_init(&sql);
    buf_append_str(&sql, "INSERT INTO ");
    buf_append_str(&sql, relation_sql(snapshot->arena, snapshot->session->dialect,
                                      &snapshot->attempt->hidden));
    buf_append_str(&sql, " VALUES (");
    for (int32_t i = 0; i < columns->count; i++) {
        if (i > 0)
            buf_append_str(&sql, ", ");
        append_unknown_value(snapshot, columns->fields[i].name, &sql);
    }
    buf_append_char(&sql, ')');
    int result = session_exec(snapshot->session, sql.data, err);
    buf_release(&sql);
    return result < 0 ? err_wrap(err, "make the unknown row") : 0;
}

static int write_build(struct snapshot *snapshot, const char *log, struct err *err)
{
    struct model_attempt *attempt = snapshot->attempt;

    snapshot_sql_define(&snapshot->sql, "log", log);
    snapshot_sql_define(&snapshot->sql, "where_touched", "");
    if (run_statement(snapshot, SNAPSHOT_BUILD, err) < 0)
        return err_wrap(err, "%s", attempt->spec->file);
    if (relation_describe(snapshot->session, &attempt->hidden, snapshot->arena, &attempt->columns,
                          err) < 0)
        return -1;
    attempt->audit_rows =
        relation_sql(snapshot->arena, snapshot->session->dialect, &attempt->hidden);
    attempt->audit_whole = attempt->audit_rows;
    return insert_unknown_row(snapshot, err);
}

static int write_stage(struct snapshot *snapshot, const char *log, const char *news,
                       struct err *err)
{
    struct model_attempt *attempt = snapshot->attempt;
    struct snapshot_sql *sql = &snapshot->sql;
    struct buf id;

    buf_init(&id);
    relation_quote_name(&id, snapshot->id);
    snapshot_sql_define(sql, "log", log);
    snapshot_sql_define(sql, "where_touched",
                        arena_printf(snapshot->arena, "WHERE %s IN (SELECT %s FROM (%s\n) AS n)",
                                     id.data, id.data, news));
    buf_release(&id);
    if (run_statement(snapshot, SNAPSHOT_STAGE, err) < 0)
        return err_wrap(err, "%s", attempt->spec->file);
    attempt->columns = attempt->target;
    attempt->audit_rows = snapshot_sql_text(sql, SNAPSHOT_AUDIT_ROWS);
    attempt->audit_whole = snapshot_sql_text(sql, SNAPSHOT_AUDIT_WHOLE);
    return 0;
}

/* Other columns than the target's: it is made anew from the log, which has all that happened. */
static int snapshot_write(struct model_attempt *attempt, struct err *err)
{
    struct snapshot snapshot;
    const char *log = attempt->sql;

    if (init(&snapshot, attempt, err) < 0 || read_query_columns(&snapshot, err) < 0)
        return -1;
    if (check_query_columns(&snapshot, err) < 0)
        return err_wrap(err, "%s", attempt->spec->file);
    find_attributes(&snapshot);
    bool is_stage = attempt->is_incremental && fits_target(&snapshot);
    attempt->hidden =
        relation_hidden(attempt->arena, attempt->session->dialect, &attempt->spec->relation,
                        is_stage ? RELATION_STAGE : RELATION_BUILD);
    define_words(&snapshot);
    if ((attempt->is_incremental && render_log(&snapshot, &log, err) < 0) ||
        publish_drop(attempt->session, &attempt->hidden, err) < 0)
        return -1;
    attempt->result->was_incremental = is_stage;
    return is_stage ? write_stage(&snapshot, log, attempt->sql, err)
                    : write_build(&snapshot, log, err);
}

/* -------------------------------------------------------------------------------------- publish */

/* Whoever read the feed begins again too, since the epoch is another. */
static int publish_build(struct snapshot *snapshot, struct err *err)
{
    struct model_attempt *attempt = snapshot->attempt;

    if (publish_drop(snapshot->session, &snapshot->feed, err) < 0 ||
        run_statement(snapshot, SNAPSHOT_CREATE_FEED, err) < 0)
        return -1;
    return publish_replace(snapshot->session, &attempt->spec->relation, &attempt->hidden,
                           &attempt->report, err);
}

static int publish_stage(struct snapshot *snapshot, struct err *err)
{
    struct model_attempt *attempt = snapshot->attempt;
    const struct publish_keys keys = {
        .names = &snapshot->options->surrogate_key,
        .count = 1,
        .delete_marker = "_aorta_is_removed",
    };

    if (run_statement(snapshot, SNAPSHOT_FEED, err) < 0)
        return -1;
    return publish_delete_insert(snapshot->session, &attempt->spec->relation, &attempt->hidden,
                                 &keys, PUBLISH_COLUMNS_IGNORE, &attempt->result->rows,
                                 &attempt->result->rows_deleted, &attempt->report, err);
}

static int snapshot_publish(struct model_attempt *attempt, struct err *err)
{
    struct snapshot snapshot;

    if (init(&snapshot, attempt, err) < 0)
        return -1;
    define_words(&snapshot);
    return attempt->result->was_incremental ? publish_stage(&snapshot, err)
                                            : publish_build(&snapshot, err);
}

const struct materialization materialization_snapshot = {
    .name = "snapshot",
    .can_be_incremental = true,
    .beside = snapshot_changes,
    .write = snapshot_write,
    .publish = snapshot_publish,
};
