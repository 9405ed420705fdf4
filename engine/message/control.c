#include "message/control.h"

#define FIELD(type, member, kind)                                   \
    {                                                               \
#member, RECORD_##kind, offsetof(struct type, member), NULL \
    }

static const struct record_field request_fields[] = {
    FIELD(request, version, INT),
    FIELD(request, verb, TEXT),
    FIELD(request, folder, TEXT),
    FIELD(request, target, TEXT),
    FIELD(request, assignments, TEXTS),
    FIELD(request, select, TEXTS),
    FIELD(request, full_refresh, BOOL),
    FIELD(request, discard_history, BOOL),
    FIELD(request, force, BOOL),
    FIELD(request, sql, TEXT),
    FIELD(request, limit, INT),
    FIELD(request, drops_rejected, BOOL),
    {0},
};
const struct record_shape request_shape = {request_fields, sizeof(struct request)};

static const struct record_field event_fields[] = {
    FIELD(event, type, TEXT),         FIELD(event, run, TEXT),
    FIELD(event, asset, TEXT),        FIELD(event, kind, TEXT),
    FIELD(event, state, TEXT),        FIELD(event, message, TEXT),
    FIELD(event, note, TEXT),         FIELD(event, rows, INT),
    FIELD(event, table_rows, INT),    FIELD(event, total, INT),
    FIELD(event, seconds, NUMBER),    FIELD(event, checks_passed, INT),
    FIELD(event, checks_warned, INT), FIELD(event, checks_failed, INT),
    FIELD(event, lines, TEXTS),       {0},
};
const struct record_shape event_shape = {event_fields, sizeof(struct event)};
