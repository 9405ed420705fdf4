/*
 * The warehouse group: sessions, statements, cursors, the schema. Its contract is connector.h's;
 * bulk load is in sqlite/load.h.
 */
#ifndef AORTA_SQLITE_WAREHOUSE_H
#define AORTA_SQLITE_WAREHOUSE_H

#include "connector.h"

extern const struct aorta_warehouse sqlite_warehouse;

#endif
