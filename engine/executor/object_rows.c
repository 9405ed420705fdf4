#include "executor/object_rows.h"

#include "base/hash.h"
#include "data/literal.h"
#include "data/number.h"

#include <stdio.h>
#include <string.h>

/* Small enough for a core's cache, and for several readers at once. */
enum { CHUNK_BYTES = 1 << 18, BATCH_ROWS = 8192, BATCH_BYTES = 4 << 20 };

static bool is_partition(const struct object_rows *rows, const char *name)
{
    for (size_t i = 0; i < rows->columns.partition_count; i++)
        if (strcmp(rows->columns.partitions[i], name) == 0)
            return true;
    return false;
}

static int add_declared(struct object_rows *rows, struct err *err)
{
    const struct order *order = rows->intake->step->order;

    for (size_t i = 0; i < order->column_count; i++) {
        struct schema_column column = {.name = order->columns[i].name, .type = AORTA_TEXT};
        const char *type = order->columns[i].type;
        bool is_metadata = order->columns[i].name[0] == '_';
        if ((is_metadata && type == NULL) || is_partition(rows, column.name))
            continue; /* named for its checks only; or no member of the lines */
        if (type != NULL && schema_type_parse(type, &column.type, err) < 0)
            return err_wrap(err, "%s: column %s", order->file, column.name);
        if (schema_add(&rows->schema, &column, err) < 0)
            return err_wrap(err, "%s", order->file);
    }
    return 0;
}

static int fill_schema(struct object_rows *rows, struct err *err)
{
    const struct order *order = rows->intake->step->order;
    const struct schema *more = rows->columns.more;

    if (add_declared(rows, err) < 0)
        return -1;
    for (int32_t i = 0; more != NULL && i < more->column_count; i++)
        if (schema_add(&rows->schema, &more->columns[i], err) < 0)
            return err_wrap(err, "%s", order->file);
    if (rows->schema.column_count == 0 && (more == NULL || rows->columns.refuses_others))
        return err_set(err, ERR_CONFIG, "%s: a source of files declares its columns", order->file);
    return 0;
}

/* A partition's type is text, unless the order declares it. */
static int partition_field(const struct object_rows *rows, const char *name,
                           struct aorta_field *field, struct err *err)
{
    const struct order *order = rows->intake->step->order;

    *field = (struct aorta_field){name, AORTA_TEXT};
    for (size_t i = 0; i < order->column_count; i++)
        if (strcmp(order->columns[i].name, name) == 0 && order->columns[i].type != NULL &&
            schema_type_parse(order->columns[i].type, &field->type, err) < 0)
            return err_wrap(err, "%s: column %s", order->file, name);
    return 0;
}

static int set_fields(struct object_rows *rows, struct err *err)
{
    struct intake *intake = rows->intake;
    const struct schema *schema = &rows->schema;
    size_t partitions = rows->columns.partition_count;
    struct aorta_field *fields = arena_calloc(
        intake->arena, (size_t)schema->column_count + METADATA_MAX + partitions, sizeof *fields);

    int32_t first = metadata_fields(METADATA_FILE, intake->step->order->airbyte_names, fields);
    memcpy(fields + first, schema_fields(schema, intake->arena),
           (size_t)schema->column_count * sizeof *fields);
    rows->first_partition = first + schema->column_count;
    for (size_t i = 0; i < partitions; i++)
        if (partition_field(rows, rows->columns.partitions[i],
                            &fields[(size_t)rows->first_partition + i], err) < 0)
            return -1;
    intake->fields = fields;
    intake->field_count = rows->first_partition + (int32_t)partitions;
    return 0;
}

/* What a reader has for itself. */
static void init(struct object_rows *rows, struct intake *intake,
                 const struct object_columns *columns)
{
    rows->intake = intake;
    rows->store = intake->connection->connector->object_store;
    if (columns != NULL)
        rows->columns = *columns;
    schema_init(&rows->schema);
    buf_init(&rows->chunk);
    buf_init(&rows->key);
    arena_init(&rows->arena);
}

static void make_reader(struct object_rows *rows, const struct schema *schema)
{
    struct intake *intake = rows->intake;
    struct jsonl_options options = {
        .schema = schema,
        .batch = &rows->batch,
        .first_column = rows->first_partition - schema->column_count,
        .refuse_unknown = rows->columns.refuses_others,
        .rejects = {.policy = rows->policy,
                    .errors_column = METADATA_ERRORS,
                    .each = quarantine_add,
                    .arg = &intake->quarantine},
    };

    batch_init(&rows->batch, intake->fields, intake->field_count);
    rows->batch.row_limit = BATCH_ROWS;
    rows->batch.byte_limit = BATCH_BYTES;
    rows->reader = jsonl_new(&options);
}

