/*
 * One request and the answer to it, from the moment the head of the request is read.
 *
 *     loop: gate, route, parameters, body ─▶ now() ─────────────────────────────▶ answer
 *                                          └▶ read()  on a thread that reads ───▶ answer
 *                                          └▶ now() asks the daemon … hears it ─▶ answer
 *
 * A handler fills in the answer and says that it is done; while it is not, the connection sleeps.
 * `now` is called on the loop and may not wait for anything; `read` is called on a thread of the
 * pool, with a reader of the store, and touches nothing but its exchange. Whichever of them it is,
 * nobody else looks at the exchange meanwhile.
 *
 * It is reset and used again for the next request of its connection; all texts of one request live
 * in its arena.
 */
#ifndef AORTA_WEB_EXCHANGE_H
#define AORTA_WEB_EXCHANGE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "store/read.h"
#include "web/backend.h"
#include "web/gate.h"
#include "web/readers.h"
#include "web/route.h"

struct MHD_Connection;
struct web_site;
struct web_stream;
struct web_watch;

/* What an answer may have besides what all of them have. */
enum { WEB_HEADERS = 6 };

struct web_header {
    const char *name, *value;
};

struct web_exchange {
    struct web_site *site;
    struct MHD_Connection *connection;
    const char *address; /* of the client, as text */
    struct arena arena;

    /* The request. */
    const struct web_route *route;
    const char *path;             /* as sent, without the query; for messages */
    const char *parts[WEB_PARTS]; /* what stands for the {names} of the route's path */
    struct web_value values[WEB_PARAMETERS];
    struct web_actor actor;
    struct buf body;           /* as sent */
    void *sent;                /* the body as the route's shape says; NULL: there was none */
    const char *if_none_match; /* headers that handlers want, or NULL */
    const char *last_event_id, *idempotency_key;
    struct loaded *loaded; /* retained, if the route wants it */

    /* The answer. */
    int status;
    const char *content_type;
    struct buf answer;
    struct json_writer json;
    struct web_header headers[WEB_HEADERS];
    size_t header_count;
    bool is_cacheable;         /* it has an ETag: */
    char tag[20];              /* in quotes; made where the answer is */
    struct web_stream *stream; /* in the place of `answer`: owned */

    /* What goes on meanwhile. */
    struct web_job job;
    void (*read)(struct web_exchange *exchange, struct store_reader *reader);
    void *asked;             /* of the handler that asked the daemon: see web/ask.h */
    struct web_watch *watch; /* in the arena, or NULL */
    void (*unread)(
        struct web_exchange *exchange); /* `read` has left no answer; NULL: it always does */
    bool is_answered, is_suspended;
    bool is_reading; /* `read` is at work: nobody else touches the exchange */
};

/* Begins a JSON answer with the status; what is written to it goes to exchange->answer. */
struct json_writer *web_json(struct web_exchange *exchange, int status);

/* Begins an answer of text. */
struct buf *web_text(struct web_exchange *exchange, int status, const char *content_type);

/* The value is copied. */
void web_header_add(struct web_exchange *exchange, const char *name, const char *value);

/* Makes the tag of an answer that has one. */
void web_tag(struct web_exchange *exchange);

/* The answer is there. On the loop; a `read` says so by returning. */
void web_done(struct web_exchange *exchange);

/* Goes on in a thread that reads; what it leaves as the answer is the answer. On the loop. */
void web_read(struct web_exchange *exchange,
              void (*read)(struct web_exchange *exchange, struct store_reader *reader));

/* Of a `read`: its store could not be read, as an answer. */
void web_read_failed(struct web_exchange *exchange, const struct err *err);

/* The value of the route's parameter of that index; its text is NULL if it was not given and has no
 * default. */
const struct web_value *web_value(const struct web_exchange *exchange, size_t parameter);

/* Microseconds as an ISO time, or null for 0. */
void web_write_time(struct json_writer *json, const char *key, int64_t us);
/* A count, or null for a negative one; a text, or null. */
void web_write_count(struct json_writer *json, const char *key, int64_t count);
void web_write_text(struct json_writer *json, const char *key, const char *text);
void web_write_int(struct json_writer *json, const char *key, int64_t value);
void web_write_bool(struct json_writer *json, const char *key, bool value);
/* JSON text as it is, or null. */
void web_write_raw(struct json_writer *json, const char *key, const char *text);

void web_exchange_init(struct web_exchange *exchange, struct web_site *site);
void web_exchange_reset(struct web_exchange *exchange);
void web_exchange_release(struct web_exchange *exchange);

#endif
