/*
 * Records as JSON and back, frames on a socket.
 */
#include "test.h"

#include "base/limits.h"
#include "message/control.h"
#include "message/frame.h"
#include "message/order.h"
#include "message/report.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct arena arena;

static const char *encode(const struct record_shape *shape, const void *record)
{
    struct json_writer json;
    struct buf text;

    buf_init(&text);
    json_writer_init(&json, &text);
    record_encode(&json, shape, record);
    const char *copy = arena_strndup(&arena, text.data, text.size);
    buf_release(&text);
    return copy;
}

static int decode(const struct record_shape *shape, const char *text, void *record, struct err *err)
{
    return record_decode(text, strlen(text), shape, &arena, record, err);
}

TEST("what is zero is not written, and an empty record is an empty object")
{
    struct order order = {0};
    struct event event = {.rows = -1};

    check_str(encode(&event_shape, &event), "{\"rows\":-1}");
    check_str(encode(&cancel_order_shape, &(struct cancel_order){0}), "{}");
    check_str(encode(&order_shape, &order), "{\"from\":{},\"into\":{},\"acknowledged\":{}}");
}

TEST("an order comes back as it was, whatever its texts hold")
{
    struct order_option options[] = {{"path", "a \"b\"\n\xe2\x98\x83"}, {"user", ""}};
    struct order_connection connections[] = {{"warehouse", "/m.so", options, 2},
                                             {"source", "/n.so", NULL, 0}};
    struct order_reference references[] = {{.name = "users", .is_direct = true, .position = "at"}};
    struct order_variable variables[] = {{"as_of", "{\"a\":[1,2.5,null,\"x\"]}"}};
    const char *keys[] = {"id", "day"};
    struct order order = {
        .step = INT64_MAX,
        .attempt = 2,
        .asset = "raw.users",
        .body = "select 1\n",
        .connections = connections,
        .connection_count = 2,
        .into = {1, "users"},
        .unique_key = keys,
        .unique_key_count = 2,
        .references = references,
        .reference_count = 1,
        .variables = variables,
        .variable_count = 1,
        .flush_bytes = -5,
        .full_refresh = true,
        .checks = "[\"not_null\"]",
    };
    struct order got = {0};
    struct err err;

    const char *text = encode(&order_shape, &order);
    check_ok(decode(&order_shape, text, &got, &err));
    check_int(got.step, INT64_MAX);
    check_str(got.body, "select 1\n");
    check_int(got.connection_count, 2);
    check_str(got.connections[0].options[0].text, "a \"b\"\n\xe2\x98\x83");
    check_str(got.connections[0].options[1].text, "");
    check_int(got.connections[1].option_count, 0);
    check_int(got.into.connection, 1);
    check_str(got.unique_key[1], "day");
    check(got.references[0].is_direct && !got.references[0].is_input);
    check_str(got.variables[0].json, "{\"a\":[1,2.5,null,\"x\"]}");
    check_int(got.flush_bytes, -5);
    check(got.full_refresh && !got.force);
    check(got.table == NULL && got.columns == NULL);
    check_str(encode(&order_shape, &got), text);
}

TEST("a number with a fraction comes back exactly")
{
    static const double seconds[] = {0.1, 1e-9, 123456789.123456789, 5e-324};
    struct err err;

    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
        struct event event = {.seconds = seconds[i]}, got = {0};
        check_ok(decode(&event_shape, encode(&event_shape, &event), &got, &err));
        check(got.seconds == seconds[i]);
    }
}

TEST("members of a newer peer are passed over, null is not there")
{
    struct event event = {.rows = 7};
    struct err err;

    check_ok(decode(&event_shape,
                    "{\"type\":\"step\",\"later\":{\"x\":[1]},\"asset\":null,\"seconds\":3}",
                    &event, &err));
    check_str(event.type, "step");
    check(event.asset == NULL);
    check_int(event.rows, 7);
    check(event.seconds == 3);
}

TEST("what is no such object is refused, and never crashes")
{
    static const struct {
        const char *text, *part;
    } bad[] = {
        {"", "message:"},
        {"[]", "not an object"},
        {"3", "not an object"},
        {"{\"step\":", "message:"},
        {"{\"step\":1}x", "message:"},
        {"{\"step\":\"1\"}", "step has the wrong type"},
        {"{\"step\":1.5}", "step has the wrong type"},
        {"{\"step\":99999999999999999999}", "message:"},
        {"{\"asset\":1}", "asset has the wrong type"},
        {"{\"asset\":\"\xff\"}", "message:"},
        {"{\"force\":1}", "force has the wrong type"},
        {"{\"from\":[]}", "not an object"},
        {"{\"unique_key\":\"id\"}", "unique_key is not a list"},
        {"{\"unique_key\":[1]}", "unique_key holds no text"},
        {"{\"connections\":{}}", "connections is not a list"},
        {"{\"connections\":[1]}", "not an object"},
        {"{\"connections\":[{\"options\":[{\"name\":[]}]}]}", "name has the wrong type"},
    };
    struct err err;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct order order = {0};
        check_fails(decode(&order_shape, bad[i].text, &order, &err), ERR_BROKEN, bad[i].part);
    }
}

