#include "store/alerts.h"

#include "store/command.h"
#include "store/reader.h"

/* ---- writing --------------------------------------------------------------------------------- */

static const struct statement_text alert_raise = {
    "INSERT INTO alerts (id, destination, target, subject, kind, of_kind, body, state, next_us,"
    " created_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    "alert", NULL};

static const struct statement_text alert_end = {
    "UPDATE alerts SET state = CASE WHEN ?3 IS NULL THEN 'delivered' ELSE 'dropped' END,"
    " tries = tries + 1, ended_us = ?2, error = ?3 WHERE id = ?1 AND state = 'waiting'",
    "alert", NULL};

static const struct statement_text alert_retry = {
    "UPDATE alerts SET tries = tries + 1, next_us = ?2, error = ?3"
    " WHERE id = ?1 AND state = 'waiting'",
    "alert", NULL};

static const struct statement_text alerts_defer = {
    "UPDATE alerts SET next_us = ?2 WHERE destination = ?1 AND state = 'waiting' AND next_us < ?2",
    "alerts to", NULL};

static const struct statement_text alerts_sum = {
    "UPDATE alerts SET state = 'summed', ended_us = ?3"
    " WHERE destination = ?1 AND state = 'held' AND id <= ?2",
    "alerts to", NULL};

static const struct statement_text alerts_prune = {
    "DELETE FROM alerts WHERE created_us < ?1 AND (state = 'held' OR ended_us < ?1 AND (state = 'dropped' OR EXISTS"
    " (SELECT 1 FROM alerts AS later WHERE later.destination = alerts.destination"
    "  AND later.target = alerts.target AND later.subject = alerts.subject"
    "  AND later.of_kind = alerts.of_kind AND later.state <> 'dropped' AND later.id > alerts.id)))",
    "alerts", NULL};

void store_alert_raise(struct store *store, const struct store_alert *alert, struct store_done done)
{
    struct command command = {.statement = &alert_raise, .done = done};

    command_add_text(&command, alert->id);
    command_add_text(&command, alert->destination);
    command_add_text(&command, alert->target);
    command_add_text(&command, alert->subject);
    command_add_text(&command, alert->kind);
    command_add_text(&command, alert->of_kind);
    command_add_text(&command, alert->body);
    command_add_text(&command, alert->state);
    command_add_int(&command, alert->next_us);
    command_add_int(&command, alert->created_us);
    store_queue(store, &command);
}

void store_alert_end(struct store *store, const char *id, int64_t now_us, const char *error,
                     struct store_done done)
{
    struct command command = {.statement = &alert_end, .done = done};

    command_add_text(&command, id);
    command_add_int(&command, now_us);
    command_add_text(&command, error);
    store_queue(store, &command);
}

void store_alert_retry(struct store *store, const char *id, int64_t next_us, const char *error,
                       struct store_done done)
{
    struct command command = {.statement = &alert_retry, .done = done};

    command_add_text(&command, id);
    command_add_int(&command, next_us);
    command_add_text(&command, error);
    store_queue(store, &command);
}

void store_alerts_defer(struct store *store, const char *destination, int64_t next_us,
                        struct store_done done)
{
    struct command command = {.statement = &alerts_defer, .done = done};

    command_add_text(&command, destination);
    command_add_int(&command, next_us);
    store_queue(store, &command);
}

void store_alerts_sum(struct store *store, const char *destination, const char *last_id,
                      int64_t now_us, struct store_done done)
{
    struct command command = {.statement = &alerts_sum, .done = done};

    command_add_text(&command, destination);
    command_add_text(&command, last_id);
    command_add_int(&command, now_us);
    store_queue(store, &command);
}

void store_alerts_prune(struct store *store, int64_t before_us, struct store_done done)
{
    struct command command = {.statement = &alerts_prune, .done = done};

    command_add_int(&command, before_us);
    store_queue(store, &command);
}

/* ---- reading --------------------------------------------------------------------------------- */

#define COLUMNS                                                                           \
    "id, destination, target, subject, kind, of_kind, state, tries, next_us, created_us," \
    " ended_us, error"

/* The limit is parameter 2, as reader_query numbers them; where one is needed, a time is 3. */
static const char due_sql[] =
    "SELECT " COLUMNS ", body FROM alerts AS a WHERE state = 'waiting' AND next_us <= ?3"
    " AND NOT EXISTS (SELECT 1 FROM alerts AS b WHERE b.destination = a.destination"
    "  AND b.target = a.target AND b.subject = a.subject AND b.state = 'waiting' AND b.id < a.id)"
    " ORDER BY next_us, id LIMIT ?2";

static const char next_sql[] =
    "SELECT min(next_us), NULL FROM alerts AS a WHERE state = 'waiting' AND next_us > ?2"
    " AND NOT EXISTS (SELECT 1 FROM alerts AS b WHERE b.destination = a.destination"
    "  AND b.target = a.target AND b.subject = a.subject AND b.state = 'waiting' AND b.id < a.id)";

static const char held_sql[] = "SELECT " COLUMNS ", body FROM alerts WHERE destination = ?1"
                               " AND state = 'held' ORDER BY id LIMIT ?2";

static const char count_held_sql[] = "SELECT count(*), max(id) FROM alerts WHERE destination = ?1"
                                     " AND state = 'held'";

static const char told_sql[] =
    "SELECT " COLUMNS ", NULL FROM alerts WHERE state <> 'dropped' AND (created_us >= ?2 OR id IN"
    " (SELECT max(id) FROM alerts WHERE state <> 'dropped'"
    "  GROUP BY destination, target, subject, of_kind)) ORDER BY id";

static const char newest_sql[] =
    "SELECT " COLUMNS ", body FROM alerts WHERE (?1 IS NULL OR id < ?1)"
    " AND (?4 IS NULL OR destination = ?4) AND (?5 IS NULL OR state = ?5)"
    " AND (?6 IS NULL OR id = ?6) ORDER BY id DESC LIMIT ?2";

static void fill_alert(void *item, const struct statement *row, struct arena *arena)
{
    struct store_alert *alert = item;

    alert->id = statement_text(row, 0, arena);
    alert->destination = statement_text(row, 1, arena);
    alert->target = statement_text(row, 2, arena);
    alert->subject = statement_text(row, 3, arena);
    alert->kind = statement_text(row, 4, arena);
    alert->of_kind = statement_text(row, 5, arena);
    alert->state = statement_text(row, 6, arena);
    alert->tries = statement_int(row, 7, 0);
    alert->next_us = statement_int(row, 8, 0);
    alert->created_us = statement_int(row, 9, 0);
    alert->ended_us = statement_int(row, 10, 0);
    alert->error = statement_text(row, 11, arena);
    alert->body = statement_text(row, 12, arena);
}

static int read_alerts(struct store_reader *reader, struct reader_query *query, struct arena *arena,
                       struct store_alert **alerts, size_t *count, struct err *err)
{
    void *items;

    query->item_size = sizeof **alerts;
    query->fill = fill_alert;
    if (reader_all(reader, query, arena, &items, count, err) < 0)
        return err_wrap(err, "alerts");
    *alerts = items;
    return 0;
}

int store_read_due_alerts(struct store_reader *reader, int64_t now_us, int64_t limit,
                          struct arena *arena, struct store_alert **alerts, size_t *count,
                          struct err *err)
{
    struct reader_query query = {.sql = due_sql, .ints = {limit, now_us}, .int_count = 2};

    return read_alerts(reader, &query, arena, alerts, count, err);
}

int store_read_held_alerts(struct store_reader *reader, const char *destination, int64_t limit,
                           struct arena *arena, struct store_alert **alerts, size_t *count,
                           struct err *err)
{
    struct reader_query query = {
        .sql = held_sql, .text = destination, .ints = {limit}, .int_count = 1};

    return read_alerts(reader, &query, arena, alerts, count, err);
}

int store_read_told_alerts(struct store_reader *reader, int64_t since_us, struct arena *arena,
                           struct store_alert **alerts, size_t *count, struct err *err)
{
    struct reader_query query = {.sql = told_sql, .ints = {since_us}, .int_count = 1};

    return read_alerts(reader, &query, arena, alerts, count, err);
}

int store_read_alerts(struct store_reader *reader, const struct store_alert_page *page,
                      struct arena *arena, struct store_alert **alerts, size_t *count,
                      struct err *err)
{
    struct reader_query query = {
        .sql = newest_sql,
        .text = page->before_id,
        .ints = {page->limit},
        .int_count = 1,
        .second = page->destination,
        .third = page->state,
        .fourth = page->id,
    };

    return read_alerts(reader, &query, arena, alerts, count, err);
}

struct number {
    int64_t value;
    const char *text;
};

static void fill_number(void *item, const struct statement *row, struct arena *arena)
{
    struct number *number = item;

    number->value = statement_int(row, 0, 0);
    number->text = statement_text(row, 1, arena);
}

int store_read_next_alert(struct store_reader *reader, int64_t now_us, int64_t *next_us,
                          struct err *err)
{
    const struct reader_query query = {.sql = next_sql,
                                       .ints = {now_us},
                                       .int_count = 1,
                                       .item_size = sizeof(struct number),
                                       .fill = fill_number};
    struct arena arena;
    void *items;
    size_t count;

    arena_init(&arena);
    int result = reader_all(reader, &query, &arena, &items, &count, err);
    if (result == 0)
        *next_us = ((const struct number *)items)->value;
    arena_release(&arena);
    return result;
}

int store_count_held_alerts(struct store_reader *reader, const char *destination, int64_t *count,
                            const char **last_id, struct arena *arena, struct err *err)
{
    const struct reader_query query = {.sql = count_held_sql,
                                       .text = destination,
                                       .item_size = sizeof(struct number),
                                       .fill = fill_number};
    void *items;
    size_t rows;

    if (reader_all(reader, &query, arena, &items, &rows, err) < 0)
        return err_wrap(err, "alerts");
    *count = ((const struct number *)items)->value;
    *last_id = ((const struct number *)items)->text;
    return 0;
}
