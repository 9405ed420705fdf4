/*
 * What steps that write a warehouse share: its session, what their SQL may refer to, their checks.
 */
#ifndef AORTA_EXECUTOR_WAREHOUSE_H
#define AORTA_EXECUTOR_WAREHOUSE_H

#include "executor/step.h"
#include "model/session.h"
#include "model/spec.h"

struct warehouse_use {
    struct connection *connection;
    struct session session;
    bool is_open;
};

/* The order's `into` connection, without a session yet. */
int warehouse_connect(struct step *step, struct warehouse_use *use, struct err *err);

/* Opens a session of the order's `into` connection; a cancel of the step interrupts it. The table of
 * states and the relation's schema are there then. After a failure close it as well. */
int warehouse_open(struct step *step, struct warehouse_use *use, struct err *err);
void warehouse_close(struct step *step, struct warehouse_use *use);

/* The same for who only looks: makes nothing. 0 if there is no database yet: the use has no session
 * then. 1 with one. */
int warehouse_look(struct step *step, struct warehouse_use *use, struct err *err);

/* After a failure: somebody may have dropped a schema. The next step of the connection looks. */
void warehouse_forget_places(struct warehouse_use *use);

/* From now on a cancel of the step interrupts the session (again). */
void warehouse_interruptible(struct step *step, struct warehouse_use *use);

/* Fills the spec's refs, inputs and variables from the order, in the arena. */
void warehouse_refs(const struct order *order, struct arena *arena, struct model_spec *spec);

/* The order's checks, parsed. */
int warehouse_checks(struct step *step, const struct check **checks, size_t *count,
                     struct err *err);

#endif
