#include "model/relation.h"

#include "base/hash.h"
#include "base/limits.h"
#include "model/session.h"
#include "model/trace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const hidden_prefixes[] = {
    [RELATION_BUILD] = "_aorta_build__",       [RELATION_STAGE] = "_aorta_stage__",
    [RELATION_REJECTED] = "_aorta_rejected__", [RELATION_QUARANTINE] = "_aorta_quarantine__",
    [RELATION_LISTING] = "_aorta_listing__",   [RELATION_PICKED] = "_aorta_picked__",
};

enum { HIDDEN_KINDS = sizeof hidden_prefixes / sizeof hidden_prefixes[0] };

void relation_quote_name(struct buf *out, const char *name)
{
    buf_append_char(out, '"');
    for (; *name != '\0'; name++) {
        if (*name == '"')
            buf_append_char(out, '"');
        buf_append_char(out, *name);
    }
    buf_append_char(out, '"');
}

void relation_quote_text(struct buf *out, const char *text, size_t size)
{
    buf_append_char(out, '\'');
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\'')
            buf_append_char(out, '\'');
        buf_append_char(out, text[i]);
    }
    buf_append_char(out, '\'');
}

/* A name longer than the limit keeps its beginning, cut between two characters, and gets a hash of
 * all of it: two long names that begin alike stay two. */
static const char *cut(struct arena *arena, const struct aorta_dialect *dialect, const char *name)
{
    enum { HASH_BYTES = 17 }; /* "_" and 16 digits */
    size_t size = strlen(name), limit = (size_t)dialect->identifier_bytes;

    if (size <= limit)
        return arena_strdup(arena, name);
    size_t kept = limit - HASH_BYTES;
    while (kept > 0 && ((unsigned char)name[kept] & 0xC0) == 0x80)
        kept--;
    return arena_printf(arena, "%.*s_%016" PRIx64, (int)kept, name, hash_bytes(name, size));
}

struct relation relation_physical(struct arena *arena, const struct aorta_dialect *dialect,
                                  const struct relation *relation)
{
    struct relation physical = {.schema = ""};

    if (dialect->has_schemas) {
        physical.schema = relation->schema[0] != '\0' ? cut(arena, dialect, relation->schema)
                                                      : dialect->current_schema;
        physical.name = cut(arena, dialect, relation->name);
    } else if (relation->schema[0] == '\0') {
        physical.name = cut(arena, dialect, relation->name);
    } else {
        physical.name =
            cut(arena, dialect, arena_printf(arena, "%s__%s", relation->schema, relation->name));
    }
    return physical;
}

const char *relation_sql(struct arena *arena, const struct aorta_dialect *dialect,
                         const struct relation *relation)
{
    struct relation physical = relation_physical(arena, dialect, relation);
    struct buf sql;

    buf_init(&sql);
    if (physical.schema[0] != '\0') {
        relation_quote_name(&sql, physical.schema);
        buf_append_char(&sql, '.');
    }
    relation_quote_name(&sql, physical.name);
    const char *text = arena_strndup(arena, sql.data, sql.size);
    buf_release(&sql);
    return text;
}

struct relation relation_hidden(struct arena *arena, const struct aorta_dialect *dialect,
                                const struct relation *relation, enum relation_hidden kind)
{
    struct relation physical = relation_physical(arena, dialect, relation);

    physical.name =
        cut(arena, dialect, arena_printf(arena, "%s%s", hidden_prefixes[kind], physical.name));
    return physical;
}

static bool is_of_kind(const char *name, enum relation_hidden kind)
{
    return strncmp(name, hidden_prefixes[kind], strlen(hidden_prefixes[kind])) == 0;
}

bool relation_is_hidden(const char *name)
{
    for (int kind = 0; kind < HIDDEN_KINDS; kind++)
        if (is_of_kind(name, (enum relation_hidden)kind))
            return true;
    return false;
}

/* ---------------------------------------------------------------------------------------- clean */

struct found {
    struct arena arena;
    struct found_relation {
        struct relation relation;
        bool is_view;
        struct found_relation *next;
    } * first;
};

static int keep_found(void *arg, const char *schema, const char *name, const char *kind)
{
    struct found *found = arg;
    struct found_relation *one;

    if (!relation_is_hidden(name))
        return 0;
    one = arena_alloc(&found->arena, sizeof *one);
    one->relation.schema = arena_strdup(&found->arena, schema != NULL ? schema : "");
    one->relation.name = arena_strdup(&found->arena, name);
    one->is_view = strcmp(kind, "view") == 0;
    one->next = found->first;
    found->first = one;
    return 0;
}

static bool is_rejected(const char *name)
{
    return is_of_kind(name, RELATION_REJECTED) || is_of_kind(name, RELATION_QUARANTINE);
}

static int drop_found(struct session *session, struct found *found, bool rejected,
                      void (*dropped)(void *arg, const char *schema, const char *name), void *arg,
                      int *count, struct err *err)
{
    for (struct found_relation *one = found->first; one != NULL; one = one->next) {
        if (!rejected && is_rejected(one->relation.name))
            continue;
        const char *sql = relation_sql(&found->arena, session->dialect, &one->relation);
        if (session_execf(session, err, "DROP %s %s", one->is_view ? "VIEW" : "TABLE", sql) < 0)
            return -1;
        if (dropped != NULL)
            dropped(arg, one->relation.schema, one->relation.name);
        ++*count;
    }
    return 0;
}

