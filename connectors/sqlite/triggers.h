/*
 * The SQL of change capture (sqlite/capture.h): its names, the table of changes and the triggers,
 * as text that depends on nothing but the table's columns.
 */
#ifndef AORTA_SQLITE_TRIGGERS_H
#define AORTA_SQLITE_TRIGGERS_H

#include "base/arena.h"
#include "base/buf.h"
#include "sqlite/table.h"

#include <stdbool.h>

enum { TRIGGER_INSERT, TRIGGER_UPDATE, TRIGGER_REKEY, TRIGGER_DELETE, TRIGGER_COUNT };

/* Of a change: the clock's time if a writer of synthetic history has set it, else now. */
#define TRIGGERS_NOW \
    "coalesce((SELECT now FROM _aorta_cdc_clock), strftime('%Y-%m-%d %H:%M:%f', 'now'))"

#define TRIGGERS_PREFIX "_aorta_cdc_"

/* Names, in the arena. */
const char *triggers_changes_name(struct arena *arena, const char *table);
const char *triggers_name(struct arena *arena, const char *table, int kind);

/* CREATE TRIGGER, letter by letter as SQLite keeps it in its schema. */
const char *triggers_sql(struct arena *arena, const struct table *table, int kind);

/* CREATE TABLE of the changes, without rows. */
const char *triggers_changes_sql(struct arena *arena, const struct table *table);

/* Column and declared type, for the table of changes. */
void triggers_column_sql(struct buf *out, const struct table_column *column);

/* INSERT of a change U for each row in which one of the columns in `is_new` has a value. */
const char *triggers_retell_sql(struct arena *arena, const struct table *table, const bool *is_new);

#endif
