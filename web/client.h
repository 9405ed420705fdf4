/*
 * A connection, as MHD tells of it, and the exchange that goes on over it.
 *
 *     HEAD ──▶ BODY ──▶ WORK ──▶ ANSWER ──▶ HEAD …     a request after the other
 *                        └─────▶ STREAM ──▶ closed
 *
 *     HEAD    nothing, or a part of a head has come                        head_ms
 *     BODY    the head is read, the body is not                            body_ms
 *     WORK    suspended: the answer is being made                          what it waits for ends it
 *     ANSWER  MHD sends it                                                 answer_ms
 *     STREAM  MHD sends what has come, or is suspended until more does     answer_ms each time
 *
 * Who is over his time is cut: his socket is shut down, and MHD finds it closed.
 */
#ifndef AORTA_WEB_CLIENT_H
#define AORTA_WEB_CLIENT_H

#include "web/exchange.h"
#include "web/listen.h"
#include "web/site.h"

#include <microhttpd.h>

/* What a head may have: its first line's target, and all of it. MHD keeps one in CLIENT_MEMORY with
 * the answer's head, and answers by itself, in HTML, what does not fit into that. */
enum { CLIENT_TARGET_BYTES = 4096, CLIENT_HEAD_BYTES = 16384, CLIENT_MEMORY = 49152 };

/* MHD's callbacks; cls is the site. */
void client_notify(void *cls, struct MHD_Connection *connection, void **context,
                   enum MHD_ConnectionNotificationCode code);
void *client_target(void *cls, const char *target, struct MHD_Connection *connection);
enum MHD_Result client_handle(void *cls, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request);
void client_completed(void *cls, struct MHD_Connection *connection, void **request,
                      enum MHD_RequestTerminationCode code);

/* How many connections that address has. */
int client_count_of(const struct web_site *site, const char *address);

/* Cuts who is over his time, wakes streams for their heartbeat, and waits that have lasted long
 * enough; drops what is made for clients that have gone. Each second or so. */
void client_sweep(struct web_site *site);

/* Ends whatever is not the making or sending of an answer. */
void client_stop_all(struct web_site *site);

/* Whether an answer is being made, so that the server may not close yet. */
bool client_is_any_suspended(const struct web_site *site);

#endif