int relation_clean(struct session *session, bool rejected,
                   void (*dropped)(void *arg, const char *schema, const char *name), void *arg,
                   int *count, struct err *err)
{
    struct found found = {.first = NULL};
    struct aorta_error error;
    int dropped_count = 0, result = -1;

    arena_init(&found.arena);
    if (session_begin(session, true, err) < 0)
        goto out;
    if (session->warehouse->list(session->handle, "_aorta_", keep_found, &found, &error) < 0) {
        session_error(session, &error, err);
        goto out;
    }
    if (drop_found(session, &found, rejected, dropped, arg, &dropped_count, err) < 0 ||
        session_commit(session, err) < 0)
        goto out;
    *count = dropped_count;
    result = 0;
out:
    session_rollback(session);
    arena_release(&found.arena);
    return result;
}

/* -------------------------------------------------------------------------------------- columns */

int relation_describe(struct session *session, const struct relation *relation, struct arena *arena,
                      struct relation_columns *columns, struct err *err)
{
    struct relation physical = relation_physical(arena, session->dialect, relation);
    struct aorta_relation found;
    struct aorta_error error;
    struct trace trace;

    memset(columns, 0, sizeof *columns);
    if (session_check_cancel(session, err) < 0)
        return -1;
    trace_begin(&trace);
    int there = session->warehouse->describe(session->handle, physical.schema, physical.name,
                                             &found, &error);
    trace_call(&trace, session, "describe", relation->name);
    if (there < 0)
        return session_error(session, &error, err);
    if (there == 0)
        return 0;
    if (found.field_count > LIMIT_COLUMNS)
        return err_set(err, ERR_CONFIG, "relation %s has %d columns, at most %d can be handled",
                       relation->name, found.field_count, LIMIT_COLUMNS);
    columns->is_there = true;
    columns->is_view = strcmp(found.kind, "view") == 0;
    columns->count = found.field_count;
    columns->fields = arena_calloc(arena, (size_t)found.field_count, sizeof *columns->fields);
    columns->type_names =
        arena_calloc(arena, (size_t)found.field_count, sizeof *columns->type_names);
    for (int32_t i = 0; i < found.field_count; i++) {
        columns->fields[i].name = arena_strdup(arena, found.fields[i].name);
        columns->fields[i].type = found.fields[i].type;
        columns->type_names[i] = arena_strdup(arena, found.type_names[i]);
    }
    return 0;
}

int32_t relation_column_find(const struct relation_columns *columns, const char *name)
{
    for (int32_t i = 0; i < columns->count; i++)
        if (strcasecmp(columns->fields[i].name, name) == 0)
            return i;
    return -1;
}

int relation_no_column(const struct relation_columns *columns, const char *name, struct err *err)
{
    struct buf list;

    buf_init(&list);
    for (int32_t i = 0; i < columns->count; i++)
        buf_printf(&list, "%s%s", i > 0 ? ", " : "", columns->fields[i].name);
    err_set(err, ERR_CONFIG, "no column \"%s\": there %s %.300s", name,
            columns->count == 1 ? "is only" : "are", list.data);
    buf_release(&list);
    return -1;
}

void relation_column_list(struct buf *out, const struct relation_columns *columns,
                          const char *prefix, const char *except)
{
    bool is_first = true;

    for (int32_t i = 0; i < columns->count; i++) {
        if (except != NULL && strcasecmp(columns->fields[i].name, except) == 0)
            continue;
        if (!is_first)
            buf_append_str(out, ", ");
        buf_append_str(out, prefix);
        relation_quote_name(out, columns->fields[i].name);
        is_first = false;
    }
}

void relation_literal(struct buf *out, const struct relation_columns *columns, int32_t column,
                      const char *text)
{
    switch (columns->fields[column].type) {
    case AORTA_INT32:
    case AORTA_INT64:
    case AORTA_DOUBLE:
    case AORTA_DECIMAL: buf_append_str(out, text); return;
    case AORTA_TEXT: relation_quote_text(out, text, strlen(text)); return;
    case AORTA_BOOL:
    case AORTA_DATE:
    case AORTA_TIME:
    case AORTA_TIMESTAMP:
    case AORTA_TIMESTAMPTZ:
    case AORTA_UUID:
    case AORTA_JSON:
    case AORTA_BYTES: break;
    }
    buf_append_str(out, "CAST(");
    relation_quote_text(out, text, strlen(text));
    buf_printf(out, " AS %s)", columns->type_names[column]);
}

void relation_pattern(struct buf *out, const char *pattern, const char *first, const char *second,
                      const char *third)
{
    const char *const parts[] = {first, second, third};

    for (const char *p = pattern; *p != '\0'; p++) {
        if (p[0] == '%' && p[1] >= '1' && p[1] <= '3' && p[2] == '$' && p[3] == 's') {
            buf_append_str(out, parts[p[1] - '1']);
            p += 3;
        } else {
            buf_append_char(out, *p);
            p += p[0] == '%' && p[1] == '%';
        }
    }
}

bool relation_columns_equal(const struct relation_columns *a, const struct relation_columns *b)
{
    if (a->count != b->count)
        return false;
    for (int32_t i = 0; i < a->count; i++) {
        int32_t j = relation_column_find(b, a->fields[i].name);
        if (j < 0 || strcasecmp(a->type_names[i], b->type_names[j]) != 0)
            return false;
    }
    return true;
}
