/* The process of an embedded server: development only, dies with the daemon. */
#include "executor/connection.h"
#include "executor/executor.h"
#include "executor/module.h"
#include "executor/process.h"
#include "message/frame.h"
#include "message/order.h"
#include "message/report.h"
#include "option/mask.h"
#include "option/option.h"

#include "base/log.h"

#include <string.h>
#include <unistd.h>

static int start(struct query_order *order, struct arena *arena, const char **address,
                 struct err *err)
{
    const struct aorta_connector *connector;
    struct aorta_option_value *values;
    struct aorta_error error;
    struct aorta_option *options;
    void *server;

    if (module_get(order->connection.module, &connector, err) < 0)
        return -1;
    /* The address is what the server is about to decide: nobody has to give it. */
    size_t count = option_count(connector->options);
    options = arena_memdup(arena, connector->options, (count + 1) * sizeof *options);
    int index = option_find(options, connector->server->address_option);
    if (index >= 0)
        options[index].is_required = false;
    if (option_fill(options, order->folder, connection_order_option, &order->connection, arena,
                    &values, err) < 0)
        return -1;
    if (connector->server->start(&module_host, values, &server, address, &error) < 0)
        return module_error(&error, connector->name, err);
    return 0;
}

static int serve(struct err *err)
{
    struct hello hello = {.version = MESSAGE_VERSION, .pid = getpid()};
    struct query_order order = {0};
    struct arena arena;
    struct frame frame;
    struct buf in, out;
    size_t used;
    char rest[64];

    arena_init(&arena);
    buf_init(&in);
    buf_init(&out);
    if (frame_read(MESSAGE_CONTROL_FD, &in, &frame, &used, err) <= 0)
        return 0;
    if (record_decode(frame.text, frame.size, &query_order_shape, &arena, &order, err) < 0 ||
        start(&order, &arena, &hello.address, err) < 0)
        return err_wrap(err, "embedded server of connection %s", order.connection.name);
    frame_append_record(&out, MESSAGE_HELLO, &hello_shape, &hello);
    if (frame_write_all(MESSAGE_CONTROL_FD, &out, err) < 0)
        return 0;
    while (read(MESSAGE_CONTROL_FD, rest, sizeof rest) > 0)
        ;
    return 0;
}

int executor_serve_main(void)
{
    struct err err;

    process_confine();
    if (serve(&err) < 0) {
        struct arena arena;
        arena_init(&arena);
        log_error("%s", mask_text(err.message, &arena));
        _exit(1);
    }
    _exit(0); /* without tearing the server's threads down: its memory is all it has */
}
