/*
 * A child process of the daemon: an executor, or an embedded server. Two stream sockets connect
 * them, one for control and one for the rows of queries; the end of the first is the end of the
 * child, whoever ended it.
 */
#ifndef AORTA_DAEMON_CHILD_H
#define AORTA_DAEMON_CHILD_H

#include "base/buf.h"
#include "base/err.h"
#include "message/frame.h"

#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

struct child;

struct child_events {
    /* A frame of the control socket, or of the rows socket. */
    void (*frame)(struct child *child, const struct frame *frame, bool is_row);
    /* The process is gone and waited for; the child may be freed with child_free. Or, if it lingers,
     * the kernel is still about to end it: it does nothing more, but has its files until `reaped`. */
    void (*gone)(struct child *child, const char *how);
    /* One that lingered is waited for, and may be freed. */
    void (*reaped)(struct child *child);
};

struct child {
    uv_pipe_t control, rows;
    struct buf control_in, rows_in;
    pid_t pid;
    const struct child_events *events;
    void *owner;
    char *name; /* of the executor, or of the connection that is served */
    bool is_server;
    char *address; /* of a server: where it listens, when it has said so */
    bool is_gone;
    bool lingers; /* it is gone, but for the last */
    uv_timer_t reaping;
    struct child *next; /* whoever keeps those that linger uses this one */
    int open_handles;
};

/* Starts this program again as `aorta WORD ARGUMENT` (ARGUMENT may be NULL). */
struct child *child_spawn(uv_loop_t *loop, const char *word, const char *argument, const char *name,
                          const struct child_events *events, void *owner, struct err *err);

/* Sends a frame; takes the buffer's content. */
void child_send(struct child *child, struct buf *frame);

/* Starts or stops listening to the rows: a slow reader of a query makes its executor wait. */
void child_pause_rows(struct child *child, bool pause);

/* Ends the process at once; `gone` is called. */
void child_kill(struct child *child);

/* Closes the handles and frees the memory when the loop has let go of them. One that lingers is left
 * to itself. */
void child_free(struct child *child);

#endif
