/*
 * The daemon and its API, wired together: the API sees the daemon only through web/backend.h.
 */
#ifndef AORTA_CLI_SERVE_WEB_H
#define AORTA_CLI_SERVE_WEB_H

#include "daemon/work.h"

struct serve_web;

/* Listens by the loaded pipeline's settings; an address that is given goes before them. NULL with
 * err if that cannot be. */
struct serve_web *serve_web_open(struct daemon *daemon, const char *address, struct err *err);

/* Takes no more requests, ends what streams; the loop ends when the last answer has left, and the
 * struct is freed with it. The daemon is not looked at any more. */
void serve_web_close(struct serve_web *web);

/* Where it listens. */
const char *serve_web_url(const struct serve_web *web);

#endif
