/*
 * Names and texts inside SQL. Everything that goes into a statement as text goes through here.
 */
#ifndef AORTA_DUCKDB_QUOTE_H
#define AORTA_DUCKDB_QUOTE_H

#include "base/buf.h"

/* Appends "name", quotes inside doubled. */
void quote_name(struct buf *out, const char *name);

/* The same, bare where it is a lower-case word, as DuckDB writes member names. */
void quote_name_if_needed(struct buf *out, const char *name);

/* Appends 'text', quotes inside doubled. */
void quote_text(struct buf *out, const char *text);

#endif
