/*
 * What becomes of a record that cannot be read: the rule, shared by the readers.
 *
 *     REJECT_FAIL  reading ends with ERR_DATA: "file:line: reason near column N"
 *     REJECT_SKIP  the record is counted and left out; `each` gets it, for a quarantine
 *     REJECT_EMIT  a row comes all the same, with null for what could not be read and the reason
 *                  in the column of errors: {"errors":[{"line":3,"column":7,"reason":"…"}]}
 *
 * Under REJECT_EMIT good rows have {"errors":[]} there. Whatever the rule, a bad record never takes
 * another one with it. In a message, columns count bytes from 1.
 */
#ifndef AORTA_DATA_REJECT_H
#define AORTA_DATA_REJECT_H

#include "base/buf.h"
#include "base/err.h"
#include "data/batch.h"

#include <stdint.h>

enum reject_policy { REJECT_FAIL, REJECT_SKIP, REJECT_EMIT };

/* A record that was refused. Lent for the call. */
struct reject {
    const char *file;
    int64_t line;   /* of the file, from 1 */
    int64_t column; /* byte of the line, from 1; 0: not known */
    const char *reason;
    const char *raw; /* the record as it stood, or its beginning if it was too long */
    size_t raw_size;
};

struct reject_rule {
    enum reject_policy policy;
    int32_t errors_column;                                /* REJECT_EMIT: of the batch, type JSON */
    void (*each)(void *arg, const struct reject *reject); /* REJECT_SKIP; may be NULL */
    void *arg;
};

#define REJECT_NO_ERRORS "{\"errors\":[]}"

/* ERR_DATA with the place and the reason. Returns -1. */
int reject_fail(const struct reject *reject, struct err *err);

/* Adds an error to those of a record: JSON objects with commas between them. */
void reject_note(struct buf *errors, const struct reject *reject);

/* Where the rule is REJECT_EMIT: appends the record's errors to the batch's column of errors, and
 * empties them. */
void reject_append_errors(const struct reject_rule *rule, struct buf *errors, struct batch *batch);

/* The name of a policy as people write it ("fail", "skip", "emit"); ERR_CONFIG otherwise. */
int reject_policy_parse(const char *name, enum reject_policy *policy, struct err *err);

#endif
