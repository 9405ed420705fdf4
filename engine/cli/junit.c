#include "cli/junit.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"

#include <stdbool.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL ? text : "";
}

/* Bytes of the first character if XML 1.0 may not have it (section 2.2), else 0. */
static size_t forbidden_size(const char *text)
{
    unsigned char c = (unsigned char)*text;

    if (c < ' ')
        return c != '\t' && c != '\n';
    return strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0 ? 3 : 0;
}

/* What is forbidden becomes a question mark. */
static void append_escaped(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        char c = *text;
        size_t forbidden = forbidden_size(text);
        if (forbidden > 0) {
            buf_append_char(out, '?');
            text += forbidden - 1;
        } else if (c == '&') {
            buf_append_str(out, "&amp;");
        } else if (c == '<') {
            buf_append_str(out, "&lt;");
        } else if (c == '>') {
            buf_append_str(out, "&gt;");
        } else if (c == '"') {
            buf_append_str(out, "&quot;");
        } else if (c == '\n') {
            buf_append_str(out, "&#10;");
        } else {
            buf_append_char(out, c);
        }
    }
}

static void append_attribute(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, " %s=\"", name);
    append_escaped(out, value);
    buf_append_str(out, "\"");
}

/* What a test case has in it; one that is good has nothing. */
enum element { GOOD, FAILURE, ERROR, SKIPPED, ELEMENTS };

static void append_child(struct buf *out, enum element element, const char *type,
                         const char *message)
{
    static const char *const names[ELEMENTS] = {
        [FAILURE] = "failure", [ERROR] = "error", [SKIPPED] = "skipped"};

    buf_printf(out, ">\n      <%s", names[element]);
    if (element != SKIPPED)
        append_attribute(out, "type", type);
    append_attribute(out, "message", message);
    buf_append_str(out, "/>\n    </testcase>\n");
}

static int64_t time_of(const json_t *step, const char *name)
{
    const char *text = text_of(step, name);
    bool has_time, has_zone;
    int64_t us;

    return clock_parse(text, strlen(text), &us, &has_time, &has_zone) ? us : 0;
}

/* Of a step, or of the run. */
static double seconds_of(const json_t *step)
{
    int64_t begin = time_of(step, "started_at"), end = time_of(step, "ended_at");

    return begin > 0 && end > begin ? (double)(end - begin) / 1e6 : 0;
}

static enum element element_of_step(const json_t *step)
{
    static const struct {
        const char *state;
        enum element element;
    } elements[] = {{"succeeded", GOOD},   {"fresh", GOOD},         {"skipped", SKIPPED},
                    {"queued", ERROR},     {"running", ERROR},      {"failed", FAILURE},
                    {"canceled", FAILURE}, {"interrupted", FAILURE}};

    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (strcmp(elements[i].state, text_of(step, "state")) == 0)
            return elements[i].element;
    return ERROR;
}

static enum element element_of_check(const json_t *check)
{
    return strcmp(text_of(check, "status"), "fail") == 0 ? FAILURE : GOOD;
}

/* Why it is not good: in the words of its error, of the scheduler, or its state. */
static const char *message_of(const json_t *step)
{
    const char *error = text_of(json_object_get(step, "error"), "message");
    const char *reason = text_of(step, "reason");

    return error[0] != '\0' ? error : reason[0] != '\0' ? reason : text_of(step, "state");
}

static void append_step(struct buf *out, const json_t *step)
{
    enum element element = element_of_step(step);
    const char *code = text_of(json_object_get(step, "error"), "code");

    buf_append_str(out, "    <testcase");
    append_attribute(out, "classname", text_of(step, "kind"));
    append_attribute(out, "name", text_of(step, "asset"));
    buf_printf(out, " time=\"%.3f\"", seconds_of(step));
    if (element == GOOD)
        buf_append_str(out, "/>\n");
    else
        append_child(out, element, code[0] != '\0' ? code : text_of(step, "state"),
                     message_of(step));
}

static void append_check(struct buf *out, const json_t *check)
{
    const char *status = text_of(check, "status");
    json_int_t failures = json_integer_value(json_object_get(check, "failures"));
    char message[64];

    buf_append_str(out, "    <testcase");
    append_attribute(out, "classname", text_of(check, "asset"));
    append_attribute(out, "name", text_of(check, "check"));
    snprintf(message, sizeof message, "%lld rows do not pass", (long long)failures);
    if (element_of_check(check) == FAILURE)
        append_child(out, FAILURE, "check", message);
    else if (strcmp(status, "warn") == 0) /* it does not fail the run */
        buf_printf(out, ">\n      <system-out>warning: %s</system-out>\n    </testcase>\n",
                   message);
    else
        buf_append_str(out, "/>\n");
}

static void count(const json_t *list, enum element (*element_of)(const json_t *), size_t *counts)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        counts[element_of(json_array_get(list, i))]++;
}

static void append_suite(struct buf *out, const json_t *run, const json_t *steps,
                         const json_t *checks)
{
    size_t counts[ELEMENTS] = {0};

    count(steps, element_of_step, counts);
    count(checks, element_of_check, counts);
    buf_append_str(out, "  <testsuite");
    append_attribute(out, "name", text_of(run, "pipeline"));
    append_attribute(out, "id", text_of(run, "id"));
    append_attribute(out, "timestamp", text_of(run, "created_at"));
    buf_printf(out, " time=\"%.3f\"", seconds_of(run));
    buf_printf(out, " tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\" errors=\"%zu\">\n",
               json_array_size(steps) + json_array_size(checks), counts[FAILURE], counts[SKIPPED],
               counts[ERROR]);
}

int junit_write(const char *path, const json_t *run, const json_t *steps, const json_t *checks,
                struct err *err)
{
    struct buf out;

    buf_init(&out);
    buf_append_str(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    append_suite(&out, run, steps, checks);
    for (size_t i = 0; i < json_array_size(steps); i++)
        append_step(&out, json_array_get(steps, i));
    for (size_t i = 0; i < json_array_size(checks); i++)
        append_check(&out, json_array_get(checks, i));
    buf_append_str(&out, "  </testsuite>\n</testsuites>\n");
    int result = file_write_atomic(path, out.data, out.size, err);
    buf_release(&out);
    return result;
}
