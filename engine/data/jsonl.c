#include "data/jsonl.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "data/record.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a line that is too long, this much goes to the quarantine. */
enum { KEPT_OF_LONG_LINE = 4096 };

struct jsonl {
    struct jsonl_options options;
    struct record *record;
    struct buf file;
    struct buf carry;  /* the beginning of a line whose end has not come yet */
    bool is_too_long;  /* that line is longer than a record may be: only its beginning is kept */
    struct buf errors; /* REJECT_EMIT: what is wrong with the line, JSON objects and commas */
    int64_t line;      /* lines that were read of the file */
    int64_t rejected;
};

struct jsonl *jsonl_new(const struct jsonl_options *options)
{
    struct jsonl *reader = alloc_zeroed(1, sizeof *reader);

    reader->options = *options;
    reader->record = record_new(options->schema);
    record_refuse_unknown(reader->record, options->refuse_unknown);
    buf_init(&reader->file);
    buf_init(&reader->carry);
    buf_init(&reader->errors);
    return reader;
}

void jsonl_free(struct jsonl *reader)
{
    if (reader == NULL)
        return;
    record_free(reader->record);
    buf_release(&reader->file);
    buf_release(&reader->carry);
    buf_release(&reader->errors);
    free(reader);
}

void jsonl_begin(struct jsonl *reader, const char *file)
{
    buf_reset(&reader->file);
    buf_append_str(&reader->file, file);
    buf_reset(&reader->carry);
    reader->is_too_long = false;
    reader->line = 0;
}

int64_t jsonl_rejected(const struct jsonl *reader)
{
    return reader->rejected;
}

static struct column *column_of(const struct jsonl *reader, int32_t index)
{
    return &reader->options.batch->columns[reader->options.first_column + index];
}

/* ------------------------------------------------------------------------------------ bad lines */

static struct reject describe(const struct jsonl *reader, const char *line, const char *end,
                              const struct record_problem *problem)
{
    return (struct reject){
        .file = reader->file.data,
        .line = reader->line,
        .column = problem->at - line + 1,
        .reason = problem->reason,
        .raw = line,
        .raw_size = (size_t)(end - line),
    };
}

/* The whole line is bad: what the rule says. */
static int reject_line(struct jsonl *reader, const struct reject *reject, struct err *err)
{
    const struct reject_rule *rule = &reader->options.rejects;

    batch_drop_row(reader->options.batch);
    if (rule->policy == REJECT_FAIL)
        return reject_fail(reject, err);
    reader->rejected++;
    if (rule->policy == REJECT_SKIP) {
        if (rule->each != NULL)
            rule->each(rule->arg, reject);
        return 0;
    }
    reject_note(&reader->errors, reject);
    for (int32_t i = 0; i < reader->options.schema->column_count; i++)
        column_append_null(column_of(reader, i));
    reject_append_errors(&reader->options.rejects, &reader->errors, reader->options.batch);
    batch_end_row(reader->options.batch);
    return 0;
}

/* ---------------------------------------------------------------------------------------- lines */

static bool is_blank(const char *line, const char *end)
{
    while (line < end && (*line == ' ' || *line == '\t' || *line == '\r'))
        line++;
    return line == end;
}

/* The values of a line that is right as JSON. */
static int append_row(struct jsonl *reader, const char *line, const char *end, struct err *err)
{
    struct record_problem problem;
    bool has_errors = false;

    for (int32_t i = 0; i < reader->options.schema->column_count; i++) {
        if (record_append(reader->record, i, column_of(reader, i), &problem))
            continue;
        struct reject reject = describe(reader, line, end, &problem);
        if (reader->options.rejects.policy != REJECT_EMIT)
            return reject_line(reader, &reject, err);
        reject_note(&reader->errors, &reject);
        column_append_null(column_of(reader, i));
        has_errors = true;
    }
    reader->rejected += has_errors;
    reject_append_errors(&reader->options.rejects, &reader->errors, reader->options.batch);
    batch_end_row(reader->options.batch);
    return 0;
}

static bool is_long(const struct jsonl *reader, const char *line, const char *end)
{
    return reader->is_too_long || (size_t)(end - line) > LIMIT_RECORD_BYTES;
}

static void look_at(struct jsonl *reader, const char *line, const char *end)
{
    if (!is_long(reader, line, end))
        members_look(reader->options.look, line, end, reader->line);
    reader->is_too_long = false;
}

/* One line, without the line feed at `end`. */
static int read_line(struct jsonl *reader, const char *line, const char *end, struct err *err)
{
    struct record_problem problem;

    reader->line++;
    if (reader->line == 1 && end - line >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
        line += 3;
    if (reader->options.look != NULL) {
        look_at(reader, line, end);
        return 0;
    }
    if (is_long(reader, line, end)) {
        if (end - line > KEPT_OF_LONG_LINE)
            end = line + KEPT_OF_LONG_LINE;
        reader->is_too_long = false;
        problem.at = line;
        snprintf(problem.reason, sizeof problem.reason, "a line longer than %zu bytes",
                 LIMIT_RECORD_BYTES);
        struct reject reject = describe(reader, line, end, &problem);
        return reject_line(reader, &reject, err);
    }
    if (is_blank(line, end))
        return 0;
    if (!record_parse(reader->record, line, end, &problem)) {
        struct reject reject = describe(reader, line, end, &problem);
        return reject_line(reader, &reject, err);
    }
    return append_row(reader, line, end, err);
}

/* Keeps the beginning of a line for the next bytes, unless it is too long to be wanted whole. */
static void carry(struct jsonl *reader, const char *data, size_t size)
{
    if (reader->is_too_long)
        return;
    buf_append(&reader->carry, data, size);
    if (reader->carry.size > LIMIT_RECORD_BYTES) {
        reader->is_too_long = true;
        buf_truncate(&reader->carry, KEPT_OF_LONG_LINE);
    }
}

/* The line in `carry`, which is complete now. */
static int read_carried(struct jsonl *reader, struct err *err)
{
    size_t size = reader->carry.size;

    buf_append_char(&reader->carry, '\n');
    int result = read_line(reader, reader->carry.data, reader->carry.data + size, err);
    buf_reset(&reader->carry);
    return result;
}

int64_t jsonl_feed(struct jsonl *reader, const char *data, size_t size, struct err *err)
{
    const char *at = data, *end = data + size;

    assert(!batch_is_full(reader->options.batch));
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        int result;
        if (newline == NULL) {
            carry(reader, at, (size_t)(end - at));
            return (int64_t)size;
        }
        if (reader->carry.size > 0) {
            carry(reader, at, (size_t)(newline - at));
            result = read_carried(reader, err);
        } else {
            result = read_line(reader, at, newline, err);
        }
        if (result < 0)
            return -1;
        at = newline + 1;
        if (batch_is_full(reader->options.batch))
            break;
    }
    return at - data;
}

int jsonl_finish(struct jsonl *reader, struct err *err)
{
    if (reader->carry.size == 0)
        return 0;
    return read_carried(reader, err);
}
