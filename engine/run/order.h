/*
 * An asset as the order that an executor gets.
 */
#ifndef AORTA_RUN_ORDER_H
#define AORTA_RUN_ORDER_H

#include "graph/graph.h"
#include "graph/question.h"
#include "message/order.h"

/* Where an embedded server of the pipeline was started: the connection's address option. */
struct order_server {
    const char *connection;
    const char *address;
};

/* Fills the order from the asset, in the arena: everything but step, attempt, run and the flags.
 * The configuration hash is that of all that changes what is built, SQL left out (its template is
 * hashed where it is rendered). */
void order_fill(struct order *order, const struct graph *graph, const struct asset *asset,
                const struct order_server *servers, size_t server_count, struct arena *arena);

/* The same of a saved question: its SQL, what that refers to and asks for. */
void order_fill_question(struct order *order, const struct graph *graph,
                         const struct question *question, struct arena *arena);

/* One connection of the pipeline as an order has it. */
struct order_connection order_connection_of(const struct connection *connection,
                                            const struct order_server *servers, size_t server_count,
                                            struct arena *arena);

/* Which executor builds the asset: one of its destination's name if its files can be opened by one
 * process only, else "main". */
const char *order_executor(const struct asset *asset);

#endif
