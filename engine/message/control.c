#include "message/control.h"

static const struct record_field request_fields[] = {
    RECORD_FIELD(request, version, INT),         RECORD_FIELD(request, verb, TEXT),
    RECORD_FIELD(request, folder, TEXT),         RECORD_FIELD(request, target, TEXT),
    RECORD_FIELD(request, environment, TEXT),    RECORD_FIELD(request, assignments, TEXTS),
    RECORD_FIELD(request, select, TEXTS),        RECORD_FIELD(request, exclude, TEXTS),
    RECORD_FIELD(request, full_refresh, BOOL),   RECORD_FIELD(request, discard_history, BOOL),
    RECORD_FIELD(request, force, BOOL),          RECORD_FIELD(request, fail_fast, BOOL),
    RECORD_FIELD(request, until_idle, BOOL),     RECORD_FIELD(request, for_ms, INT),
    RECORD_FIELD(request, threads, INT),         RECORD_FIELD(request, sql, TEXT),
    RECORD_FIELD(request, question, TEXT),       RECORD_FIELD(request, limit, INT),
    RECORD_FIELD(request, drops_rejected, BOOL), {0},
};
const struct record_shape request_shape = {request_fields, sizeof(struct request)};

static const struct record_field event_fields[] = {
    RECORD_FIELD(event, type, TEXT),
    RECORD_FIELD(event, run, TEXT),
    RECORD_FIELD(event, asset, TEXT),
    RECORD_FIELD(event, kind, TEXT),
    RECORD_FIELD(event, state, TEXT),
    RECORD_FIELD(event, message, TEXT),
    RECORD_FIELD(event, why, TEXT),
    RECORD_FIELD(event, note, TEXT),
    RECORD_FIELD(event, rows, INT),
    RECORD_FIELD(event, table_rows, INT),
    RECORD_FIELD(event, total, INT),
    RECORD_FIELD(event, seconds, NUMBER),
    RECORD_FIELD(event, checks_passed, INT),
    RECORD_FIELD(event, checks_warned, INT),
    RECORD_FIELD(event, checks_failed, INT),
    RECORD_FIELD(event, action, TEXT),
    RECORD_FIELD(event, reason, TEXT),
    RECORD_FIELD(event, conditional, BOOL),
    RECORD_FIELD(event, after, TEXTS),
    RECORD_FIELD(event, lag, INT),
    RECORD_FIELD(event, watermark, TEXT),
    RECORD_FIELD(event, lines, TEXTS),
    {0},
};
const struct record_shape event_shape = {event_fields, sizeof(struct event)};
