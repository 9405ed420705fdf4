/*
 * Who is the daemon, and who may publish.
 *
 * A state folder has one daemon: it holds the folder's lock, a record lock of fcntl, which dies
 * with the process, is inherited by no child, and whose holder the kernel knows. Each executor
 * holds a lease of the same kind. A new daemon first kills whoever still holds one, so that no
 * orphan of an old daemon can publish (invariant 5), and only then believes its runs interrupted.
 */
#ifndef AORTA_DAEMON_LOCK_H
#define AORTA_DAEMON_LOCK_H

#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

/* Takes the lock: 1 and *fd, to be kept open; 0 and *holder if another process has it; -1. The
 * folder is made if it is not there. */
int lock_take(const char *folder, int *fd, pid_t *holder, struct err *err);

/* Whether another process holds the lock now: a daemon is alive. Not for who holds it himself: he
 * would lose it. */
bool lock_is_held(const char *folder);

/* The path of an executor's lease, on the heap. */
char *lock_lease_path(const char *folder, const char *executor);

/* Kills every process that holds a lease of the folder and waits for its end. *killed (may be
 * NULL) is how many there were. */
int lock_end_executors(const char *folder, int *killed, struct err *err);

#endif
