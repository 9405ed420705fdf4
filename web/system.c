/* What tells of the server itself. Nothing here reads the store: all of it is in memory. */
#include "base/clock.h"
#include "web/problem.h"
#include "web/routes.h"
#include "web/site.h"
#include "web/stream.h"

#include <dirent.h>
#include <stddef.h>
#include <string.h>

/* The process answers; that is all. */
static void health(struct web_exchange *exchange)
{
    struct json_writer *json = web_json(exchange, 200);

    json_write_object(json);
    web_write_text(json, "status", "ok");
    json_write_end(json);
    web_done(exchange);
}

/* Anybody may ask: no path is named. */
static void ready(struct web_exchange *exchange)
{
    const struct web_backend *backend = exchange->site->backend;
    struct web_gauges gauges = {0};
    const char *problem = NULL;

    backend->gauges(backend->arg, &gauges);
    if (exchange->site->is_stopping || gauges.is_draining)
        problem = "the daemon is ending";
    else if (gauges.is_held_up)
        problem = "the run store cannot be written at present";
    else if (!gauges.is_ready)
        problem = "the daemon is not ready yet";
    if (problem != NULL) {
        web_header_add(exchange, "Retry-After", "1");
        web_problem(exchange, 503, "%s", problem);
    } else {
        struct json_writer *json = web_json(exchange, 200);
        json_write_object(json);
        web_write_text(json, "status", "ready");
        json_write_end(json);
    }
    web_done(exchange);
}

static void version(struct web_exchange *exchange)
{
    const struct web_backend *backend = exchange->site->backend;
    struct json_writer *json = web_json(exchange, 200);
    struct web_gauges gauges = {0};

    backend->gauges(backend->arg, &gauges);
    json_write_object(json);
    web_write_text(json, "version", exchange->site->version);
    web_write_text(json, "api", "v1");
    web_write_time(json, "started_at", gauges.started_us);
    json_write_end(json);
    web_done(exchange);
}

static void openapi(struct web_exchange *exchange)
{
    buf_append(web_text(exchange, 200, "application/yaml"), web_openapi_text, web_openapi_size);
    web_done(exchange);
}

/* ---- metrics --------------------------------------------------------------------------------- */

/* Names and units as prometheus.io/docs/practices/naming has them; the text as its exposition
 * format 0.0.4. */
static void write_metric(struct buf *out, const char *name, const char *type, const char *help,
                         double value)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %.17g\n", name, help, name, type, name, value);
}

static const struct {
    const char *name, *type, *help;
    size_t offset;
} gauge_metrics[] = {
    {"aorta_runs_queued", "gauge", "Runs that wait for their turn.",
     offsetof(struct web_gauges, queued_runs)},
    {"aorta_runs_running", "gauge", "Runs that are being carried out.",
     offsetof(struct web_gauges, running_runs)},
    {"aorta_steps_running", "gauge", "Steps that are being carried out.",
     offsetof(struct web_gauges, running_steps)},
    {"aorta_executors", "gauge", "Executor processes.", offsetof(struct web_gauges, executors)},
    {"aorta_pipeline_loads_total", "counter", "How often the pipeline was read.",
     offsetof(struct web_gauges, loads)},
    {"aorta_pipeline_load_failures_total", "counter",
     "How often the pipeline was read and had errors.", offsetof(struct web_gauges, failed_loads)},
    {"aorta_store_commits_total", "counter", "Transactions of the run store.",
     offsetof(struct web_gauges, store_commits)},
};

static const struct {
    const char *name, *type, *help;
    size_t offset;
} site_metrics[] = {
    {"aorta_http_connections_refused_total", "counter",
     "Connections that were refused, because there were too many.",
     offsetof(struct web_counts, refused_connections)},
    {"aorta_http_connections_cut_total", "counter", "Connections that took longer than they may.",
     offsetof(struct web_counts, cut_connections)},
    {"aorta_http_authentication_failures_total", "counter", "Requests with a wrong token.",
     offsetof(struct web_counts, failed_tokens)},
};

static int64_t at(const void *from, size_t offset)
{
    return *(const int64_t *)(const void *)((const char *)from + offset);
}

