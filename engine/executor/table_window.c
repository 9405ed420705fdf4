#include "executor/table_window.h"

#include "base/clock.h"
#include "executor/spec.h"
#include "model/relation.h"

#include <string.h>

/* Dates of a calendar are up to 14 hours away from UTC, and so are times that are written with an
 * offset. */
#define ROOM_US (2 * CLOCK_US_PER_DAY)

static int write_date(const struct intake *intake, const char *border, int64_t room_us,
                      const char **date, struct err *err)
{
    char text[CLOCK_TEXT_SIZE];
    int64_t us;

    if (!clock_parse(border, strlen(border), &us, NULL, NULL))
        return err_set(err, ERR_BROKEN, "partition %s has no borders", intake->load.window->label);
    us += room_us;
    int64_t days = us / CLOCK_US_PER_DAY - (us % CLOCK_US_PER_DAY < 0);
    *date = arena_strdup(intake->arena, clock_format_date(text, days));
    return 0;
}

int table_window_ask(const struct intake *intake, struct aorta_read_request *request,
                     struct err *err)
{
    const struct order_window *window = intake->load.window;

    if (window->keys_count > 0)
        return 0;
    request->window_column = intake->step->order->partition_column;
    if (write_date(intake, window->start, -ROOM_US, &request->window_from, err) < 0)
        return -1;
    return write_date(intake, window->end, ROOM_US, &request->window_until, err);
}

/* What was published before this column was there cannot be replaced by it. */
static int check_published(const struct intake *intake, const char *column, struct err *err)
{
    const struct order *order = intake->step->order;

    if (intake->load.replaces || relation_column_find(intake->load.columns, column) >= 0)
        return 0;
    return err_set(err, ERR_CONFIG,
                   "%s: what is published has no column \"%s\" yet: a run without --partition "
                   "reads all of it",
                   order->file, column);
}

static void append_names(struct buf *out, const struct aorta_stream *stream)
{
    for (int32_t i = 0; i < stream->key_count; i++) {
        if (i > 0)
            buf_append_str(out, ", ");
        relation_quote_name(out, stream->fields[stream->key[i]].name);
    }
}

/* The window's rows, and those of the stage's keys, wherever they are. */
static int set_replaced(struct intake *intake, const struct aorta_stream *stream,
                        const char *condition, const char *stage, struct err *err)
{
    struct buf sql, key;

    for (int32_t i = 0; i < stream->key_count; i++)
        if (check_published(intake, stream->fields[stream->key[i]].name, err) < 0)
            return -1;
    buf_init(&sql);
    buf_init(&key);
    append_names(&key, stream);
    buf_printf(&sql, "(%s)", condition);
    if (stream->key_count > 0)
        buf_printf(&sql, " OR (%s) IN (SELECT %s FROM %s)", key.data, key.data, stage);
    intake->replaced = arena_strndup(intake->arena, sql.data, sql.size);
    buf_release(&key);
    buf_release(&sql);
    return 0;
}

int table_window_set(struct intake *intake, const struct aorta_stream *stream, struct err *err)
{
    const struct order *order = intake->step->order;
    const struct intake_load *load = &intake->load;
    const struct model_window window = spec_window(load->window);
    const struct relation stage =
        relation_hidden(intake->arena, load->session->dialect, &load->target, RELATION_STAGE);
    struct relation_columns columns;
    const char *condition;

    if (relation_describe(load->session, &stage, intake->arena, &columns, err) < 0)
        return -1;
    const struct window_rows rows = {.file = order->file,
                                     .columns = &columns,
                                     .column = order->partition_column,
                                     .declared = spec_partition_type(order)};
    if (window_condition(&rows, &window, intake->arena, &condition, err) < 0 ||
        check_published(intake, order->partition_column, err) < 0)
        return -1;
    intake->left = arena_printf(intake->arena, "(%s) IS NOT TRUE", condition);
    return set_replaced(intake, stream, condition,
                        relation_sql(intake->arena, load->session->dialect, &stage), err);
}
