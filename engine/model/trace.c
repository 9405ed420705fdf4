#include "model/trace.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "model/session.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int trace_fd = -1; /* -1: off */

static void open_once(void)
{
    const char *path = getenv("AORTA_TRACE_SQL");

    if (path == NULL || path[0] == '\0')
        return;
    trace_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (trace_fd < 0)
        log_warn("AORTA_TRACE_SQL: \"%s\": %s", path, strerror(errno));
}

void trace_open(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, open_once);
}

void trace_begin(struct trace *trace)
{
    trace->started_us = trace_fd >= 0 ? clock_monotonic_us() : 0;
}

static void write_value(struct json_writer *json, const struct aorta_value *value)
{
    if (value->is_null) {
        json_write_null(json);
        return;
    }
    switch (value->type) {
    case AORTA_BOOL: json_write_bool(json, value->integer != 0); return;
    case AORTA_DOUBLE: json_write_double(json, value->number); return;
    case AORTA_INT32:
    case AORTA_INT64:
    case AORTA_DATE:
    case AORTA_TIME:
    case AORTA_TIMESTAMP:
    case AORTA_TIMESTAMPTZ: json_write_int(json, value->integer); return;
    case AORTA_TEXT:
    case AORTA_JSON:
    case AORTA_DECIMAL:
    case AORTA_UUID:
    case AORTA_BYTES: json_write_strn(json, value->text.data, value->text.size); return;
    }
}

static void begin_line(struct json_writer *json, struct buf *line, const struct session *session)
{
    char number[48];

    snprintf(number, sizeof number, "%ld.%lld", (long)getpid(), (long long)session->number);
    buf_init(line);
    json_writer_init(json, line);
    json_write_object(json);
    json_write_key(json, "session");
    json_write_str(json, number);
    json_write_key(json, "connection");
    json_write_str(json, session->name);
}

/* One write a line: lines of several executors do not mix. */
static void end_line(struct json_writer *json, struct buf *line, const struct trace *trace)
{
    json_write_key(json, "us");
    json_write_int(json, clock_monotonic_us() - trace->started_us);
    json_write_end(json);
    buf_append_char(line, '\n');
    ssize_t written = write(trace_fd, line->data, line->size);
    (void)written; /* nobody's work ends because a trace has no room */
    buf_release(line);
}

void trace_statement(const struct trace *trace, const struct session *session, const char *sql,
                     const struct aorta_value *params, int32_t param_count,
                     const struct err *failed)
{
    struct json_writer json;
    struct buf line;

    if (trace_fd < 0)
        return;
    begin_line(&json, &line, session);
    json_write_key(&json, "sql");
    json_write_str(&json, sql);
    if (param_count > 0) {
        json_write_key(&json, "params");
        json_write_array(&json);
        for (int32_t i = 0; i < param_count; i++)
            write_value(&json, &params[i]);
        json_write_end(&json);
    }
    if (failed != NULL) {
        json_write_key(&json, "error");
        json_write_str(&json, failed->message);
    }
    end_line(&json, &line, trace);
}

void trace_call(const struct trace *trace, const struct session *session, const char *call,
                const char *relation)
{
    struct json_writer json;
    struct buf line;

    if (trace_fd < 0)
        return;
    begin_line(&json, &line, session);
    json_write_key(&json, "call");
    json_write_str(&json, call);
    json_write_key(&json, "relation");
    json_write_str(&json, relation);
    end_line(&json, &line, trace);
}
