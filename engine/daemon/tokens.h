/*
 * The tokens that the daemon knows, in memory as they are in the store: who asks over HTTP is looked
 * up here for each request.
 *
 *     create_token (subject, role, lasts_ms)   accepted, token (message: its text), ended
 *     revoke_token (subject)                   accepted, ended
 *
 * The text of a token leaves the daemon once, to whoever created it, when the token is committed: so
 * nobody can come in with one that is not. Its name is taken, and a token that is revoked is refused,
 * from the moment of the request on.
 *
 * Everything here is called on the loop.
 */
#ifndef AORTA_DAEMON_TOKENS_H
#define AORTA_DAEMON_TOKENS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct daemon;
struct job;
struct tokens;

/* Reads the daemon's store. Blocks for the few rows that there are. */
struct tokens *tokens_open(const struct daemon *daemon, struct err *err);
void tokens_close(struct tokens *tokens);

/* Whether everybody needs a token: there ever was one. Revoking the last one opens nothing. */
bool tokens_are_needed(const struct tokens *tokens);

/* Whose token it is, lent until the next change. */
struct token_owner {
    const char *name;
    const char *role; /* "viewer", "operator", "admin" */
};

/* False for a text that is no token, or an unknown, expired or revoked one. Notes the use. */
bool tokens_find(struct tokens *tokens, const char *text, size_t size, struct token_owner *owner);

/* The verbs. */
void tokens_create(struct job *job);
void tokens_revoke(struct job *job);

#endif
