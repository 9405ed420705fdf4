#include "duckdb/connection.h"

#include "duckdb/confinement.h"
#include "duckdb/failure.h"
#include "duckdb/library.h"
#include "duckdb/pull.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { OPTION_PATH, OPTION_MEMORY_LIMIT, OPTION_THREADS, OPTION_TEMP_DIRECTORY, OPTION_FOLDERS };

const struct aorta_option connection_options[] = {
    {"path", AORTA_OPTION_PATH, true, false, NULL,
     "The database file, made if it is not there; \":memory:\" for one that ends with the process"},
    {"memory_limit", AORTA_OPTION_SIZE, false, false, "1GiB",
     "How much memory DuckDB may use before it spills to temp_directory"},
    {"threads", AORTA_OPTION_INTEGER, false, false, NULL,
     "How many threads run a query; by default 2, or 1 with less memory than 250MiB"},
    {"temp_directory", AORTA_OPTION_PATH, false, false, NULL,
     "Where queries spill to; by default beside the database file, for \":memory:\" nowhere"},
    {"folders", AORTA_OPTION_PATHS, false, false, NULL,
     "Folders whose files SQL may read, under absolute paths; by default none"},
    {0},
};

/* Open databases of this process by path; it lives as long as there is a connection. */
static struct {
    pthread_mutex_t lock;
    duckdb_instance_cache cache;
    int connection_count;
} instances = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ":memory:" as it was written, or made absolute by the engine, which takes it for a file name. */
static bool is_in_memory(const char *path)
{
    const char *slash = strrchr(path, '/');

    return strcmp(slash == NULL ? path : slash + 1, ":memory:") == 0;
}

static int set_text(duckdb_config config, const char *name, const char *value,
                    struct aorta_error *error)
{
    if (duckdb.set_config(config, name, value) != DuckDBSuccess)
        return aorta_fail(error, AORTA_CONFIG, "duckdb does not take %s = \"%s\"", name, value);
    return 0;
}

static int set_number(duckdb_config config, const char *name, int64_t value, const char *unit,
                      struct aorta_error *error)
{
    char text[32];

    snprintf(text, sizeof text, "%" PRId64 "%s", value, unit);
    return set_text(config, name, text, error);
}

/* A thread wants 125 MB at least (DuckDB's guide, "Tuning Workloads"): with less, one that counts
 * what is distinct finds no memory where another alone would have spilled. */
static int64_t thread_count(const struct aorta_option_value *options)
{
    const int64_t least_bytes = INT64_C(125) << 20;

    if (options[OPTION_THREADS].is_set)
        return options[OPTION_THREADS].integer;
    return options[OPTION_MEMORY_LIMIT].integer < 2 * least_bytes ? 1 : 2;
}

static int configure(duckdb_config config, const struct aorta_option_value *options,
                     struct aorta_error *error)
{
    static const char *const off[] = {"autoinstall_known_extensions", "autoload_known_extensions",
                                      "allow_community_extensions"};
    const struct aorta_option_value *temp_directory = &options[OPTION_TEMP_DIRECTORY];

    int64_t threads = thread_count(options);
    if (threads < 1)
        return aorta_fail(error, AORTA_CONFIG, "threads is %" PRId64 ", at least 1 is wanted",
                          threads);
    for (size_t i = 0; i < sizeof off / sizeof *off; i++)
        if (set_text(config, off[i], "false", error) < 0)
            return -1;
    if (set_number(config, "memory_limit", options[OPTION_MEMORY_LIMIT].integer, "B", error) < 0 ||
        set_number(config, "threads", threads, "", error) < 0)
        return -1;
    if (temp_directory->is_set)
        return set_text(config, "temp_directory", temp_directory->text, error);
    if (is_in_memory(options[OPTION_PATH].text)) /* would spill into the current folder */
        return set_text(config, "temp_directory", "", error);
    return 0;
}

/* DuckDB's words for a file that is held elsewhere: "… Conflicting lock is held in /usr/bin/x (PID
 * 17) by user u. See also …", the holder left out where the system does not tell. */
static int fail_locked(struct aorta_error *error, const char *path, const char *text)
{
    const char *holder = strstr(text, "held in ");
    const char *pid = holder == NULL ? NULL : strstr(holder, "(PID ");

    if (pid == NULL)
        return aorta_fail(error, AORTA_TRANSIENT, "database \"%s\" is open in another process",
                          path);
    holder += strlen("held in ");
    pid += strlen("(PID ");
    return aorta_fail(error, AORTA_TRANSIENT,
                      "database \"%s\" is open in another process: pid %.*s, %.*s", path,
                      (int)strspn(pid, "0123456789"), pid, (int)strcspn(holder, " "), holder);
}

