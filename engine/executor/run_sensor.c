/*
 * What a sensor looks at through a connection, as a value that schedule/sensor.h describes. Nothing is
 * made or changed: a database that is not there is one without rows, and a consumer joins no group.
 *
 *     objects   "COUNT SUM NEWEST" of the objects that a pattern matches
 *     query     "=" and the first column of the first row, in a confined session
 *     lag       "INCARNATION HIGH:READ …", a pair a partition
 */
#include "base/glob.h"
#include "base/hash.h"
#include "executor/lake_listing.h"
#include "executor/reading.h"
#include "executor/step.h"
#include "model/session.h"

#include <inttypes.h>
#include <string.h>

enum {
    MAX_TEXT_BYTES = 512, /* of a value as it is; a longer one is known by its hash */
    POLL_MS = 100,
};

static const char ABSENT[] = "-";

/* ---- objects --------------------------------------------------------------------------------- */

struct counting {
    struct step *step;
    size_t pattern; /* that is listed: an object that an earlier one matches was counted */
    int64_t count, newest_us;
    uint64_t sum;
    bool is_canceled;
};

static bool is_counted(const struct counting *c, const char *key)
{
    const struct order *order = c->step->order;

    for (size_t i = 0; i < c->pattern; i++)
        if (glob_match(order->files[i], key))
            return true;
    return false;
}

static int count_object(void *arg, const struct aorta_object *object)
{
    struct counting *c = arg;
    const struct order *order = c->step->order;
    char version[CLOCK_TEXT_SIZE];

    c->is_canceled = atomic_load(&c->step->cancel) != 0;
    if (c->is_canceled || !glob_match(order->files[c->pattern], object->key) ||
        is_counted(c, object->key))
        return c->is_canceled;
    const char *etag = lake_listing_etag(object, version);
    uint64_t hash = hash_bytes(object->key, strlen(object->key));
    hash = hash_mix(hash + hash_bytes(etag, strlen(etag)));
    c->sum += hash_mix(hash + (uint64_t)object->size_bytes);
    c->count++;
    if (object->modified_us > c->newest_us)
        c->newest_us = object->modified_us;
    return 0;
}

static int look_at_objects(struct step *step, struct connection *connection, struct buf *value,
                           struct err *err)
{
    const struct order *order = step->order;
    struct counting c = {.step = step};
    struct aorta_error error;

    if (connection->connector->object_store == NULL)
        return err_set(err, ERR_CONFIG, "connection %s holds no objects", connection->name);
    for (c.pattern = 0; c.pattern < order->files_count; c.pattern++) {
        const char *pattern = order->files[c.pattern];
        const char *prefix = arena_strndup(&step->arena, pattern, glob_literal_size(pattern));
        if (connection->connector->object_store->list(connection->handle, prefix, NULL,
                                                      count_object, &c, &error) < 0)
            return connection_error(connection, &error, err);
        if (c.is_canceled)
            return err_set(err, ERR_CANCELED, "canceled");
    }
    buf_printf(value, "%" PRId64 " %016" PRIx64 " %" PRId64, c.count, c.sum, c.newest_us);
    return 0;
}

/* ---- a query --------------------------------------------------------------------------------- */

static void set_text(const struct buf *text, struct buf *value)
{
    char hex[HASH_HEX_SIZE + 1];
    struct hash *hash;

    if (text->size <= MAX_TEXT_BYTES && memchr(text->data, '\0', text->size) == NULL) {
        buf_printf(value, "=%s", text->data);
        return;
    }
    hash = hash_new();
    hash_add(hash, text->data, text->size);
    hash_finish(hash, hex);
    buf_printf(value, "#%s", hex);
}

static int ask(struct session *session, const char *sql, struct buf *value, struct err *err)
{
    struct buf text;

    if (reading_check(sql, err) < 0 || session_begin(session, false, err) < 0 ||
        session_confine(session, err) < 0)
        return -1;
    buf_init(&text);
    int found = session_query_text(session, sql, NULL, 0, &text, err);
    if (found == 0)
        buf_append_str(value, ABSENT);
    else if (found > 0)
        set_text(&text, value);
    buf_release(&text);
    return found < 0 ? -1 : 0;
}

static void interrupt(void *arg)
{
    session_interrupt(arg);
}

static int look_at_query(struct step *step, struct connection *connection, struct buf *value,
                         struct err *err)
{
    struct session session = {0};
    int result = -1;

