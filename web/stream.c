#include "web/stream.h"

#include "base/alloc.h"
#include "web/site.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 16384 };

struct kept {
    int64_t id;
    char *run;
    char *text;
    size_t size;
    bool is_end; /* of its run */
};

struct web_streams {
    struct kept ring[WEB_RING_EVENTS];
    size_t first, count;
    size_t bytes;
    bool has_floor; /* something was heard */
    int64_t floor, newest;
    struct web_stream *streams;
    int64_t stream_count;
    struct web_watch *watches;
};

struct web_stream {
    struct web_exchange *exchange;
    struct web_streams *hub; /* NULL until the first byte is asked for */
    struct web_stream *next, *previous;
    char *run; /* NULL: all */
    int64_t cursor;
    struct buf chunk; /* what is being sent */
    size_t sent;
    bool is_finite, is_caught_up, is_ended;
    bool is_stopped; /* by the server */
    bool is_reading; /* the job has the stream, until it is done */
    struct web_job job;
    int64_t asked_floor; /* when the job began */
};

/* ---- texts ----------------------------------------------------------------------------------- */

static void write_event(struct buf *out, const struct store_event *event)
{
    struct json_writer json;

    buf_printf(out, "id: %lld\nevent: %s\ndata: ", (long long)event->id, event->kind);
    size_t begin = out->size;
    json_writer_init(&json, out);
    json_write_object(&json);
    web_write_text(&json, "run", event->run_id);
    web_write_text(&json, "asset", event->asset);
    web_write_text(&json, "kind", event->kind);
    web_write_time(&json, "at", event->at_us);
    web_write_raw(&json, "detail", event->detail);
    json_write_end(&json);
    /* A line's end would be the end of the data; JSON has none but between its tokens. */
    for (size_t i = begin; i < out->size; i++)
        if (out->data[i] == '\n' || out->data[i] == '\r')
            out->data[i] = ' ';
    buf_append_str(out, "\n\n");
}

static bool is_end(const char *kind)
{
    return strcmp(kind, "ended") == 0;
}

/* ---- the ring -------------------------------------------------------------------------------- */

struct web_streams *web_streams_new(void)
{
    return alloc_zeroed(1, sizeof(struct web_streams));
}

static void drop_oldest(struct web_streams *hub)
{
    struct kept *kept = &hub->ring[hub->first];

    hub->floor = kept->id;
    hub->bytes -= kept->size;
    free(kept->run);
    free(kept->text);
    *kept = (struct kept){0};
    hub->first = (hub->first + 1) % WEB_RING_EVENTS;
    hub->count--;
}

void web_streams_free(struct web_streams *streams)
{
    if (streams == NULL)
        return;
    while (streams->count > 0)
        drop_oldest(streams);
    free(streams);
}

int64_t web_streams_count(const struct web_streams *streams)
{
    return streams->stream_count;
}

static void keep(struct web_streams *hub, const struct news *news)
{
    const struct store_event event = {
        .id = news->id,
        .run_id = news->run,
        .at_us = news->at_us,
        .asset = news->asset,
        .kind = news->kind,
        .detail = news->detail,
    };
    struct buf text;

    buf_init(&text);
    write_event(&text, &event);
    while (hub->count == WEB_RING_EVENTS ||
           (hub->count > 0 && hub->bytes + text.size > WEB_RING_BYTES))
        drop_oldest(hub);
    struct kept *kept = &hub->ring[(hub->first + hub->count++) % WEB_RING_EVENTS];
    hub->bytes += text.size;
    *kept = (struct kept){.id = news->id,
                          .run = alloc_strdup(news->run),
                          .size = text.size,
                          .is_end = is_end(news->kind)};
    kept->text = buf_take(&text);
}

static bool concerns(const struct web_stream *stream, const char *run)
{
    return stream->run == NULL || strcmp(stream->run, run) == 0;
}

void web_streams_watch(struct web_streams *streams, struct web_watch *watch)
{
    watch->next = streams->watches;
    streams->watches = watch;
}

void web_streams_unwatch(struct web_streams *streams, struct web_watch *watch)
{
    for (struct web_watch **at = &streams->watches; *at != NULL; at = &(*at)->next) {
        if (*at == watch) {
            *at = watch->next;
            break;
        }
    }
}

static void tell_watches(struct web_streams *hub, const char *run)
{
    struct web_watch **at = &hub->watches;

    while (*at != NULL) {
        struct web_watch *watch = *at;
        if (strcmp(watch->run, run) != 0) {
            at = &watch->next;
            continue;
        }
        *at = watch->next;
        watch->ended(watch->exchange);
    }
}

void web_streams_hear(void *streams, const struct news *news)
{
    struct web_streams *hub = streams;
    int64_t before = hub->newest;

    if (!hub->has_floor)
        hub->floor = before = news->id - 1;
    hub->has_floor = true;
    hub->newest = news->id;
    if (is_end(news->kind))
        tell_watches(hub, news->run);
    if (hub->stream_count == 0) {
        while (hub->count > 0)
            drop_oldest(hub);
        hub->floor = news->id;
        return;
    }
    keep(hub, news);
    for (struct web_stream *stream = hub->streams; stream != NULL; stream = stream->next) {
        if (concerns(stream, news->run)) {
            if (!stream->is_reading)
                web_stream_wake(stream->exchange);
        } else if (stream->cursor == before && !stream->is_reading) {
            stream->cursor = news->id; /* so that it does not fall behind what is not its */
        }
    }
}

