/*
 * The headers of a request that matter here.
 */
#ifndef AORTA_WEB_HEAD_H
#define AORTA_WEB_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct MHD_Connection;

/* Values, lent by MHD until the request is completed; NULL where not sent. Each may come once at
 * most: whoever stands before us might believe another one. */
struct head {
    const char *host, *origin, *fetch_site, *fetch_mode, *authorization, *content_type,
        *content_length, *transfer_encoding, *if_none_match, *last_event_id, *idempotency_key;
    const char *doubled; /* one that came more than once, or NULL */
    const char
        *blank; /* one whose name has a blank in it, which must be refused for the same reason
                            (RFC 9112, section 5.1), or NULL */
    size_t size_bytes; /* of all of it, the first line too */
};

void head_read(struct MHD_Connection *connection, struct head *head);

bool head_has_body(const struct head *head);

/* What it says of the body's size: 0 if it says nothing, UINT64_MAX if the body has no end but that
 * of the connection. */
uint64_t head_announced_bytes(const struct head *head);

/* Whether it says that the body is JSON. */
bool head_is_json(const struct head *head);

#endif
