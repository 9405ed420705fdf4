/*
 * Alerts in the run store: what is due, in which order, what a new daemon has to know, what is
 * forgotten.
 */
#include "test.h"

#include "store_fixture.h"

#include "store/alerts.h"

#include <string.h>

static struct arena arena;

static void raise(struct store *store, const char *id, const char *subject, const char *state,
                  int64_t at_us)
{
    const struct store_alert alert = {
        .id = id,
        .destination = "team",
        .target = "dev",
        .subject = subject,
        .kind = "failure",
        .of_kind = "failure",
        .body = "{}",
        .state = state,
        .next_us = at_us,
        .created_us = at_us,
    };

    store_alert_raise(store, &alert, STORE_NO_DONE);
}

static void flush(struct store *store)
{
    struct err err;

    check_ok(store_flush(store, &err));
}

static const char *join(const struct store_alert *alerts, size_t count)
{
    const char *ids = "";

    for (size_t i = 0; i < count; i++)
        ids = arena_printf(&arena, "%s%s%s", ids, i > 0 ? " " : "", alerts[i].id);
    return ids;
}

static const char *due(int64_t now_us, int64_t limit)
{
    struct store_reader *reader = store_fixture_reader();
    struct store_alert *alerts;
    struct err err;
    size_t count;

    check_ok(store_read_due_alerts(reader, now_us, limit, &arena, &alerts, &count, &err));
    store_reader_close(reader);
    return join(alerts, count);
}

static int64_t next_us(int64_t now_us)
{
    struct store_reader *reader = store_fixture_reader();
    struct err err;
    int64_t next;

    check_ok(store_read_next_alert(reader, now_us, &next, &err));
    store_reader_close(reader);
    return next;
}

TEST("what waits is due in order, of each subject the oldest alone")
{
    struct store *store = store_fixture_open();

    raise(store, "A1", "asset:one", "waiting", 100);
    raise(store, "A2", "asset:one", "waiting", 110);
    raise(store, "A3", "asset:two", "waiting", 120);
    raise(store, "A4", "asset:three", "held", 130);
    raise(store, "A5", "asset:four", "waiting", 500);
    flush(store);
    check_str(due(99, 10), "");
    check_str(due(200, 10), "A1 A3");
    check_str(due(200, 1), "A1");
    check_int(next_us(200), 500);
    check_int(next_us(500), 0);
    store_alert_retry(store, "A1", 300, "busy", STORE_NO_DONE);
    flush(store);
    check_str(due(200, 10), "A3");
    check_int(next_us(200), 300);
    store_alert_end(store, "A1", 310, NULL, STORE_NO_DONE);
    flush(store);
    check_str(due(310, 10), "A2 A3");
    store_close(store);
}

TEST("how a delivery went is written down once")
{
    struct store *store = store_fixture_open();

    raise(store, "A1", "asset:one", "waiting", 100);
    raise(store, "A2", "asset:two", "waiting", 100);
    store_alert_retry(store, "A1", 300, "busy", STORE_NO_DONE);
    store_alert_end(store, "A1", 310, NULL, STORE_NO_DONE);
    store_alert_end(store, "A1", 320, "never", STORE_NO_DONE);
    store_alert_end(store, "A2", 330, "answered HTTP 400", STORE_NO_DONE);
    flush(store);
    struct store_reader *reader = store_fixture_reader();
    struct store_alert *alerts;
    struct err err;
    size_t count;
    struct store_alert_page page = {.limit = 10};
    check_ok(store_read_alerts(reader, &page, &arena, &alerts, &count, &err));
    check_str(join(alerts, count), "A2 A1");
    check_str(alerts[0].state, "dropped");
    check_str(alerts[0].error, "answered HTTP 400");
    check_str(alerts[1].state, "delivered");
    check_int(alerts[1].tries, 2);
    check_int(alerts[1].ended_us, 310);
    check(alerts[1].error == NULL);
    check_str(alerts[1].body, "{}");
    page.before_id = "A2";
    check_ok(store_read_alerts(reader, &page, &arena, &alerts, &count, &err));
    check_str(join(alerts, count), "A1");
    store_reader_close(reader);
    store_close(store);
}