/* Which of the ring is the first behind the id. */
static size_t ring_behind(const struct web_streams *hub, int64_t id)
{
    size_t low = 0, high = hub->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (hub->ring[(hub->first + middle) % WEB_RING_EVENTS].id > id)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* ---- a stream -------------------------------------------------------------------------------- */

void web_stream_begin(struct web_exchange *exchange, const char *run, int64_t cursor,
                      bool is_finite)
{
    struct web_stream *stream = alloc_zeroed(1, sizeof *stream);

    stream->exchange = exchange;
    stream->run = run != NULL ? alloc_strdup(run) : NULL;
    stream->cursor = cursor;
    stream->is_finite = is_finite;
    buf_init(&stream->chunk);
    buf_append_str(&stream->chunk, "retry: 1000\n\n");
    web_text(exchange, 200, "text/event-stream");
    exchange->stream = stream;
}

static void join(struct web_stream *stream)
{
    struct web_streams *hub = stream->exchange->site->streams;

    stream->hub = hub;
    stream->next = hub->streams;
    if (stream->next != NULL)
        stream->next->previous = stream;
    hub->streams = stream;
    hub->stream_count++;
    bool is_unknown = stream->cursor == WEB_STREAM_FROM_NOW || stream->cursor > hub->newest;
    if (hub->has_floor && is_unknown) /* else it is found out by reading */
        stream->cursor = hub->newest;
}

void web_stream_free(struct web_stream *stream)
{
    if (stream == NULL)
        return;
    if (stream->hub != NULL) {
        if (stream->previous != NULL)
            stream->previous->next = stream->next;
        else
            stream->hub->streams = stream->next;
        if (stream->next != NULL)
            stream->next->previous = stream->previous;
        stream->hub->stream_count--;
    }
    buf_release(&stream->chunk);
    free(stream->run);
    free(stream);
}

bool web_stream_is_reading(const struct web_stream *stream)
{
    return stream->is_reading;
}

void web_stream_beat(struct web_stream *stream)
{
    buf_append_str(&stream->chunk, ":\n\n");
}

void web_stream_end(struct web_stream *stream)
{
    stream->is_stopped = true;
}

static struct web_stream *stream_of(struct web_job *job)
{
    return (struct web_stream *)(void *)((char *)job - offsetof(struct web_stream, job));
}

static void read_batch(struct web_stream *stream, struct store_reader *reader, struct arena *arena,
                       struct err *err)
{
    struct store_event *events;
    size_t count;

    int64_t last;
    if (store_read_last_event(reader, &last, err) < 0)
        return;
    if (stream->cursor == WEB_STREAM_FROM_NOW || stream->cursor > last) { /* of another store */
        stream->cursor = last;
        stream->is_caught_up = true;
        return;
    }
    /* A store that cannot be read now is asked again at the next sign of life. */
    if (store_read_events_behind(reader, stream->run, stream->cursor, WEB_STREAM_BATCH, arena,
                                 &events, &count, err) < 0)
        return;
    for (size_t i = 0; i < count; i++) {
        write_event(&stream->chunk, &events[i]);
        stream->cursor = events[i].id;
        stream->is_ended = stream->is_ended || (stream->run != NULL && is_end(events[i].kind));
    }
    if (count == WEB_STREAM_BATCH)
        return;
    stream->is_caught_up = true;
    stream->is_ended = stream->is_ended || stream->is_finite;
    if (stream->cursor < stream->asked_floor)
        stream->cursor = stream->asked_floor;
}

static void read_work(struct web_job *job, struct store_reader *reader, const struct err *opened)
{
    struct web_stream *stream = stream_of(job);
    struct arena arena;
    struct err err;

    (void)opened;
    if (reader == NULL)
        return;
    arena_init(&arena);
    read_batch(stream, reader, &arena, &err);
    arena_release(&arena);
}

static void read_done(struct web_job *job)
{
    struct web_stream *stream = stream_of(job);

    stream->is_reading = false;
    web_stream_wake(stream->exchange);
}

static void begin_read(struct web_stream *stream)
{
    stream->is_reading = true;
    stream->asked_floor = stream->hub->has_floor ? stream->hub->floor : 0;
    stream->job = (struct web_job){.work = read_work, .done = read_done};
    web_readers_add(stream->exchange->site->readers, &stream->job);
}

static void take_from_ring(struct web_stream *stream)
{
    const struct web_streams *hub = stream->hub;

    for (size_t i = ring_behind(hub, stream->cursor); i < hub->count; i++) {
        const struct kept *kept = &hub->ring[(hub->first + i) % WEB_RING_EVENTS];
        if (stream->chunk.size >= CHUNK_BYTES || stream->is_ended)
            return;
        stream->cursor = kept->id;
        if (!concerns(stream, kept->run))
            continue;
        buf_append(&stream->chunk, kept->text, kept->size);
        stream->is_ended = stream->run != NULL && kept->is_end;
    }
}

static void refill(struct web_stream *stream)
{
    bool is_behind =
        stream->hub->has_floor ? stream->cursor < stream->hub->floor : !stream->is_caught_up;

    if (stream->is_ended || stream->is_stopped)
        return;
    if (is_behind || stream->is_finite)
        begin_read(stream);
    else
        take_from_ring(stream);
}

ssize_t web_stream_take(struct web_stream *stream, char *into, size_t size)
{
    if (stream->hub == NULL)
        join(stream);
    if (stream->sent == stream->chunk.size) {
        buf_reset(&stream->chunk);
        stream->sent = 0;
        refill(stream);
    }
    if (stream->is_reading)
        return 0;
    size_t left = stream->chunk.size - stream->sent;
    if (left == 0)
        return stream->is_ended || stream->is_stopped ? -1 : 0;
    size_t given = left < size ? left : size;
    memcpy(into, stream->chunk.data + stream->sent, given);
    stream->sent += given;
    return (ssize_t)given;
}
