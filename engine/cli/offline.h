/*
 * A plan without its destination: what the run store knows, for when the warehouse cannot be asked.
 *
 * It sees what was published by runs of this state folder, and what the files say now; not what
 * others have published, nor whether a table is still there.
 */
#ifndef AORTA_CLI_OFFLINE_H
#define AORTA_CLI_OFFLINE_H

#include "message/control.h"
#include "run/plan.h"

/* Calls `each` with a `plan` event (message/control.h) for every selected asset, parents first. 0,
 * or -1 if the run store cannot be read; one that is not there yet knows nothing. */
int offline_preview(struct plan *plan, const struct request *request, const char *state_folder,
                    void (*each)(void *arg, const struct event *event), void *arg, struct err *err);

#endif
