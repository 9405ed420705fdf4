/*
 * What a daemon that stays believes of the pipeline's files. It is read again when a file has
 * changed (looked for every few seconds), when a person says so (SIGHUP, the request `reload`), and
 * when a request came across newer ones; taken over as a whole, or not at all if something is wrong
 * with it. What runs keeps what it was planned with.
 */
#ifndef AORTA_DAEMON_RELOAD_H
#define AORTA_DAEMON_RELOAD_H

#include "daemon/work.h"

struct reload;

/* Begins with what has been read (retained here) for the request: folder and target, borrowed. */
struct reload *reload_open(struct daemon *daemon, const struct request *request,
                           struct loaded *loaded);
void reload_close(struct reload *reload);

/* Reads again, for the job, which hears what is wrong. */
void reload_begin(struct job *job);

/* The same for nobody: what is wrong is logged. */
void reload_now(struct reload *reload);

/* Something was read for a request: believed from now on, if it is the newest. */
void reload_offer(struct daemon *daemon, struct loaded *loaded);

/* How often the pipeline was taken over, and how often not. */
void reload_counts(const struct reload *reload, int64_t *taken, int64_t *refused);

#endif
