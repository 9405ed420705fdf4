/*
 * What people have paused: schedules, sensors, streams. It is kept in the run store, goes before
 * what the files say, and survives restarts.
 *
 *     pause, resume   (subject)   "schedule:nightly"
 */
#ifndef AORTA_DAEMON_PAUSES_H
#define AORTA_DAEMON_PAUSES_H

#include "base/err.h"

#include <stdbool.h>

struct daemon;
struct job;
struct pauses;

/* Reads what there is, for a daemon that stays. Blocks. */
int pauses_open(const struct daemon *daemon, struct pauses **pauses, struct err *err);
void pauses_close(struct pauses *pauses);

/* Whether it is paused: as a person said last, or as the files say. Accepts NULL. */
bool pauses_hold(const struct pauses *pauses, const char *subject, bool is_paused_in_files);

/* The verbs: the job's request names the subject. */
void pauses_begin_pause(struct job *job);
void pauses_begin_resume(struct job *job);

#endif