int object_rows_open(struct object_rows *rows, struct intake *intake,
                     const struct object_columns *columns, struct err *err)
{
    const struct order *order = intake->step->order;

    init(rows, intake, columns);
    if (reject_policy_parse(order->bad_lines, &rows->policy, err) < 0 ||
        fill_schema(rows, err) < 0 || set_fields(rows, err) < 0)
        return -1;
    metadata_init(&intake->metadata, METADATA_FILE, order->asset, intake->metadata.extracted_at_us);
    intake->metadata.has_errors = rows->policy == REJECT_EMIT;
    make_reader(rows, &rows->schema);
    return 0;
}

void object_rows_join(struct object_rows *rows, const struct object_rows *first)
{
    init(rows, first->intake, &first->columns);
    rows->policy = first->policy;
    rows->first_partition = first->first_partition;
    make_reader(rows, &first->schema);
}

void object_rows_close(struct object_rows *rows)
{
    if (rows->intake == NULL)
        return;
    jsonl_free(rows->reader);
    batch_release(&rows->batch);
    schema_release(&rows->schema);
    buf_release(&rows->chunk);
    buf_release(&rows->key);
    arena_release(&rows->arena);
}

/* ------------------------------------------------------------------------------------ partitions */

/* The text of a folder's value, in which what a path cannot hold is written as %2F. */
static struct aorta_value decode(struct arena *arena, const char *text, size_t size)
{
    static const char null[] = "__HIVE_DEFAULT_PARTITION__";
    char *decoded = arena_strndup(arena, text, size);
    size_t length = 0;

    if (size == sizeof null - 1 && memcmp(text, null, size) == 0)
        return (struct aorta_value){.type = AORTA_TEXT, .is_null = true};
    for (size_t i = 0; i < size; i++) {
        bool is_code = text[i] == '%' && i + 2 < size && number_hex_digit(text[i + 1]) >= 0 &&
                       number_hex_digit(text[i + 2]) >= 0;
        decoded[length++] =
            is_code ? (char)(number_hex_digit(text[i + 1]) * 16 + number_hex_digit(text[i + 2]))
                    : text[i];
        i += is_code ? 2 : 0;
    }
    return (struct aorta_value){.type = AORTA_TEXT, .text = {decoded, length}};
}

static struct aorta_value partition_value(struct arena *arena, const char *key, const char *name)
{
    size_t name_size = strlen(name);

    for (const char *slash = strchr(key, '/'); slash != NULL; slash = strchr(key, '/')) {
        if ((size_t)(slash - key) > name_size && key[name_size] == '=' &&
            memcmp(key, name, name_size) == 0)
            return decode(arena, key + name_size + 1, (size_t)(slash - key) - name_size - 1);
        key = slash + 1;
    }
    return (struct aorta_value){.type = AORTA_TEXT, .is_null = true};
}

