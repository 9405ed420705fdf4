#include "model/snapshot_sql.h"

#include "base/buf.h"
#include "model/relation.h"
#include "model/snapshot.h"

#include <assert.h>
#include <string.h>

/* Lists of attributes begin with a comma or an OR, since there may be none. Names that begin with
 * _aorta_ meet no column's. */

/* Instants: the changes of a millisecond, of which the last counts. Changes: what counts, beside
 * what was before it. Bounds: deletes and changes that alter something, each with the next, where
 * what began there ends. Versions: those that do not begin with a delete. */
#define VERSIONS                                                                               \
    "WITH instants AS ("                                                                       \
    "SELECT {id}{attributes}, {instant} AS _aorta_at, {is_gone} AS _aorta_is_gone, "           \
    "row_number() OVER (PARTITION BY {id}, {instant} ORDER BY {latest_first}) AS _aorta_rank " \
    "FROM ({log}\n) AS q {where_touched}), "                                                   \
    "changes AS ("                                                                             \
    "SELECT {id}{attributes}, _aorta_at, _aorta_is_gone, "                                     \
    "lag(_aorta_is_gone) OVER of_id AS _aorta_was_gone{attributes_before} "                    \
    "FROM instants WHERE _aorta_rank = 1 "                                                     \
    "WINDOW of_id AS (PARTITION BY {id} ORDER BY _aorta_at)), "                                \
    "bounds AS ("                                                                              \
    "SELECT {id}{attributes}, _aorta_at, _aorta_is_gone, "                                     \
    "lead(_aorta_at) OVER (PARTITION BY {id} ORDER BY _aorta_at) AS _aorta_until "             \
    "FROM changes "                                                                            \
    "WHERE _aorta_is_gone OR _aorta_was_gone IS NULL OR _aorta_was_gone{or_altered}), "        \
    "versions AS ("                                                                            \
    "SELECT {new_key} AS {key}, {id}{attributes}, _aorta_at AS start_date, "                   \
    "_aorta_until AS end_date, "                                                               \
    "lag(_aorta_at) OVER (PARTITION BY {id} ORDER BY _aorta_at) IS NULL AS _aorta_is_first "   \
    "FROM bounds WHERE NOT _aorta_is_gone)"

#define NOT_UNKNOWN "{key} <> '" SNAPSHOT_UNKNOWN_KEY "'"

/* The versions that should be (v) against those that are (o), by key, which is id and start.
 *
 * A version also differs when it has become the first or ceased to be it: then what was before it
 * joins otherwise. Its row is written again as it was; that is rare, and so rows and feed are one
 * list. The stretch of time that joins otherwise:
 *
 *     from    since ever, if the version is or was the first, and that changed or all of it did;
 *             the start, if all of it did; else the earlier end
 *     until   the start, if nothing changed but what was before it; else the later end */
#define STAGE                                                                                  \
    ", old AS ("                                                                               \
    "SELECT {key}, {id}{attributes}, start_date, end_date, "                                   \
    "lag(start_date) OVER (PARTITION BY {id} ORDER BY start_date) IS NULL AS _aorta_is_first " \
    "FROM {target} AS q {where_touched} AND " NOT_UNKNOWN ") "                                 \
    "SELECT v.{key}, v.{id}{attributes_v}, v.start_date, v.end_date, "                         \
    "CASE WHEN o.{key} IS NULL THEN 'added' ELSE 'changed' END AS _aorta_change, "             \
    "CASE WHEN v._aorta_is_first AND (o.{key} IS NULL OR NOT o._aorta_is_first{or_differs}) "  \
    "OR o._aorta_is_first AND (NOT v._aorta_is_first{or_differs}) THEN NULL "                  \
    "WHEN o.{key} IS NULL{or_differs} THEN v.start_date "                                      \
    "WHEN v.end_date < o.end_date OR o.end_date IS NULL THEN v.end_date "                      \
    "ELSE o.end_date END AS _aorta_from, "                                                     \
    "CASE WHEN o.{key} IS NULL THEN v.end_date "                                               \
    "WHEN v.end_date IS NOT DISTINCT FROM o.end_date AND NOT (1 = 0{or_differs}) "             \
    "THEN v.start_date "                                                                       \
    "WHEN v.end_date > o.end_date OR v.end_date IS NULL THEN v.end_date "                      \
    "ELSE o.end_date END AS _aorta_until "                                                     \
    "FROM versions AS v LEFT JOIN old AS o ON o.{key} = v.{key} "                              \
    "WHERE o.{key} IS NULL OR v._aorta_is_first <> o._aorta_is_first "                         \
    "OR v.end_date IS DISTINCT FROM o.end_date{or_differs} "                                   \
    "UNION ALL "                                                                               \
    "SELECT o.{key}, o.{id}{attributes_o}, o.start_date, o.end_date, 'removed', "              \
    "CASE WHEN o._aorta_is_first THEN NULL ELSE o.start_date END, o.end_date "                 \
    "FROM old AS o LEFT JOIN versions AS v ON v.{key} = o.{key} WHERE v.{key} IS NULL"

