#include "daemon/streams.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/alerts.h"
#include "daemon/pauses.h"
#include "run/order.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_WAIT_MS = 1000, LONGEST_WAIT_MS = 60 * 1000, WELL_MS = 60 * 1000 };

enum { STALE_MS = 5000 }; /* what it said last is not known to be so any more */

const char STREAMS_TRIGGER[] = "stream";

enum stream_is { STREAM_STARTING, STREAM_RUNNING, STREAM_ENDING, STREAM_WAITING, STREAM_PAUSED };

static const char *const state_names[] = {"starting", "running", "ending", "waiting", "paused"};

struct stream {
    struct listener listener; /* of its run */
    struct streams *streams;
    char *key;
    char *declared; /* a hash of its declaration */
    enum stream_is state;
    bool is_gone;   /* from the pipeline */
    bool is_paused; /* or to be */
    bool is_well;   /* its run goes on for a while; alerts were told */
    int64_t since_us;
    int64_t began_us, due_us; /* monotonic: its run, the next one */
    int64_t failures;         /* in a row */
    int64_t restarts;
    char run[ULID_SIZE + 1];
    char watermark[40];
    char error[256];
    int64_t heard_us; /* when it said how far it is, monotonic */
    int64_t records, lag, max_lag;
    int64_t measured_us, measured_records; /* when the rate was measured */
    double rate;
    struct stream *next;
};

struct streams {
    struct daemon *daemon;
    uv_timer_t timer;
    struct stream *first;
    bool is_closing;
};

static void enter(struct stream *stream, enum stream_is state)
{
    stream->state = state;
    stream->since_us = clock_now_us();
}

/* ----------------------------------------------------------------------------------- beginning */

static void begin(struct stream *stream)
{
    struct daemon *daemon = stream->streams->daemon;
    const struct pipeline *pipeline = &daemon->loaded->pipeline;
    const char *selected[] = {stream->key};
    const struct request request = {
        .verb = "stream",
        .folder = pipeline->folder,
        .target = pipeline->target->name,
        .select = selected,
        .select_count = 1,
        .trigger = STREAMS_TRIGGER,
    };

    stream->began_us = stream->measured_us = clock_monotonic_us();
    stream->records = stream->measured_records = 0;
    stream->rate = 0;
    stream->lag = -1;
    stream->is_well = false;
    stream->run[0] = '\0';
    enter(stream, STREAM_STARTING);
    work_request(daemon, &request, &stream->listener);
}

static void tend(struct streams *streams);

static void wake(uv_timer_t *timer)
{
    tend(timer->data);
}

/* Begins those that are due, and wakes for the next one. */
static void tend(struct streams *streams)
{
    int64_t now = clock_monotonic_us(), next = INT64_MAX;

    if (streams->is_closing || streams->daemon->is_draining || streams->daemon->is_ending)
        return;
    for (struct stream *stream = streams->first; stream != NULL; stream = stream->next) {
        if (stream->state == STREAM_WAITING && stream->due_us <= now)
            begin(stream);
        if (stream->state == STREAM_WAITING && stream->due_us < next)
            next = stream->due_us;
    }
    if (next != INT64_MAX)
        uv_timer_start(&streams->timer, wake, (uint64_t)((next - now) / 1000 + 1), 0);
}

/* --------------------------------------------------------------------------------- what it says */

static bool has_gone_on(const struct stream *stream, int64_t now_us)
{
    return now_us - stream->began_us > WELL_MS * INT64_C(1000);
}

static void hear_progress(struct stream *stream, const struct event *event)
{
    int64_t now = clock_monotonic_us();
    int64_t passed_us = now - stream->measured_us;
    char why[128];

    stream->heard_us = now;
    stream->records = event->rows;
    stream->lag = event->lag;
    snprintf(stream->watermark, sizeof stream->watermark, "%s",
             event->watermark != NULL ? event->watermark : "");
    if (passed_us >= 1000 * 1000) {
        stream->rate = (double)(event->rows - stream->measured_records) * 1e6 / (double)passed_us;
        stream->measured_us = now;
        stream->measured_records = event->rows;
    }
    if (!stream->is_well && event->lag >= 0 && has_gone_on(stream, now)) {
        stream->is_well = true;
        alerts_stream_well(stream->streams->daemon->alerts, stream->key);
    }
    if (stream->max_lag == 0 || event->lag < 0)
        return;
    snprintf(why, sizeof why, "%lld records behind, more than %lld", (long long)event->lag,
             (long long)stream->max_lag);
    alerts_lag(stream->streams->daemon->alerts, stream->key,
               event->lag > stream->max_lag ? why : NULL);
}