static int fail_open(struct aorta_error *error, const char *path, const char *text)
{
    struct aorta_error cause;

    if (text != NULL && strstr(text, "Could not set lock on file") != NULL)
        return fail_locked(error, path, text);
    failure_translate(&cause, text);
    return aorta_fail(error, cause.code, "open \"%.200s\": %.290s", path, cause.message);
}

static void remove_log_of(const char *path)
{
    struct buf log;

    buf_init(&log);
    buf_printf(&log, "%s.wal", path);
    unlink(log.data);
    buf_release(&log);
}

/* Under instances.lock and the folder's. What cannot be done here is left to whoever opens the
 * path: he says why. */
static int make_under_name(const char *path, const char *name, duckdb_config config, char **text)
{
    duckdb_database database;

    if (access(path, F_OK) == 0)
        return 0; /* somebody was faster */
    unlink(name); /* of one that was killed here */
    remove_log_of(name);
    remove_log_of(path); /* as DuckDB does: it belongs to a file that is gone */
    if (duckdb.get_or_create_from_cache(instances.cache, name, &database, config, text) !=
        DuckDBSuccess)
        return -1;
    duckdb.close(&database);
    fault_point("duckdb.create.before");
    if (rename(name, path) == 0)
        fault_point("duckdb.create.after");
    return 0;
}

/* A new database file is there whole or not at all. DuckDB writes its headers one after another
 * into the file itself; killed between two of them, it leaves one that it never opens again. So it
 * is made under another name. One process at a time does so in a folder: that is locked. */
static int make_whole(const char *path, duckdb_config config, char **text)
{
    const char *slash = strrchr(path, '/');
    struct buf folder, name;
    int result = 0;

    buf_init(&folder);
    buf_init(&name);
    buf_append(&folder, slash != NULL ? path : "./",
               slash != NULL ? (size_t)(slash - path) + 1 : 2);
    buf_printf(&name, "%s.aorta-new", path);
    int lock = open(folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock >= 0 && flock(lock, LOCK_EX) == 0)
        result = make_under_name(path, name.data, config, text);
    if (lock >= 0)
        close(lock);
    buf_release(&name);
    buf_release(&folder);
    return result;
}

static int open_path(const char *path, duckdb_config config, duckdb_database *database, char **text)
{
    if (is_in_memory(path))
        path = ":memory:";
    else if (access(path, F_OK) < 0 && errno == ENOENT && make_whole(path, config, text) < 0)
        return -1;
    return duckdb.get_or_create_from_cache(instances.cache, path, database, config, text) ==
                   DuckDBSuccess
               ? 0
               : -1;
}

/* Under instances.lock. */
static int open_database(const char *path, const char *folders, duckdb_config config,
                         duckdb_database *database, struct aorta_error *error)
{
    char *text = NULL;

    if (instances.cache == NULL)
        instances.cache = duckdb.create_instance_cache();
    if (open_path(path, config, database, &text) < 0) {
        fail_open(error, path, text);
        duckdb.free(text);
        return -1;
    }
    if (confinement_of_database(*database, folders, error) < 0) {
        duckdb.close(database);
        return -1;
    }
    return 0;
}

/* Under instances.lock. */
static void forget_instances_if_unused(void)
{
    if (instances.connection_count == 0 && instances.cache != NULL)
        duckdb.destroy_instance_cache(&instances.cache);
}

int connection_open(const struct aorta_host *host, const struct aorta_option_value *options,
                    void **connection, struct aorta_error *error)
{
    const char *path = options[OPTION_PATH].text, *folders = options[OPTION_FOLDERS].text;
    duckdb_config config = NULL;
    duckdb_database database = NULL;
    int result = -1;

    if (library_load(error) < 0)
        return -1;
    if (duckdb.create_config(&config) != DuckDBSuccess)
        return aorta_fail(error, AORTA_BROKEN, "duckdb gives no configuration");
    if (configure(config, options, error) < 0)
        goto out;

    pthread_mutex_lock(&instances.lock);
    result = open_database(path, folders, config, &database, error);
    instances.connection_count += result == 0;
    forget_instances_if_unused();
    pthread_mutex_unlock(&instances.lock);
    if (result < 0)
        goto out;

    pull_register(database);
    struct connection *opened = alloc_zeroed(1, sizeof *opened);
    opened->database = database;
    opened->host = host;
    opened->config = config;
    opened->path = alloc_strdup(path);
    opened->folders = folders != NULL ? alloc_strdup(folders) : NULL;
    pthread_mutex_init(&opened->commit_lock, NULL);
    pthread_mutex_init(&opened->lock, NULL);
    carry_memory_init(&opened->carry);
    *connection = opened;
    return 0;
out:
    duckdb.destroy_config(&config);
    return result;
}

