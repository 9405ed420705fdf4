/*
 * Rows of a window of event hours of a lake that the sink wrote: what a partition of a source of its
 * topic is made of.
 *
 *     find the hours' objects ─▶ pick them ─▶ read ─▶ their rows replace those that they gave before
 *
 * A row knows its object, and objects never change; so exactly those rows are replaced, and they get
 * the keys that they had. Rows of objects that are in the lake no more, or in no
 * plan, stay: nobody could read them again.
 *
 * The position of the source stays where it is. Objects that it is behind of are not read again by
 * whoever reads on; those that it is not are written down as read (executor/lake_ahead.h). All in
 * the load's transaction, so nothing is lost and nothing comes twice, whatever dies (invariants 2
 * and 3).
 */
#include "base/limits.h"
#include "executor/key_hour.h"
#include "executor/lake_window.h"
#include "executor/object_workers.h"
#include "model/cell.h"
#include "model/files.h"
#include "model/relation.h"

#include <string.h>

#define US_PER_HOUR (INT64_C(3600) * CLOCK_US_PER_SECOND)

/* Objects that a row of the target names; of the window is decided here. */
static const char kept_sql[] =
    "SELECT DISTINCT %s FROM %s WHERE substr(%s, 1, %zu) = $1 AND %s NOT "
    "IN (SELECT file FROM %s)";

struct hours_state {
    struct lake_window window;
    struct files files;
    size_t next;   /* object to take; under the intake's lock */
    int64_t bytes; /* of all of them */
    struct object_workers workers;

    /* Objects that are gone, whose rows stay. */
    size_t topic_size; /* of what keys of the topic begin with */
    size_t kept;
    const char *kept_first;
};

/* ---- what there is --------------------------------------------------------------------------- */

static int read_border(const struct order_window *window, const char *text, int64_t *hour,
                       struct err *err)
{
    int64_t us;

    if (text == NULL || !clock_parse(text, strlen(text), &us, NULL, NULL))
        return err_set(err, ERR_BROKEN, "partition %s has no borders", window->label);
    if (us < 0 || us % US_PER_HOUR != 0)
        return err_set(err, ERR_CONFIG,
                       "partition %s begins or ends within an hour of UTC, and the lake's objects "
                       "are of whole ones",
                       window->label);
    *hour = us / US_PER_HOUR;
    return 0;
}

static int find_objects(struct intake *intake, struct err *err)
{
    struct hours_state *state = intake->state;
    const struct order_window *window = intake->load.window;

    state->window = (struct lake_window){
        .place = {intake->connection->connector->object_store, intake->connection->handle,
                  intake->step->order->from.object},
        .position = intake->load.position,
        .arena = intake->arena,
        .cancel = &intake->step->cancel,
    };
    if (read_border(window, window->start, &state->window.from_hour, err) < 0 ||
        read_border(window, window->end, &state->window.until_hour, err) < 0)
        return -1;
    if (lake_window_find(&state->window, err) < 0)
        return err_wrap(err, "connection %s", intake->connection->name);
    for (size_t i = 0; i < state->window.count; i++)
        state->bytes += state->window.objects[i].size_bytes;
    return 0;
}

/* What is ahead of the position is known one by one; that has a limit, too. */
static int check_ahead(struct intake *intake, struct err *err)
{
    const struct hours_state *state = intake->state;
    const char **names;
    size_t count;

    if (state->window.ahead == 0 || intake->load.replaces)
        return 0;
    if (files_read(intake->load.session, intake->step->order->asset, intake->arena, &names, &count,
                   err) < 0)
        return -1;
    if (count + state->window.ahead <= LIMIT_LOAD_FILES)
        return 0;
    return err_set(err, ERR_CONFIG,
                   "%s: partitions have read %zu objects that a run without --partition has not "
                   "come to yet, and there may be %d: let one catch up first",
                   intake->step->order->file, count, LIMIT_LOAD_FILES);
}

