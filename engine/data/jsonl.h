/*
 * Newline-delimited JSON, straight into typed columns.
 *
 *     {"user_id":10001,"heart_rate":128,"meta":{"location":{"latitude":37.4}}}
 *     {"heart_rate":"95","user_id":"10002"}
 *
 *        user_id bigint   heart_rate integer   meta json                          (the schema)
 *        10001            128                  {"location":{"latitude":37.4}}
 *        10002            95                   null
 *
 * Bytes are pushed as they come, a line may be split between two pushes:
 *
 *     jsonl_begin(reader, "hour=00/a.json");
 *     for (each chunk) {
 *         while (size > 0) {
 *             int64_t used = jsonl_feed(reader, data, size, &err);     // -1: err
 *             data += used, size -= used;
 *             if (batch_is_full(&batch))
 *                 load batch_view(&batch), batch_reset(&batch);
 *         }
 *     }
 *     jsonl_finish(reader, &err);                        // a last line without its newline
 *
 * The reader fills the batch's columns from first_column on, one for each of the schema's, and the
 * column of errors if there is one. Other columns are the caller's: after feed or finish he brings
 * them up to batch.row_count.
 *
 * What is read:
 * - A record is one line, an object. RFC 8259 to the letter, also in what nobody asked for, so that
 *   a torn line never passes; nesting up to LIMIT_NESTING; surrogates come in pairs; UTF-8 is
 *   checked. A member that comes twice: the last one wins.
 * - A number is accepted in a string and a string's text in a number's place, as data/literal.h
 *   has it; a number or boolean in a text column is its literal. An object or array goes to json
 *   columns only. null and a missing member are null.
 * - json columns take the value's own text, unchanged. In text and json columns \u0000 is an error:
 *   databases refuse it.
 * - \r\n ends a line too; blank lines and a byte order mark at the start are passed over. A line
 *   longer than LIMIT_RECORD_BYTES is a bad one and is never held whole.
 *
 * Lines that cannot be read: see data/reject.h. Under REJECT_EMIT a value that does not fit its
 * column makes only that column null; a torn line makes all of them null.
 */
#ifndef AORTA_DATA_JSONL_H
#define AORTA_DATA_JSONL_H

#include "data/batch.h"
#include "data/members.h"
#include "data/reject.h"
#include "data/schema.h"

struct jsonl;

struct jsonl_options {
    const struct schema *schema; /* lent for the reader's life, as is the batch */
    struct batch *batch;
    int32_t first_column;
    bool refuse_unknown;  /* a line that has one is a bad one */
    struct members *look; /* only look at the lines: nothing goes to the batch, no line is bad */
    struct reject_rule rejects;
};

struct jsonl *jsonl_new(const struct jsonl_options *options);
void jsonl_free(struct jsonl *reader);

/* The next file: line numbers start again. Its name, for messages, is copied. */
void jsonl_begin(struct jsonl *reader, const char *file);

/* Reads until the bytes end or the batch is full; the batch may not be full before (asserted).
 * Returns how many bytes were taken, or -1 (REJECT_FAIL only): the reader is then at its end, the
 * rows before the bad line are in the batch. */
int64_t jsonl_feed(struct jsonl *reader, const char *data, size_t size, struct err *err);

/* The file has ended: reads what is left as the last line (at most one row). 0 or -1. */
int jsonl_finish(struct jsonl *reader, struct err *err);

/* Lines that were skipped or emitted as bad, since jsonl_new. */
int64_t jsonl_rejected(const struct jsonl *reader);

#endif