TEST("deep nesting is refused, not followed")
{
    static char deep[200001];
    struct order order = {0};
    struct err err;

    memset(deep, '[', sizeof deep - 1);
    check_fails(decode(&order_shape, deep, &order, &err), ERR_BROKEN, "message:");
}

TEST("frames come back in order, however the bytes arrive")
{
    struct buf out, in;
    struct frame frame;
    struct err err;
    size_t used;
    int found = 0;

    buf_init(&out);
    buf_init(&in);
    frame_append(&out, MESSAGE_ROWS, "", 0);
    frame_append(&out, MESSAGE_EVENT, "a\0b", 3);
    frame_append_record(&out, MESSAGE_CANCEL, &cancel_order_shape, &(struct cancel_order){7});
    static const struct {
        enum message_kind kind;
        size_t size;
    } wanted[] = {{MESSAGE_ROWS, 0}, {MESSAGE_EVENT, 3}, {MESSAGE_CANCEL, 10}};
    for (size_t i = 0; i < out.size; i++) {
        buf_append_char(&in, out.data[i]);
        while (frame_find(&in, &frame, &used, &err) == 1) {
            check_int(frame.kind, wanted[found].kind);
            check_int(frame.size, wanted[found].size);
            buf_consume(&in, used);
            found++;
        }
    }
    check_int(found, 3);
    check_int(in.size, 0);
    buf_release(&out);
    buf_release(&in);
}

static int find_of_size(size_t size, enum message_kind kind, struct err *err)
{
    const char head[] = {(char)size, (char)(size >> 8), (char)(size >> 16), (char)(size >> 24),
                         (char)kind};
    struct frame frame;
    struct buf in;
    size_t used;

    buf_init(&in);
    buf_append(&in, head, sizeof head);
    int found = frame_find(&in, &frame, &used, err);
    buf_release(&in);
    return found;
}

TEST("a frame beyond its limit cannot be one; an order may hold a seed")
{
    struct err err;

    check_int(find_of_size(LIMIT_MESSAGE_BYTES, MESSAGE_EVENT, &err), 0);
    check_fails(find_of_size(LIMIT_MESSAGE_BYTES + 1, MESSAGE_EVENT, &err), ERR_BROKEN,
                "message of 4194305 bytes");
    check_fails(find_of_size(0xffffffff, MESSAGE_REQUEST, &err), ERR_BROKEN, "message of");
    check_int(find_of_size(2 * LIMIT_SEED_FILE_BYTES, MESSAGE_ORDER, &err), 0);
    check_fails(find_of_size(0xffffffff, MESSAGE_ORDER, &err), ERR_BROKEN, "message of");
}

static void *write_frames(void *arg)
{
    struct buf out;
    struct err err;

    buf_init(&out);
    for (int i = 0; i < 1000; i++) {
        struct cancel_order cancel = {i};
        frame_append_record(&out, MESSAGE_CANCEL, &cancel_order_shape, &cancel);
    }
    check_ok(frame_write_all(*(int *)arg, &out, &err));
    shutdown(*(int *)arg, SHUT_WR);
    buf_release(&out);
    return NULL;
}

TEST("a thousand frames go through a socket, then its end is heard")
{
    struct cancel_order cancel;
    struct frame frame;
    pthread_t writer;
    struct buf in;
    struct err err;
    size_t used;
    int pair[2];

    check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    check(pthread_create(&writer, NULL, write_frames, &pair[0]) == 0);
    buf_init(&in);
    for (int i = 0; i < 1000; i++) {
        check_int(frame_read(pair[1], &in, &frame, &used, &err), 1);
        cancel.step = 0;
        check_ok(record_decode(frame.text, frame.size, &cancel_order_shape, &arena, &cancel, &err));
        check_int(cancel.step, i);
        buf_consume(&in, used);
    }
    check_int(frame_read(pair[1], &in, &frame, &used, &err), 0);
    pthread_join(writer, NULL);
    buf_release(&in);
    close(pair[1]);
    buf_init(&in);
    frame_append(&in, MESSAGE_STOP, "", 0);
    check_fails(frame_write_all(pair[0], &in, &err), ERR_TRANSIENT, "Broken pipe");
    buf_release(&in);
}