/* ---- what is replaced ------------------------------------------------------------------------ */

static int list_objects(struct intake *intake, struct err *err)
{
    struct hours_state *state = intake->state;
    size_t count = state->window.count;
    struct picked_file *listed = arena_calloc(intake->arena, count + 1, sizeof *listed);
    char modified[CLOCK_TEXT_SIZE];

    for (size_t i = 0; i < count; i++) {
        const struct lake_window_object *object = &state->window.objects[i];
        clock_format_iso(modified, object->modified_us, 6);
        listed[i] = (struct picked_file){.file = object->key,
                                         .etag = object->etag,
                                         .modified_at = arena_strdup(intake->arena, modified),
                                         .size_bytes = object->size_bytes};
    }
    return files_list(&state->files, listed, count, err);
}

static int pick(struct intake *intake, struct err *err)
{
    struct hours_state *state = intake->state;
    const struct order *order = intake->step->order;
    const struct picked_file *picked;
    size_t count;

    if (files_open(&state->files, intake->load.session, order->asset, &intake->load.target,
                   intake->arena, err) < 0 ||
        list_objects(intake, err) < 0 ||
        files_pick(&state->files, FILES_ALL, LIMIT_LOAD_FILES, &picked, &count, err) < 0)
        return -1;
    intake->has_news = count > 0;
    intake->replaced = files_picked_rows(&state->files, metadata_file(order->airbyte_names));
    intake->replaced_lines = files_picked_rows(&state->files, "file");
    return 0;
}

static int take_kept(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err)
{
    struct intake *intake = arg;
    struct hours_state *state = intake->state;
    struct key_hour hour;
    struct buf key;

    (void)err;
    buf_init(&key);
    (void)cell_text(batch, row, 0, &key);
    bool is_of_window = key.size > state->topic_size &&
                        key_hour_find(key.data + state->topic_size, &hour) &&
                        hour.us >= state->window.from_hour * US_PER_HOUR &&
                        hour.us < state->window.until_hour * US_PER_HOUR;
    if (is_of_window && state->kept++ == 0)
        state->kept_first = arena_strdup(intake->arena, key.data);
    buf_release(&key);
    return 0;
}

/* What all keys of the window begin with. */
static const char *beginning_of(struct intake *intake)
{
    const struct hours_state *state = intake->state;
    const char *topic = state->window.place.topic;
    struct buf first, last;
    size_t size = 0;

    buf_init(&first);
    buf_init(&last);
    sink_key_hour(&first, topic, state->window.from_hour);
    sink_key_hour(&last, topic, state->window.until_hour - 1);
    while (size < first.size && first.data[size] == last.data[size])
        size++;
    const char *beginning = arena_strndup(intake->arena, first.data, size);
    buf_release(&last);
    buf_release(&first);
    return beginning;
}

static int find_kept(struct intake *intake, struct err *err)
{
    struct hours_state *state = intake->state;
    const struct intake_load *load = &intake->load;
    const char *beginning = beginning_of(intake);
    const struct aorta_value params[] = {session_text(beginning)};
    struct buf column, sql;

    if (load->replaces)
        return 0;
    state->topic_size = strlen("topics//") + strlen(state->window.place.topic);
    buf_init(&column);
    buf_init(&sql);
    relation_quote_name(&column, metadata_file(intake->step->order->airbyte_names));
    buf_printf(&sql, kept_sql, column.data,
               relation_sql(intake->arena, load->session->dialect, &load->target), column.data,
               strlen(beginning), column.data, state->files.picked_sql);
    int result = session_query(load->session, sql.data, params, 1, take_kept, intake, err);
    buf_release(&sql);
    buf_release(&column);
    if (result == 0 && state->kept > 0)
        buf_printf(&intake->notes, "%zu %s cannot be read again, %s rows stay: %s%s\n", state->kept,
                   state->kept == 1 ? "object" : "objects", state->kept == 1 ? "its" : "their",
                   state->kept_first, state->kept > 1 ? ", …" : "");
    return result;
}

