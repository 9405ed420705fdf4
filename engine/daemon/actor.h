/*
 * Who asks on this machine: the user whose process it is, as the audit log and runs name him.
 */
#ifndef AORTA_DAEMON_ACTOR_H
#define AORTA_DAEMON_ACTOR_H

#include <sys/types.h>

enum { ACTOR_BYTES = 128 };

/* "user:ada"; "user:1000" if nobody knows the name. Asks the system's user database, which may be on
 * the network: not on the loop of a daemon that stays. Returns text. */
const char *actor_of_user(uid_t uid, char text[ACTOR_BYTES]);

/* The user behind a connected local socket, by SO_PEERCRED. The own one is known, and so is root; of
 * others, whom the socket's mode keeps out, the number is told. Returns text. */
const char *actor_of_socket(int fd, uid_t own_uid, const char *own, char text[ACTOR_BYTES]);

#endif
