/*
 * CSV with a header, straight into typed columns.
 *
 *     country,code         country text    code text
 *     Namibia,NA           Namibia         NA
 *     "Korea, South",      Korea, South    null
 *
 * Used as data/jsonl.h is: feed, flush the batch when it is full, finish. Columns are found by the
 * header's names; one that the schema has not is passed over, one that the header has not is an
 * error. RFC 4180: quoted fields, "" for a quote, line breaks inside quotes; the byte order mark at
 * the start is passed over, blank lines too, \n and \r\n end a record.
 *
 * Nulls: an empty field without quotes is null (with keep_empty_text it is '' in text columns). An
 * empty field in quotes is the empty text, and null in other types. NA, NULL and the like are
 * texts: Namibia's code is NA.
 *
 * A record with too few or too many fields is bad ("row has 3 fields, the header has 2"); a quote
 * that is never closed is an error whatever the rule, at the line where it was opened.
 */
#ifndef AORTA_DATA_CSV_READER_H
#define AORTA_DATA_CSV_READER_H

#include "data/batch.h"
#include "data/csv.h"
#include "data/reject.h"
#include "data/schema.h"

struct csv_reader;

struct csv_reader_options {
    const struct schema *schema; /* lent for the reader's life, as is the batch */
    struct batch *batch;
    int32_t first_column;
    char delimiter; /* 0: a comma */
    bool keep_empty_text;
    struct reject_rule rejects;
};

struct csv_reader *csv_reader_new(const struct csv_reader_options *options);
void csv_reader_free(struct csv_reader *reader);

/* The next file, with a header of its own. The name is copied. */
void csv_reader_begin(struct csv_reader *reader, const char *file);

/* As jsonl_feed. */
int64_t csv_reader_feed(struct csv_reader *reader, const char *data, size_t size, struct err *err);

/* As jsonl_finish. A file without a header is ERR_DATA. */
int csv_reader_finish(struct csv_reader *reader, struct err *err);

#endif
