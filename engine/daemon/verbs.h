/*
 * What the daemon does by itself, without a plan and without an executor.
 *
 *     cancel   (of)       the run that has this id, queued or running
 *     cancel_backfill     daemon/backfill.h
 *     create_token        daemon/tokens.h
 *     reload              reads the pipeline again
 *     pause, resume, tick (subject)   what runs begin of by themselves
 *     revoke_token
 *     test_alert          (subject)   daemon/alerts.h
 *
 * Each ends with `ended` or `refused`, when what it changed is committed; `tick` goes on as a run.
 */
#ifndef AORTA_DAEMON_VERBS_H
#define AORTA_DAEMON_VERBS_H

struct job;

struct verb {
    const char *name;
    void (*begin)(struct job *job);
};

/* The job has succeeded when all that was written so far is committed, an entry in the audit log
 * with it. */
void verbs_end_committed(struct job *job);

/* By name, or NULL. */
const struct verb *verbs_find(const char *name);

#endif
