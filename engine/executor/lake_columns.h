/*
 * The columns of files beside those that are declared: with new_columns = "evolve" what the records
 * have, with "freeze" what has become a column before.
 *
 *     file      {"id":1,"battery":81}   {"id":2,"battery":"low"}
 *     declared  id bigint
 *     table     id bigint, battery bigint     ─▶     battery text: all its values fit that
 *
 * Types are those of data/infer.h, from all records of the files that a load reads, which are read
 * twice for it, and from the column as it stands in the table. A member that was null throughout
 * is no column yet. Text does not become json: that is an error which names the first value.
 */
#ifndef AORTA_EXECUTOR_LAKE_COLUMNS_H
#define AORTA_EXECUTOR_LAKE_COLUMNS_H

#include "executor/intake.h"
#include "executor/object_rows.h"
#include "model/files.h"

/* Adds to the schema the target's columns that the order does not declare, and where they evolve
 * those that the files' records have besides, with the types that hold all values. */
int lake_columns_find(struct intake *intake, const struct object_columns *columns,
                      const struct picked_file *files, size_t count, struct schema *schema,
                      struct err *err);

#endif