/* ---- reading --------------------------------------------------------------------------------- */

static int take_object(struct intake *intake, struct object_worker *worker, struct err *err)
{
    struct hours_state *state = intake->state;
    char modified[CLOCK_TEXT_SIZE];

    (void)err;
    if (state->next == state->window.count)
        return 0;
    const struct lake_window_object *object = &state->window.objects[state->next++];
    clock_format_iso(modified, object->modified_us, 6);
    object_rows_begin(&worker->rows, object->key, modified, 0);
    worker->wanted_rows = object->count;
    return 1;
}

/* Rows that were loaded with the other naming say their object elsewhere. */
static int check_naming(const struct intake *intake, struct err *err)
{
    const struct order *order = intake->step->order;
    const struct relation_columns *columns = intake->load.columns;
    const char *wanted = metadata_file(order->airbyte_names);

    if (intake->load.replaces || !columns->is_there ||
        (relation_column_find(columns, wanted) >= 0 &&
         relation_column_find(columns, metadata_file(!order->airbyte_names)) < 0))
        return 0;
    return err_set(err, ERR_CONFIG,
                   "%s: rows that were published under another naming do not say in \"%s\" from "
                   "which object they are: aorta run %s --full-refresh reads all of it anew",
                   order->file, wanted, order->asset);
}

static int hours_open(struct intake *intake, struct err *err)
{
    struct hours_state *state = arena_alloc(intake->arena, sizeof *state);

    intake->state = state;
    state->workers.take = take_object;
    state->workers.end = object_workers_end_planned;
    if (check_naming(intake, err) < 0 || find_objects(intake, err) < 0 ||
        check_ahead(intake, err) < 0 || pick(intake, err) < 0 || find_kept(intake, err) < 0)
        return -1;
    return object_workers_open(&state->workers, intake, NULL, err);
}

static int hours_next(struct intake *intake, int32_t worker, struct aorta_batch *batch)
{
    struct hours_state *state = intake->state;

    return object_workers_next(&state->workers, worker, batch);
}

/* ---- the end --------------------------------------------------------------------------------- */

/* What the position is behind of needs no words. */
static int put_ahead(struct intake *intake, struct err *err)
{
    struct hours_state *state = intake->state;
    char loaded_at[CLOCK_TEXT_SIZE];

    for (size_t i = 0; i < state->window.count; i++)
        if (!state->window.objects[i].is_ahead &&
            files_leave(&state->files, state->window.objects[i].key, err) < 0)
            return -1;
    clock_format_sql(loaded_at, intake->load.extracted_at_us, 6);
    return files_put(&state->files, loaded_at, intake->load.replaces, err);
}

static int hours_settle(struct intake *intake, bool is_published, struct err *err)
{
    struct hours_state *state = intake->state;

    if (is_published && (state->window.ahead > 0 || intake->load.replaces))
        return put_ahead(intake, err);
    return files_drop(&state->files, err);
}

static double hours_share(struct intake *intake)
{
    const struct hours_state *state = intake->state;

    return state->bytes > 0 ? (double)intake->bytes / (double)state->bytes : -1;
}

static const char *hours_position(struct intake *intake)
{
    return intake->load.position;
}

static int hours_ack(struct intake *intake, const char *position, struct err *err)
{
    (void)intake;
    (void)position;
    (void)err;
    return 0; /* the lake keeps what it has */
}

static void hours_close(struct intake *intake)
{
    struct hours_state *state = intake->state;

    if (state != NULL)
        object_workers_close(&state->workers);
}

const struct intake_kind intake_of_hours = {
    .open = hours_open,
    .next = hours_next,
    .settle = hours_settle,
    .share = hours_share,
    .position = hours_position,
    .ack = hours_ack,
    .close = hours_close,
};
