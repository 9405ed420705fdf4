/*
 * SQLite as a connector: a warehouse in one file, and a source with change capture by triggers.
 */
#include "sqlite/session.h"
#include "sqlite/source.h"
#include "sqlite/warehouse.h"

static const struct aorta_connector connector = {
    .abi = AORTA_ABI,
    .size = sizeof connector,
    .name = "sqlite",
    .summary = "SQLite database files: a warehouse, and a source with change capture by triggers",
    .options = connection_options,
    .open = connection_open,
    .close = connection_close,
    .is_there = connection_is_there,
    .source = &sqlite_source,
    .warehouse = &sqlite_warehouse,
};

const struct aorta_connector *aorta_connector(void)
{
    return &connector;
}