int connection_is_there(const struct aorta_host *host, const struct aorta_option_value *options,
                        struct aorta_error *error)
{
    const char *path = options[OPTION_PATH].text;

    (void)host;
    if (is_in_memory(path))
        return 0; /* another process has nothing of it */
    if (access(path, F_OK) == 0)
        return 1;
    if (errno == ENOENT)
        return 0;
    return aorta_fail(error, AORTA_CONFIG, "database \"%s\": %s", path, strerror(errno));
}

void connection_close(void *opaque)
{
    struct connection *connection = opaque;

    if (connection == NULL)
        return;
    pthread_mutex_lock(&instances.lock);
    duckdb.close(&connection->database);
    instances.connection_count--;
    forget_instances_if_unused();
    pthread_mutex_unlock(&instances.lock);
    carry_memory_release(&connection->carry);
    pthread_mutex_destroy(&connection->commit_lock);
    pthread_mutex_destroy(&connection->lock);
    duckdb.destroy_config(&connection->config);
    free(connection->path);
    free(connection->folders);
    free(connection);
}

/* ------------------------------------------------------------------------------------ sessions */

/* Under the connection's lock, without sessions. */
static int open_again(struct connection *connection, struct aorta_error *error)
{
    pthread_mutex_lock(&instances.lock);
    duckdb.close(&connection->database);
    connection->database = NULL;
    int result = open_database(connection->path, connection->folders, connection->config,
                               &connection->database, error);
    pthread_mutex_unlock(&instances.lock);
    if (result < 0)
        return -1;
    pull_register(connection->database);
    carry_memory_release(&connection->carry);
    connection->carry = (struct carry_memory){0};
    carry_memory_init(&connection->carry);
    connection->is_lost = false;
    return 0;
}

static int fail_lost(struct aorta_error *error)
{
    return aorta_fail(error, AORTA_TRANSIENT,
                      "a commit could not be written, so the database is opened again");
}

int connection_enter(struct connection *connection, duckdb_connection *handle,
                     struct aorta_error *error)
{
    int result = 0;

    pthread_mutex_lock(&connection->lock);
    if (connection->is_lost)
        result = connection->session_count > 0 ? fail_lost(error) : open_again(connection, error);
    if (result == 0 && duckdb.connect(connection->database, handle) != DuckDBSuccess)
        result = aorta_fail(error, AORTA_BROKEN, "duckdb opens no session");
    connection->session_count += result == 0;
    pthread_mutex_unlock(&connection->lock);
    return result;
}

void connection_leave(struct connection *connection, duckdb_connection *handle)
{
    pthread_mutex_lock(&connection->lock);
    duckdb.disconnect(handle);
    connection->session_count--;
    pthread_mutex_unlock(&connection->lock);
}

int connection_check_idle(struct connection *connection, duckdb_connection *handle,
                          struct aorta_error *error)
{
    int result = 0;

    pthread_mutex_lock(&connection->lock);
    if (connection->is_lost && connection->session_count > 1) {
        result = fail_lost(error);
    } else if (connection->is_lost) {
        duckdb.disconnect(handle);
        *handle = NULL;
        result = open_again(connection, error);
        if (result == 0 && duckdb.connect(connection->database, handle) != DuckDBSuccess)
            result = aorta_fail(error, AORTA_BROKEN, "duckdb opens no session");
    }
    pthread_mutex_unlock(&connection->lock);
    return result;
}

int connection_check(struct connection *connection, struct aorta_error *error)
{
    pthread_mutex_lock(&connection->lock);
    int result = connection->is_lost ? fail_lost(error) : 0;
    pthread_mutex_unlock(&connection->lock);
    return result;
}

/* What two transactions cannot both have, or a unique index does not take. */
static bool is_refusal(const char *text)
{
    return strstr(text, "constraint violat") != NULL || strstr(text, "onflict") != NULL;
}

void connection_lose(struct connection *connection, duckdb_connection handle,
                     const struct aorta_error *error)
{
    if (is_in_memory(connection->path) || is_refusal(error->message))
        return;
    pthread_mutex_lock(&connection->lock);
    connection->is_lost = true;
    pthread_mutex_unlock(&connection->lock);
    if (duckdb.query(handle, "PRAGMA disable_checkpoint_on_shutdown", NULL) != DuckDBSuccess)
        abort(); /* closing it would make last what is not so: the log has all that is */
}
