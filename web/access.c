/* Who may come in, and who has changed what: for administrators. A token's text is told once, to
 * whoever makes it. */
#include "base/units.h"
#include "store/audit.h"
#include "store/tokens.h"
#include "web/ask.h"
#include "web/create.h"
#include "web/list.h"
#include "web/problem.h"
#include "web/routes.h"

#include <string.h>

/* ---- tokens ---------------------------------------------------------------------------------- */

static void write_token(struct json_writer *json, const void *item)
{
    const struct store_token *token = item;

    web_write_text(json, "id", token->id);
    web_write_text(json, "name", token->name);
    web_write_text(json, "role", token->role);
    web_write_time(json, "created_at", token->created_us);
    web_write_time(json, "expires_at", token->expires_us);
    web_write_time(json, "revoked_at", token->revoked_us);
    web_write_time(json, "used_at", token->used_us);
}

static void list_tokens(struct web_exchange *exchange, struct store_reader *reader)
{
    struct store_token *tokens;
    size_t count;
    struct err err;

    if (store_read_tokens(reader, &exchange->arena, &tokens, &count, &err) < 0)
        web_read_failed(exchange, &err);
    else
        web_list_answer(exchange,
                        &(const struct web_list){WEB_LIST("tokens", tokens, count, write_token)});
}

struct sent_token {
    const char *name, *role, *expires;
};

static const struct record_field token_fields[] = {
    RECORD_FIELD(sent_token, name, TEXT),
    RECORD_FIELD(sent_token, role, TEXT),
    RECORD_FIELD(sent_token, expires, TEXT),
    {0},
};
static const struct record_shape token_shape = {token_fields, sizeof(struct sent_token)};

static void hear_token(struct web_exchange *exchange, const struct event *event)
{
    const struct sent_token *sent = exchange->sent;

    if (strcmp(event->type, "token") == 0 && event->message != NULL) {
        struct json_writer *json = web_json(exchange, 201);
        json_write_object(json);
        web_write_text(json, "name", sent->name);
        web_write_text(json, "role", sent->role);
        web_write_text(json, "token", event->message);
        json_write_end(json);
        web_done(exchange);
    } else if (strcmp(event->type, "ended") == 0) {
        web_problem(exchange, 500, "the token was made, but its text was not told: revoke it");
        web_done(exchange);
    }
}

static void create_token(struct web_exchange *exchange)
{
    static const struct web_ask_kind creating = {.hear = hear_token};
    const struct sent_token *sent = exchange->sent;
    struct request request = {.verb = "create_token"};

    if (sent->name == NULL || sent->role == NULL) {
        web_problem(exchange, 400, "send \"name\" and \"role\"");
    } else if (sent->expires != NULL &&
               !units_parse_duration_ms(sent->expires, &request.lasts_ms)) {
        web_problem(exchange, 400, "field \"expires\" must be a time like 90d");
    } else {
        request.subject = sent->name;
        request.role = sent->role;
        if (web_key_fill(exchange, &request) == 0) {
            web_ask(exchange, &request, &creating, NULL, 30000);
            return;
        }
    }
    web_done(exchange);
}

static void hear_revoked(struct web_exchange *exchange, const struct event *event)
{
    if (strcmp(event->type, "ended") != 0)
        return;
    web_text(exchange, 204, NULL);
    web_done(exchange);
}

static void revoke_token(struct web_exchange *exchange)
{
    static const struct web_ask_kind revoking = {.hear = hear_revoked};
    const struct request request = {.verb = "revoke_token", .subject = exchange->parts[0]};

    web_ask(exchange, &request, &revoking, NULL, 30000);
}

/* ---- the audit log --------------------------------------------------------------------------- */

enum { AUDIT_BEFORE, AUDIT_ACTOR, AUDIT_ACTION, AUDIT_LIMIT };

static const struct web_parameter audit_parameters[] = {
    [AUDIT_BEFORE] = {"before", WEB_INT, .min = 1, .max = INT64_MAX},
    [AUDIT_ACTOR] = {"actor", WEB_TEXT, .max = WEB_TEXT_BYTES},
    [AUDIT_ACTION] = {"action", WEB_TEXT, .max = WEB_TEXT_BYTES},
    [AUDIT_LIMIT] = {"limit", WEB_INT, .min = 1, .max = 500, .fallback = 50},
    {0},
};

static void write_entry(struct json_writer *json, const void *item)
{
    const struct store_audit *entry = item;

    web_write_int(json, "id", entry->id);
    web_write_time(json, "at", entry->at_us);
    web_write_text(json, "actor", entry->actor);
    web_write_text(json, "address", entry->address);
    web_write_text(json, "action", entry->action);
    web_write_text(json, "subject", entry->subject);
    web_write_text(json, "result", entry->result);
    web_write_raw(json, "detail", entry->detail);
}

static void list_audit(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct store_audit_page page = {
        .before_id = web_value(exchange, AUDIT_BEFORE)->number,
        .limit = web_value(exchange, AUDIT_LIMIT)->number,
        .actor = web_value(exchange, AUDIT_ACTOR)->text,
        .action = web_value(exchange, AUDIT_ACTION)->text,
    };
    struct store_audit *entries;
    size_t count;
    struct err err;

    if (store_read_audit(reader, &page, &exchange->arena, &entries, &count, &err) < 0) {
        web_read_failed(exchange, &err);
        return;
    }
    const struct web_list list = {WEB_LIST("entries", entries, count, write_entry),
                                  WEB_PAGE(page.limit, WEB_CURSOR_INT, struct store_audit, id)};
    web_list_answer(exchange, &list);
}

const struct web_route web_access_routes[] = {
    {"GET", "/api/v1/tokens", WEB_ADMIN, .is_polled = true, .read = list_tokens},
    {"POST", "/api/v1/tokens", WEB_ADMIN, .body = &token_shape, .needs_body = true,
     .now = create_token},
    {"DELETE", "/api/v1/tokens/{name}", WEB_ADMIN, .now = revoke_token},
    {"GET", "/api/v1/audit", WEB_ADMIN, .parameters = audit_parameters, .is_polled = true,
     .read = list_audit},
    {0},
};
