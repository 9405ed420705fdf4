/* Objects, queries and lags: asked of an executor by an order that only looks (executor/run_sensor.c). */
#include "daemon/probe_way.h"
#include "run/order.h"

#include <string.h>

struct asking {
    struct probe probe;
    int64_t number; /* of the order */
};

static const char *executor_of(const struct probe *probe)
{
    const struct connection *connection = probe->ask.sensor->connection;

    return connection->connector->is_single_process ? connection->name : "main";
}

static void fill_order(const struct sensor *sensor, struct order *order)
{
    const struct sensor_config *config = sensor->config;

    order->attempt = 1;
    order->run = "";
    order->asset = order->name = sensor->trigger;
    order->kind = "sensor";
    order->mode = sensor_kind_names[config->kind];
    order->body = config->sql;
    order->files = config->files.items;
    order->files_count = config->files.count;
    order->group = sensor->group;
    order->from.object = sensor->topic;
}

static void send_order(const struct asking *asking, struct child *child)
{
    const struct probe_ask *ask = &asking->probe.ask;
    const struct connection *connection = ask->sensor->connection;
    struct order_server server = {connection->name, NULL};
    struct order order = {.step = asking->number, .folder = ask->loaded->pipeline.folder};
    struct order_connection lent;
    struct arena arena;
    struct buf frame;

    arena_init(&arena);
    buf_init(&frame);
    server.address = work_server_address(ask->daemon, connection->name);
    lent = order_connection_of(connection, &server, server.address != NULL, &arena);
    order.connections = &lent;
    order.connection_count = 1;
    fill_order(ask->sensor, &order);
    frame_append_record(&frame, MESSAGE_ORDER, &order_shape, &order);
    child_send(child, &frame);
    buf_release(&frame);
    arena_release(&arena);
}

static int start(struct probe *probe, struct err *err)
{
    struct asking *asking = (struct asking *)probe;
    struct daemon *daemon = probe->ask.daemon;
    const struct connection *connection = probe->ask.sensor->connection;

    if (connection->is_embedded) {
        if (work_child(daemon, connection->name, connection, err) == NULL)
            return -1;
        if (work_server_address(daemon, connection->name) == NULL)
            return 0;
    }
    struct child *child = work_child(daemon, executor_of(probe), NULL, err);
    if (child == NULL)
        return -1;
    asking->number = ++daemon->last_number;
    send_order(asking, child);
    return 1;
}

static void cancel(struct probe *probe)
{
    const struct asking *asking = (const struct asking *)probe;
    const struct cancel_order order = {asking->number};
    struct child *child = work_find_child(probe->ask.daemon, executor_of(probe));
    struct buf frame;

    if (child == NULL)
        return;
    buf_init(&frame);
    frame_append_record(&frame, MESSAGE_CANCEL, &cancel_order_shape, &order);
    child_send(child, &frame);
    buf_release(&frame);
}

/* Its report will be one that nobody asked for. */
static bool abandon(struct probe *probe)
{
    if (!probe->ask.daemon->is_ending)
        cancel(probe);
    return true;
}

static bool hear(struct probe *probe, const struct report *report)
{
    const struct asking *asking = (const struct asking *)probe;
    struct err err;

    if (report->step != asking->number)
        return false;
    if (report->found != NULL) {
        probe_end(probe, report->found, NULL);
    } else {
        err_set(&err, ERR_TRANSIENT, "%s", report->error != NULL ? report->error : "no answer");
        probe_end(probe, NULL, &err);
    }
    return true;
}

static bool lose(struct probe *probe, const struct child *child, const char *reason)
{
    struct err err;

    if (strcmp(child->name, executor_of(probe)) != 0)
        return false;
    err_set(&err, ERR_TRANSIENT, "%s", reason);
    probe_end(probe, NULL, &err);
    return true;
}

const struct probe_way probe_executor = {
    .size_bytes = sizeof(struct asking),
    .start = start,
    .cancel = cancel,
    .abandon = abandon,
    .hear = hear,
    .lose = lose,
};
