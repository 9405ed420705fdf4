/*
 * libduckdb, loaded when the first connection is opened.
 *
 * The library is sixty megabytes, so the module does not link to it: a process that only wants to
 * know what the connector can do never maps it. Every function that the connector calls stands in
 * LIBRARY_FUNCTIONS and is called through one table:
 *
 *     if (library_load(error) < 0)
 *         return -1;
 *     duckdb.connect(database, &connection);             // duckdb_connect
 *
 * The table is filled once and constant afterwards. The library stays loaded until the process
 * ends: its threads do not survive an unload.
 */
#ifndef AORTA_DUCKDB_LIBRARY_H
#define AORTA_DUCKDB_LIBRARY_H

#include "connector.h"

#include <duckdb.h>

#define LIBRARY_FUNCTIONS(X)                  \
    X(free)                                   \
    /* databases and connections */           \
    X(create_config)                          \
    X(set_config)                             \
    X(destroy_config)                         \
    X(create_instance_cache)                  \
    X(get_or_create_from_cache)               \
    X(destroy_instance_cache)                 \
    X(close)                                  \
    X(connect)                                \
    X(disconnect)                             \
    X(interrupt)                              \
    X(connection_get_client_context)          \
    X(client_context_get_connection_id)       \
    X(destroy_client_context)                 \
    X(query)                                  \
    /* statements */                          \
    X(prepare)                                \
    X(prepare_error)                          \
    X(destroy_prepare)                        \
    X(prepared_statement_type)                \
    X(prepared_statement_column_count)        \
    X(prepared_statement_column_name)         \
    X(prepared_statement_column_logical_type) \
    X(nparams)                                \
    X(execute_prepared)                       \
    X(pending_prepared_streaming)             \
    X(execute_pending)                        \
    X(pending_error)                          \
    X(destroy_pending)                        \
    /* parameters */                          \
    X(bind_boolean)                           \
    X(bind_int32)                             \
    X(bind_int64)                             \
    X(bind_double)                            \
    X(bind_date)                              \
    X(bind_time)                              \
    X(bind_timestamp)                         \
    X(bind_timestamp_tz)                      \
    X(bind_varchar_length)                    \
    X(bind_blob)                              \
    X(bind_decimal)                           \
    X(bind_null)                              \
    X(bind_value)                             \
    X(create_uuid)                            \
    X(get_int64)                              \
    X(destroy_value)                          \
    /* results */                             \
    X(result_error)                           \
    X(result_return_type)                     \
    X(rows_changed)                           \
    X(fetch_chunk)                            \
    X(destroy_result)                         \
    X(column_count)                           \
    X(column_name)                            \
    X(column_logical_type)                    \
    /* logical types */                       \
    X(create_logical_type)                    \
    X(destroy_logical_type)                   \
    X(get_type_id)                            \
    X(logical_type_get_alias)                 \
    X(decimal_width)                          \
    X(decimal_scale)                          \
    X(decimal_internal_type)                  \
    X(enum_internal_type)                     \
    X(enum_dictionary_size)                   \
    X(enum_dictionary_value)                  \
    X(list_type_child_type)                   \
    X(array_type_child_type)                  \
    X(array_type_array_size)                  \
    X(map_type_key_type)                      \
    X(map_type_value_type)                    \
    X(struct_type_child_count)                \
    X(struct_type_child_name)                 \
    X(struct_type_child_type)                 \
    X(union_type_member_count)                \
    X(union_type_member_name)                 \
    X(union_type_member_type)                 \
    X(from_time_tz)                           \
    /* chunks and vectors */                  \
    X(vector_size)                            \
    X(create_data_chunk)                      \
    X(destroy_data_chunk)                     \
    X(data_chunk_reset)                       \
    X(data_chunk_get_size)                    \
    X(data_chunk_set_size)                    \
    X(data_chunk_get_vector)                  \
    X(vector_get_data)                        \
    X(vector_get_validity)                    \
    X(vector_ensure_validity_writable)        \
    X(list_vector_get_child)                  \
    X(array_vector_get_child)                 \
    X(struct_vector_get_child)                \
    /* tables */                              \
    X(table_description_create_ext)           \
    X(table_description_destroy)              \
    X(table_description_error)                \
    X(table_description_get_column_name)      \
    /* table functions */                     \
    X(create_table_function)                  \
    X(destroy_table_function)                 \
    X(table_function_set_name)                \
    X(table_function_add_parameter)           \
    X(table_function_set_bind)                \
    X(table_function_set_init)                \
    X(table_function_set_local_init)          \
    X(table_function_set_function)            \
    X(table_function_get_client_context)      \
    X(register_table_function)                \
    X(bind_get_parameter)                     \
    X(bind_add_result_column)                 \
    X(bind_set_bind_data)                     \
    X(bind_set_error)                         \
    X(init_get_bind_data)                     \
    X(init_set_init_data)                     \
    X(init_set_max_threads)                   \
    X(function_get_bind_data)                 \
    X(function_get_local_init_data)           \
    X(function_set_error)                     \
    /* the appender */                        \
    X(appender_create_ext)                    \
    X(appender_add_column)                    \
    X(appender_column_count)                  \
    X(appender_column_type)                   \
    X(append_data_chunk)                      \
    X(appender_close)                         \
    X(appender_destroy)                       \
    X(appender_error_data)                    \
    X(error_data_message)                     \
    X(error_data_error_type)                  \
    X(destroy_error_data)

/* Each function under its name less the prefix. */
struct library {
#define LIBRARY_MEMBER(name) __typeof__(duckdb_##name) *(name);
    LIBRARY_FUNCTIONS(LIBRARY_MEMBER)
#undef LIBRARY_MEMBER
};

extern struct library duckdb;

/* Loads the library if it is not yet loaded: AORTA_LIBDUCKDB if that is set, else libduckdb.so
 * beside the module, in ../lib, where the build found it, or where the system keeps libraries.
 * AORTA_CONFIG if there is none or it lacks a function. Any thread. */
int library_load(struct aorta_error *error);

#endif
