/*
 * One read of one table, from read_open to read_close. How reads differ is which statement gives
 * the rows, and what is remembered of each:
 *
 *     mode                      statement                                      remembered
 *     AORTA_READ_ALL            the table                                      nothing
 *     AORTA_READ_INCREMENTAL    the table from the cursor's value on, sorted   sqlite/boundary.h
 *     AORTA_READ_CHANGES        the table (snapshot), or the changes           the last LSN
 */
#ifndef AORTA_SQLITE_READER_H
#define AORTA_SQLITE_READER_H

#include "connector.h"
#include "sqlite/session.h"

/* The functions of struct aorta_source, by name; arg is the reader. */
int reader_open(void *connection, const struct aorta_read_request *request, void **reader,
                struct aorta_error *error);
const struct aorta_stream *reader_schema(void *arg);
int reader_next(void *arg, struct aorta_batch *batch, struct aorta_error *error);
const char *reader_position(void *arg);
void reader_cancel(void *arg);
void reader_close(void *arg);

#endif