TEST("a destination that asks for rest gets it, for all that waits")
{
    struct store *store = store_fixture_open();

    raise(store, "A1", "asset:one", "waiting", 100);
    raise(store, "A2", "asset:two", "waiting", 900);
    store_alerts_defer(store, "team", 400, STORE_NO_DONE);
    store_alerts_defer(store, "others", 800, STORE_NO_DONE);
    flush(store);
    check_str(due(399, 10), "");
    check_str(due(400, 10), "A1");
    check_int(next_us(400), 900);
    store_close(store);
}

TEST("what is held is named by one summary, and what came after it by another")
{
    struct store *store = store_fixture_open();
    struct store_alert *alerts;
    const char *last;
    struct err err;
    int64_t held;
    size_t count;

    raise(store, "A1", "asset:one", "held", 100);
    raise(store, "A2", "asset:two", "held", 100);
    raise(store, "A3", "asset:three", "held", 100);
    flush(store);
    struct store_reader *reader = store_fixture_reader();
    check_ok(store_count_held_alerts(reader, "team", &held, &last, &arena, &err));
    check_int(held, 3);
    check_str(last, "A3");
    check_ok(store_read_held_alerts(reader, "team", 2, &arena, &alerts, &count, &err));
    check_str(join(alerts, count), "A1 A2");
    store_alerts_sum(store, "team", "A2", 200, STORE_NO_DONE);
    flush(store);
    check_ok(store_count_held_alerts(reader, "team", &held, &last, &arena, &err));
    check_int(held, 1);
    check_str(last, "A3");
    check_ok(store_count_held_alerts(reader, "others", &held, &last, &arena, &err));
    check_int(held, 0);
    store_reader_close(reader);
    store_close(store);
}

TEST("a new daemon is told the last word on each subject, and the last hour")
{
    struct store *store = store_fixture_open();
    struct store_alert *alerts;
    struct err err;
    size_t count;

    raise(store, "A1", "asset:one", "waiting", 100);
    raise(store, "A2", "asset:one", "waiting", 110);
    raise(store, "A3", "asset:two", "waiting", 120);
    raise(store, "A4", "asset:two", "waiting", 130);
    raise(store, "A5", "asset:three", "waiting", 900);
    raise(store, "A6", "asset:three", "waiting", 910);
    store_alert_end(store, "A4", 140, "refused", STORE_NO_DONE);
    flush(store);
    struct store_reader *reader = store_fixture_reader();
    check_ok(store_read_told_alerts(reader, 900, &arena, &alerts, &count, &err));
    check_str(join(alerts, count), "A2 A3 A5 A6");
    store_reader_close(reader);
    store_close(store);
}

TEST("the past is forgotten, but not what is still to be told or may still go on")
{
    struct store *store = store_fixture_open();

    raise(store, "A1", "asset:one", "waiting", 100);
    raise(store, "A2", "asset:one", "waiting", 100);
    raise(store, "A3", "asset:two", "waiting", 100);
    raise(store, "A4", "asset:three", "waiting", 100);
    raise(store, "A5", "asset:four", "held", 100);
    store_alert_end(store, "A1", 110, NULL, STORE_NO_DONE);
    store_alert_end(store, "A2", 110, NULL, STORE_NO_DONE);
    store_alert_end(store, "A4", 110, "refused", STORE_NO_DONE);
    store_alerts_prune(store, 105, STORE_NO_DONE);
    flush(store);
    check_int(store_fixture_query("SELECT count(*) FROM alerts"), 4);
    store_alerts_prune(store, 1000, STORE_NO_DONE);
    flush(store);
    check_int(store_fixture_query("SELECT count(*) FROM alerts WHERE id IN ('A2', 'A3')"), 2);
    check_int(store_fixture_query("SELECT count(*) FROM alerts"), 2);
    store_close(store);
}

TEST("an alert is committed with its cause, or not at all")
{
    struct store *store = store_fixture_open();
    struct err err;

    store_fixture_exec("CREATE TRIGGER full BEFORE INSERT ON runs BEGIN"
                       " SELECT raise(ROLLBACK, 'no'); END");
    raise(store, "A1", "asset:one", "waiting", 100);
    store_fixture_run(store, "R1", STORE_NO_DONE);
    check(store_flush(store, &err) < 0);
    check_int(store_fixture_query("SELECT count(*) FROM alerts"), 0);
    store_close(store);
}
