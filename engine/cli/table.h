/*
 * A list for a person: columns under a header, as wide as what stands in them.
 *
 *     static const struct table_column columns[] = {
 *         {.name = "asset", .shrinks = true},
 *         {.name = "rows", .is_right = true},
 *         {.name = "state", .is_state = true},
 *     };
 *     struct table *table = table_new(columns, 3);
 *     table_add(table, (const char *[]){"raw.users", "9,999", "fresh"});
 *     table_end(table);
 *
 * On a terminal that is too narrow, the columns that may shrink are cut, with "…"; what goes to a
 * file or a pipe is always whole.
 */
#ifndef AORTA_CLI_TABLE_H
#define AORTA_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_column {
    const char *name;
    bool is_right; /* numbers */
    bool shrinks;
    bool is_state; /* in its colour */
};

struct table;

/* The columns are borrowed. */
struct table *table_new(const struct table_column *columns, size_t count);

/* One row, copied; NULL is an empty cell. */
void table_add(struct table *table, const char *const *cells);

/* Prints it to standard output, without header if it has no row, and frees it. */
void table_end(struct table *table);

enum { TABLE_TEXT_SIZE = 40 };

/* 1234567 as "1,234,567"; a number that is not known (below zero) as "-". Returns text. */
const char *table_number(char text[TABLE_TEXT_SIZE], int64_t number);

/* An instant as 2024-04-01T12:30:00Z; "-" for 0. Returns text. */
const char *table_time(char text[TABLE_TEXT_SIZE], int64_t us);

/* "0.12s", "3m 07s", "2h 05m"; "-" if the one or the other is 0. Returns text. */
const char *table_duration(char text[TABLE_TEXT_SIZE], int64_t started_us, int64_t ended_us);

#endif
