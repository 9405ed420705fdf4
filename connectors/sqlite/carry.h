/*
 * What hangs on a table in SQLite, as statements that put it on the one that takes its place
 * (struct aorta_dialect, carry): indexes and triggers, which go with the table they belong to.
 * Views bind by name and follow by themselves.
 */
#ifndef AORTA_SQLITE_CARRY_H
#define AORTA_SQLITE_CARRY_H

extern const char sqlite_carry[];

#endif
