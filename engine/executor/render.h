/*
 * The SQL of an order as it would be sent, without sending it.
 */
#ifndef AORTA_EXECUTOR_RENDER_H
#define AORTA_EXECUTOR_RENDER_H

#include "message/order.h"
#include "model/session.h"
#include "model/show.h"

#include <stdbool.h>

/* Whether it depends on what the destination has: it asks for new rows, or whether it is an
 * increment. Then a session with a handle is needed. */
int render_needs_database(const struct order *order, struct arena *arena, bool *needs,
                          struct err *err);

/* A model's or snapshot's, in the arena, as a run would send it now. */
int render_model(const struct order *order, struct session *session, struct arena *arena,
                 struct model_shown *shown, struct err *err);

/* A saved question's, in the arena. */
int render_question(const struct order *order, struct session *session, struct arena *arena,
                    const char **sql, struct err *err);

#endif
