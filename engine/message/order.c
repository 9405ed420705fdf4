#include "message/order.h"

static const struct record_field option_fields[] = {
    RECORD_FIELD(order_option, name, TEXT),
    RECORD_FIELD(order_option, text, TEXT),
    {0},
};
static const struct record_shape option_shape = {option_fields, sizeof(struct order_option)};

static const struct record_field connection_fields[] = {
    RECORD_FIELD(order_connection, name, TEXT),
    RECORD_FIELD(order_connection, module, TEXT),
    RECORD_NESTED(order_connection, options, MANY, option_shape),
    {0},
};
static const struct record_shape connection_shape = {connection_fields,
                                                     sizeof(struct order_connection)};

static const struct record_field place_fields[] = {
    RECORD_FIELD(order_place, connection, INT),
    RECORD_FIELD(order_place, object, TEXT),
    {0},
};
static const struct record_shape place_shape = {place_fields, sizeof(struct order_place)};

static const struct record_field input_fields[] = {
    RECORD_FIELD(order_input, name, TEXT),
    RECORD_NESTED(order_input, place, ONE, place_shape),
    {0},
};
static const struct record_shape input_shape = {input_fields, sizeof(struct order_input)};

static const struct record_field reference_fields[] = {
    RECORD_FIELD(order_reference, name, TEXT),
    RECORD_FIELD(order_reference, source, TEXT),
    RECORD_FIELD(order_reference, asset, TEXT),
    RECORD_FIELD(order_reference, schema, TEXT),
    RECORD_FIELD(order_reference, table, TEXT),
    RECORD_FIELD(order_reference, position, TEXT),
    RECORD_FIELD(order_reference, is_input, BOOL),
    RECORD_FIELD(order_reference, is_direct, BOOL),
    RECORD_FIELD(order_reference, is_snapshot, BOOL),
    {0},
};
static const struct record_shape reference_shape = {reference_fields,
                                                    sizeof(struct order_reference)};

static const struct record_field column_fields[] = {
    RECORD_FIELD(order_column, name, TEXT),
    RECORD_FIELD(order_column, type, TEXT),
    RECORD_FIELD(order_column, unknown, TEXT),
    {0},
};
static const struct record_shape column_shape = {column_fields, sizeof(struct order_column)};

static const struct record_field variable_fields[] = {
    RECORD_FIELD(order_variable, name, TEXT),
    RECORD_FIELD(order_variable, json, JSON),
    {0},
};
static const struct record_shape variable_shape = {variable_fields, sizeof(struct order_variable)};

static const struct record_field expectation_fields[] = {
    RECORD_FIELD(order_expectation, asset, TEXT),
    RECORD_FIELD(order_expectation, restarts, BOOL),
    RECORD_FIELD(order_expectation, is_sure, BOOL),
    {0},
};
static const struct record_shape expectation_shape = {expectation_fields,
                                                      sizeof(struct order_expectation)};

static const struct record_field window_fields[] = {
    RECORD_FIELD(order_window, label, TEXT),    RECORD_FIELD(order_window, first, TEXT),
    RECORD_FIELD(order_window, last, TEXT),     RECORD_FIELD(order_window, is_one, BOOL),
    RECORD_FIELD(order_window, keys, TEXTS),    RECORD_FIELD(order_window, start, TEXT),
    RECORD_FIELD(order_window, end, TEXT),      RECORD_FIELD(order_window, start_date, TEXT),
    RECORD_FIELD(order_window, end_date, TEXT), {0},
};
static const struct record_shape window_shape = {window_fields, sizeof(struct order_window)};

