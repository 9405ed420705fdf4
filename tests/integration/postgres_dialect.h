/*
 * PostgreSQL's dialect, as the experiments in publish_test.c have found it. The connector will take
 * it over.
 */
#ifndef AORTA_TEST_POSTGRES_DIALECT_H
#define AORTA_TEST_POSTGRES_DIALECT_H

#include "connector.h"

extern const struct aorta_dialect postgres_dialect;

#endif
