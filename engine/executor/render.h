/*
 * The SQL of an order as it would be sent, without sending it.
 */
#ifndef AORTA_EXECUTOR_RENDER_H
#define AORTA_EXECUTOR_RENDER_H

#include "message/order.h"
#include "model/session.h"

/* A saved question's, in the arena. */
int render_question(const struct order *order, struct session *session, struct arena *arena,
                    const char **sql, struct err *err);

#endif
