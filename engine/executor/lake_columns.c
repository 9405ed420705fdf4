#include "executor/lake_columns.h"

#include "base/limits.h"
#include "data/members.h"

#include <string.h>
#include <strings.h>

enum { CHUNK_BYTES = 1 << 20 };

struct finding {
    struct intake *intake;
    const struct object_columns *columns;
    struct schema *schema;
    struct members *members;
};

/* ------------------------------------------------------------------------------------------ look */

static int look_at_file(const struct finding *f, struct jsonl *reader, struct buf *chunk,
                        const char *key, struct err *err)
{
    const struct connection *connection = f->intake->connection;
    struct aorta_error error;
    int64_t offset = 0;
    size_t got;

    members_begin(f->members, key);
    jsonl_begin(reader, key);
    do {
        if (connection->connector->object_store->read(connection->handle, key, offset, chunk->data,
                                                      CHUNK_BYTES, &got, &error) < 0)
            return intake_error(f->intake, &error, err);
        chunk->size = got;
        if (offset == 0 && object_rows_check_format(key, chunk, err) < 0)
            return -1;
        offset += (int64_t)got;
        if (jsonl_feed(reader, chunk->data, got, err) < 0)
            return -1;
        if (atomic_load(&f->intake->step->cancel) != 0)
            return err_set(err, ERR_CANCELED, "canceled");
    } while (got == CHUNK_BYTES);
    if (jsonl_finish(reader, err) < 0)
        return -1;
    if (members_are_too_many(f->members))
        return err_set(err, ERR_DATA,
                       "%s: the records have more than %d members in all: declare the columns that "
                       "are wanted, and leave out the others with new_columns = \"discard\"",
                       key, LIMIT_COLUMNS);
    return 0;
}

static int look_at_files(const struct finding *f, const struct picked_file *files, size_t count,
                         struct err *err)
{
    struct schema nothing;
    struct batch batch;
    struct buf chunk;
    int result = 0;

    schema_init(&nothing);
    batch_init(&batch, NULL, 0);
    buf_init(&chunk);
    buf_reserve(&chunk, CHUNK_BYTES);
    struct jsonl *reader =
        jsonl_new(&(struct jsonl_options){.schema = &nothing, .batch = &batch, .look = f->members});
    for (size_t i = 0; i < count && result == 0; i++)
        result = look_at_file(f, reader, &chunk, files[i].file, err);
    jsonl_free(reader);
    buf_release(&chunk);
    batch_release(&batch);
    schema_release(&nothing);
    return result;
}

/* ------------------------------------------------------------------------------------------- add */

static bool is_declared(const struct finding *f, const char *name)
{
    const struct order *order = f->intake->step->order;

    for (size_t i = 0; i < order->column_count; i++)
        if (strcmp(order->columns[i].name, name) == 0)
            return true;
    for (size_t i = 0; i < f->columns->partition_count; i++)
        if (strcmp(f->columns->partitions[i], name) == 0)
            return true;
    return false;
}

static bool is_metadata(const struct finding *f, const char *name)
{
    struct aorta_field fields[METADATA_MAX];
    int32_t count = metadata_fields(METADATA_FILE, f->intake->step->order->airbyte_names, fields);

    for (int32_t i = 0; i < count; i++)
        if (strcasecmp(fields[i].name, name) == 0)
            return true;
    return false;
}

/* The kinds of values that a column of the table may hold; 0: of a type that stays as it is. */
static unsigned kinds_of(enum aorta_type type)
{
    static const unsigned kinds[AORTA_TYPES] = {
        [AORTA_BOOL] = INFER_BOOLEAN, [AORTA_INT64] = INFER_INTEGER, [AORTA_DOUBLE] = INFER_NUMBER,
        [AORTA_TEXT] = INFER_STRING,  [AORTA_JSON] = INFER_OBJECT,
    };

    return kinds[type];
}

static int add(const struct finding *f, const char *name, enum aorta_type type, struct err *err)
{
    const struct schema_column column = {.name = name, .type = type};

    for (int32_t i = 0; i < f->schema->column_count; i++)
        if (strcasecmp(f->schema->columns[i].name, name) == 0)
            return err_set(err, ERR_DATA,
                           "members \"%s\" and \"%s\" would be the same column: declare the one "
                           "that is wanted in %s",
                           f->schema->columns[i].name, name, f->intake->step->order->file);
    return schema_add(f->schema, &column, err);
}

static const struct member_seen *find_seen(const struct finding *f, const char *name)
{
    const struct member_seen *seen = NULL;

    for (size_t i = 0; (seen = members_at(f->members, i)) != NULL; i++)
        if (strcmp(seen->name, name) == 0)
            break;
    return seen;
}

/* A column of the table: wide enough for what is there and what comes. */
static int add_known(const struct finding *f, const struct aorta_field *known, struct err *err)
{
    const struct member_seen *seen = find_seen(f, known->name);
    unsigned kinds = kinds_of(known->type);

    if (seen == NULL || kinds == 0)
        return add(f, known->name, known->type, err);
    enum aorta_type type = infer_type(kinds | seen->kinds);
    if (known->type == AORTA_TEXT && type == AORTA_JSON)
        return err_set(
            err, ERR_DATA,
            "%s:%lld: \"%s\" is an object or a list here, and text in the table: declare "
            "its type in %s (json takes both), and read all again with --full-refresh",
            seen->nested_file, (long long)seen->nested_line, known->name,
            f->intake->step->order->file);
    return add(f, known->name, type, err);
}

static int add_new(const struct finding *f, const struct relation_columns *table, struct err *err)
{
    const struct member_seen *seen;

    for (size_t i = 0; (seen = members_at(f->members, i)) != NULL; i++) {
        if (is_declared(f, seen->name) || seen->kinds == INFER_NULL ||
            schema_find(f->schema, seen->name) != NULL)
            continue;
        if (is_metadata(f, seen->name))
            return err_set(err, ERR_DATA,
                           "the files have a member \"%s\", which is the name of a column of ours: "
                           "use the other naming, or new_columns = \"discard\"",
                           seen->name);
        if (table->is_there && relation_column_find(table, seen->name) >= 0)
            return err_set(err, ERR_DATA,
                           "member \"%s\" would be the same column as one whose capitals differ: "
                           "declare the one that is wanted in %s",
                           seen->name, f->intake->step->order->file);
        if (add(f, seen->name, infer_type(seen->kinds), err) < 0)
            return -1;
    }
    return 0;
}

static int add_all(const struct finding *f, struct err *err)
{
    const struct relation_columns *table = f->intake->load.columns;
    static const struct relation_columns none = {.is_there = false};

    if (f->intake->load.replaces)
        table = &none; /* it begins anew */
    for (int32_t i = 0; i < table->count; i++)
        if (!is_declared(f, table->fields[i].name) && !is_metadata(f, table->fields[i].name) &&
            add_known(f, &table->fields[i], err) < 0)
            return -1;
    return add_new(f, table, err);
}

int lake_columns_find(struct intake *intake, const struct object_columns *columns,
                      const struct picked_file *files, size_t count, struct schema *schema,
                      struct err *err)
{
    struct finding f = {intake, columns, schema, members_new()};
    bool evolves = strcmp(intake->step->order->new_columns, "evolve") == 0;
    int result = evolves ? look_at_files(&f, files, count, err) : 0;

    if (result == 0)
        result = add_all(&f, err);
    members_free(f.members);
    return result;
}
