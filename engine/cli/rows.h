/*
 * Rows of a query on their way to a person or a program: a table, CSV, or JSON lines.
 */
#ifndef AORTA_CLI_ROWS_H
#define AORTA_CLI_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum rows_form { ROWS_TABLE, ROWS_CSV, ROWS_JSON };

struct rows;

struct rows *rows_new(FILE *out, enum rows_form form);

/* The names of the columns. */
void rows_begin(struct rows *rows, const char *const *names, size_t count);

/* A JSON list of lists, without blanks between values, as the executor writes it. CSV and JSON are
 * written as they come; a table is aligned by its first thousand rows. In CSV null is an empty field,
 * an empty text one in quotes. */
void rows_add(struct rows *rows, const char *json, size_t size);

/* Writes what is left (unless the query failed) and frees. NULL is accepted. Whether it could be
 * written is the business of who has the file: see cli/output.h. */
void rows_end(struct rows *rows, bool is_complete);

#endif
