/*
 * One alert, ready to be sent: its secrets resolved, its body written as its way wants it, signed.
 *
 *     parcel_resolve(&parcel, …)     thread pool: reads the environment, files, libcurl
 *     parcel_pack(&parcel, …)        the loop: a request that transfer_start takes
 *     parcel_wipe(&parcel)           nothing is left of the secrets
 */
#ifndef AORTA_DAEMON_PARCEL_H
#define AORTA_DAEMON_PARCEL_H

#include "config/alert.h"
#include "daemon/transfer.h"
#include "store/alerts.h"

struct parcel {
    bool has_failed; /* err says why it cannot be sent */
    struct err err;
    const char *url, *secret, *password; /* resolved; what was a reference, writable */
    bool is_url_secret;
};

/* What is referred to is in the arena until it is wiped. Blocks for as long as files take. */
void parcel_resolve(struct parcel *parcel, const struct alert *to, const char *folder,
                    struct arena *arena);
void parcel_wipe(struct parcel *parcel);

struct parcel_request {
    struct transfer_request transfer;
    struct buf body;
    struct buf headers[4];
    const char *header_texts[4];
};

void parcel_request_init(struct parcel_request *request);
void parcel_request_release(struct parcel_request *request);

/* Borrows from the parcel and the alert. ERR_CONFIG if a person must change something. */
int parcel_pack(const struct parcel *parcel, const struct alert *to,
                const struct store_alert *alert, int64_t now_us, struct parcel_request *request,
                struct err *err);

#endif
