/*
 * What the engine must know of SQLite to write SQL for it (see struct aorta_dialect).
 */
#ifndef AORTA_SQLITE_DIALECT_H
#define AORTA_SQLITE_DIALECT_H

#include "connector.h"

extern const struct aorta_dialect sqlite_dialect;

#endif
