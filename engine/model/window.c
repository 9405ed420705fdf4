#include "model/window.h"

#include "model/materialize.h"
#include "template/collection.h"
#include "template/value.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

int window_choose(struct model_attempt *attempt, const struct model_window **window,
                  struct err *err)
{
    const struct model_spec *spec = attempt->spec;

    *window = NULL;
    if (spec->partition_column == NULL)
        return 0;
    if (spec->window_count == 0)
        return err_set(err, ERR_CONFIG, "there is no partition yet: the first is not over");
    *window = &spec->windows[attempt->is_incremental ? 0 : spec->window_count - 1];
    return 0;
}

static void put(struct template_map *map, const char *name, const char *text)
{
    if (text != NULL)
        template_map_put(map, name, template_string(text));
}

struct template_value window_value(const struct model_attempt *attempt,
                                   const struct model_window *window)
{
    struct template_map *map = template_map_new(attempt->arena);
    struct template_list *keys = template_list_new(attempt->arena);

    map->text = window->label;
    if (window->is_one)
        put(map, "key", window->last);
    put(map, "start", window->start);
    put(map, "end", window->end);
    put(map, "start_date", window->start_date);
    put(map, "end_date", window->end_date);
    for (size_t i = 0; i < window->key_count; i++)
        template_list_append(keys, template_string(window->keys[i]));
    if (window->key_count > 0)
        template_map_put(map, "keys", template_list_value(keys));
    return template_map_value(map);
}

/* ------------------------------------------------------------------------------------ condition */

/* Whether the column holds dates: as the database says, or as the asset declares it where the
 * database knows only texts. */
static bool holds_dates(const struct model_attempt *attempt, int32_t column)
{
    const struct model_spec *spec = attempt->spec;

    return attempt->columns.fields[column].type == AORTA_DATE ||
           (spec->partition_type != NULL && strcasecmp(spec->partition_type, "date") == 0);
}

/* A text without a type is taken for what it is compared with, everywhere. */
static void append_instant(struct buf *out, const char *text, bool has_zone)
{
    buf_append_char(out, '\'');
    buf_append_str(out, text);
    if (has_zone)
        buf_append_str(out, strchr(text, ' ') != NULL ? "+00:00" : " 00:00:00+00:00");
    buf_append_char(out, '\'');
}

static int append_times(const struct model_attempt *attempt, const struct model_window *window,
                        int32_t column, struct buf *out, struct err *err)
{
    const struct aorta_field *field = &attempt->columns.fields[column];
    bool dates = holds_dates(attempt, column), zone = field->type == AORTA_TIMESTAMPTZ;

    if (dates && window->start_date == NULL)
        return err_set(err, ERR_CONFIG, "column \"%s\" holds dates, and partitions are hours",
                       field->name);
    relation_quote_name(out, field->name);
    buf_append_str(out, " >= ");
    append_instant(out, dates ? window->start_date : window->start, zone);
    buf_append_str(out, " AND ");
    relation_quote_name(out, field->name);
    buf_append_str(out, " < ");
    append_instant(out, dates ? window->end_date : window->end, zone);
    return 0;
}

static void append_keys(const struct model_attempt *attempt, const struct model_window *window,
                        int32_t column, struct buf *out)
{
    relation_quote_name(out, attempt->columns.fields[column].name);
    buf_append_str(out, " IN (");
    for (size_t i = 0; i < window->key_count; i++) {
        if (i > 0)
            buf_append_str(out, ", ");
        relation_quote_text(out, window->keys[i], strlen(window->keys[i]));
    }
    buf_append_char(out, ')');
}

static int set_condition(struct model_attempt *attempt, const struct model_window *window,
                         struct err *err)
{
    const struct model_spec *spec = attempt->spec;
    int32_t column = relation_column_find(&attempt->columns, spec->partition_column);
    struct buf sql;
    int result = 0;

    if (column < 0)
        return err_set(err, ERR_CONFIG, "%s: no column \"%s\", which partitions names", spec->file,
                       spec->partition_column);
    buf_init(&sql);
    if (window->key_count > 0)
        append_keys(attempt, window, column, &sql);
    else
        result = append_times(attempt, window, column, &sql, err);
    attempt->window_condition = arena_strndup(attempt->arena, sql.data, sql.size);
    buf_release(&sql);
    return result;
}

int window_check_staged(struct model_attempt *attempt, struct err *err)
{
    const struct model_window *window;
    int64_t outside = 0;
    struct buf sql;

    if (window_choose(attempt, &window, err) < 0)
        return -1;
    if (window == NULL)
        return 0;
    if (set_condition(attempt, window, err) < 0)
        return -1;
    buf_init(&sql);
    buf_printf(&sql, "SELECT count(*) FROM %s WHERE (%s) IS NOT TRUE",
               relation_sql(attempt->arena, attempt->session->dialect, &attempt->hidden),
               attempt->window_condition);
    int result = session_query_int(attempt->session, sql.data, &outside, err);
    buf_release(&sql);
    if (result < 0)
        return -1;
    if (outside > 0)
        return err_set(err, ERR_DATA,
                       "%s: %" PRId64 " rows are outside of partition %s, where %s: its SQL must "
                       "choose them by partition.start and partition.end, or partition.keys",
                       attempt->spec->file, outside, window->label, attempt->window_condition);
    return 0;
}
