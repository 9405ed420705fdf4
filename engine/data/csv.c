#include "data/csv.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(LIMIT_RECORD_BYTES == 16 << 20, "a message below names it");

static const char bom[] = "\xef\xbb\xbf";

void csv_init(struct csv *csv, char delimiter)
{
    *csv = (struct csv){.delimiter = delimiter, .line = 1, .next_line = 1};
    buf_init(&csv->text);
}

void csv_release(struct csv *csv)
{
    if (csv == NULL)
        return;
    buf_release(&csv->text);
    free(csv->fields);
    csv_init(csv, csv->delimiter);
}

static void begin_record(struct csv *csv)
{
    buf_reset(&csv->text);
    csv->field_count = 0;
    csv->problem = NULL;
    csv->state = CSV_FIELD_START;
    csv->line = csv->next_line;
    csv->is_record_done = false;
}

void csv_reset(struct csv *csv)
{
    csv->next_line = 1;
    csv->bom_bytes = 0;
    begin_record(csv);
}

static void begin_field(struct csv *csv, bool is_quoted)
{
    if (csv->field_count == csv->field_capacity) {
        csv->field_capacity = csv->field_capacity == 0 ? 16 : csv->field_capacity * 2;
        csv->fields = alloc_resize(csv->fields, (size_t)csv->field_capacity * sizeof *csv->fields);
    }
    csv->fields[csv->field_count++] =
        (struct csv_field){.start = csv->text.size, .is_quoted = is_quoted};
}

static void end_field(struct csv *csv)
{
    struct csv_field *field = &csv->fields[csv->field_count - 1];

    field->size = csv->text.size - field->start;
}

/* The line ends: whether that makes a record. */
static bool end_record(struct csv *csv)
{
    if (csv->state == CSV_FIELD_START && csv->field_count > 0)
        begin_field(csv, false);
    if (csv->field_count > 0)
        end_field(csv);
    /* \r\n: the carriage return came as data of a field without quotes. */
    struct csv_field *last = csv->field_count > 0 ? &csv->fields[csv->field_count - 1] : NULL;
    if (last != NULL && !last->is_quoted && last->size > 0 &&
        csv->text.data[csv->text.size - 1] == '\r') {
        last->size--;
        buf_truncate(&csv->text, csv->text.size - 1);
    }
    bool is_blank = last == NULL || (csv->field_count == 1 && !last->is_quoted && last->size == 0 &&
                                     csv->problem == NULL);
    csv->is_record_done = !is_blank;
    if (is_blank)
        begin_record(csv);
    return !is_blank;
}

static void take_in_quotes(struct csv *csv, char c)
{
    if (c == '"') {
        csv->state = CSV_QUOTE_AFTER;
        return;
    }
    buf_append_char(&csv->text, c);
}

static void take_after_quote(struct csv *csv, char c)
{
    if (c == '"') {
        buf_append_char(&csv->text, '"');
        csv->state = CSV_QUOTED;
    } else if (c == csv->delimiter) {
        end_field(csv);
        csv->state = CSV_FIELD_START;
    } else if (c != '\r') {
        csv->problem = "text after a closing quote";
        csv->state = CSV_BAD;
    }
}

static void take_bare(struct csv *csv, char c)
{
    if (c == csv->delimiter) {
        end_field(csv);
        csv->state = CSV_FIELD_START;
    } else if (c == '"') {
        csv->problem = "a quote within a field that does not begin with one";
        csv->state = CSV_BAD;
    } else {
        buf_append_char(&csv->text, c);
    }
}

/* One byte; true when it ends a record. */
static bool take(struct csv *csv, char c)
{
    if (c == '\n') {
        csv->next_line++;
        if (csv->state != CSV_QUOTED)
            return end_record(csv);
    }
    switch (csv->state) {
    case CSV_FIELD_START:
        if (csv->field_count == LIMIT_COLUMNS) {
            csv->problem = "more fields than a table can have columns";
            csv->state = CSV_BAD;
            break;
        }
        begin_field(csv, c == '"');
        csv->state = c == '"' ? CSV_QUOTED : CSV_BARE;
        csv->quote_line = csv->next_line;
        if (c != '"')
            take_bare(csv, c);
        break;
    case CSV_BARE: take_bare(csv, c); break;
    case CSV_QUOTED: take_in_quotes(csv, c); break;
    case CSV_QUOTE_AFTER: take_after_quote(csv, c); break;
    case CSV_BAD: break;
    }
    return false;
}

