/* The daemon's children: started when they are needed, heard, and found gone. */
#include "base/alloc.h"
#include "base/log.h"
#include "daemon/lock.h"
#include "daemon/work.h"
#include "run/order.h"

#include <stdlib.h>
#include <string.h>

static void forget_child(struct daemon *daemon, const struct child *child)
{
    size_t i = 0;

    while (daemon->children[i] != child)
        i++;
    daemon->children[i] = daemon->children[--daemon->child_count];
}

static void hear_hello(struct daemon *daemon, struct child *child, const struct frame *frame)
{
    struct hello hello = {0};
    struct arena arena;
    struct err err;

    arena_init(&arena);
    if (record_decode(frame->text, frame->size, &hello_shape, &arena, &hello, &err) == 0 &&
        hello.version == MESSAGE_VERSION) {
        if (hello.address != NULL)
            child->address = alloc_strdup(hello.address);
        work_dispatch(daemon);
    } else {
        child_kill(child);
    }
    arena_release(&arena);
}

static void hear_report(struct daemon *daemon, struct child *child, const struct frame *frame)
{
    struct report report = {.table_rows = -1};
    struct arena arena;
    struct err err;

    arena_init(&arena);
    if (record_decode(frame->text, frame->size, &report_shape, &arena, &report, &err) == 0)
        work_report(daemon, &report);
    else
        child_kill(child);
    arena_release(&arena);
}

static void hear_progress(struct daemon *daemon, const struct frame *frame)
{
    struct progress progress = {0};
    struct arena arena;
    struct err err;

    arena_init(&arena);
    if (record_decode(frame->text, frame->size, &progress_shape, &arena, &progress, &err) == 0)
        work_progress(daemon, &progress);
    arena_release(&arena);
}

static void hear(struct child *child, const struct frame *frame, bool is_row)
{
    struct daemon *daemon = child->owner;

    if (is_row)
        work_rows(daemon, child, frame);
    else if (frame->kind == MESSAGE_HELLO)
        hear_hello(daemon, child, frame);
    else if (frame->kind == MESSAGE_REPORT)
        hear_report(daemon, child, frame);
    else if (frame->kind == MESSAGE_PROGRESS)
        hear_progress(daemon, frame);
}

static void child_gone(struct child *child, const char *how)
{
    struct daemon *daemon = child->owner;

    forget_child(daemon, child);
    if (child->lingers) {
        child->next = daemon->lingering;
        daemon->lingering = child;
    }
    if (!daemon->is_ending) {
        if (child->is_server)
            work_server_gone(daemon, child, how);
        else
            work_child_gone(daemon, child, how);
        work_dispatch(daemon);
    }
    if (!child->lingers)
        child_free(child);
    if (daemon->is_ending && daemon->child_count == 0 && daemon->idle != NULL)
        daemon->idle(daemon);
}

static void child_reaped(struct child *child)
{
    struct daemon *daemon = child->owner;
    struct child **at = &daemon->lingering;

    while (*at != child)
        at = &(*at)->next;
    *at = child->next;
    log_info("%s: process %ld has ended at last", child->name, (long)child->pid);
    child_free(child);
    work_dispatch(daemon);
}

static const struct child_events events = {hear, child_gone, child_reaped};

static struct child *start_executor(struct daemon *daemon, const char *name, struct err *err)
{
    char *lease = lock_lease_path(daemon->state_folder, name);
    struct child *child = child_spawn(daemon->loop, "executor", lease, name, &events, daemon, err);

    free(lease);
    return child;
}

/* The server learns its options by the same message as a query does its connection. */
static struct child *start_server(struct daemon *daemon, const struct connection *served,
                                  struct err *err)
{
    struct query_order order = {0};
    struct arena arena;
    struct buf frame;
    struct child *child =
        child_spawn(daemon->loop, "server", NULL, served->name, &events, daemon, err);

    if (child == NULL)
        return NULL;
    child->is_server = true;
    arena_init(&arena);
    buf_init(&frame);
    order.connection = order_connection_of(served, NULL, 0, &arena);
    order.folder = "/";
    frame_append_record(&frame, MESSAGE_QUERY, &query_order_shape, &order);
    child_send(child, &frame);
    buf_release(&frame);
    arena_release(&arena);
    return child;
}

static struct child *find_child(const struct daemon *daemon, const char *name, bool is_server)
{
    for (size_t i = 0; i < daemon->child_count; i++)
        if (daemon->children[i]->is_server == is_server &&
            strcmp(daemon->children[i]->name, name) == 0)
            return daemon->children[i];
    return NULL;
}

static bool lingers(const struct daemon *daemon, const char *name, bool is_server)
{
    const struct child *child = daemon->lingering;

    while (child != NULL && (child->is_server != is_server || strcmp(child->name, name) != 0))
        child = child->next;
    return child != NULL;
}

bool work_lingers(const struct daemon *daemon, const char *name)
{
    return lingers(daemon, name, false);
}

struct child *work_find_child(const struct daemon *daemon, const char *name)
{
    return find_child(daemon, name, false);
}

struct child *work_child(struct daemon *daemon, const char *name, const struct connection *served,
                         struct err *err)
{
    bool is_server = served != NULL;
    struct child *child = find_child(daemon, name, is_server);

    if (child != NULL)
        return child;
    if (lingers(daemon, name, is_server)) {
        err_set(err, ERR_TRANSIENT, "the %s %s was killed, and has not ended yet",
                is_server ? "embedded server of connection" : "executor", name);
        return NULL;
    }
    child = is_server ? start_server(daemon, served, err) : start_executor(daemon, name, err);
    if (child == NULL)
        return NULL;
    daemon->children =
        alloc_resize(daemon->children, (daemon->child_count + 1) * sizeof(struct child *));
    daemon->children[daemon->child_count++] = child;
    return child;
}

const char *work_server_address(const struct daemon *daemon, const char *connection)
{
    for (size_t i = 0; i < daemon->child_count; i++)
        if (daemon->children[i]->is_server && strcmp(daemon->children[i]->name, connection) == 0)
            return daemon->children[i]->address;
    return NULL;
}

void work_end(struct daemon *daemon)
{
    daemon->is_ending = true;
    for (size_t i = daemon->child_count; i-- > 0;)
        if (daemon->children[i]->is_server)
            child_kill(daemon->children[i]);
    for (size_t i = 0; i < daemon->child_count; i++) {
        struct buf frame;
        buf_init(&frame);
        frame_append(&frame, MESSAGE_STOP, "{}", 2);
        child_send(daemon->children[i], &frame);
        buf_release(&frame);
    }
}

void work_end_now(struct daemon *daemon)
{
    daemon->is_ending = true;
    while (daemon->child_count > 0)
        child_kill(daemon->children[0]);
}

void work_abandon(struct daemon *daemon)
{
    while (daemon->lingering != NULL) {
        struct child *child = daemon->lingering;
        daemon->lingering = child->next;
        child_free(child);
    }
}
