/*
 * Which handler a request is for, as tables:
 *
 *     static const struct web_parameter list_parameters[] = {
 *         [RUNS_STATE] = {"state", WEB_CHOICE, .choices = states},
 *         [RUNS_LIMIT] = {"limit", WEB_INT, .min = 1, .max = 500, .fallback = 50},
 *         {0},
 *     };
 *     const struct web_route web_runs_routes[] = {
 *         {"GET", "/api/v1/runs", WEB_VIEWER, .parameters = list_parameters, .read = list},
 *         {0},
 *     };
 *
 * A path is compared part by part; "{id}" stands for one part, percent-decoded, never empty. What
 * is not declared is refused: a query parameter, a field of the body (web/body.h).
 *
 * HEAD is answered as GET is, without the body; OPTIONS by the methods there are.
 */
#ifndef AORTA_WEB_ROUTE_H
#define AORTA_WEB_ROUTE_H

#include "base/arena.h"
#include "base/err.h"
#include "message/record.h"

#include <stdbool.h>
#include <stdint.h>

enum { WEB_PARTS = 3, WEB_PARAMETERS = 8, WEB_PATH_PARTS = 12 };

struct web_exchange;
struct store_reader;

/* Who may; each may what those before it may. */
enum web_role {
    WEB_ANYBODY, /* without a token: whether the daemon lives */
    WEB_VIEWER,
    WEB_OPERATOR, /* runs, cancels, pauses */
    WEB_ADMIN,    /* tokens, audit */
};

enum web_parameter_kind {
    WEB_TEXT,
    WEB_INT,
    WEB_BOOL,   /* true, false */
    WEB_TIME,   /* RFC 3339 */
    WEB_CHOICE, /* one of `choices` */
};

struct web_parameter {
    const char *name;
    enum web_parameter_kind kind;
    int64_t min, max;           /* of INT; of TEXT the longest, 0: WEB_TEXT_BYTES */
    int64_t fallback;           /* of INT: what counts when it is not given */
    const char *const *choices; /* ended by NULL */
};

enum { WEB_TEXT_BYTES = 200 };

/* What was given for a parameter. number: of INT; of TIME microseconds; of BOOL 0 or 1; of CHOICE
 * the index. */
struct web_value {
    const char *text; /* NULL: not given */
    int64_t number;
};

struct web_route {
    const char *method;
    const char *path;
    enum web_role role;
    const struct web_parameter *parameters; /* ended by a NULL name, or NULL: none */
    const struct record_shape *body;        /* of what is sent, or NULL: nothing may be */
    bool needs_body;
    bool wants_pipeline; /* exchange->loaded is there; without one it is 503 */
    bool is_polled;      /* has an ETag */
    /* One of them: see web/exchange.h. */
    void (*now)(struct web_exchange *exchange);
    void (*read)(struct web_exchange *exchange, struct store_reader *reader);
};

/* All of them, by resource: web/routes.c. */
extern const struct web_route *const web_routes[]; /* ended by NULL */

/* A request's target, taken apart. */
struct web_target {
    const char *path;                  /* as sent, without the query */
    const char *parts[WEB_PATH_PARTS]; /* decoded */
    size_t part_count;
    const char *query; /* behind the "?", or NULL */
};

/* CONFIG for one that is not in origin form (RFC 9112, section 3.2.1), has too many parts, a part
 * that is empty, or a bad escape. */
int web_target_parse(const char *text, struct arena *arena, struct web_target *target,
                     struct err *err);

/* What a target leads to. route is NULL if there is no such path, or not with that method: then
 * `allow` lists the methods there are, NULL if there is none. parts get what stands for {names}. */
struct web_match {
    const struct web_route *route;
    const char *allow;
};

struct web_match web_route_find(const struct web_route *const *tables, const char *method,
                                const struct web_target *target, struct arena *arena,
                                const char *parts[WEB_PARTS]);

/* Reads the query's parameters as the table declares them. CONFIG for one that is not declared, is
 * given twice or has a value that is out of range; the message says what there is. */
int web_parameters_read(const struct web_parameter *parameters, const char *query,
                        struct arena *arena, struct web_value values[WEB_PARAMETERS],
                        struct err *err);

/* Decodes %41 (and "+" as a blank, in a query) into the arena; NULL for a bad escape, or one that
 * is a NUL or no UTF-8. */
const char *web_unescape(const char *text, size_t size, bool is_query, struct arena *arena);

#endif
