/*
 * What a kind of probe has to say of itself; for the files behind probe.h.
 */
#ifndef AORTA_DAEMON_PROBE_WAY_H
#define AORTA_DAEMON_PROBE_WAY_H

#include "daemon/probe.h"

struct probe_way {
    size_t size_bytes; /* of the struct that begins with a struct probe */
    /* As probe_start; what it could not begin it has given back. */
    int (*start)(struct probe *probe, struct err *err);
    void (*cancel)(struct probe *probe);
    /* Whether it could be let go of at once: it is released then. */
    bool (*abandon)(struct probe *probe);
    void (*release)(struct probe *probe); /* what it has besides the struct */
    bool (*hear)(struct probe *probe, const struct report *report);
    bool (*lose)(struct probe *probe, const struct child *child, const char *reason);
};

struct probe {
    const struct probe_way *way;
    struct probe_ask ask;
    char *seen; /* or NULL */
    bool is_forgotten;
};

extern const struct probe_way probe_file, probe_run, probe_executor, probe_http;

/* It is over: tells who asked, and frees it. */
void probe_end(struct probe *probe, const char *value, const struct err *err);

#endif
