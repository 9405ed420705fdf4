/*
 * The connections of an executor: opened when the first step needs one, shared by the steps that
 * run at the same time, closed when the executor has been idle for a while, so that other programs
 * can open an embedded file.
 */
#ifndef AORTA_EXECUTOR_CONNECTION_H
#define AORTA_EXECUTOR_CONNECTION_H

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "connector.h"
#include "message/order.h"
#include "model/session.h"

struct connection {
    char *name;
    const struct aorta_connector *connector;
    void *handle;
    char *identity;            /* module and options, as the order had them */
    struct arena places_arena; /* the two: warehouse.c's, under its lock */
    struct map places;         /* schemas that are there, each to itself */
    struct known *known;       /* of a warehouse that this process alone can write; or NULL */
    int users;
    struct connection *next;
};

/* The open connection that the order means; paths and references are taken from `folder`. Give it
 * back with connection_release. Any thread. The error names connection and connector. */
int connection_acquire(const struct order_connection *order, const char *folder,
                       struct connection **connection, struct err *err);
void connection_release(struct connection *connection);

/* Opens a session of a connection that is a warehouse. All of them are opened here: what is known of
 * the destination hears of their changes. */
int connection_session(const struct connection *connection, const atomic_int *cancel,
                       struct session *session, struct err *err);

/* Whether the connection is open: to acquire it then does nothing that can be seen. Any thread. */
bool connection_is_open(const struct order_connection *order, const char *folder);

/* Whether there is anything behind the connection, where acquiring it would make it: 1, 0, -1. */
int connection_is_there(const struct order_connection *order, const char *folder, struct err *err);

/* Asks whoever is behind it something small that changes nothing. Of what runs no SQL. */
int connection_ping(const struct connection *connection, struct err *err);

/* The text of an option of a `struct order_connection`, or NULL: what option_fill asks. */
const char *connection_order_option(void *arg, const char *name);

/* Closes those that nobody uses. */
void connection_close_idle(void);

/* A connector's error as ours: "connection oltp: sqlite: …". Returns -1. */
int connection_error(const struct connection *connection, const struct aorta_error *error,
                     struct err *err);

#endif
