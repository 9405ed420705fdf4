/*
 * What hangs on a relation in DuckDB, as statements that put it on the one that takes its place
 * (struct aorta_dialect, carry): indexes, comments, and views.
 *
 * DuckDB keeps no record of what a view reads. Dependants are found by the word: views whose text
 * has the relation's name in it, then views whose text has theirs. One too many is made again and
 * is what it was.
 */
#ifndef AORTA_DUCKDB_CARRY_H
#define AORTA_DUCKDB_CARRY_H

extern const char duckdb_carry[];

#endif
