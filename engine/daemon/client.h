/*
 * The control socket: commands that came from other processes.
 */
#ifndef AORTA_DAEMON_CLIENT_H
#define AORTA_DAEMON_CLIENT_H

#include "daemon/daemon.h"

#include <stdbool.h>
#include <uv.h>

struct daemon;
struct client_server;

/* Listens in the state folder; a socket left by a dead daemon is removed (we hold the lock). */
struct client_server *client_listen(struct daemon *daemon, uv_loop_t *loop,
                                    const char *state_folder, struct err *err);

/* Closes the socket and every client. */
void client_close(struct client_server *server);

#endif