/* Passes the byte order mark; what only looked like its beginning is data after all. */
static bool take_bom(struct csv *csv, char c)
{
    if (csv->bom_bytes < 0)
        return false;
    if (csv->bom_bytes < 3 && c == bom[csv->bom_bytes]) {
        csv->bom_bytes = csv->bom_bytes == 2 ? -1 : csv->bom_bytes + 1;
        return true;
    }
    int seen = csv->bom_bytes;
    csv->bom_bytes = -1;
    for (int i = 0; i < seen; i++)
        take(csv, bom[i]);
    return false;
}

/* Copies what means nothing to the state at once; returns how much. */
static size_t take_run(struct csv *csv, const char *at, size_t size)
{
    size_t run = 0;

    if (csv->state == CSV_BARE)
        while (run < size && at[run] != csv->delimiter && at[run] != '\n' && at[run] != '"')
            run++;
    else if (csv->state == CSV_QUOTED)
        while (run < size && at[run] != '"' && at[run] != '\n')
            run++;
    buf_append(&csv->text, at, run);
    return run;
}

int csv_feed(struct csv *csv, const char **data, size_t *size)
{
    if (csv->is_record_done)
        begin_record(csv);
    while (*size > 0) {
        size_t run = take_run(csv, *data, *size);
        bool is_done = false;
        if (run == 0) {
            char c = **data;
            run = 1;
            is_done = !take_bom(csv, c) && take(csv, c);
        }
        *data += run;
        *size -= run;
        if (csv->text.size > LIMIT_RECORD_BYTES) {
            csv->problem = "a record longer than 16 MiB; is a quote open?";
            return -1;
        }
        if (is_done)
            return 1;
    }
    return 0;
}

int csv_finish(struct csv *csv)
{
    if (csv->is_record_done)
        begin_record(csv);
    if (csv->state == CSV_QUOTED) {
        csv->line = csv->quote_line;
        csv->problem = "a quote is opened and never closed";
        return -1;
    }
    return end_record(csv);
}

static bool same_text(const struct csv *csv, int32_t a, int32_t b)
{
    return csv->fields[a].size == csv->fields[b].size &&
           memcmp(csv_text(csv, a), csv_text(csv, b), csv->fields[a].size) == 0;
}

int csv_check_header(const struct csv *csv, struct err *err)
{
    if (csv->problem != NULL)
        return err_set(err, ERR_DATA, "%s", csv->problem);
    if (csv->field_count > LIMIT_COLUMNS)
        return err_set(err, ERR_DATA, "more than %d columns", LIMIT_COLUMNS);
    for (int32_t i = 0; i < csv->field_count; i++) {
        const char *name = csv_text(csv, i);
        size_t size = csv->fields[i].size;
        if (size == 0)
            return err_set(err, ERR_DATA, "column %d has an empty name", i + 1);
        if (!utf8_is_valid(name, size) || memchr(name, '\0', size) != NULL)
            return err_set(err, ERR_DATA, "the name of column %d is not UTF-8", i + 1);
        for (int32_t k = 0; k < i; k++)
            if (same_text(csv, i, k))
                return err_set(err, ERR_DATA, "column \"%.*s\" is there twice", (int)size, name);
    }
    return 0;
}

int32_t csv_find(const struct csv *csv, const char *name)
{
    size_t size = strlen(name);

    for (int32_t i = 0; i < csv->field_count; i++)
        if (csv->fields[i].size == size && memcmp(csv_text(csv, i), name, size) == 0)
            return i;
    return -1;
}

void csv_describe_ragged(const struct csv *csv, int32_t header_count, char *text, size_t size)
{
    snprintf(text, size, "row has %d field%s, the header has %d", csv->field_count,
             csv->field_count == 1 ? "" : "s", header_count);
}
