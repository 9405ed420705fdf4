/*
 * The audit log: every change that somebody asked for, written in the transaction of the change. It
 * is only ever added to; retention forgets what is old.
 *
 * Writes queue one command each, as write.h has it; reads are of a reader and its thread.
 */
#ifndef AORTA_STORE_AUDIT_H
#define AORTA_STORE_AUDIT_H

#include "store/read.h"
#include "store/store.h"

struct store_audit {
    int64_t id; /* given by the store: they only grow */
    int64_t at_us;
    const char *actor;   /* "token:ci", "user:ada" */
    const char *address; /* where the request came from; NULL: from this machine's socket */
    const char *action;  /* the verb */
    const char *subject; /* what it was about, or NULL */
    const char *result;  /* "accepted", or the state of the refusal */
    const char *detail;  /* JSON without secrets, or NULL */
};

void store_audit_append(struct store *store, const struct store_audit *entry,
                        struct store_done done);

/* Forgets what is older, at most `limit` of it. *changes, which has to live until this is reaped,
 * gets their number. */
void store_audit_prune(struct store *store, int64_t before_us, int64_t limit, int64_t *changes);

/* Which entries, the newest first. */
struct store_audit_page {
    int64_t before_id; /* older than that; 0: from the newest */
    int64_t limit;
    const char *actor;  /* or NULL */
    const char *action; /* or NULL */
};

int store_read_audit(struct store_reader *reader, const struct store_audit_page *page,
                     struct arena *arena, struct store_audit **entries, size_t *count,
                     struct err *err);

#endif
