#include "data/schema.h"

#include "base/limits.h"
#include "base/suggest.h"

#include <string.h>
#include <strings.h>

/* The first row of a type has its name. */
static const struct {
    const char *name;
    enum aorta_type type;
} spellings[] = {
    {"boolean", AORTA_BOOL},       {"bool", AORTA_BOOL},
    {"integer", AORTA_INT32},      {"int", AORTA_INT32},
    {"int32", AORTA_INT32},        {"smallint", AORTA_INT32},
    {"bigint", AORTA_INT64},       {"int64", AORTA_INT64},
    {"long", AORTA_INT64},         {"double", AORTA_DOUBLE},
    {"float", AORTA_DOUBLE},       {"float64", AORTA_DOUBLE},
    {"real", AORTA_DOUBLE},        {"date", AORTA_DATE},
    {"time", AORTA_TIME},          {"timestamp", AORTA_TIMESTAMP},
    {"datetime", AORTA_TIMESTAMP}, {"timestamptz", AORTA_TIMESTAMPTZ},
    {"uuid", AORTA_UUID},          {"text", AORTA_TEXT},
    {"varchar", AORTA_TEXT},       {"string", AORTA_TEXT},
    {"json", AORTA_JSON},          {"jsonb", AORTA_JSON},
    {"decimal", AORTA_DECIMAL},    {"numeric", AORTA_DECIMAL},
    {"bytes", AORTA_BYTES},        {"bytea", AORTA_BYTES},
    {"blob", AORTA_BYTES},
};

enum { SPELLINGS = sizeof spellings / sizeof *spellings };

void schema_init(struct schema *schema)
{
    *schema = (struct schema){0};
    arena_init(&schema->arena);
}

void schema_release(struct schema *schema)
{
    if (schema == NULL)
        return;
    arena_release(&schema->arena);
    schema_init(schema);
}

static bool path_is_whole(const char *path)
{
    size_t size = strlen(path);

    return size > 0 && path[0] != '.' && path[size - 1] != '.' && strstr(path, "..") == NULL;
}

static void make_room(struct schema *schema)
{
    if (schema->column_count < schema->column_capacity)
        return;
    int32_t capacity = schema->column_capacity == 0 ? 16 : schema->column_capacity * 2;
    struct schema_column *columns = arena_calloc(&schema->arena, (size_t)capacity, sizeof *columns);
    if (schema->column_count > 0)
        memcpy(columns, schema->columns, (size_t)schema->column_count * sizeof *columns);
    schema->columns = columns;
    schema->column_capacity = capacity;
}

int schema_add(struct schema *schema, const struct schema_column *column, struct err *err)
{
    if (column->name[0] == '\0')
        return err_set(err, ERR_CONFIG, "column %d has an empty name", schema->column_count + 1);
    if (schema_find(schema, column->name) != NULL)
        return err_set(err, ERR_CONFIG, "column \"%s\" is there twice", column->name);
    if (column->path != NULL && !path_is_whole(column->path))
        return err_set(err, ERR_CONFIG, "column \"%s\": path \"%s\" has an empty part",
                       column->name, column->path);
    if (schema->column_count == LIMIT_COLUMNS)
        return err_set(err, ERR_CONFIG, "more than %d columns", LIMIT_COLUMNS);
    make_room(schema);
    schema->columns[schema->column_count++] = (struct schema_column){
        .name = arena_strdup(&schema->arena, column->name),
        .path = arena_strdup(&schema->arena, column->path),
        .type = column->type,
        .is_required = column->is_required,
    };
    return 0;
}

struct schema_column *schema_find(const struct schema *schema, const char *name)
{
    for (int32_t i = 0; i < schema->column_count; i++)
        if (strcmp(schema->columns[i].name, name) == 0)
            return &schema->columns[i];
    return NULL;
}

int schema_type_parse(const char *name, enum aorta_type *type, struct err *err)
{
    const char *names[SPELLINGS];

    for (size_t i = 0; i < SPELLINGS; i++) {
        if (strcasecmp(spellings[i].name, name) == 0) {
            *type = spellings[i].type;
            return 0;
        }
        names[i] = spellings[i].name;
    }
    const char *near = suggest(name, names, SPELLINGS);
    if (near != NULL)
        return err_set(err, ERR_CONFIG, "no type \"%s\"; did you mean \"%s\"?", name, near);
    return err_set(err, ERR_CONFIG, "no type \"%s\"", name);
}

const char *schema_type_name(enum aorta_type type)
{
    for (size_t i = 0; i < SPELLINGS; i++)
        if (spellings[i].type == type)
            return spellings[i].name;
    return "?";
}

struct aorta_field *schema_fields(const struct schema *schema, struct arena *arena)
{
    struct aorta_field *fields = arena_calloc(arena, (size_t)schema->column_count, sizeof *fields);

    for (int32_t i = 0; i < schema->column_count; i++)
        fields[i] = (struct aorta_field){schema->columns[i].name, schema->columns[i].type};
    return fields;
}
