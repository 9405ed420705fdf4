/*
 * Whether a person's statement only reads, as far as its words say so.
 *
 *     SELECT … · FROM … · WITH … SELECT … · EXPLAIN ANALYZE SELECT …      pass
 *     DELETE … · COPY … TO … · WITH … DELETE … · EXPLAIN ANALYZE COPY …   do not
 *
 * It is there for who believes that a DELETE has deleted, and it keeps COPY from writing files. It
 * is no confinement: a function may do what it likes. What a statement does to the database is the
 * business of the read-only transaction that it runs in (aorta_warehouse.begin).
 */
#ifndef AORTA_EXECUTOR_READING_H
#define AORTA_EXECUTOR_READING_H

#include "base/err.h"

/* ERR_CONFIG, naming the word, if the statement is of a kind that does more than read. What does
 * not begin with a word is left to the warehouse to refuse. */
int reading_check(const char *sql, struct err *err);

#endif
