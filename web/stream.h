/*
 * Event streams (text/event-stream, as the HTML standard has it): all that is committed, or what
 * belongs to one run, behind any event that a client has seen, without gap or repetition.
 *
 *     id: 4711
 *     event: step
 *     data: {"run":"01J…","asset":"raw.users","kind":"step","at":"…","detail":{…}}
 *
 * Ids are those of the store's events, in the order of their commits. A stream has a cursor: the id
 * behind which it goes on. What was committed lately is kept in a ring, while there are streams;
 * floor is the id behind which the ring has all there is:
 *
 *     cursor < floor    the next batch comes from the store, by a job
 *     cursor >= floor   it comes from the ring, or there is nothing yet
 *
 * A batch of the store that is not full has all that was committed when it was asked for, so the
 * cursor may go to what floor was then. Nothing else moves it. So a client that is slow is never
 * waited for: the ring goes on, he reads from the store later, and what he costs is one batch.
 *
 * All but the job's work is called on the loop.
 */
#ifndef AORTA_WEB_STREAM_H
#define AORTA_WEB_STREAM_H

#include "web/backend.h"
#include "web/exchange.h"

#include <sys/types.h>

enum {
    WEB_STREAM_BLOCK = 8192,      /* what is given to MHD at once */
    WEB_STREAM_BATCH = 256,       /* events of one read of the store */
    WEB_RING_EVENTS = 1024,       /* what the ring holds at most, */
    WEB_RING_BYTES = 1024 * 1024, /* and of which size */
    WEB_STREAM_FROM_NOW = -1,     /* a cursor: behind the newest */
};

struct web_streams;

struct web_streams *web_streams_new(void);
void web_streams_free(struct web_streams *streams); /* when no stream is left */

/* A struct follower's: the argument is the struct web_streams. */
void web_streams_hear(void *streams, const struct news *news);

int64_t web_streams_count(const struct web_streams *streams);

/* Makes the exchange's answer a stream: of all (run NULL) or one run, behind the cursor; from now on
 * if there is no such event yet, since the store is another one than the client knew. is_finite:
 * the run is over, so it ends with its last event; else with the event "ended" of the run. May be
 * called by a `read`. */
void web_stream_begin(struct web_exchange *exchange, const char *run, int64_t cursor,
                      bool is_finite);
void web_stream_free(struct web_stream *stream); /* accepts NULL */

/* What client.c asks: up to `size` bytes that are to be sent now; 0 if there are none yet, and
 * web_stream_wake will be called; -1 at the end. */
ssize_t web_stream_take(struct web_stream *stream, char *into, size_t size);

/* Whether a job of it is under way, which will wake it. */
bool web_stream_is_reading(const struct web_stream *stream);

/* The next bytes are a sign of life; there are no more. The caller wakes. */
void web_stream_beat(struct web_stream *stream);
void web_stream_end(struct web_stream *stream);

/* Hears once, on the loop, that the last event of a run was committed. The watcher's own, in memory
 * that stays until then or web_streams_unwatch. */
struct web_watch {
    struct web_exchange *exchange;
    const char *run; /* NULL: it watches nothing */
    void (*ended)(struct web_exchange *exchange);
    struct web_watch *next;
};

void web_streams_watch(struct web_streams *streams, struct web_watch *watch);
void web_streams_unwatch(struct web_streams *streams, struct web_watch *watch);

/* Of client.c: lets MHD ask again. */
void web_stream_wake(struct web_exchange *exchange);

#endif
