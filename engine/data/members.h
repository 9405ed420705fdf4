/*
 * Which members the records of JSON lines have, and what their values look like.
 *
 *     {"user_id":10001,"battery":null}        user_id   integer, string
 *     {"user_id":"10002","meta":{"a":1}}      battery   (nothing but nulls)
 *                                             meta      object
 *
 * Top-level members only, in the order of their first appearance, at most LIMIT_COLUMNS. A line that
 * is not right to its end gives nothing.
 */
#ifndef AORTA_DATA_MEMBERS_H
#define AORTA_DATA_MEMBERS_H

#include "data/infer.h"

#include <stddef.h>
#include <stdint.h>

struct members;

struct member_seen {
    const char *name;
    unsigned kinds;          /* enum infer_kind, ORed */
    const char *nested_file; /* where an object or array was first seen, or NULL */
    int64_t nested_line;
};

struct members *members_new(void);
void members_free(struct members *members);

/* The file that the next lines are of; its name is copied. */
void members_begin(struct members *members, const char *file);

/* Looks at the line, which ends at `end`, where a line feed must be readable. One that is no record
 * has no members: what is wrong with it the reader says. */
void members_look(struct members *members, const char *line, const char *end, int64_t number);

/* Whether a member found no place any more. */
bool members_are_too_many(const struct members *members);

/* The member of that index, or NULL behind the last. Lent until the next look. */
const struct member_seen *members_at(const struct members *members, size_t index);

#endif