static void write_ended(struct buf *out, const struct web_gauges *gauges)
{
    static const char name[] = "aorta_runs_ended_total";
    const struct {
        const char *state;
        int64_t count;
    } ended[] = {{"succeeded", gauges->succeeded_runs},
                 {"failed", gauges->failed_runs},
                 {"canceled", gauges->canceled_runs}};

    buf_printf(out, "# HELP %s Runs that ended since the daemon began.\n# TYPE %s counter\n", name,
               name);
    for (size_t i = 0; i < sizeof ended / sizeof *ended; i++)
        buf_printf(out, "%s{state=\"%s\"} %lld\n", name, ended[i].state, (long long)ended[i].count);
}

static int64_t count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int64_t count = 0;

    if (folder == NULL)
        return 0;
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count - 3; /* ".", "..", and the folder's own */
}

/* Names as prometheus.io/docs/instrumenting/writing_clientlibs (process metrics) has them. */
static void write_process(struct buf *out, const struct web_gauges *gauges)
{
    size_t resident_bytes = 0;
    uv_rusage_t usage;

    write_metric(out, "process_start_time_seconds", "gauge",
                 "When the process began, in seconds since 1970.",
                 (double)gauges->started_us / 1e6);
    uv_resident_set_memory(&resident_bytes);
    write_metric(out, "process_resident_memory_bytes", "gauge", "Resident memory.",
                 (double)resident_bytes);
    if (uv_getrusage(&usage) == 0)
        write_metric(out, "process_cpu_seconds_total", "counter", "Processor time.",
                     (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
    write_metric(out, "process_open_fds", "gauge", "Open descriptors.",
                 (double)count_descriptors());
}

static void write_answers(struct buf *out, const struct web_counts *counts)
{
    static const char name[] = "aorta_http_requests_total";

    buf_printf(out,
               "# HELP %s Requests that were answered, by class of status.\n# TYPE %s counter\n",
               name, name);
    for (int class = 2; class < 6; class ++)
        buf_printf(out, "%s{status=\"%dxx\"} %lld\n", name, class,
                   (long long)counts->answers[class]);
}

static const struct {
    const char *name, *type, *help;
} stream_metrics[] = {
    {"aorta_stream_running", "gauge", "1 if the stream is at work."},
    {"aorta_stream_lag_records", "gauge", "Records that are in the log and not in the lake."},
    {"aorta_stream_records_per_second", "gauge", "Records that it brings into the lake."},
    {"aorta_stream_watermark_timestamp_seconds", "gauge",
     "Event time of the partition that is furthest back."},
    {"aorta_stream_restarts_total", "counter", "How often it began again since the daemon did."},
};

/* False: it is not known. */
static bool find_stream_value(const struct stream_state *stream, size_t metric, double *value)
{
    int64_t watermark_us = 0;
    bool is_known = true;

    switch (metric) {
    case 0: *value = strcmp(stream->state, "running") == 0; break;
    case 1:
        is_known = stream->lag >= 0;
        *value = (double)stream->lag;
        break;
    case 2: *value = stream->records_per_second; break;
    case 3:
        is_known =
            stream->watermark != NULL &&
            clock_parse(stream->watermark, strlen(stream->watermark), &watermark_us, NULL, NULL);
        *value = (double)watermark_us / 1e6;
        break;
    default: *value = (double)stream->restarts;
    }
    return is_known;
}

static void write_streams(struct web_exchange *exchange, struct buf *out)
{
    const struct web_backend *backend = exchange->site->backend;
    size_t count;
    const struct stream_state *streams = backend->streams(backend->arg, &exchange->arena, &count);

    for (size_t i = 0; count > 0 && i < sizeof stream_metrics / sizeof *stream_metrics; i++) {
        const char *name = stream_metrics[i].name;
        double value;
        buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, stream_metrics[i].help, name,
                   stream_metrics[i].type);
        for (size_t j = 0; j < count; j++)
            if (find_stream_value(&streams[j], i, &value))
                buf_printf(out, "%s{asset=\"%s\"} %.17g\n", name, streams[j].asset, value);
    }
}

static const struct {
    const char *name, *type, *help;
} sensor_metrics[] = {
    {"aorta_sensor_looks_total", "counter", "How often it has looked since the daemon began."},
    {"aorta_sensor_failures_total", "counter", "Looks that failed since the daemon began."},
    {"aorta_sensor_runs_total", "counter", "Runs that it has asked for since the daemon began."},
    {"aorta_sensor_pending", "gauge", "1 if what it has found waits for its run."},
    {"aorta_sensor_failing", "gauge", "1 if it cannot look, or its run was refused."},
    {"aorta_sensor_last_look_timestamp_seconds", "gauge", "When it looked last; 0: never."},
};

static double sensor_value(const struct sensor_state *sensor, size_t metric)
{
    switch (metric) {
    case 0: return (double)sensor->looks;
    case 1: return (double)sensor->failed_looks;
    case 2: return (double)sensor->requests;
    case 3: return strcmp(sensor->state, "pending") == 0;
    case 4: return strcmp(sensor->state, "failing") == 0;
    default: return (double)sensor->looked_us / 1e6;
    }
}

static void write_sensors(struct web_exchange *exchange, struct buf *out)
{
    const struct web_backend *backend = exchange->site->backend;
    size_t count;
    const struct sensor_state *sensors = backend->sensors(backend->arg, &exchange->arena, &count);

    for (size_t i = 0; count > 0 && i < sizeof sensor_metrics / sizeof *sensor_metrics; i++) {
        const char *name = sensor_metrics[i].name;
        buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, sensor_metrics[i].help, name,
                   sensor_metrics[i].type);
        for (size_t j = 0; j < count; j++)
            buf_printf(out, "%s{sensor=\"%s\"} %.17g\n", name, sensors[j].name,
                       sensor_value(&sensors[j], i));
    }
}