#define COLUMNS "{key}, {id}{attributes}, start_date, end_date"
#define STAYING "WHERE _aorta_change <> 'removed'"

static const char *const statements[] = {
    [SNAPSHOT_BUILD] = "CREATE TABLE {hidden} AS " VERSIONS " SELECT " COLUMNS " FROM versions",
    [SNAPSHOT_STAGE] =
        "CREATE TABLE {hidden} AS SELECT *, _aorta_change = 'removed' AS _aorta_is_removed "
        "FROM (" VERSIONS STAGE ") AS differences",
    [SNAPSHOT_AUDIT_ROWS] = "(SELECT " COLUMNS " FROM {hidden} " STAYING ")",
    [SNAPSHOT_AUDIT_WHOLE] =
        "(SELECT " COLUMNS " FROM {target} WHERE {key} NOT IN (SELECT {key} FROM {hidden}) "
        "UNION ALL SELECT " COLUMNS " FROM {hidden} " STAYING ")",
    [SNAPSHOT_CREATE_FEED] =
        "CREATE TABLE {feed} AS SELECT CAST(0 AS {bigint}) AS publication, "
        "CAST('' AS {text}) AS change, {key}, {id}, start_date AS changed_from, "
        "end_date AS changed_until FROM {hidden} WHERE 1 = 0",
    [SNAPSHOT_FEED] =
        ("INSERT INTO {feed} (publication, change, {key}, {id}, changed_from, changed_until) "
         "SELECT {publication}, _aorta_change, {key}, {id}, _aorta_from, _aorta_until "
         "FROM {hidden}"),
};

/* What is said once for each attribute: @ is the attribute, quoted, # its number. */
static const struct snapshot_word attribute_words[] = {
    {"attributes", ", @"},
    {"attributes_v", ", v.@"},
    {"attributes_o", ", o.@"},
    {"attributes_before", ", lag(@) OVER of_id AS _aorta_before_#"},
    {"or_altered", " OR @ IS DISTINCT FROM _aorta_before_#"},
    {"or_differs", " OR v.@ IS DISTINCT FROM o.@"},
};

static const char *keep(struct arena *arena, struct buf *text)
{
    const char *kept = arena_strndup(arena, text->data, text->size);

    buf_release(text);
    return kept;
}

static const char *quote(struct arena *arena, const char *name)
{
    struct buf text;

    buf_init(&text);
    relation_quote_name(&text, name);
    return keep(arena, &text);
}

static const char *apply(struct arena *arena, const char *pattern, const char *expression)
{
    struct buf text;

    buf_init(&text);
    relation_pattern(&text, pattern, expression, NULL, NULL);
    return keep(arena, &text);
}

static const char *each_attribute(struct arena *arena, const char *pattern,
                                  const char *const *attributes, size_t count)
{
    struct buf text;

    buf_init(&text);
    for (size_t i = 0; i < count; i++) {
        for (const char *p = pattern; *p != '\0'; p++) {
            if (*p == '@')
                relation_quote_name(&text, attributes[i]);
            else if (*p == '#')
                buf_printf(&text, "%zu", i);
            else
                buf_append_char(&text, *p);
        }
    }
    return keep(arena, &text);
}

