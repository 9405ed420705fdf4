/*
 * Where the control socket is.
 */
#ifndef AORTA_DAEMON_ADDRESS_H
#define AORTA_DAEMON_ADDRESS_H

#include "base/err.h"

#include <sys/un.h>

/* Sets *address to the socket in the state folder, however long its path: it goes through a
 * descriptor of the folder, which is returned and must stay open until the address has been used. */
int address_open(const char *state_folder, struct sockaddr_un *address, struct err *err);

#endif
