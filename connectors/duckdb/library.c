#include "duckdb/library.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIBRARY_FILE "libduckdb.so"
#define WHAT_TO_DO "run ./dev setup, or set AORTA_LIBDUCKDB"

struct library duckdb;

static const struct {
    const char *symbol;
    size_t offset;
} functions[] = {
#define LIBRARY_ROW(name) {"duckdb_" #name, offsetof(struct library, name)},
    LIBRARY_FUNCTIONS(LIBRARY_ROW)
#undef LIBRARY_ROW
};

static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;
static bool is_loaded;

/* Fills path with FOLDER-OF-THE-MODULE/below; false if the folder is not known. */
static bool beside_module(char path[PATH_MAX], const char *below)
{
    Dl_info info;

    if (dladdr(&is_loaded, &info) == 0 || info.dli_fname == NULL)
        return false;
    const char *slash = strrchr(info.dli_fname, '/');
    if (slash == NULL)
        return false;
    int size =
        snprintf(path, PATH_MAX, "%.*s/%s", (int)(slash - info.dli_fname), info.dli_fname, below);
    return size > 0 && size < PATH_MAX;
}

/* The library's handle, or NULL: it is at none of the places. */
static void *open_library(struct aorta_error *error)
{
    static const char *const module_places[] = {LIBRARY_FILE, "../lib/" LIBRARY_FILE};
    static const char *const fixed_places[] = {DUCKDB_LIBRARY_PATH, LIBRARY_FILE};
    /* Lazy: most of its functions are never called, and to bind them all takes as long again. */
    const int flags = RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE;
    const char *chosen = getenv("AORTA_LIBDUCKDB");
    char path[PATH_MAX];
    void *handle = NULL;

    if (chosen != NULL && chosen[0] != '\0') {
        handle = dlopen(chosen, flags);
    } else {
        for (size_t i = 0; i < 2 && handle == NULL; i++)
            if (beside_module(path, module_places[i]) && access(path, F_OK) == 0)
                handle = dlopen(path, flags);
        for (size_t i = 0; i < 2 && handle == NULL; i++)
            handle = dlopen(fixed_places[i], flags);
    }
    if (handle == NULL)
        aorta_fail(error, AORTA_CONFIG, LIBRARY_FILE " is not installed: " WHAT_TO_DO " (%s)",
                   dlerror());
    return handle;
}

static int fill_table(void *handle, struct aorta_error *error)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *function = dlsym(handle, functions[i].symbol);
        if (function == NULL)
            return aorta_fail(error, AORTA_CONFIG,
                              LIBRARY_FILE " has no %s, 1.4 or later is wanted: " WHAT_TO_DO,
                              functions[i].symbol);
        memcpy((char *)&duckdb + functions[i].offset, &function, sizeof function);
    }
    return 0;
}

int library_load(struct aorta_error *error)
{
    int result = 0;

    pthread_mutex_lock(&loading);
    if (!is_loaded) {
        void *handle = open_library(error);
        result = handle == NULL ? -1 : fill_table(handle, error);
        is_loaded = result == 0;
    }
    pthread_mutex_unlock(&loading);
    return result;
}