static const struct record_field order_fields[] = {
    RECORD_FIELD(order, step, INT),
    RECORD_FIELD(order, attempt, INT),
    RECORD_FIELD(order, is_held, BOOL),
    RECORD_FIELD(order, run, TEXT),
    RECORD_FIELD(order, asset, TEXT),
    RECORD_FIELD(order, name, TEXT),
    RECORD_FIELD(order, kind, TEXT),
    RECORD_FIELD(order, file, TEXT),
    RECORD_FIELD(order, body_file, TEXT),
    RECORD_FIELD(order, body, TEXT),
    RECORD_FIELD(order, folder, TEXT),
    RECORD_FIELD(order, config_hash, TEXT),
    RECORD_FIELD(order, config, JSON),
    RECORD_FIELD(order, target, TEXT),
    RECORD_NESTED(order, connections, MANY, connection_shape),
    RECORD_NESTED(order, from, ONE, place_shape),
    RECORD_NESTED(order, into, ONE, place_shape),
    RECORD_FIELD(order, schema, TEXT),
    RECORD_FIELD(order, table, TEXT),
    RECORD_FIELD(order, mode, TEXT),
    RECORD_FIELD(order, cursor, TEXT),
    RECORD_FIELD(order, files, TEXTS),
    RECORD_FIELD(order, changed_files, TEXT),
    RECORD_FIELD(order, bad_lines, TEXT),
    RECORD_FIELD(order, new_columns, TEXT),
    RECORD_FIELD(order, lateness_ms, INT),
    RECORD_FIELD(order, full_listing_ms, INT),
    RECORD_FIELD(order, partition_columns, BOOL),
    RECORD_FIELD(order, airbyte_names, BOOL),
    RECORD_FIELD(order, keeps_history, BOOL),
    RECORD_FIELD(order, partitions, INT),
    RECORD_NESTED(order, acknowledged, ONE, place_shape),
    RECORD_FIELD(order, has_acknowledged, BOOL),
    RECORD_NESTED(order, inputs, MANY, input_shape),
    RECORD_FIELD(order, time_field, TEXT),
    RECORD_FIELD(order, time_unit, TEXT),
    RECORD_FIELD(order, flush_records, INT),
    RECORD_FIELD(order, flush_bytes, INT),
    RECORD_FIELD(order, flush_interval_ms, INT),
    RECORD_FIELD(order, delimiter, TEXT),
    RECORD_FIELD(order, group, TEXT),
    RECORD_FIELD(order, materialized, TEXT),
    RECORD_FIELD(order, strategy, TEXT),
    RECORD_FIELD(order, delete_marker, TEXT),
    RECORD_FIELD(order, position, TEXT),
    RECORD_FIELD(order, unique_key, TEXTS),
    RECORD_FIELD(order, partition_column, TEXT),
    RECORD_FIELD(order, changed_at, TEXT),
    RECORD_FIELD(order, deleted_at, TEXT),
    RECORD_FIELD(order, surrogate_key, TEXT),
    RECORD_FIELD(order, order_by, TEXTS),
    RECORD_NESTED(order, references, MANY, reference_shape),
    RECORD_NESTED(order, columns, MANY, column_shape),
    RECORD_FIELD(order, checks, JSON),
    RECORD_NESTED(order, variables, MANY, variable_shape),
    RECORD_FIELD(order, is_volatile, BOOL),
    RECORD_FIELD(order, full_refresh, BOOL),
    RECORD_FIELD(order, force, BOOL),
    RECORD_NESTED(order, windows, MANY, window_shape),
    RECORD_FIELD(order, is_partitioned, BOOL),
    RECORD_FIELD(order, lake_position, TEXT),
    RECORD_FIELD(order, is_endless, BOOL),
    RECORD_FIELD(order, until_idle, BOOL),
    RECORD_FIELD(order, for_ms, INT),
    RECORD_FIELD(order, looks, BOOL),
    RECORD_NESTED(order, expected, MANY, expectation_shape),
    {0},
};
const struct record_shape order_shape = {order_fields, sizeof(struct order)};

static const struct record_field query_fields[] = {
    RECORD_FIELD(query_order, step, INT),
    RECORD_FIELD(query_order, verb, TEXT),
    RECORD_FIELD(query_order, sql, TEXT),
    RECORD_NESTED(query_order, subject, ONE, order_shape),
    RECORD_FIELD(query_order, drops_rejected, BOOL),
    RECORD_FIELD(query_order, folder, TEXT),
    RECORD_NESTED(query_order, connection, ONE, connection_shape),
    RECORD_FIELD(query_order, limit, INT),
    RECORD_FIELD(query_order, limit_bytes, INT),
    RECORD_FIELD(query_order, timeout_ms, INT),
    {0},
};
const struct record_shape query_order_shape = {query_fields, sizeof(struct query_order)};

static const struct record_field cancel_fields[] = {RECORD_FIELD(cancel_order, step, INT), {0}};
const struct record_shape cancel_order_shape = {cancel_fields, sizeof(struct cancel_order)};

static const struct record_field stored_fields[] = {RECORD_FIELD(stored_order, step, INT), {0}};
const struct record_shape stored_order_shape = {stored_fields, sizeof(struct stored_order)};
