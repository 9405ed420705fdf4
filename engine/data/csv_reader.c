#include "data/csv_reader.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "data/literal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUOTED_BYTES = 40, REASON_BYTES = 256 };

struct csv_reader {
    struct csv_reader_options options;
    struct csv csv;
    struct buf file;
    struct buf raw;       /* of a bad record */
    struct buf errors;    /* REJECT_EMIT */
    int32_t *places;      /* of each column: its field in a record */
    int32_t header_count; /* fields of the header; 0: it has not come yet */
};

struct csv_reader *csv_reader_new(const struct csv_reader_options *options)
{
    struct csv_reader *reader = alloc_zeroed(1, sizeof *reader);

    reader->options = *options;
    csv_init(&reader->csv, options->delimiter == '\0' ? ',' : options->delimiter);
    buf_init(&reader->file);
    buf_init(&reader->raw);
    buf_init(&reader->errors);
    reader->places = alloc_zeroed((size_t)options->schema->column_count, sizeof *reader->places);
    return reader;
}

void csv_reader_free(struct csv_reader *reader)
{
    if (reader == NULL)
        return;
    csv_release(&reader->csv);
    buf_release(&reader->file);
    buf_release(&reader->raw);
    buf_release(&reader->errors);
    free(reader->places);
    free(reader);
}

void csv_reader_begin(struct csv_reader *reader, const char *file)
{
    buf_reset(&reader->file);
    buf_append_str(&reader->file, file);
    csv_reset(&reader->csv);
    reader->header_count = 0;
}

static struct column *column_of(const struct csv_reader *reader, int32_t index)
{
    return &reader->options.batch->columns[reader->options.first_column + index];
}

static int fail_at(const struct csv_reader *reader, const char *reason, struct err *err)
{
    return err_set(err, ERR_DATA, "%s:%lld: %s", reader->file.data, (long long)reader->csv.line,
                   reason);
}

/* --------------------------------------------------------------------------------------- header */

static int find_columns(struct csv_reader *reader, struct err *err)
{
    const struct schema *schema = reader->options.schema;

    for (int32_t i = 0; i < schema->column_count; i++) {
        int32_t place = csv_find(&reader->csv, schema->columns[i].name);
        if (place < 0)
            return err_set(err, ERR_DATA, "%s:%lld: no column \"%s\" in the header",
                           reader->file.data, (long long)reader->csv.line, schema->columns[i].name);
        reader->places[i] = place;
    }
    return 0;
}

static int read_header(struct csv_reader *reader, struct err *err)
{
    if (csv_check_header(&reader->csv, err) < 0)
        return err_wrap(err, "%s:%lld", reader->file.data, (long long)reader->csv.line);
    if (find_columns(reader, err) < 0)
        return -1;
    reader->header_count = reader->csv.field_count;
    return 0;
}

/* ---------------------------------------------------------------------------------- bad records */

/* The record's fields, put together again. */
static void restore_raw(struct csv_reader *reader)
{
    const struct csv *csv = &reader->csv;

    buf_reset(&reader->raw);
    for (int32_t i = 0; i < csv->field_count; i++) {
        if (i > 0)
            buf_append_char(&reader->raw, csv->delimiter);
        if (csv->fields[i].is_quoted)
            buf_append_char(&reader->raw, '"');
        for (size_t k = 0; k < csv->fields[i].size; k++) {
            char c = csv_text(csv, i)[k];
            if (c == '"')
                buf_append_char(&reader->raw, '"');
            buf_append_char(&reader->raw, c);
        }
        if (csv->fields[i].is_quoted)
            buf_append_char(&reader->raw, '"');
    }
}

static struct reject describe(const struct csv_reader *reader, const char *reason)
{
    return (struct reject){.file = reader->file.data,
                           .line = reader->csv.line,
                           .reason = reason,
                           .raw = reader->raw.data,
                           .raw_size = reader->raw.size};
}

