/*
 * The repository's own pipeline on a small warehouse that no check has anything against.
 *
 * The raw schema is that of healthy.sql; seeds, models and snapshots are built over it by the
 * executor's code from the orders that a run would send, in this process. A copy of all tables can
 * be had on another warehouse, which checks must judge alike.
 */
#ifndef AORTA_TEST_HEALTHY_H
#define AORTA_TEST_HEALTHY_H

#include "executor/connection.h"
#include "model/audit.h"
#include "model/session.h"
#include "orders.h"

/* A table of the warehouse, and its checks, as its order has them. */
struct table {
    const char *asset;
    struct relation relation;
    const struct check *checks;
    size_t check_count;
    const struct model_ref *refs;
    size_t ref_count;
};

struct healthy {
    struct arena arena;
    enum calendar calendar;
    struct orders orders;
    struct connection *connection;
    struct session session;
    struct table *tables; /* parents first */
    size_t table_count;
};

/* Builds it in the test's folder, on DuckDB. Fails the test if a check fails meanwhile. */
void healthy_open(struct healthy *healthy, enum calendar calendar);

/* The same tables on SQLite. `from` must outlive it. */
void healthy_copy(struct healthy *healthy, const struct healthy *from);

void healthy_close(struct healthy *healthy);

/* The asset's table; fails the test if there is none. */
const struct table *healthy_table(const struct healthy *healthy, const char *asset);

/* Those of a table's checks that may read the other one: they name it, or are SQL of their own. None
 * if none names it. The list is in the arena. */
struct table healthy_readers(const struct table *table, const struct table *other,
                             struct arena *arena);

/* Audits the table as it is now, in the session's transaction or alone: its results, check_count of
 * them, in the arena. -1 if a check could not be run. */
int healthy_audit(struct healthy *healthy, const struct table *table, struct arena *arena,
                  struct check_result **results, struct err *err);

#endif
