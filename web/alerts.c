/* Alerts that were raised, and what became of each; a test of who is told. */
#include "store/alerts.h"
#include "base/ulid.h"
#include "web/ask.h"
#include "web/list.h"
#include "web/problem.h"
#include "web/routes.h"

#include <string.h>

enum { LIST_DESTINATION, LIST_STATE, LIST_BEFORE, LIST_LIMIT };

static const char *const states[] = {"waiting", "held", "delivered", "summed", "dropped", NULL};

static const struct web_parameter parameters[] = {
    [LIST_DESTINATION] = {"destination", WEB_TEXT, .max = WEB_TEXT_BYTES},
    [LIST_STATE] = {"state", WEB_CHOICE, .choices = states},
    [LIST_BEFORE] = {"before", WEB_TEXT, .max = ULID_SIZE},
    [LIST_LIMIT] = {"limit", WEB_INT, .min = 1, .max = 500, .fallback = 50},
    {0},
};

static void write_alert(struct json_writer *json, const void *item)
{
    const struct store_alert *alert = item;
    bool is_waiting = strcmp(alert->state, "waiting") == 0;

    web_write_text(json, "id", alert->id);
    web_write_text(json, "destination", alert->destination);
    web_write_text(json, "target", alert->target);
    web_write_text(json, "subject", alert->subject);
    web_write_text(json, "kind", alert->kind);
    web_write_text(json, "of_kind", alert->of_kind);
    web_write_text(json, "state", alert->state);
    web_write_int(json, "tries", alert->tries);
    web_write_time(json, "created_at", alert->created_us);
    web_write_time(json, "next_at", is_waiting ? alert->next_us : 0);
    web_write_time(json, "ended_at", alert->ended_us);
    web_write_text(json, "error", alert->error);
}

static void list(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct store_alert_page page = {
        .destination = web_value(exchange, LIST_DESTINATION)->text,
        .state = web_value(exchange, LIST_STATE)->text,
        .before_id = web_value(exchange, LIST_BEFORE)->text,
        .limit = web_value(exchange, LIST_LIMIT)->number,
    };
    struct store_alert *alerts;
    size_t count;
    struct err err;

    if (store_read_alerts(reader, &page, &exchange->arena, &alerts, &count, &err) < 0) {
        web_read_failed(exchange, &err);
        return;
    }
    const struct web_list answer = {WEB_LIST("alerts", alerts, count, write_alert),
                                    WEB_PAGE(page.limit, WEB_CURSOR_TEXT, struct store_alert, id)};
    web_list_answer(exchange, &answer);
}

/* ---- one ------------------------------------------------------------------------------------- */

static void answer_one(struct web_exchange *exchange, struct store_reader *reader, const char *id,
                       int status)
{
    const struct store_alert_page page = {.id = id, .limit = 1};
    struct store_alert *alerts;
    size_t count;
    struct err err;

    if (store_read_alerts(reader, &page, &exchange->arena, &alerts, &count, &err) < 0) {
        web_read_failed(exchange, &err);
    } else if (count == 0) {
        web_problem(exchange, 404, "there is no alert \"%.40s\"", id);
    } else {
        struct json_writer *json = web_json(exchange, status);
        json_write_object(json);
        write_alert(json, alerts);
        json_write_end(json);
    }
}

static void get(struct web_exchange *exchange, struct store_reader *reader)
{
    answer_one(exchange, reader, exchange->parts[0], 200);
}

/* ---- test ------------------------------------------------------------------------------------ */

struct asked_test {
    const char *id;
};

static void read_test(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct asked_test *asked = web_ask_state(exchange);

    answer_one(exchange, reader, asked->id, 202);
    web_header_add(exchange, "Location",
                   arena_printf(&exchange->arena, "/api/v1/alerts/%s", asked->id));
}

static void hear_test(struct web_exchange *exchange, const struct event *event)
{
    struct asked_test *asked = web_ask_state(exchange);

    if (strcmp(event->type, "accepted") == 0 && event->message != NULL)
        asked->id = arena_strdup(&exchange->arena, event->message);
    else if (strcmp(event->type, "ended") == 0 && asked->id != NULL)
        web_read(exchange, read_test);
}

static void test(struct web_exchange *exchange)
{
    static const struct web_ask_kind testing = {.hear = hear_test};
    const struct request request = {.verb = "test_alert", .subject = exchange->parts[0]};

    web_ask(exchange, &request, &testing, arena_alloc(&exchange->arena, sizeof(struct asked_test)),
            30000);
}

const struct web_route web_alerts_routes[] = {
    {"GET", "/api/v1/alerts", WEB_VIEWER, .parameters = parameters, .is_polled = true,
     .read = list},
    {"GET", "/api/v1/alerts/{id}", WEB_VIEWER, .is_polled = true, .read = get},
    {"POST", "/api/v1/alerts/{name}/test", WEB_OPERATOR, .now = test},
    {0},
};
