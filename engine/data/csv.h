/*
 * CSV records (RFC 4180) out of bytes that come in pieces: fields, not yet values.
 *
 *     struct csv csv;
 *     csv_init(&csv, ',');
 *     while ((got = csv_feed(&csv, &data, &size)) == 1)
 *         use csv.fields, csv.field_count;        // 0: give more bytes, or csv_finish
 *
 * A record's fields are lent until the next call. Blank lines are no records. A quote may stand
 * only at the beginning of a field; inside quotes "" is a quote, and line breaks belong to the
 * field. A bare \r that is not followed by \n is data.
 */
#ifndef AORTA_DATA_CSV_H
#define AORTA_DATA_CSV_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct csv_field {
    size_t start; /* into csv.text */
    size_t size;
    bool is_quoted;
};

enum csv_state {
    CSV_FIELD_START,
    CSV_BARE,        /* in a field without quotes */
    CSV_QUOTED,      /* between quotes */
    CSV_QUOTE_AFTER, /* behind a quote that ends the field, unless another one follows */
    CSV_BAD,         /* after an error in a field: to the end of the line */
};

struct csv {
    char delimiter;
    enum csv_state state;
    struct buf text; /* the fields of the record, one behind the other */
    struct csv_field *fields;
    int32_t field_count;
    int32_t field_capacity;
    int64_t line;        /* where the record begins, from 1; after -1, where the problem is */
    int64_t next_line;   /* the line that is being read */
    int64_t quote_line;  /* where the open quote stands */
    const char *problem; /* of the record: NULL, or what is wrong with it */
    int bom_bytes;       /* of the byte order mark that have been seen; -1: past it */
    bool is_record_done; /* the last call gave a record: the next one starts afresh */
};

void csv_init(struct csv *csv, char delimiter);
void csv_release(struct csv *csv);

/* As after csv_init, memory kept. */
void csv_reset(struct csv *csv);

/* Takes bytes from *data up to the end of a record. 1: a record (look at csv.problem first); 0:
 * the bytes are used up; -1: the record is longer than LIMIT_RECORD_BYTES, nothing can be read
 * after it, and csv.problem says so. */
int csv_feed(struct csv *csv, const char **data, size_t *size);

/* The bytes have ended: 1 for a last record without a line break, 0, or -1 with csv.problem: a
 * quote is open. */
int csv_finish(struct csv *csv);

/* The text of a field of the record; it does not end with a NUL. */
static inline const char *csv_text(const struct csv *csv, int32_t field)
{
    return csv->text.data + csv->fields[field].start;
}

/* The record is a header: an empty name or one that comes twice is ERR_DATA. */
int csv_check_header(const struct csv *csv, struct err *err);

/* The field of the header with that name, or -1. */
int32_t csv_find(const struct csv *csv, const char *name);

/* "row has 3 fields, the header has 2". */
void csv_describe_ragged(const struct csv *csv, int32_t header_count, char *text, size_t size);

#endif
