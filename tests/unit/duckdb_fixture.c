#include "duckdb_fixture.h"

#include <stdio.h>
#include <string.h>

struct aorta_error err;
const struct aorta_connector *duckdb;
const struct aorta_warehouse *warehouse;
void *connection;
void *session;
const char *fixture_memory_limit = "256MiB";

const char *fixture_path(const char *name)
{
    static char path[4096];

    snprintf(path, sizeof path, "%s/%s", test_folder(), name);
    return path;
}

int fixture_try_open(const char *path, void **opened)
{
    struct aorta_option_value options[HOST_OPTIONS];

    duckdb = host_connector("duckdb");
    warehouse = duckdb->warehouse;
    host_options(options, duckdb->options, "path", path, "memory_limit", fixture_memory_limit,
                 NULL);
    return duckdb->open(&host, options, opened, &err);
}

void fixture_open(const char *name)
{
    bool is_file = strcmp(name, ":memory:") != 0;

    check_ok(fixture_try_open(is_file ? fixture_path(name) : name, &connection));
    check_ok(warehouse->session_open(connection, &session, &err));
}

void fixture_close(void)
{
    warehouse->session_close(session);
    duckdb->close(connection);
}
