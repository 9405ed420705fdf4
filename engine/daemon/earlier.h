/*
 * What became of a run before: it is repeated, as a run of its own (`reexecute`), or taken up again
 * because its daemon died; either in whole or in part (only_failed, chosen). What succeeded then is kept; what is to be done is planned anew, as the
 * files are now.
 */
#ifndef AORTA_DAEMON_EARLIER_H
#define AORTA_DAEMON_EARLIER_H

#include "daemon/work.h"

/* In the thread pool. Reads what the store knows, if the job is about an earlier run; of
 * `reexecute` the request becomes what was asked for then. -1: job->earlier_err says why not. */
int earlier_read(struct job *job, const char *store_path);

/* In the thread pool: what is to be planned, and then what of that is left to be done. What was
 * selected then is meant by the steps that there were, not by what the words mean today. */
const struct request *earlier_request(const struct job *job);
void earlier_restrict(struct job *job);

/* The interrupted run begins again: its steps are those that the store knows. */
void earlier_continue(struct job *job);

#endif
