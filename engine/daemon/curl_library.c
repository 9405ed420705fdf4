#include "daemon/curl_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define LIBRARY_FILE "libcurl.so.4"

struct curl_library curl;

static const struct {
    const char *symbol;
    size_t offset;
} functions[] = {
#define LIBRARY_ROW(name) {"curl_" #name, offsetof(struct curl_library, name)},
    CURL_LIBRARY_FUNCTIONS(LIBRARY_ROW)
#undef LIBRARY_ROW
};

static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;
static bool is_loaded;

static int load(struct err *err)
{
    void *handle = dlopen(LIBRARY_FILE, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);

    if (handle == NULL)
        return err_set(err, ERR_CONFIG, LIBRARY_FILE " is not here: install libcurl4");
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *function = dlsym(handle, functions[i].symbol);
        if (function == NULL)
            return err_set(err, ERR_CONFIG,
                           LIBRARY_FILE " has no %s: install libcurl 7.87 or later",
                           functions[i].symbol);
        memcpy((char *)&curl + functions[i].offset, &function, sizeof function);
    }
    if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(err, ERR_TRANSIENT, LIBRARY_FILE " does not start");
    return 0;
}

int curl_library_load(struct err *err)
{
    int result = 0;

    pthread_mutex_lock(&loading);
    if (!is_loaded)
        result = load(err);
    is_loaded = result == 0;
    pthread_mutex_unlock(&loading);
    return result;
}