static const char *latest_first(struct arena *arena, const struct snapshot_options *options)
{
    struct buf text;

    buf_init(&text);
    relation_quote_name(&text, options->changed_at);
    buf_append_str(&text, " DESC");
    for (size_t i = 0; i < options->order_by_count; i++) {
        buf_append_str(&text, ", ");
        relation_quote_name(&text, options->order_by[i]);
        buf_append_str(&text, " DESC");
    }
    return keep(arena, &text);
}

/* Milliseconds are cut off, as in the key. */
static const char *instant(struct arena *arena, const struct aorta_dialect *dialect,
                           const struct snapshot_options *options)
{
    const char *text = apply(arena, dialect->timestamp_ms_text, quote(arena, options->changed_at));

    return arena_printf(arena, "CAST(%s AS %s)", text, dialect->type_names[AORTA_TIMESTAMP]);
}

static const char *new_key(struct arena *arena, const struct aorta_dialect *dialect,
                           const char *quoted_id)
{
    const char *start = apply(arena, dialect->timestamp_ms_text, "_aorta_at");

    return apply(arena, dialect->md5,
                 arena_printf(arena, "CAST(%s AS %s) || '-' || %s", quoted_id,
                              dialect->type_names[AORTA_TEXT], start));
}

void snapshot_sql_init(struct snapshot_sql *sql, struct arena *arena,
                       const struct aorta_dialect *dialect, const char *id,
                       const struct snapshot_options *options, const char *const *attributes,
                       size_t attribute_count)
{
    const char *quoted_id = quote(arena, id);

    sql->arena = arena;
    sql->word_count = 0;
    snapshot_sql_define(sql, "id", quoted_id);
    snapshot_sql_define(sql, "key", quote(arena, options->surrogate_key));
    snapshot_sql_define(sql, "bigint", dialect->type_names[AORTA_INT64]);
    snapshot_sql_define(sql, "text", dialect->type_names[AORTA_TEXT]);
    snapshot_sql_define(sql, "instant", instant(arena, dialect, options));
    snapshot_sql_define(
        sql, "is_gone",
        options->deleted_at == NULL
            ? "(1 = 0)"
            : arena_printf(arena, "(%s IS NOT NULL)", quote(arena, options->deleted_at)));
    snapshot_sql_define(sql, "latest_first", latest_first(arena, options));
    snapshot_sql_define(sql, "new_key", new_key(arena, dialect, quoted_id));
    for (size_t i = 0; i < sizeof attribute_words / sizeof attribute_words[0]; i++)
        snapshot_sql_define(
            sql, attribute_words[i].word,
            each_attribute(arena, attribute_words[i].text, attributes, attribute_count));
}

void snapshot_sql_define(struct snapshot_sql *sql, const char *word, const char *text)
{
    assert(sql->word_count < SNAPSHOT_WORDS);
    sql->words[sql->word_count++] = (struct snapshot_word){word, text};
}

static const char *find_word(const struct snapshot_sql *sql, const char *word, size_t size)
{
    for (size_t i = sql->word_count; i > 0; i--) {
        const struct snapshot_word *one = &sql->words[i - 1];
        if (strlen(one->word) == size && memcmp(one->word, word, size) == 0)
            return one->text;
    }
    return NULL;
}

/* What a word stands for is not looked into: a column may be called "{id}". */
const char *snapshot_sql_text(const struct snapshot_sql *sql, enum snapshot_statement statement)
{
    const char *pattern = statements[statement];
    struct buf text;

    buf_init(&text);
    while (*pattern != '\0') {
        size_t plain = strcspn(pattern, "{");
        buf_append(&text, pattern, plain);
        pattern += plain;
        if (*pattern == '\0')
            break;
        size_t size = strcspn(pattern + 1, "}");
        const char *meaning = find_word(sql, pattern + 1, size);
        assert(meaning != NULL);
        buf_append_str(&text, meaning);
        pattern += size + 2;
    }
    return keep(sql->arena, &text);
}
