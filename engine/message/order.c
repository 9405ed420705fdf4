#include "message/order.h"

#define FIELD(type, member, kind)                                   \
    {                                                               \
#member, RECORD_##kind, offsetof(struct type, member), NULL \
    }
#define NESTED(type, member, kind, shape)                             \
    {                                                                 \
#member, RECORD_##kind, offsetof(struct type, member), &shape \
    }

static const struct record_field option_fields[] = {
    FIELD(order_option, name, TEXT),
    FIELD(order_option, text, TEXT),
    {0},
};
static const struct record_shape option_shape = {option_fields, sizeof(struct order_option)};

static const struct record_field connection_fields[] = {
    FIELD(order_connection, name, TEXT),
    FIELD(order_connection, module, TEXT),
    NESTED(order_connection, options, MANY, option_shape),
    {0},
};
static const struct record_shape connection_shape = {connection_fields,
                                                     sizeof(struct order_connection)};

static const struct record_field place_fields[] = {
    FIELD(order_place, connection, INT),
    FIELD(order_place, object, TEXT),
    {0},
};
static const struct record_shape place_shape = {place_fields, sizeof(struct order_place)};

static const struct record_field input_fields[] = {
    FIELD(order_input, name, TEXT),
    NESTED(order_input, place, ONE, place_shape),
    {0},
};
static const struct record_shape input_shape = {input_fields, sizeof(struct order_input)};

static const struct record_field reference_fields[] = {
    FIELD(order_reference, name, TEXT),        FIELD(order_reference, source, TEXT),
    FIELD(order_reference, asset, TEXT),       FIELD(order_reference, schema, TEXT),
    FIELD(order_reference, table, TEXT),       FIELD(order_reference, position, TEXT),
    FIELD(order_reference, is_input, BOOL),    FIELD(order_reference, is_direct, BOOL),
    FIELD(order_reference, is_snapshot, BOOL), {0},
};
static const struct record_shape reference_shape = {reference_fields,
                                                    sizeof(struct order_reference)};

static const struct record_field column_fields[] = {
    FIELD(order_column, name, TEXT),
    FIELD(order_column, type, TEXT),
    FIELD(order_column, unknown, TEXT),
    {0},
};
static const struct record_shape column_shape = {column_fields, sizeof(struct order_column)};

static const struct record_field variable_fields[] = {
    FIELD(order_variable, name, TEXT),
    FIELD(order_variable, json, JSON),
    {0},
};
static const struct record_shape variable_shape = {variable_fields, sizeof(struct order_variable)};

static const struct record_field order_fields[] = {
    FIELD(order, step, INT),
    FIELD(order, attempt, INT),
    FIELD(order, run, TEXT),
    FIELD(order, asset, TEXT),
    FIELD(order, name, TEXT),
    FIELD(order, kind, TEXT),
    FIELD(order, file, TEXT),
    FIELD(order, body_file, TEXT),
    FIELD(order, body, TEXT),
    FIELD(order, folder, TEXT),
    FIELD(order, config_hash, TEXT),
    NESTED(order, connections, MANY, connection_shape),
    NESTED(order, from, ONE, place_shape),
    NESTED(order, into, ONE, place_shape),
    FIELD(order, schema, TEXT),
    FIELD(order, table, TEXT),
    FIELD(order, mode, TEXT),
    FIELD(order, cursor, TEXT),
    FIELD(order, airbyte_names, BOOL),
    FIELD(order, partitions, INT),
    NESTED(order, acknowledged, ONE, place_shape),
    FIELD(order, has_acknowledged, BOOL),
    NESTED(order, inputs, MANY, input_shape),
    FIELD(order, time_field, TEXT),
    FIELD(order, time_unit, TEXT),
    FIELD(order, flush_records, INT),
    FIELD(order, flush_bytes, INT),
    FIELD(order, flush_interval_ms, INT),
    FIELD(order, delimiter, TEXT),
    FIELD(order, materialized, TEXT),
    FIELD(order, strategy, TEXT),
    FIELD(order, delete_marker, TEXT),
    FIELD(order, position, TEXT),
    FIELD(order, unique_key, TEXTS),
    FIELD(order, changed_at, TEXT),
    FIELD(order, deleted_at, TEXT),
    FIELD(order, surrogate_key, TEXT),
    FIELD(order, order_by, TEXTS),
    NESTED(order, references, MANY, reference_shape),
    NESTED(order, columns, MANY, column_shape),
    FIELD(order, checks, JSON),
    NESTED(order, variables, MANY, variable_shape),
    FIELD(order, full_refresh, BOOL),
    FIELD(order, force, BOOL),
    {0},
};
const struct record_shape order_shape = {order_fields, sizeof(struct order)};

static const struct record_field query_fields[] = {
    FIELD(query_order, step, INT),
    FIELD(query_order, sql, TEXT),
    FIELD(query_order, drops_rejected, BOOL),
    FIELD(query_order, folder, TEXT),
    NESTED(query_order, connection, ONE, connection_shape),
    FIELD(query_order, limit, INT),
    {0},
};
const struct record_shape query_order_shape = {query_fields, sizeof(struct query_order)};

static const struct record_field cancel_fields[] = {FIELD(cancel_order, step, INT), {0}};
const struct record_shape cancel_order_shape = {cancel_fields, sizeof(struct cancel_order)};
