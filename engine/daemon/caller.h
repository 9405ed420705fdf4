/*
 * The other end of the control socket: a command whose request another process carries out.
 */
#ifndef AORTA_DAEMON_CALLER_H
#define AORTA_DAEMON_CALLER_H

#include "daemon/daemon.h"

/* Connects to the daemon of the state folder, sends the request, and tells the listener what comes
 * back. SIGINT and SIGTERM ask the daemon to cancel; the second one leaves. 1: done; 0: there was
 * no daemon to connect to; -1. Blocks. */
int caller_request(const char *state_folder, const struct request *request,
                   struct listener *listener, struct err *err);

#endif
