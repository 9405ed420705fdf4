/*
 * What an alert says: one struct, and how each way of delivery writes it.
 *
 *     {"id": "01J…", "kind": "failure", "subject": "asset:marts.orders", "pipeline": "shop",
 *      "target": "prod", "run": "01J…", "asset": "marts.orders", "error": "column \"x\" …",
 *      "checks": [{"name": "not_null(id)", "status": "fail", "failures": 3}],
 *      "at": "2024-04-04T12:30:00.000Z", "link": "https://data.example.org/api/v1/runs/01J…"}
 *
 * What is not known is left out. `of` is of a recovery: the kind of trouble that is over. `repeats`
 * is how often the same trouble was found and not told since the last alert about it. A summary has
 * `held`, how many alerts were held back, and the first of them in `alerts`.
 *
 * The same JSON stands in the run store. It holds no secret, because errors hold none.
 */
#ifndef AORTA_DAEMON_ALERT_MESSAGE_H
#define AORTA_DAEMON_ALERT_MESSAGE_H

#include "message/record.h"

struct alert_check {
    const char *name;
    const char *status; /* "warn", "fail" */
    int64_t failures;
    const char *detail;
};

/* One that was held back. */
struct alert_line {
    const char *kind, *subject, *at, *error;
};

struct alert_message {
    const char *id;
    const char *kind, *of;
    const char *subject;
    const char *pipeline, *target;
    const char *run, *asset;
    const char *error; /* or how late, or how far behind */
    struct alert_check *checks;
    size_t check_count;
    const char *at;
    const char *link;
    int64_t repeats;
    int64_t held;
    struct alert_line *alerts;
    size_t alert_count;
};

extern const struct record_shape alert_message_shape;

/* One line for a person, without line breaks: "marts.orders failed (shop, prod)". */
void alert_message_title(const struct alert_message *message, struct buf *out);

/* All of it for a person: the title, then lines. */
void alert_message_text(const struct alert_message *message, struct buf *out);

/* As Slack and those that are compatible with it take it: {"text": "…"}, with & < > escaped and no
 * longer than Slack shows whole. Source: docs.slack.dev, "Formatting message text". */
void alert_message_slack(const struct alert_message *message, struct buf *out);

#endif
