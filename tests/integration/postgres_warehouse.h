/*
 * The least that a warehouse must have for the engine to publish, over libpq: enough to run the
 * engine's publishing against a real PostgreSQL before its connector exists. A connection is a
 * conninfo string.
 */
#ifndef AORTA_TEST_POSTGRES_WAREHOUSE_H
#define AORTA_TEST_POSTGRES_WAREHOUSE_H

#include "connector.h"

extern const struct aorta_warehouse postgres_warehouse;

#endif
