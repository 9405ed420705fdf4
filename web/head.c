#include "web/head.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    size_t offset;
} wanted_headers[] = {
    {"Host", offsetof(struct head, host)},
    {"Origin", offsetof(struct head, origin)},
    {"Sec-Fetch-Site", offsetof(struct head, fetch_site)},
    {"Sec-Fetch-Mode", offsetof(struct head, fetch_mode)},
    {"Authorization", offsetof(struct head, authorization)},
    {"Content-Type", offsetof(struct head, content_type)},
    {"Content-Length", offsetof(struct head, content_length)},
    {"Transfer-Encoding", offsetof(struct head, transfer_encoding)},
    {"If-None-Match", offsetof(struct head, if_none_match)},
    {"Last-Event-ID", offsetof(struct head, last_event_id)},
    {"Idempotency-Key", offsetof(struct head, idempotency_key)},
};

static enum MHD_Result take_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    struct head *head = cls;

    (void)kind;
    if (strpbrk(name, " \t") != NULL)
        head->blank = name;
    for (size_t i = 0; i < sizeof wanted_headers / sizeof *wanted_headers; i++) {
        if (strcasecmp(wanted_headers[i].name, name) != 0)
            continue;
        const char **at = (const char **)(void *)((char *)head + wanted_headers[i].offset);
        if (*at != NULL)
            head->doubled = wanted_headers[i].name;
        *at = value != NULL ? value : "";
        break;
    }
    return MHD_YES;
}

void head_read(struct MHD_Connection *connection, struct head *head)
{
    *head = (struct head){
        .size_bytes = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
                          ->header_size,
    };
    MHD_get_connection_values(connection, MHD_HEADER_KIND, take_header, head);
}

bool head_has_body(const struct head *head)
{
    return head->transfer_encoding != NULL ||
           (head->content_length != NULL && strcmp(head->content_length, "0") != 0);
}

uint64_t head_announced_bytes(const struct head *head)
{
    if (head->transfer_encoding != NULL)
        return strcasecmp(head->transfer_encoding, "chunked") == 0 ? 0 : UINT64_MAX;
    return head->content_length != NULL ? strtoull(head->content_length, NULL, 10) : 0;
}

bool head_is_json(const struct head *head)
{
    static const char json[] = "application/json";
    const char *type = head->content_type;

    return type != NULL && strncasecmp(type, json, sizeof json - 1) == 0 &&
           strchr("; \t", type[sizeof json - 1]) != NULL;
}
