/*
 * Connector modules: loaded once, never unloaded, in executors only.
 */
#ifndef AORTA_EXECUTOR_MODULE_H
#define AORTA_EXECUTOR_MODULE_H

#include "base/err.h"
#include "connector.h"

/* The table of the module in the shared object, loaded RTLD_LOCAL on the first call. ERR_CONFIG
 * when it cannot be loaded, or was made for another ABI. Any thread. */
int module_get(const char *path, const struct aorta_connector **connector, struct err *err);

/* What modules may ask of us. */
extern const struct aorta_host module_host;

/* A connector's error as ours, with `what` put before. Returns -1. */
int module_error(const struct aorta_error *error, const char *what, struct err *err);

#endif
