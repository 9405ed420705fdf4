#include "daemon/alert_message.h"

#include "base/utf8.h"

#include <string.h>

enum { MAX_SLACK_BYTES = 3900 }; /* of 4,000 characters, beyond which Slack cuts */

static const struct record_field check_fields[] = {
    RECORD_FIELD(alert_check, name, TEXT),
    RECORD_FIELD(alert_check, status, TEXT),
    RECORD_FIELD(alert_check, failures, INT),
    RECORD_FIELD(alert_check, detail, TEXT),
    {0},
};
static const struct record_shape check_shape = {check_fields, sizeof(struct alert_check)};

static const struct record_field line_fields[] = {
    RECORD_FIELD(alert_line, kind, TEXT),
    RECORD_FIELD(alert_line, subject, TEXT),
    RECORD_FIELD(alert_line, at, TEXT),
    RECORD_FIELD(alert_line, error, TEXT),
    {0},
};
static const struct record_shape line_shape = {line_fields, sizeof(struct alert_line)};

static const struct record_field message_fields[] = {
    RECORD_FIELD(alert_message, id, TEXT),
    RECORD_FIELD(alert_message, kind, TEXT),
    RECORD_FIELD(alert_message, of, TEXT),
    RECORD_FIELD(alert_message, subject, TEXT),
    RECORD_FIELD(alert_message, pipeline, TEXT),
    RECORD_FIELD(alert_message, target, TEXT),
    RECORD_FIELD(alert_message, run, TEXT),
    RECORD_FIELD(alert_message, asset, TEXT),
    RECORD_FIELD(alert_message, error, TEXT),
    RECORD_NESTED(alert_message, checks, MANY, check_shape),
    RECORD_FIELD(alert_message, at, TEXT),
    RECORD_FIELD(alert_message, link, TEXT),
    RECORD_FIELD(alert_message, repeats, INT),
    RECORD_FIELD(alert_message, held, INT),
    RECORD_NESTED(alert_message, alerts, MANY, line_shape),
    {0},
};
const struct record_shape alert_message_shape = {message_fields, sizeof(struct alert_message)};

/* What is said of the subject, by kind, and that its trouble is over. */
static const struct wording {
    const char *kind, *trouble, *over;
} wordings[] = {
    {"failure", "failed", "works again"},
    {"lateness", "is late", "is up to date again"},
    {"warning", "has warnings", "has no warnings any more"},
    {"lag", "lags behind", "has caught up"},
};

static const char *wording_of(const char *kind, const char *of)
{
    bool is_over = strcmp(kind, "recovery") == 0;

    for (size_t i = 0; i < sizeof wordings / sizeof *wordings; i++)
        if (strcmp(wordings[i].kind, is_over && of != NULL ? of : kind) == 0)
            return is_over ? wordings[i].over : wordings[i].trouble;
    return kind;
}

/* "asset:marts.orders" is known to people as "marts.orders". */
static const char *name_of(const char *subject)
{
    return strncmp(subject, "asset:", 6) == 0 ? subject + 6 : subject;
}

/* Line breaks and other controls become blanks: a line stays one. */
static void append_line(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++)
        buf_append_char(out, (unsigned char)*text < ' ' || *text == 127 ? ' ' : *text);
}

void alert_message_title(const struct alert_message *message, struct buf *out)
{
    if (message->held > 0)
        buf_printf(out, "%lld more alerts in the last hour", (long long)message->held);
    else if (message->subject != NULL && message->kind != NULL) {
        append_line(out, name_of(message->subject));
        buf_printf(out, " %s", wording_of(message->kind, message->of));
    }
    if (message->pipeline == NULL)
        return;
    buf_append_str(out, " (");
    append_line(out, message->pipeline);
    if (message->target != NULL && message->target[0] != '\0') {
        buf_append_str(out, ", ");
        append_line(out, message->target);
    }
    buf_append_str(out, ")");
}

static void append_labelled(struct buf *out, const char *label, const char *text)
{
    if (text == NULL)
        return;
    buf_append_str(out, label);
    append_line(out, text);
    buf_append_char(out, '\n');
}

void alert_message_text(const struct alert_message *message, struct buf *out)
{
    alert_message_title(message, out);
    buf_append_char(out, '\n');
    append_labelled(out, "", message->error);
    for (size_t i = 0; i < message->check_count; i++) {
        const struct alert_check *check = &message->checks[i];
        append_labelled(out, "check ", check->name);
        append_labelled(out, "  ", check->detail);
    }
    for (size_t i = 0; i < message->alert_count; i++) {
        const struct alert_line *line = &message->alerts[i];
        if (line->subject == NULL || line->kind == NULL)
            continue;
        append_line(out, name_of(line->subject));
        buf_printf(out, ": %s", line->kind);
        append_labelled(out, line->error != NULL ? ": " : "",
                        line->error != NULL ? line->error : "");
    }
    if (message->held > (int64_t)message->alert_count)
        buf_printf(out, "and %lld more\n",
                   (long long)message->held - (long long)message->alert_count);
    if (message->repeats > 0)
        buf_printf(out, "found %lld more times since it was told\n", (long long)message->repeats);
    append_labelled(out, "run ", message->run);
    append_labelled(out, "at ", message->at);
    append_labelled(out, "", message->link);
}

void alert_message_slack(const struct alert_message *message, struct buf *out)
{
    struct buf text, escaped;
    struct json_writer json;

    buf_init(&text);
    buf_init(&escaped);
    alert_message_text(message, &text);
    for (size_t i = 0; i < text.size && escaped.size < MAX_SLACK_BYTES;) {
        size_t length = utf8_length(text.data + i, text.size - i);
        switch (text.data[i]) {
        case '&': buf_append_str(&escaped, "&amp;"); break;
        case '<': buf_append_str(&escaped, "&lt;"); break;
        case '>': buf_append_str(&escaped, "&gt;"); break;
        default: buf_append(&escaped, text.data + i, length > 0 ? length : 1);
        }
        i += length > 0 ? length : 1;
    }
    if (escaped.size >= MAX_SLACK_BYTES)
        buf_append_str(&escaped, "…");
    json_writer_init(&json, out);
    json_write_object(&json);
    json_write_key(&json, "text");
    json_write_strn(&json, escaped.data, escaped.size);
    json_write_end(&json);
    buf_release(&text);
    buf_release(&escaped);
}
