#include "duckdb/shape.h"

#include "duckdb/library.h"
#include "duckdb/quote.h"

#include <inttypes.h>
#include <string.h>

/* Types by what DuckDB calls them. Nested ones have no name here: it is put together. */
static const struct {
    duckdb_type type;
    enum aorta_type aorta;
    const char *name;
} scalars[] = {
    {DUCKDB_TYPE_BOOLEAN, AORTA_BOOL, "BOOLEAN"},
    {DUCKDB_TYPE_TINYINT, AORTA_INT32, "TINYINT"},
    {DUCKDB_TYPE_SMALLINT, AORTA_INT32, "SMALLINT"},
    {DUCKDB_TYPE_INTEGER, AORTA_INT32, "INTEGER"},
    {DUCKDB_TYPE_BIGINT, AORTA_INT64, "BIGINT"},
    {DUCKDB_TYPE_UTINYINT, AORTA_INT32, "UTINYINT"},
    {DUCKDB_TYPE_USMALLINT, AORTA_INT32, "USMALLINT"},
    {DUCKDB_TYPE_UINTEGER, AORTA_INT64, "UINTEGER"},
    {DUCKDB_TYPE_UBIGINT, AORTA_DECIMAL, "UBIGINT"},
    {DUCKDB_TYPE_HUGEINT, AORTA_DECIMAL, "HUGEINT"},
    {DUCKDB_TYPE_UHUGEINT, AORTA_DECIMAL, "UHUGEINT"},
    {DUCKDB_TYPE_FLOAT, AORTA_DOUBLE, "FLOAT"},
    {DUCKDB_TYPE_DOUBLE, AORTA_DOUBLE, "DOUBLE"},
    {DUCKDB_TYPE_DATE, AORTA_DATE, "DATE"},
    {DUCKDB_TYPE_TIME, AORTA_TIME, "TIME"},
    {DUCKDB_TYPE_TIME_NS, AORTA_TIME, "TIME_NS"},
    {DUCKDB_TYPE_TIME_TZ, AORTA_TEXT, "TIME WITH TIME ZONE"},
    {DUCKDB_TYPE_TIMESTAMP, AORTA_TIMESTAMP, "TIMESTAMP"},
    {DUCKDB_TYPE_TIMESTAMP_S, AORTA_TIMESTAMP, "TIMESTAMP_S"},
    {DUCKDB_TYPE_TIMESTAMP_MS, AORTA_TIMESTAMP, "TIMESTAMP_MS"},
    {DUCKDB_TYPE_TIMESTAMP_NS, AORTA_TIMESTAMP, "TIMESTAMP_NS"},
    {DUCKDB_TYPE_TIMESTAMP_TZ, AORTA_TIMESTAMPTZ, "TIMESTAMP WITH TIME ZONE"},
    {DUCKDB_TYPE_INTERVAL, AORTA_TEXT, "INTERVAL"},
    {DUCKDB_TYPE_UUID, AORTA_UUID, "UUID"},
    {DUCKDB_TYPE_VARCHAR, AORTA_TEXT, "VARCHAR"},
    {DUCKDB_TYPE_BLOB, AORTA_BYTES, "BLOB"},
    {DUCKDB_TYPE_BIT, AORTA_TEXT, "BIT"},
    {DUCKDB_TYPE_DECIMAL, AORTA_DECIMAL, NULL},
    {DUCKDB_TYPE_ENUM, AORTA_TEXT, NULL},
    {DUCKDB_TYPE_LIST, AORTA_JSON, NULL},
    {DUCKDB_TYPE_ARRAY, AORTA_JSON, NULL},
    {DUCKDB_TYPE_STRUCT, AORTA_JSON, NULL},
    {DUCKDB_TYPE_MAP, AORTA_JSON, NULL},
    {DUCKDB_TYPE_UNION, AORTA_JSON, NULL},
    {DUCKDB_TYPE_SQLNULL, AORTA_TEXT, "\"NULL\""},
};

enum { SCALAR_COUNT = sizeof scalars / sizeof *scalars };

/* ------------------------------------------------------------------------------------- reading */

/* A copy of what DuckDB allocated, which is freed. */
static const char *take_text(char *text, struct arena *arena)
{
    const char *copy = arena_strdup(arena, text);

    duckdb.free(text);
    return copy;
}

static void read_child(struct shape *child, duckdb_logical_type type, struct arena *arena)
{
    shape_read(child, type, arena);
    duckdb.destroy_logical_type(&type);
}

static void make_children(struct shape *shape, idx_t count, struct arena *arena)
{
    shape->child_count = count;
    shape->children = arena_calloc(arena, count, sizeof *shape->children);
    shape->child_names = arena_calloc(arena, count, sizeof *shape->child_names);
}

static void read_enum(struct shape *shape, duckdb_logical_type type, struct arena *arena)
{
    shape->storage = duckdb.enum_internal_type(type);
    shape->child_count = duckdb.enum_dictionary_size(type);
    shape->child_names = arena_calloc(arena, shape->child_count, sizeof *shape->child_names);
    for (idx_t i = 0; i < shape->child_count; i++)
        shape->child_names[i] = take_text(duckdb.enum_dictionary_value(type, i), arena);
}

