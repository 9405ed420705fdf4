/*
 * Tokens in the run store: what they may do, until when, and a hash of the secret. A token that was
 * revoked stays, for the audit log names it; its name is free again.
 *
 * Writes queue one command each, as write.h has it; reads are of a reader and its thread.
 */
#ifndef AORTA_STORE_TOKENS_H
#define AORTA_STORE_TOKENS_H

#include "store/read.h"
#include "store/store.h"

/* Times that are not known are 0. */
struct store_token {
    const char *id;
    const char *name;
    const char *role; /* "viewer", "operator", "admin" */
    const char *hash; /* base/token.h */
    int64_t created_us;
    int64_t expires_us; /* 0: never */
    int64_t revoked_us;
    int64_t used_us;
};

/* Fails if another token of the name was not revoked. */
void store_token_insert(struct store *store, const struct store_token *token,
                        struct store_done done);

/* Nothing happens if it was revoked before. */
void store_token_revoke(struct store *store, const char *id, int64_t now_us,
                        struct store_done done);

void store_token_used(struct store *store, const char *id, int64_t now_us, struct store_done done);

/* All of them, by name, the newest first. */
int store_read_tokens(struct store_reader *reader, struct arena *arena, struct store_token **tokens,
                      size_t *count, struct err *err);

#endif
