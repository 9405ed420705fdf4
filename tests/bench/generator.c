/*
 * The generator alone: readings, made and thrown away, on one thread.
 *
 *     bench_generator CONNECTORS EVENTS RUNS
 *
 * Wearers and activities are the generator's own, as a pipeline would have stored them. A line a
 * run, of the processor's time: {"events":1003520,"seconds":0.61}
 */
#include "connectors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

static struct arena arena;

static void *open_reader(const struct aorta_source *source, void *connection, const char *stream,
                         enum aorta_read_mode mode)
{
    const struct aorta_read_request request = {
        .stream = stream,
        .mode = mode,
        .options = source->stream_options == NULL
                       ? NULL
                       : bench_fill(&arena, source->stream_options, (const char *const[]){NULL})};
    struct aorta_error error;
    void *reader;

    if (source->read_open(connection, &request, &reader, &error) < 0)
        bench_die(stream, error.message);
    return reader;
}

/* All rows of the stream of that name, into the input of that name. */
static void feed(const struct aorta_source *source, void *connection, const char *name,
                 void *reader)
{
    void *from = open_reader(source, connection, name, AORTA_READ_CHANGES);
    struct aorta_batch batch;
    struct aorta_error error;
    int got;

    while ((got = source->next(from, &batch, &error)) > 0)
        if (source->feed(reader, name, &batch, &error) < 0)
            bench_die(name, error.message);
    if (got < 0)
        bench_die(name, error.message);
    source->read_close(from);
}

static double processor_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void run(const struct aorta_source *source, void *connection, int64_t wanted)
{
    double start = processor_seconds();
    void *reader = open_reader(source, connection, "heart_rates", AORTA_READ_INCREMENTAL);
    struct aorta_batch batch;
    struct aorta_error error;
    int64_t events = 0;
    int got = 1;

    feed(source, connection, "users", reader);
    feed(source, connection, "activities", reader);
    while (events < wanted && (got = source->next(reader, &batch, &error)) > 0)
        events += batch.row_count;
    if (got < 0)
        bench_die("heart_rates", error.message);
    source->read_close(reader);
    printf("{\"events\":%" PRId64 ",\"seconds\":%.4f}\n", events, processor_seconds() - start);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static const char *const settings[] = {"start", "2024-04-01", "as_of", "2024-08-01",
                                           "edits", "0",          NULL};

    if (argc != 4)
        bench_die("usage", "bench_generator CONNECTORS EVENTS RUNS");
    arena_init(&arena);
    const struct aorta_connector *wearables = bench_load(&arena, argv[1], "wearables");
    void *connection = bench_open(&arena, wearables, settings);
    for (long left = strtol(argv[3], NULL, 10); left > 0; left--)
        run(wearables->source, connection, strtoll(argv[2], NULL, 10));
    wearables->close(connection);
    arena_release(&arena);
    return 0;
}
