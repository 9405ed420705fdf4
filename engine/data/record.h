/*
 * One JSON object, read for the members that columns want.
 *
 * Members are a tree: a column with the path meta.location.latitude hangs three levels down, and
 * meta can be a json column besides.
 *
 *     (record) ── user_id → column 0
 *              └─ meta → column 1 ── location ── latitude → column 2
 *
 * Parsing notes where each wanted value stands; nothing is converted before the whole line has
 * proved to be right. Records of one file have their members in one order mostly, so each object
 * of the tree remembers which member came at which place last time and compares with that first.
 */
#ifndef AORTA_DATA_RECORD_H
#define AORTA_DATA_RECORD_H

#include "data/column.h"
#include "data/schema.h"

struct record;

/* Where and why a line or a value was refused. */
struct record_problem {
    const char *at; /* into the line */
    char reason[256];
};

/* The schema is lent for the record's life. */
struct record *record_new(const struct schema *schema);
void record_free(struct record *record);

/* From now on a line with a top-level member that no column wants is refused, or not. */
void record_refuse_unknown(struct record *record, bool refuse);

/* Reads the line, which ends at `end`, where a line feed must be readable. false: the problem is
 * filled. The line must stay as it is until its values have been appended. */
bool record_parse(struct record *record, const char *line, const char *end,
                  struct record_problem *problem);

/* Appends the schema's column of that index, null if it was missing. false: the problem is filled
 * and the column is as it was. */
bool record_append(struct record *record, int32_t index, struct column *column,
                   struct record_problem *problem);

#endif
