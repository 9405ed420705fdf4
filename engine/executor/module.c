#include "executor/module.h"

#include "base/alloc.h"
#include "base/log.h"
#include "option/mask.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

enum { MAX_MODULES = 64 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    char *path;
    const struct aorta_connector *connector;
} loaded[MAX_MODULES];
static size_t loaded_count;

static void log_message(enum aorta_log_level level, const char *message)
{
    static const enum log_level levels[] = {
        [AORTA_LOG_DEBUG] = LOG_DEBUG,
        [AORTA_LOG_INFO] = LOG_INFO,
        [AORTA_LOG_WARN] = LOG_WARN,
        [AORTA_LOG_ERROR] = LOG_ERROR,
    };

    struct arena arena;

    arena_init(&arena);
    log_write(levels[level], "%s", mask_text(message, &arena));
    arena_release(&arena);
}

const struct aorta_host module_host = {AORTA_ABI, sizeof(struct aorta_host), log_message};

static int load(const char *path, const struct aorta_connector **connector, struct err *err)
{
    const struct aorta_connector *(*entry)(void);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (handle == NULL)
        return err_set(err, ERR_CONFIG, "connector module: %s", dlerror());
    void *symbol = dlsym(handle, "aorta_connector");
    if (symbol == NULL)
        return err_set(err, ERR_CONFIG, "connector module %s exports no aorta_connector", path);
    memcpy(&entry, &symbol, sizeof entry); /* ISO C has no cast from object to function pointer */
    const struct aorta_connector *table = entry();
    if (table->abi != AORTA_ABI || table->size != sizeof *table)
        return err_set(err, ERR_CONFIG, "connector module %s was made for ABI %u, this is %d", path,
                       table->abi, AORTA_ABI);
    *connector = table;
    return 0;
}

int module_get(const char *path, const struct aorta_connector **connector, struct err *err)
{
    int result = 0;

    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < loaded_count; i++)
        if (strcmp(loaded[i].path, path) == 0) {
            *connector = loaded[i].connector;
            goto out;
        }
    if (loaded_count == MAX_MODULES)
        result = err_set(err, ERR_CONFIG, "more than %d connector modules", MAX_MODULES);
    else if ((result = load(path, connector, err)) == 0) {
        loaded[loaded_count].path = alloc_strdup(path);
        loaded[loaded_count++].connector = *connector;
    }
out:
    pthread_mutex_unlock(&lock);
    return result;
}

int module_error(const struct aorta_error *error, const char *what, struct err *err)
{
    /* The two enumerations are the same list: connector.h stands alone, base includes nothing. */
    _Static_assert((int)AORTA_CONFIG == (int)ERR_CONFIG && (int)AORTA_BROKEN == (int)ERR_BROKEN &&
                       (int)AORTA_TRANSIENT == (int)ERR_TRANSIENT &&
                       (int)AORTA_DATA == (int)ERR_DATA && (int)AORTA_CANCELED == (int)ERR_CANCELED,
                   "error codes of the ABI and the engine");
    return err_set(err, (enum err_code)error->code, "%s: %s", what, error->message);
}
