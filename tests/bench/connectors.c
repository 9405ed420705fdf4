#include "connectors.h"

#include "executor/module.h"
#include "option/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void bench_die(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(1);
}

const struct aorta_connector *bench_load(struct arena *arena, const char *folder, const char *name)
{
    const struct aorta_connector *connector;
    struct err err;

    if (module_get(arena_printf(arena, "%s/%s.so", folder, name), &connector, &err) < 0)
        bench_die(name, err.message);
    return connector;
}

static const char *find_setting(void *arg, const char *name)
{
    const char *const *const *settings = arg;

    for (const char *const *at = *settings; *at != NULL; at += 2)
        if (strcmp(at[0], name) == 0)
            return at[1];
    return NULL;
}

struct aorta_option_value *bench_fill(struct arena *arena, const struct aorta_option *options,
                                      const char *const *settings)
{
    struct aorta_option_value *values;
    struct err err;

    if (option_fill(options, "/", find_setting, &settings, arena, &values, &err) < 0)
        bench_die("options", err.message);
    return values;
}

void *bench_open(struct arena *arena, const struct aorta_connector *connector,
                 const char *const *settings)
{
    struct aorta_option_value *values = bench_fill(arena, connector->options, settings);
    struct aorta_error error;
    void *connection;

    if (connector->open(&module_host, values, &connection, &error) < 0)
        bench_die(connector->name, error.message);
    return connection;
}
