/*
 * What the daemon knows of connectors without loading them.
 *
 * The build runs each module once in a child (connectors/describe.c) and writes what it declares
 * beside it: `duckdb.so`, `duckdb.json`. Here those descriptions become the same tables of options
 * that the module has.
 */
#ifndef AORTA_CONFIG_CONNECTORS_H
#define AORTA_CONFIG_CONNECTORS_H

#include "base/arena.h"
#include "base/err.h"
#include "connector.h"

struct connector_info {
    const char *name;
    const char *summary;
    const char *module; /* path of the shared object */
    const struct aorta_option *options;
    const struct aorta_option *stream_options; /* of [from], for sources; NULL: none */
    bool is_source, is_warehouse, is_object_store, is_message_log, is_server;
    bool is_single_process;     /* a warehouse whose file one process can open */
    const char *address_option; /* of an embedded server */
};

struct connectors {
    struct connector_info *items; /* by name */
    size_t count;
};

/* Reads every description in the folder. */
int connectors_load(struct connectors *connectors, const char *folder, struct arena *arena,
                    struct err *err);

const struct connector_info *connectors_find(const struct connectors *connectors, const char *name);

/* The folder: $AORTA_CONNECTORS, else `connectors` beside the program, else
 * where they are installed (lib/aorta/connectors beside its bin). */
const char *connectors_folder(struct arena *arena);

#endif