static void find_partitions(struct object_rows *rows)
{
    size_t count = rows->columns.partition_count;

    arena_reset(&rows->arena);
    struct aorta_value *values = arena_calloc(&rows->arena, count, sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = partition_value(&rows->arena, rows->key.data, rows->columns.partitions[i]);
    rows->partitions = values;
}

static int add_partitions(struct object_rows *rows, int64_t count, struct err *err)
{
    for (size_t i = 0; i < rows->columns.partition_count; i++) {
        struct column *column = &rows->batch.columns[(size_t)rows->first_partition + i];
        const struct aorta_value *value = &rows->partitions[i];
        for (int64_t n = 0; n < count; n++) {
            const char *problem = NULL;
            if (value->is_null)
                column_append_null(column);
            else
                problem = literal_append(column, value->text.data, value->text.size);
            if (problem != NULL)
                return err_set(err, ERR_DATA, "%s: folder %s: \"%.*s\" %s", rows->key.data,
                               rows->columns.partitions[i], (int)value->text.size, value->text.data,
                               problem);
        }
    }
    return 0;
}

/* ------------------------------------------------------------------------------------- an object */

void object_rows_begin(struct object_rows *rows, const char *key, const char *modified,
                       uint64_t salt)
{
    buf_reset(&rows->key);
    buf_append_str(&rows->key, key);
    rows->origin = hash_bytes(rows->key.data, rows->key.size) ^ salt;
    snprintf(rows->modified, sizeof rows->modified, "%s", modified);
    rows->row = rows->offset = rows->row_errors = 0;
    rows->is_read = false;
    buf_reset(&rows->chunk);
    rows->chunk_used = 0;
    rows->rejected_before = jsonl_rejected(rows->reader);
    find_partitions(rows);
    jsonl_begin(rows->reader, rows->key.data);
}

/* How files begin that are no text; no JSON does. gzip: RFC 1952, 2.3.1; zstd: RFC 8878, 3.1.1. */
static const struct {
    const char *bytes;
    size_t size;
    const char *what;
} foreign_formats[] = {
    {"\x1f\x8b", 2, "compressed (gzip)"},
    {"\x28\xb5\x2f\xfd", 4, "compressed (zstd)"},
    {"BZh", 3, "compressed (bzip2)"},
    {"\xfd\x37zXZ", 5, "compressed (xz)"},
    {"\x04\x22\x4d\x18", 4, "compressed (lz4)"},
    {"PK\x03\x04", 4, "an archive (zip)"},
    {"PAR1", 4, "a Parquet file"},
};

int object_rows_check_format(const char *key, const struct buf *chunk, struct err *err)
{
    for (size_t i = 0; i < sizeof foreign_formats / sizeof *foreign_formats; i++)
        if (chunk->size >= foreign_formats[i].size &&
            memcmp(chunk->data, foreign_formats[i].bytes, foreign_formats[i].size) == 0)
            return err_set(err, ERR_CONFIG,
                           "%s is %s, which is not read: unpack it into JSON lines, or leave it "
                           "out of the patterns",
                           key, foreign_formats[i].what);
    return 0;
}

static int read_chunk(struct object_rows *rows, struct err *err)
{
    struct aorta_error error;
    size_t got;

    buf_reset(&rows->chunk);
    buf_reserve(&rows->chunk, CHUNK_BYTES);
    if (rows->store->read(rows->intake->connection->handle, rows->key.data, rows->offset,
                          rows->chunk.data, CHUNK_BYTES, &got, &error) < 0)
        return intake_error(rows->intake, &error, err);
    rows->chunk.size = got;
    if (rows->offset == 0 && object_rows_check_format(rows->key.data, &rows->chunk, err) < 0)
        return -1;
    rows->chunk_used = 0;
    rows->offset += (int64_t)got;
    atomic_fetch_add(&rows->intake->bytes, (int64_t)got);
    rows->is_read = got < CHUNK_BYTES;
    return 0;
}

/* Brings the other columns up to the rows that the reader has added. */
static int add_others(struct object_rows *rows, int64_t before, struct err *err)
{
    int64_t count = rows->batch.row_count - before;

    metadata_append_file(&rows->intake->metadata, &rows->batch, rows->key.data, rows->modified,
                         rows->origin, rows->row, count);
    rows->row += count;
    return add_partitions(rows, count, err);
}

static int read_some(struct object_rows *rows, struct err *err)
{
    int64_t before = rows->batch.row_count, rejected = jsonl_rejected(rows->reader);
    bool is_over = rows->chunk_used == rows->chunk.size && rows->is_read;

    if (is_over) {
        if (jsonl_finish(rows->reader, err) < 0)
            return -1;
    } else {
        if (rows->chunk_used == rows->chunk.size && read_chunk(rows, err) < 0)
            return -1;
        int64_t used = jsonl_feed(rows->reader, rows->chunk.data + rows->chunk_used,
                                  rows->chunk.size - rows->chunk_used, err);
        if (used < 0)
            return -1;
        rows->chunk_used += (size_t)used;
    }
    if (rows->intake->metadata.has_errors) {
        int64_t errors = jsonl_rejected(rows->reader) - rejected;
        rows->row_errors += errors;
        rows->intake->rows_with_errors += errors;
    }
    if (add_others(rows, before, err) < 0 || quarantine_check(&rows->intake->quarantine, err) < 0)
        return -1;
    return !is_over;
}

int object_rows_read(struct object_rows *rows, struct err *err)
{
    int64_t before = rows->batch.row_count;
    int got = read_some(rows, err);

    if (got < 0) {
        rows->batch.row_count = before;
        batch_drop_row(&rows->batch);
    }
    return got;
}

void object_rows_leave(struct object_rows *rows)
{
    rows->intake->rows_with_errors -= rows->row_errors;
}

int64_t object_rows_skipped(const struct object_rows *rows)
{
    if (rows->intake->metadata.has_errors)
        return 0; /* they are rows */
    return jsonl_rejected(rows->reader) - rows->rejected_before;
}
