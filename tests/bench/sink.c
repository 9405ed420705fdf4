/*
 * The sink against a bare consumer of the same topic.
 *
 *     bench_sink CONNECTORS FOLDER RECORDS RUNS
 *
 * An embedded broker in a process of its own, a topic of six partitions, readings of one day. Then
 * in turn: librdkafka alone, which reads every record and looks at none, and the sink, which brings
 * them into a lake in FOLDER that is empty, safe from a power cut. A line for each pair, seconds:
 *
 *     {"sink":0.91,"bare":0.52,"records":600000,"objects":144}
 */
#include "connectors.h"

#include "base/clock.h"
#include "executor/module.h"
#include "executor/sink_stream.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOPIC "readings"

enum { PARTITIONS = 6, DAY_SECONDS = 86400, BATCH = 1000 };

static struct arena arena;

/* --------------------------------------------------------------------------------------- broker */

static _Noreturn void serve(const struct aorta_connector *kafka, int out)
{
    static const char *const topics[] = {"topics", TOPIC ":6", NULL};
    struct aorta_error error;
    const char *address;
    void *server;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (kafka->server->start(&module_host, bench_fill(&arena, kafka->options, topics), &server,
                             &address, &error) < 0)
        bench_die("broker", error.message);
    if (write(out, address, strlen(address)) < 0)
        bench_die("broker", "nobody listens");
    close(out);
    for (;;)
        pause();
}

/* In a child that ends with this process. */
static const char *start_broker(const struct aorta_connector *kafka)
{
    char address[256] = "";
    int out[2];

    if (pipe(out) < 0)
        bench_die("broker", "no pipe");
    pid_t child = fork();
    if (child == 0) {
        close(out[0]);
        serve(kafka, out[1]);
    }
    close(out[1]);
    if (child < 0 || read(out[0], address, sizeof address - 1) <= 0)
        bench_die("broker", "did not start");
    close(out[0]);
    return arena_strdup(&arena, address);
}

static void produce(const struct aorta_connector *kafka, void *broker, int64_t records)
{
    const struct aorta_message_log *log = kafka->message_log;
    struct aorta_error error;
    char value[256];
    void *producer;

    if (log->producer_open(broker, TOPIC, &producer, &error) < 0)
        bench_die("produce", error.message);
    for (int64_t i = 0; i < records; i++) {
        int size = snprintf(value, sizeof value,
                            "{\"user_id\":%d,\"heart_rate\":%d,\"timestamp\":%" PRId64
                            ",\"meta\":{\"activity_id\":%d,\"location\":{\"latitude\":%.6f,"
                            "\"longitude\":%.6f}}}",
                            10001 + rand() % 9999, 40 + rand() % 160,
                            INT64_C(1711929600) + i * DAY_SECONDS / records, 20001 + rand() % 999,
                            rand() % 90000 / 1000.0, rand() % 180000 / 1000.0);
        struct aorta_record record = {
            .partition = (int32_t)(i % PARTITIONS), .value = value, .value_size = (size_t)size};
        if (log->produce(producer, &record, &error) < 0)
            bench_die("produce", error.message);
    }
    if (log->producer_flush(producer, &error) < 0)
        bench_die("produce", error.message);
    log->producer_close(producer);
}

/* Records that the topic has, and where they begin: an embedded broker keeps so many bytes of a
 * partition only. */
static int64_t find_records(const struct aorta_connector *kafka, void *broker,
                            int64_t first[PARTITIONS])
{
    struct aorta_watermarks watermarks;
    struct aorta_error error;
    int64_t sum = 0;

    for (int32_t i = 0; i < PARTITIONS; i++) {
        if (kafka->message_log->watermarks(broker, TOPIC, i, &watermarks, &error) < 0)
            bench_die("watermarks", error.message);
        first[i] = watermarks.low;
        sum += watermarks.high - watermarks.low;
    }
    return sum;
}

/* ---------------------------------------------------------------------------------------- peers */

static rd_kafka_t *open_bare(const char *address)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char problem[256];

    if (rd_kafka_conf_set(conf, "bootstrap.servers", address, problem, sizeof problem) !=
            RD_KAFKA_CONF_OK ||
        rd_kafka_conf_set(conf, "group.id", "bare", problem, sizeof problem) != RD_KAFKA_CONF_OK)
        bench_die("bare consumer", problem);
    rd_kafka_t *consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, problem, sizeof problem);
    if (consumer == NULL)
        bench_die("bare consumer", problem);
    return consumer;
}

/* It is told the offsets to begin at: to find "the beginning" takes librdkafka half a second. */
static double run_bare(const char *address, const int64_t first[PARTITIONS], int64_t records)
{
    rd_kafka_message_t *messages[BATCH];
    int64_t seen = 0, start = clock_monotonic_us();
    rd_kafka_t *consumer = open_bare(address);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTITIONS);

    for (int32_t i = 0; i < PARTITIONS; i++)
        rd_kafka_topic_partition_list_add(list, TOPIC, i)->offset = first[i];
    rd_kafka_assign(consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(consumer);
    while (seen < records) {
        ssize_t count = rd_kafka_consume_batch_queue(queue, 100, messages, BATCH);
        for (ssize_t i = 0; i < count; i++) {
            seen += messages[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR;
            rd_kafka_message_destroy(messages[i]);
        }
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return (double)(clock_monotonic_us() - start) / 1e6;
}

static double run_sink(struct sink_config *config, int64_t records, struct sink_progress *progress)
{
    static const atomic_bool drain = true;
    int64_t start = clock_monotonic_us();
    struct err err;

    config->upstream_done = &drain;
    if (sink_run(config, progress, &err) < 0)
        bench_die("sink", err.message);
    if (progress->done.records != records)
        bench_die("sink", "records are missing");
    return (double)(clock_monotonic_us() - start) / 1e6;
}

int main(int argc, char **argv)
{
    struct sink_progress progress;
    struct sink_config config;
    int64_t first[PARTITIONS];

    if (argc != 5)
        bench_die("usage", "bench_sink CONNECTORS FOLDER RECORDS RUNS");
    arena_init(&arena);
    const struct aorta_connector *kafka = bench_load(&arena, argv[1], "kafka"),
                                 *file = bench_load(&arena, argv[1], "file");
    const char *address = start_broker(kafka);
    void *broker = bench_open(&arena, kafka, (const char *const[]){"brokers", address, NULL});
    produce(kafka, broker, strtoll(argv[3], NULL, 10));
    int64_t records = find_records(kafka, broker, first);
    sink_config_init(&config);
    config.log = kafka->message_log;
    config.broker = broker;
    config.topic = TOPIC;
    config.group = "sink";
    config.alone = true;
    config.grouping.time_field = "timestamp";
    config.store = file->object_store;
    for (long run = 0; run < strtol(argv[4], NULL, 10); run++) {
        const char *path = arena_printf(&arena, "%s/lake%ld", argv[2], run);
        config.lake = bench_open(&arena, file, (const char *const[]){"path", path, NULL});
        double sink = run_sink(&config, records, &progress);
        double bare = run_bare(address, first, records);
        printf("{\"sink\":%.4f,\"bare\":%.4f,\"records\":%" PRId64 ",\"objects\":%" PRId64 "}\n",
               sink, bare, records, progress.done.objects);
        fflush(stdout);
        file->close(config.lake);
    }
    kafka->close(broker);
    arena_release(&arena);
    return 0;
}