static int64_t wait_ms(const struct stream *stream)
{
    int64_t wait = FIRST_WAIT_MS;

    for (int64_t i = 1; i < stream->failures && wait < LONGEST_WAIT_MS; i++)
        wait *= 2;
    return wait < LONGEST_WAIT_MS ? wait : LONGEST_WAIT_MS;
}

static void free_stream(struct stream *stream)
{
    struct stream **at = &stream->streams->first;

    while (*at != stream)
        at = &(*at)->next;
    *at = stream->next;
    free(stream->key);
    free(stream->declared);
    free(stream);
}

/* Its run is over, or could not be. */
static void end(struct stream *stream, bool failed)
{
    struct streams *streams = stream->streams;
    int64_t now = clock_monotonic_us();

    if (stream->is_gone) {
        free_stream(stream);
        return;
    }
    if (has_gone_on(stream, now))
        stream->failures = 0;
    stream->failures += failed;
    stream->restarts += !stream->is_paused;
    stream->due_us = failed ? now + wait_ms(stream) * 1000 : now;
    if (failed)
        log_warn("stream %s has ended (%s): it begins again in %lld s", stream->key,
                 stream->error[0] != '\0' ? stream->error : "failed",
                 (long long)(wait_ms(stream) / 1000));
    enter(stream, stream->is_paused ? STREAM_PAUSED : STREAM_WAITING);
    tend(streams);
}

static void hear_event(struct stream *stream, const struct event *event)
{
    bool is_refused = strcmp(event->type, "refused") == 0;
    const char *message = is_refused && event->line_count > 0 ? event->lines[0] : event->message;

    if (strcmp(event->type, "accepted") == 0) {
        snprintf(stream->run, sizeof stream->run, "%s", event->run != NULL ? event->run : "");
    } else if (strcmp(event->type, "progress") == 0) {
        if (stream->state == STREAM_STARTING && event->lag >= 0)
            enter(stream, STREAM_RUNNING);
        hear_progress(stream, event);
    } else if ((strcmp(event->type, "step") == 0 || is_refused) && message != NULL) {
        snprintf(stream->error, sizeof stream->error, "%s", message);
    }
    if (is_refused || strcmp(event->type, "ended") == 0)
        end(stream, is_refused || event->state == NULL || strcmp(event->state, "succeeded") != 0);
}

static void hear(struct listener *listener, const struct frame *frame)
{
    struct stream *stream = (struct stream *)listener;
    struct event event = {0};
    struct arena arena;
    struct err err;

    arena_init(&arena);
    if (frame->kind == MESSAGE_EVENT &&
        record_decode(frame->text, frame->size, &event_shape, &arena, &event, &err) == 0)
        hear_event(stream, &event);
    arena_release(&arena);
}

/* ------------------------------------------------------------------------------ what there is */

static struct stream *find(const struct streams *streams, const char *key)
{
    for (struct stream *stream = streams->first; stream != NULL; stream = stream->next)
        if (strcmp(stream->key, key) == 0)
            return stream;
    return NULL;
}

/* Tells its run to end, if it has one: `end` is called then. */
static void stop(struct stream *stream)
{
    if (stream->state == STREAM_STARTING || stream->state == STREAM_RUNNING) {
        enter(stream, STREAM_ENDING);
        work_cancel(stream->streams->daemon, &stream->listener);
    }
}

static bool was_paused(const struct streams *streams, const char *key)
{
    struct buf subject;

    buf_init(&subject);
    buf_printf(&subject, "stream:%s", key);
    bool is_paused = pauses_hold(streams->daemon->pauses, subject.data, false);
    buf_release(&subject);
    return is_paused;
}

static void add(struct streams *streams, const char *key, const char *declared)
{
    struct stream *stream = alloc_zeroed(1, sizeof *stream);

    stream->listener.hear = hear;
    stream->streams = streams;
    stream->key = alloc_strdup(key);
    stream->declared = alloc_strdup(declared);
    stream->lag = -1;
    stream->next = streams->first;
    streams->first = stream;
    stream->is_paused = was_paused(streams, key);
    enter(stream, stream->is_paused ? STREAM_PAUSED : STREAM_WAITING);
}