    if (connection->connector->warehouse == NULL)
        return err_set(err, ERR_CONFIG, "connection %s runs no SQL", connection->name);
    if (connection_session(connection, &step->cancel, &session, err) == 0) {
        step_set_interrupt(step, interrupt, &session);
        result = ask(&session, step->order->body, value, err);
        step_set_interrupt(step, NULL, NULL);
    }
    session_close(&session);
    return result;
}

/* ---- lag ------------------------------------------------------------------------------------- */

struct following {
    const struct connection *connection;
    const char *topic;
    void *consumer;
};

static int fail(const struct following *f, const struct aorta_error *error, struct err *err)
{
    return connection_error(f->connection, error, err);
}

static int add_partition(const struct following *f, int32_t partition, struct buf *value,
                         struct err *err)
{
    const struct aorta_message_log *log = f->connection->connector->message_log;
    struct aorta_watermarks marks;
    struct aorta_error error;
    int64_t read;

    if (log->watermarks(f->connection->handle, f->topic, partition, &marks, &error) < 0 ||
        log->consumer_committed(f->consumer, partition, &read, &error) < 0)
        return fail(f, &error, err);
    if (read < marks.low) /* nobody can read what is gone */
        read = marks.low;
    buf_printf(value, " %" PRId64 ":%" PRId64, marks.high, read);
    return 0;
}

/* The consumer is alone, so it gets all partitions at once, from 0 on, and joins no group. */
static int add_partitions(struct step *step, const struct following *f, struct buf *value,
                          struct err *err)
{
    const struct aorta_message_log *log = f->connection->connector->message_log;
    struct aorta_polled polled = {.kind = AORTA_POLL_NOTHING};
    struct aorta_error error;

    while (polled.kind != AORTA_POLL_ASSIGNED) {
        if (atomic_load(&step->cancel) != 0)
            return err_set(err, ERR_CANCELED, "canceled");
        if (log->consumer_poll(f->consumer, POLL_MS, &polled, &error) < 0)
            return fail(f, &error, err);
    }
    for (int32_t i = 0; i < polled.partition_count; i++)
        if (add_partition(f, i, value, err) < 0)
            return -1;
    return 0;
}

static int look_at_lag(struct step *step, struct connection *connection, struct buf *value,
                       struct err *err)
{
    const struct aorta_message_log *log = connection->connector->message_log;
    struct following f = {.connection = connection, .topic = step->order->from.object};
    struct aorta_error error;
    const char *incarnation;

    if (log == NULL)
        return err_set(err, ERR_CONFIG, "connection %s has no topics", connection->name);
    if (log->topic_incarnation(connection->handle, f.topic, &incarnation, &error) < 0)
        return fail(&f, &error, err);
    buf_printf(value, "%016" PRIx64, hash_bytes(incarnation, strlen(incarnation)));
    if (log->consumer_open(connection->handle, f.topic, step->order->group, true, &f.consumer,
                           &error) < 0)
        return fail(&f, &error, err);
    int result = add_partitions(step, &f, value, err);
    log->consumer_close(f.consumer);
    return result;
}

/* ---- which ----------------------------------------------------------------------------------- */

static const struct {
    const char *mode;
    int (*look)(struct step *step, struct connection *connection, struct buf *value,
                struct err *err);
} looks[] = {{"objects", look_at_objects}, {"query", look_at_query}, {"lag", look_at_lag}};

static int look(struct step *step, struct connection *connection, struct buf *value,
                struct err *err)
{
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (strcmp(looks[i].mode, step->order->mode) == 0)
            return looks[i].look(step, connection, value, err);
    return err_set(err, ERR_BROKEN, "a sensor of kind %s is not for an executor",
                   step->order->mode);
}

int run_sensor(struct step *step, struct err *err)
{
    const struct order *order = step->order;
    struct connection *connection;
    struct buf value;

    if (order->connection_count != 1)
        return err_set(err, ERR_BROKEN, "a sensor without a connection");
    step->report.outcome = "fresh";
    int is_there = connection_is_there(&order->connections[0], order->folder, err);
    if (is_there < 0)
        return -1;
    if (is_there == 0) {
        step->report.found = ABSENT;
        return 0;
    }
    if (step_connect(step, 0, &connection, err) < 0)
        return -1;
    buf_init(&value);
    int result = look(step, connection, &value, err);
    connection_release(connection);
    if (result == 0)
        step->report.found = arena_strndup(&step->arena, value.data, value.size);
    buf_release(&value);
    return result;
}
