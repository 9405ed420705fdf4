/*
 * What the queries of read.h share: the connection, and rows that become structs.
 */
#ifndef AORTA_STORE_READER_H
#define AORTA_STORE_READER_H

#include "store/database.h"
#include "store/read.h"

/* A query, its parameters, and a function that fills one item from a row. */
struct reader_query {
    const char *sql;
    const char *text; /* parameter 1, if not NULL */
    int64_t ints[2];  /* parameters 2 and 3 */
    int int_count;
    const char *second;         /* parameter 4, if not NULL */
    const char *third;          /* parameter 5, if not NULL */
    const char *fourth, *fifth; /* parameters 6 and 7 */
    size_t item_size;
    void (*fill)(void *item, const struct statement *row, struct arena *arena);
};

/* All rows as an array of items, in the arena; NULL if there is none. The query's text must be a
 * constant: its statement is kept for the next time, by the text's address. */
int reader_all(struct store_reader *reader, const struct reader_query *query, struct arena *arena,
               void **items, size_t *count, struct err *err);

/* Whether it is between store_reader_begin and store_reader_end. */
bool reader_has_begun(const struct store_reader *reader);

/* What the queries that are kept have cost so far, for tests. */
void store_reader_effort(const struct store_reader *reader, struct store_effort *effort);

/* A column that names a state, or an error code. */
enum store_state reader_state(const struct statement *row, int column, struct arena *arena);
enum err_code reader_code(const struct statement *row, int column, struct arena *arena);

#endif
