/*
 * What somebody asked to be changed goes to the audit log, in the transaction of the change: to be
 * called in the turn of the loop in which the change is queued for the store, or refused.
 */
#ifndef AORTA_DAEMON_AUDIT_H
#define AORTA_DAEMON_AUDIT_H

struct job;

#define AUDIT_ACCEPTED "accepted"

/* Writes an entry: who asks for what, from where, and the result (AUDIT_ACCEPTED, or the state of a
 * refusal; NULL: "refused"). Nothing for requests that only look, and for what the daemon asks of
 * itself. */
void audit_job(const struct job *job, const char *result);

#endif