static void read_struct(struct shape *shape, duckdb_logical_type type, struct arena *arena)
{
    make_children(shape, duckdb.struct_type_child_count(type), arena);
    for (idx_t i = 0; i < shape->child_count; i++) {
        shape->child_names[i] = take_text(duckdb.struct_type_child_name(type, i), arena);
        read_child(&shape->children[i], duckdb.struct_type_child_type(type, i), arena);
    }
}

static void read_union(struct shape *shape, duckdb_logical_type type, struct arena *arena)
{
    make_children(shape, duckdb.union_type_member_count(type), arena);
    for (idx_t i = 0; i < shape->child_count; i++) {
        shape->child_names[i] = take_text(duckdb.union_type_member_name(type, i), arena);
        read_child(&shape->children[i], duckdb.union_type_member_type(type, i), arena);
    }
}

static bool is_called_json(duckdb_logical_type type)
{
    char *alias = duckdb.logical_type_get_alias(type);
    bool result = alias != NULL && strcmp(alias, "JSON") == 0;

    duckdb.free(alias);
    return result;
}

void shape_read(struct shape *shape, duckdb_logical_type type, struct arena *arena)
{
    *shape = (struct shape){.type = duckdb.get_type_id(type)};
    if (shape->type == DUCKDB_TYPE_VARCHAR) {
        shape->is_json = is_called_json(type);
    } else if (shape->type == DUCKDB_TYPE_DECIMAL) {
        shape->width = duckdb.decimal_width(type);
        shape->scale = duckdb.decimal_scale(type);
        shape->storage = duckdb.decimal_internal_type(type);
    } else if (shape->type == DUCKDB_TYPE_ENUM) {
        read_enum(shape, type, arena);
    } else if (shape->type == DUCKDB_TYPE_LIST) {
        make_children(shape, 1, arena);
        read_child(shape->children, duckdb.list_type_child_type(type), arena);
    } else if (shape->type == DUCKDB_TYPE_ARRAY) {
        make_children(shape, 1, arena);
        shape->array_size = duckdb.array_type_array_size(type);
        read_child(shape->children, duckdb.array_type_child_type(type), arena);
    } else if (shape->type == DUCKDB_TYPE_MAP) {
        make_children(shape, 2, arena);
        read_child(&shape->children[0], duckdb.map_type_key_type(type), arena);
        read_child(&shape->children[1], duckdb.map_type_value_type(type), arena);
    } else if (shape->type == DUCKDB_TYPE_STRUCT) {
        read_struct(shape, type, arena);
    } else if (shape->type == DUCKDB_TYPE_UNION) {
        read_union(shape, type, arena);
    }
}

/* ----------------------------------------------------------------------------- Aorta's type */

static int find_scalar(duckdb_type type)
{
    for (int i = 0; i < SCALAR_COUNT; i++)
        if (scalars[i].type == type)
            return i;
    return -1;
}

bool shape_type(const struct shape *shape, enum aorta_type *type)
{
    int row = find_scalar(shape->type);
    enum aorta_type child;

    if (row < 0)
        return false;
    for (idx_t i = 0; shape->children != NULL && i < shape->child_count; i++)
        if (!shape_type(&shape->children[i], &child))
            return false;
    *type = shape->is_json ? AORTA_JSON : scalars[row].aorta;
    return true;
}

/* ---------------------------------------------------------------------------------------- names */

static void write_members(struct buf *out, const char *kind, const struct shape *shape)
{
    buf_printf(out, "%s(", kind);
    for (idx_t i = 0; i < shape->child_count; i++) {
        buf_append_str(out, i > 0 ? ", " : "");
        if (shape->type == DUCKDB_TYPE_ENUM) {
            quote_text(out, shape->child_names[i]);
            continue;
        }
        if (shape->child_names[i] != NULL) {
            quote_name_if_needed(out, shape->child_names[i]);
            buf_append_char(out, ' ');
        }
        shape_write_name(out, &shape->children[i]);
    }
    buf_append_char(out, ')');
}

void shape_write_name(struct buf *out, const struct shape *shape)
{
    int row = find_scalar(shape->type);

    if (shape->is_json) {
        buf_append_str(out, "JSON");
    } else if (row < 0) {
        buf_printf(out, "type %d", (int)shape->type);
    } else if (scalars[row].name != NULL) {
        buf_append_str(out, scalars[row].name);
    } else if (shape->type == DUCKDB_TYPE_DECIMAL) {
        buf_printf(out, "DECIMAL(%d,%d)", shape->width, shape->scale);
    } else if (shape->type == DUCKDB_TYPE_LIST) {
        shape_write_name(out, shape->children);
        buf_append_str(out, "[]");
    } else if (shape->type == DUCKDB_TYPE_ARRAY) {
        shape_write_name(out, shape->children);
        buf_printf(out, "[%" PRIu64 "]", shape->array_size);
    } else if (shape->type == DUCKDB_TYPE_MAP) {
        write_members(out, "MAP", shape);
    } else if (shape->type == DUCKDB_TYPE_STRUCT) {
        write_members(out, "STRUCT", shape);
    } else if (shape->type == DUCKDB_TYPE_UNION) {
        write_members(out, "UNION", shape);
    } else if (shape->type == DUCKDB_TYPE_ENUM) {
        write_members(out, "ENUM", shape);
    }
}
