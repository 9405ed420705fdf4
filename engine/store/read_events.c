/* The log of runs, each run's or all of them in the order of their commits. */
#include "store/reader.h"

#define EVENT_COLUMNS "id, run_id, sequence, at_us, asset, kind, detail"

static const char events_sql[] = "SELECT " EVENT_COLUMNS " FROM events"
                                 " WHERE run_id = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3";

static const char all_behind_sql[] = "SELECT " EVENT_COLUMNS " FROM events"
                                     " WHERE id > ?2 ORDER BY id LIMIT ?3";

/* Within a run both numbers ascend. The id may be that of another run's event: then all of this
 * one's are looked at. */
static const char run_behind_sql[] =
    "SELECT " EVENT_COLUMNS " FROM events WHERE run_id = ?1 AND id > ?2 AND sequence >"
    " coalesce((SELECT sequence FROM events WHERE id = ?2 AND run_id = ?1), 0)"
    " ORDER BY sequence LIMIT ?3";

static void fill_event(void *item, const struct statement *row, struct arena *arena)
{
    struct store_event *event = item;

    event->id = statement_int(row, 0, 0);
    event->run_id = statement_text(row, 1, arena);
    event->sequence = statement_int(row, 2, 0);
    event->at_us = statement_int(row, 3, 0);
    event->asset = statement_text(row, 4, arena);
    event->kind = statement_text(row, 5, arena);
    event->detail = statement_text(row, 6, arena);
}

static int read_events(struct store_reader *reader, struct reader_query query, struct arena *arena,
                       struct store_event **events, size_t *count, struct err *err)
{
    void *items;

    query.int_count = 2;
    query.item_size = sizeof **events;
    query.fill = fill_event;
    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *events = items;
    return 0;
}

int store_read_events(struct store_reader *reader, const char *run_id, int64_t after_sequence,
                      int64_t limit, struct arena *arena, struct store_event **events,
                      size_t *count, struct err *err)
{
    const struct reader_query query = {
        .sql = events_sql,
        .text = run_id,
        .ints = {after_sequence, limit},
    };

    return read_events(reader, query, arena, events, count, err);
}

int store_read_events_behind(struct store_reader *reader, const char *run_id, int64_t id,
                             int64_t limit, struct arena *arena, struct store_event **events,
                             size_t *count, struct err *err)
{
    const struct reader_query query = {
        .sql = run_id != NULL ? run_behind_sql : all_behind_sql,
        .text = run_id,
        .ints = {id, limit},
    };

    return read_events(reader, query, arena, events, count, err);
}
