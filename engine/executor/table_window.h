/*
 * A partition of a source of a table, by a column of the table.
 *
 *     read, at least what is in the window ─▶ stage − what is outside of it
 *     target − what is in the window − rows of the stage's keys + stage
 *
 * What is in the window is said by one condition, for stage and target: so a run that is repeated
 * leaves what it left before. Rows that were in it and are not any more are gone; if they have moved
 * into another partition, they come back with that one. A row that has moved into it is not there
 * twice, where the table has a primary key.
 */
#ifndef AORTA_EXECUTOR_TABLE_WINDOW_H
#define AORTA_EXECUTOR_TABLE_WINDOW_H

#include "executor/intake.h"

/* Asks the source for no more than it takes. Of keys nothing is asked. */
int table_window_ask(const struct intake *intake, struct aorta_read_request *request,
                     struct err *err);

/* The stage is loaded: sets what of it is left out, and what of the target it replaces. */
int table_window_set(struct intake *intake, const struct aorta_stream *stream, struct err *err);

#endif