static void configure_one(struct streams *streams, const struct graph *graph,
                          const struct asset *asset)
{
    struct stream *stream = find(streams, asset->key);
    struct arena arena;
    struct order order;

    arena_init(&arena);
    order_fill(&order, graph, asset, NULL, 0, &arena);
    if (stream == NULL) {
        add(streams, asset->key, order.config_hash);
        stream = streams->first;
    } else if (strcmp(stream->declared, order.config_hash) != 0) {
        free(stream->declared);
        stream->declared = alloc_strdup(order.config_hash);
        stop(stream);
    }
    stream->is_gone = false;
    stream->max_lag = asset->max_lag;
    arena_release(&arena);
}

static void remove_gone(struct streams *streams)
{
    struct stream *following;

    for (struct stream *stream = streams->first; stream != NULL; stream = following) {
        following = stream->next;
        if (!stream->is_gone)
            continue;
        stop(stream);
        if (stream->state == STREAM_WAITING || stream->state == STREAM_PAUSED)
            free_stream(stream);
    }
}

void streams_configure(struct streams *streams)
{
    const struct graph *graph = &streams->daemon->loaded->graph;

    for (struct stream *stream = streams->first; stream != NULL; stream = stream->next)
        stream->is_gone = true;
    for (size_t i = 0; i < graph->count; i++)
        if (graph->assets[i]->kind == ASSET_STREAM)
            configure_one(streams, graph, graph->assets[i]);
    remove_gone(streams);
    tend(streams);
}

struct streams *streams_open(struct daemon *daemon)
{
    struct streams *streams = alloc_zeroed(1, sizeof *streams);

    streams->daemon = daemon;
    uv_timer_init(daemon->loop, &streams->timer);
    streams->timer.data = streams;
    uv_unref((uv_handle_t *)&streams->timer);
    streams_configure(streams);
    return streams;
}

void streams_close(struct streams *streams)
{
    if (streams == NULL || streams->is_closing)
        return;
    streams->is_closing = true;
    uv_close((uv_handle_t *)&streams->timer, NULL);
}

void streams_free(struct streams *streams)
{
    struct stream *following;

    if (streams == NULL)
        return;
    for (struct stream *stream = streams->first; stream != NULL; stream = following) {
        following = stream->next;
        free_stream(stream);
    }
    free(streams);
}

bool streams_set_paused(struct streams *streams, const char *name, bool paused)
{
    const struct asset *asset = graph_find(&streams->daemon->loaded->graph, name);
    struct stream *stream = asset != NULL ? find(streams, asset->key) : NULL;

    if (stream == NULL)
        return false;
    stream->is_paused = paused;
    if (paused)
        stop(stream);
    if (paused && stream->state == STREAM_WAITING)
        enter(stream, STREAM_PAUSED);
    if (!paused && stream->state == STREAM_PAUSED) {
        stream->due_us = 0;
        stream->failures = 0;
        enter(stream, STREAM_WAITING);
        tend(streams);
    }
    return true;
}

static bool is_stale(const struct stream *stream, int64_t now_us)
{
    return now_us - stream->heard_us > STALE_MS * INT64_C(1000);
}

struct stream_state *streams_list(const struct streams *streams, struct arena *arena, size_t *count)
{
    struct stream_state *states;
    int64_t now_us = clock_monotonic_us(), ahead_us = clock_now_us() - now_us;

    *count = 0;
    for (const struct stream *stream = streams->first; stream != NULL; stream = stream->next)
        ++*count;
    states = arena_calloc(arena, *count + 1, sizeof *states);
    *count = 0;
    for (const struct stream *stream = streams->first; stream != NULL; stream = stream->next)
        states[(*count)++] = (struct stream_state){
            .asset = stream->key,
            .state = state_names[stream->state],
            .run = stream->run[0] != '\0' ? stream->run : NULL,
            .error = stream->error[0] != '\0' ? stream->error : NULL,
            .watermark = stream->watermark[0] != '\0' ? stream->watermark : NULL,
            .records = stream->records,
            .lag = is_stale(stream, now_us) ? -1 : stream->lag,
            .records_per_second = is_stale(stream, now_us) ? 0 : stream->rate,
            .restarts = stream->restarts,
            .since_us = stream->since_us,
            .next_start_us = stream->state == STREAM_WAITING ? stream->due_us + ahead_us : 0,
        };
    return states;
}