static int reject_record(struct csv_reader *reader, const char *reason, struct err *err)
{
    const struct reject_rule *rule = &reader->options.rejects;

    restore_raw(reader);
    struct reject reject = describe(reader, reason);
    batch_drop_row(reader->options.batch);
    if (rule->policy == REJECT_FAIL)
        return reject_fail(&reject, err);
    if (rule->policy == REJECT_SKIP) {
        if (rule->each != NULL)
            rule->each(rule->arg, &reject);
        return 0;
    }
    reject_note(&reader->errors, &reject);
    for (int32_t i = 0; i < reader->options.schema->column_count; i++)
        column_append_null(column_of(reader, i));
    reject_append_errors(&reader->options.rejects, &reader->errors, reader->options.batch);
    batch_end_row(reader->options.batch);
    return 0;
}

/* --------------------------------------------------------------------------------------- values */

/* One value. NULL, or what is wrong, to be put behind the quoted text. */
static const char *append_value(struct csv_reader *reader, int32_t index, const char *text,
                                const struct csv_field *field)
{
    const struct schema_column *wanted = &reader->options.schema->columns[index];
    struct column *column = column_of(reader, index);
    bool is_text = column->type == AORTA_TEXT;
    bool is_empty_text = is_text && (field->is_quoted || reader->options.keep_empty_text);

    if (field->size == 0 && !is_empty_text) {
        if (wanted->is_required)
            return "is null and the column is required";
        column_append_null(column);
        return NULL;
    }
    if (!utf8_is_valid(text, field->size))
        return "is not UTF-8";
    if (memchr(text, '\0', field->size) != NULL)
        return "has a NUL, which databases refuse";
    return literal_append(column, text, field->size);
}

static int append_row(struct csv_reader *reader, struct err *err)
{
    const struct csv *csv = &reader->csv;
    char reason[REASON_BYTES];

    for (int32_t i = 0; i < reader->options.schema->column_count; i++) {
        const struct csv_field *field = &csv->fields[reader->places[i]];
        const char *text = csv_text(csv, reader->places[i]);
        const char *problem = append_value(reader, i, text, field);
        if (problem == NULL)
            continue;
        int size = field->size > QUOTED_BYTES ? QUOTED_BYTES : (int)field->size;
        snprintf(reason, sizeof reason, "column \"%.80s\": \"%.*s%s\" %s",
                 reader->options.schema->columns[i].name, size, text,
                 field->size > QUOTED_BYTES ? "..." : "", problem);
        if (reader->options.rejects.policy != REJECT_EMIT)
            return reject_record(reader, reason, err);
        struct reject reject = describe(reader, reason);
        reject_note(&reader->errors, &reject);
        column_append_null(column_of(reader, i));
    }
    reject_append_errors(&reader->options.rejects, &reader->errors, reader->options.batch);
    batch_end_row(reader->options.batch);
    return 0;
}

static int read_record(struct csv_reader *reader, struct err *err)
{
    char reason[REASON_BYTES];

    if (reader->header_count == 0)
        return read_header(reader, err);
    if (reader->csv.problem != NULL)
        return reject_record(reader, reader->csv.problem, err);
    if (reader->csv.field_count != reader->header_count) {
        csv_describe_ragged(&reader->csv, reader->header_count, reason, sizeof reason);
        return reject_record(reader, reason, err);
    }
    return append_row(reader, err);
}

int64_t csv_reader_feed(struct csv_reader *reader, const char *data, size_t size, struct err *err)
{
    size_t left = size;
    int got;

    assert(!batch_is_full(reader->options.batch));
    while ((got = csv_feed(&reader->csv, &data, &left)) == 1) {
        if (read_record(reader, err) < 0)
            return -1;
        if (batch_is_full(reader->options.batch))
            break;
    }
    if (got < 0)
        return fail_at(reader, reader->csv.problem, err);
    return (int64_t)(size - left);
}

int csv_reader_finish(struct csv_reader *reader, struct err *err)
{
    int got = csv_finish(&reader->csv);

    if (got < 0)
        return fail_at(reader, reader->csv.problem, err);
    if (got == 1 && read_record(reader, err) < 0)
        return -1;
    if (reader->header_count == 0)
        return err_set(err, ERR_DATA, "%s:1: no header", reader->file.data);
    return 0;
}
