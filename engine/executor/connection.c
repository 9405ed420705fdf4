#include "executor/connection.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "executor/module.h"
#include "model/known.h"
#include "option/option.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct connection *connections;

/* What makes two orders mean the same connection. References stay unresolved in it. */
static char *identity_of(const struct order_connection *order, const char *folder)
{
    struct buf text;

    buf_init(&text);
    buf_printf(&text, "%s\n%s\n%s\n", order->name, order->module, folder);
    for (size_t i = 0; i < order->option_count; i++)
        buf_printf(&text, "%s=%s\n", order->options[i].name, order->options[i].text);
    return buf_take(&text);
}

const char *connection_order_option(void *arg, const char *name)
{
    const struct order_connection *order = arg;

    for (size_t i = 0; i < order->option_count; i++)
        if (strcmp(order->options[i].name, name) == 0)
            return order->options[i].text;
    return NULL;
}

static int fill_options(const struct aorta_connector *connector,
                        const struct order_connection *order, const char *folder,
                        struct arena *arena, struct aorta_option_value **values, struct err *err)
{
    struct order_connection lent = *order;

    if (option_fill(connector->options, folder, connection_order_option, &lent, arena, values,
                    err) < 0)
        return err_wrap(err, "connection %s", order->name);
    return 0;
}

static int open_handle(struct connection *connection, const struct order_connection *order,
                       const char *folder, struct err *err)
{
    struct aorta_option_value *values;
    struct aorta_error error;
    struct arena arena;
    int result = -1;

    arena_init(&arena);
    if (fill_options(connection->connector, order, folder, &arena, &values, err) < 0)
        goto out;
    if (connection->connector->open(&module_host, values, &connection->handle, &error) < 0)
        connection_error(connection, &error, err);
    else
        result = 0;
out:
    arena_release(&arena);
    return result;
}

int connection_is_there(const struct order_connection *order, const char *folder, struct err *err)
{
    struct connection asked = {.name = (char[]){"?"}};
    struct aorta_option_value *values;
    struct aorta_error error;
    struct arena arena;
    int result = -1;

    if (module_get(order->module, &asked.connector, err) < 0)
        return err_wrap(err, "connection %s", order->name);
    if (asked.connector->is_there == NULL)
        return 1;
    arena_init(&arena);
    if (fill_options(asked.connector, order, folder, &arena, &values, err) == 0) {
        asked.name = arena_strdup(&arena, order->name);
        result = asked.connector->is_there(&module_host, values, &error);
        if (result < 0)
            connection_error(&asked, &error, err);
    }
    arena_release(&arena);
    return result;
}

static int stop_at_object(void *arg, const struct aorta_object *object)
{
    (void)arg;
    (void)object;
    return 1;
}

static int stop_at_stream(void *arg, const struct aorta_stream *stream)
{
    (void)arg;
    (void)stream;
    return 1;
}

int connection_ping(const struct connection *connection, struct err *err)
{
    const struct aorta_connector *connector = connection->connector;
    struct aorta_error error;
    int result = 0;

    if (connector->ping != NULL)
        result = connector->ping(connection->handle, &error);
    else if (connector->object_store != NULL)
        result = connector->object_store->list(connection->handle, "", NULL, stop_at_object, NULL,
                                               &error);
    else if (connector->source != NULL && connector->source->discover != NULL)
        result = connector->source->discover(connection->handle, stop_at_stream, NULL, &error);
    return result < 0 ? connection_error(connection, &error, err) : 0;
}

static int open_new(const struct order_connection *order, const char *folder, char *identity,
                    struct connection **opened, struct err *err)
{
    struct connection *connection = alloc_zeroed(1, sizeof *connection);

    connection->identity = identity;
    if (module_get(order->module, &connection->connector, err) < 0) {
        err_wrap(err, "connection %s", order->name);
        free(connection);
        return -1;
    }
    char *name = alloc_strdup(order->name);
    connection->name = name;
    if (open_handle(connection, order, folder, err) < 0) {
        free(name);
        free(connection);
        return -1;
    }
    arena_init(&connection->places_arena);
    map_init(&connection->places);
    const struct aorta_warehouse *warehouse = connection->connector->warehouse;
    if (warehouse != NULL && warehouse->dialect->is_single_process)
        connection->known = known_new();
    connection->next = connections;
    connections = connection;
    *opened = connection;
    return 0;
}

static void close_connection(struct connection *connection)
{
    connection->connector->close(connection->handle);
    map_release(&connection->places);
    arena_release(&connection->places_arena);
    known_free(connection->known);
    free(connection->identity);
    free(connection->name);
    free(connection);
}

/* Closes those that nobody uses: all of them, or those of one name. */
static void close_unused(const char *name)
{
    struct connection **at = &connections;

    while (*at != NULL) {
        struct connection *connection = *at;
        if (connection->users > 0 || (name != NULL && strcmp(connection->name, name) != 0)) {
            at = &connection->next;
            continue;
        }
        *at = connection->next;
        close_connection(connection);
    }
}

static bool is_open_otherwise(const char *name)
{
    for (const struct connection *other = connections; other != NULL; other = other->next)
        if (strcmp(other->name, name) == 0)
            return true;
    return false;
}

static struct connection *find_open(const char *identity)
{
    struct connection *connection = connections;

    while (connection != NULL && strcmp(connection->identity, identity) != 0)
        connection = connection->next;
    return connection;
}

bool connection_is_open(const struct order_connection *order, const char *folder)
{
    char *identity = identity_of(order, folder);

    pthread_mutex_lock(&lock);
    bool is_open = find_open(identity) != NULL;
    pthread_mutex_unlock(&lock);
    free(identity);
    return is_open;
}

int connection_acquire(const struct order_connection *order, const char *folder,
                       struct connection **connection, struct err *err)
{
    char *identity = identity_of(order, folder);
    int result = 0;

    pthread_mutex_lock(&lock);
    struct connection *found = find_open(identity);
    bool is_new = found == NULL;
    if (is_new) {
        close_unused(order->name); /* its options have changed: an embedded file opens once */
        result = open_new(order, folder, identity, &found, err);
        if (result < 0 && is_open_otherwise(order->name))
            err->code = ERR_TRANSIENT; /* until the steps that use the old options have ended */
    }
    if (result == 0) {
        found->users++;
        *connection = found;
    }
    pthread_mutex_unlock(&lock);
    if (!is_new || result < 0)
        free(identity); /* of a new one it is the connection's */
    return result;
}

int connection_session(const struct connection *connection, const atomic_int *cancel,
                       struct session *session, struct err *err)
{
    if (session_open(session, connection->connector->warehouse, connection->handle,
                     connection->name, cancel, err) < 0)
        return -1;
    session->known = connection->known;
    return 0;
}

void connection_release(struct connection *connection)
{
    if (connection == NULL)
        return;
    pthread_mutex_lock(&lock);
    connection->users--;
    pthread_mutex_unlock(&lock);
}

void connection_close_idle(void)
{
    pthread_mutex_lock(&lock);
    close_unused(NULL);
    pthread_mutex_unlock(&lock);
}

int connection_error(const struct connection *connection, const struct aorta_error *error,
                     struct err *err)
{
    module_error(error, connection->connector->name, err);
    return err_wrap(err, "connection %s", connection->name);
}