static void metrics(struct web_exchange *exchange)
{
    const struct web_site *site = exchange->site;
    const struct web_backend *backend = site->backend;
    struct buf *out = web_text(exchange, 200, "text/plain; version=0.0.4; charset=utf-8");
    struct web_gauges gauges = {0};

    backend->gauges(backend->arg, &gauges);
    buf_printf(out,
               "# HELP aorta_build_info The version that is running.\n"
               "# TYPE aorta_build_info gauge\naorta_build_info{version=\"%s\"} 1\n",
               site->version);
    write_metric(out, "aorta_ready", "gauge", "1 if runs are taken.",
                 gauges.is_ready && !gauges.is_draining);
    for (size_t i = 0; i < sizeof gauge_metrics / sizeof *gauge_metrics; i++)
        write_metric(out, gauge_metrics[i].name, gauge_metrics[i].type, gauge_metrics[i].help,
                     (double)at(&gauges, gauge_metrics[i].offset));
    write_ended(out, &gauges);
    write_streams(exchange, out);
    write_sensors(exchange, out);
    write_answers(out, &site->counts);
    write_metric(out, "aorta_http_request_duration_seconds_total", "counter",
                 "What was needed to make answers.", (double)site->counts.answer_us / 1e6);
    for (size_t i = 0; i < sizeof site_metrics / sizeof *site_metrics; i++)
        write_metric(out, site_metrics[i].name, site_metrics[i].type, site_metrics[i].help,
                     (double)at(&site->counts, site_metrics[i].offset));
    write_metric(out, "aorta_http_connections", "gauge", "Connections that are open.",
                 site->client_count);
    write_metric(out, "aorta_http_event_streams", "gauge", "Event streams that are open.",
                 (double)web_streams_count(site->streams));
    write_process(out, &gauges);
    web_done(exchange);
}

const struct web_route web_system_routes[] = {
    {"GET", "/healthz", WEB_ANYBODY, .now = health},
    {"GET", "/readyz", WEB_ANYBODY, .now = ready},
    {"GET", "/metrics", WEB_VIEWER, .now = metrics},
    {"GET", "/api/v1/version", WEB_VIEWER, .is_polled = true, .now = version},
    {"GET", "/api/v1/openapi.yaml", WEB_VIEWER, .is_polled = true, .now = openapi},
    {0},
};
