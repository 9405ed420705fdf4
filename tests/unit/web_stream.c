/*
 * An event stream and what it costs: which events it is given, and how often the store is read for
 * it. What web/readers.h and web/client.c do is done by the test here, step by step.
 */
#include "test.h"

#include "store_fixture.h"

#include "web/site.h"
#include "web/stream.h"

#include <stdlib.h>
#include <string.h>

static struct web_job *asked; /* that nobody has worked on yet */
static int reads, wakes;

void web_readers_add(struct web_readers *readers, struct web_job *job)
{
    (void)readers;
    check(asked == NULL);
    asked = job;
    reads++;
}

void web_stream_wake(struct web_exchange *exchange)
{
    (void)exchange;
    wakes++;
}

void web_done(struct web_exchange *exchange)
{
    (void)exchange;
    test_fail(__FILE__, __LINE__, "a stream is no answer that is done");
}

static struct store *store;
static struct store_reader *reader;
static struct web_site site;
static struct web_exchange listener;
static int64_t last_event;

static void set_up(void)
{
    store = store_fixture_open();
    site.streams = web_streams_new();
    web_exchange_init(&listener, &site);
}

static void tear_down(void)
{
    web_exchange_release(&listener);
    web_streams_free(site.streams);
    store_reader_close(reader);
    store_close(store);
}

/* So many events of the run, committed and heard. */
static void happen(const char *run, int count)
{
    struct err err;

    for (int i = 0; i < count; i++) {
        const struct store_event event = {
            .id = ++last_event, .run_id = run, .at_us = 1000, .kind = "step", .detail = "{}"};
        store_event_append(store, &event, STORE_NO_DONE);
    }
    check_ok(store_flush(store, &err));
    for (int64_t id = last_event - count + 1; id <= last_event; id++)
        web_streams_hear(
            site.streams,
            &(struct news){.id = id, .at_us = 1000, .run = run, .kind = "step", .detail = "{}"});
}

/* Does what was asked for of the store. */
static void work(void)
{
    struct web_job *job = asked;
    struct err err;

    asked = NULL;
    job->work(job, reader, &err);
    job->done(job);
}

/* Takes what there is, as a client does that reads on, while the store is read for it at most so
 * often; how many events came, of which *last is the newest. */
static int take(int most_reads, int64_t *last)
{
    int begun = reads, count = 0;
    char text[WEB_STREAM_BLOCK + 1];
    struct buf taken;

    buf_init(&taken);
    for (ssize_t size = 1; size > 0 || asked != NULL;) {
        if (asked != NULL)
            work();
        size = web_stream_take(listener.stream, text, WEB_STREAM_BLOCK);
        if (reads - begun > most_reads)
            test_fail(__FILE__, __LINE__, "the store is read more than %d times", most_reads);
        if (size > 0)
            buf_append(&taken, text, (size_t)size);
    }
    for (const char *at = taken.data; at != NULL && (at = strstr(at, "id: ")) != NULL; count++) {
        int64_t id = strtoll(at + 4, NULL, 10);
        if (id <= *last)
            test_fail(__FILE__, __LINE__, "event %lld after event %lld", (long long)id,
                      (long long)*last);
        *last = id;
        at += 4;
    }
    buf_release(&taken);
    return count;
}

TEST("for a run of which nothing happens any more the store is read once, whatever else happens")
{
    int64_t last = 0;

    set_up();
    store_fixture_run(store, "R1", STORE_NO_DONE);
    store_fixture_run(store, "R2", STORE_NO_DONE);
    happen("R1", 3);
    happen("R2", 50);
    reader = store_fixture_reader();
    web_stream_begin(&listener, "R1", 0, false);
    check_int(take(1, &last), 3);
    check_int(last, 3);
    check_int(reads, 1);
    wakes = 0;
    happen("R2", 3 * WEB_RING_EVENTS); /* more than the ring holds */
    check_int(wakes, 0);
    check_int(take(0, &last), 0);
    happen("R1", 1);
    check_int(wakes, 1);
    check_int(take(0, &last), 1);
    check_int(last, last_event);
    tear_down();
}

TEST("what is committed while the store is read comes once, behind what was read")
{
    char text[WEB_STREAM_BLOCK];
    struct store_event *events;
    struct arena arena;
    int64_t last = 0;
    struct err err;
    size_t count;

    set_up();
    store_fixture_run(store, "R1", STORE_NO_DONE);
    store_fixture_run(store, "R2", STORE_NO_DONE);
    happen("R1", 1);
    happen("R2", 9);
    reader = store_fixture_reader();
    web_stream_begin(&listener, "R1", 0, false);
    while (asked == NULL) /* the first bytes are of no event */
        web_stream_take(listener.stream, text, sizeof text);

    arena_init(&arena);
    store_reader_begin(reader); /* sees this moment, and nothing later */
    check_ok(store_read_events_behind(reader, NULL, 0, 100, &arena, &events, &count, &err));
    check_int(count, 10);
    happen("R1", 10);
    happen("R2", 2 * WEB_RING_EVENTS); /* so that the ring has forgotten them */
    work();
    store_reader_end(reader);
    arena_release(&arena);

    check_int(take(2, &last), 11);
    check_int(last, 20);
    check_int(take(0, &last), 0);
    tear_down();
}
