#include "daemon/tokens.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/token.h"
#include "daemon/audit.h"
#include "daemon/idempotency.h"
#include "daemon/verbs.h"
#include "daemon/work.h"
#include "store/tokens.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 64, NOTE_EVERY_US = 60 * 1000000 };

struct known {
    struct token token;
    const char *name, *role;
    int64_t expires_us; /* 0: never */
    int64_t used_us;    /* as it was written */
    bool is_revoked;
};

struct tokens {
    struct journal *journal;
    struct arena arena;
    struct map by_id;
};

static const char *const roles[] = {"viewer", "operator", "admin"};

/* ------------------------------------------------------------------------------- what is known */

static void add(struct tokens *tokens, const struct store_token *stored)
{
    struct known *known = arena_calloc(&tokens->arena, 1, sizeof *known);

    snprintf(known->token.id, sizeof known->token.id, "%s", stored->id);
    snprintf(known->token.hash, sizeof known->token.hash, "%s", stored->hash);
    known->name = arena_strdup(&tokens->arena, stored->name);
    known->role = arena_strdup(&tokens->arena, stored->role);
    known->expires_us = stored->expires_us;
    known->used_us = stored->used_us;
    known->is_revoked = stored->revoked_us != 0;
    map_put(&tokens->by_id, known->token.id, known);
}

static int read_all(void *arg, struct store_reader *reader, struct arena *arena, struct err *err)
{
    struct store_token *stored;
    size_t count;

    if (store_read_tokens(reader, arena, &stored, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        add(arg, &stored[i]);
    return 0;
}

struct tokens *tokens_open(const struct daemon *daemon, struct err *err)
{
    struct tokens *tokens = alloc_zeroed(1, sizeof *tokens);

    tokens->journal = daemon->journal;
    arena_init(&tokens->arena);
    map_init(&tokens->by_id);
    if (journal_read(tokens->journal, read_all, tokens, err) == 0)
        return tokens;
    tokens_close(tokens);
    return NULL;
}

void tokens_close(struct tokens *tokens)
{
    if (tokens == NULL)
        return;
    map_release(&tokens->by_id);
    arena_release(&tokens->arena);
    free(tokens);
}

static bool can_be_used(const struct known *known)
{
    return !known->is_revoked && (known->expires_us == 0 || clock_now_us() < known->expires_us);
}

bool tokens_are_needed(const struct tokens *tokens)
{
    return tokens->by_id.count > 0;
}

static void note_use(struct tokens *tokens, struct known *known)
{
    int64_t now_us = clock_now_us();

    if (now_us - known->used_us < NOTE_EVERY_US)
        return;
    known->used_us = now_us;
    store_token_used(journal_store(tokens->journal), known->token.id, now_us, STORE_NO_DONE);
}

bool tokens_find(struct tokens *tokens, const char *text, size_t size, struct token_owner *owner)
{
    struct token asked;

    if (!token_parse(&asked, text, size))
        return false;
    struct known *known = map_find(&tokens->by_id, asked.id);
    if (known == NULL || !token_is_same(&known->token, &asked) || !can_be_used(known))
        return false;
    note_use(tokens, known);
    *owner = (struct token_owner){known->name, known->role};
    return true;
}

/* ----------------------------------------------------------------------------------- the verbs */

/* A daemon that lives for one request reads them when they are asked for. */
static struct tokens *tokens_of(struct job *job)
{
    struct daemon *daemon = job->daemon;
    struct err err;

    if (daemon->tokens == NULL)
        daemon->tokens = tokens_open(daemon, &err);
    if (daemon->tokens == NULL)
        work_refuse_as(job, NULL, err.message);
    return daemon->tokens;
}

/* The one of that name that was not revoked, or NULL. */
static struct known *find_name(const struct tokens *tokens, const char *name)
{
    for (size_t i = 0; i < tokens->by_id.count; i++) {
        struct known *known = tokens->by_id.entries[i].value;
        if (!known->is_revoked && strcmp(known->name, name) == 0)
            return known;
    }
    return NULL;
}

static bool is_name(const char *text)
{
    size_t size = strlen(text);

    for (size_t i = 0; i < size; i++)
        if (!isalnum((unsigned char)text[i]) && strchr("_-.", text[i]) == NULL)
            return false;
    return size > 0 && size <= NAME_BYTES;
}

static bool is_role(const char *text)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (text != NULL && strcmp(text, roles[i]) == 0)
            return true;
    return false;
}

/* Says what is wrong with the request, or NULL and the state. */
static const char *wrong_with(struct job *job, const struct tokens *tokens, const char **state)
{
    const struct request *request = job->request;
    const struct known *known;

    *state = "config";
    if (request->subject == NULL || !is_name(request->subject))
        return "a token's name has letters, digits, \"_\", \"-\" and \".\" only, at most 64";
    if (!is_role(request->role))
        return "a token's role is viewer, operator or admin";
    if (request->lasts_ms < 0 || request->lasts_ms > INT64_MAX / 2000)
        return "a token expires after a time like 90d";
    *state = "conflict";
    if (tokens->by_id.count >= LIMIT_TOKENS)
        return "there are too many tokens";
    known = find_name(tokens, request->subject);
    if (known == NULL)
        return NULL;
    return arena_printf(&job->arena,
                        can_be_used(known)
                            ? "there is a token \"%s\": revoke it first, or take another name"
                            : "there is an expired token \"%s\": revoke it first",
                        request->subject);
}

struct created {
    struct job *job;
    char text[TOKEN_TEXT_SIZE + 1];
};

static void tell_created(void *arg)
{
    struct created *created = arg;
    const struct event event = {.type = "token", .message = created->text};

    work_tell(created->job, &event);
    work_finish(created->job, "succeeded");
}

/* Whoever asks again with the same key has lost the text for good: another token is his way out. */
static bool was_made(struct job *job)
{
    const char *name = job->request->subject != NULL ? job->request->subject : "";

    return idempotency_answer_once(
        job, arena_printf(&job->arena,
                          "this idempotency key has made the token \"%.64s\", and its text is told "
                          "only once: if it is lost, revoke that token and ask with a new key",
                          name));
}

void tokens_create(struct job *job)
{
    const struct event accepted = {.type = "accepted"};
    struct tokens *tokens = tokens_of(job);
    struct created *created;
    struct token token;
    const char *state;
    struct err err;

    if (tokens == NULL || was_made(job))
        return;
    const char *problem = wrong_with(job, tokens, &state);
    if (problem != NULL) {
        work_refuse_as(job, state, problem);
        return;
    }
    created = arena_calloc(&job->arena, 1, sizeof *created);
    if (token_make(&token, created->text, &err) < 0) {
        work_refuse_as(job, NULL, err.message);
        return;
    }
    int64_t now_us = clock_now_us();
    const struct store_token stored = {
        .id = token.id,
        .name = job->request->subject,
        .role = job->request->role,
        .hash = token.hash,
        .created_us = now_us,
        .expires_us = job->request->lasts_ms > 0 ? now_us + job->request->lasts_ms * 1000 : 0,
    };
    created->job = job;
    add(tokens, &stored);
    store_token_insert(journal_store(tokens->journal), &stored, STORE_NO_DONE);
    idempotency_note(job, token.id);
    audit_job(job, AUDIT_ACCEPTED);
    work_tell(job, &accepted);
    journal_barrier(tokens->journal, (struct journal_then){tell_created, created, NULL});
}

void tokens_revoke(struct job *job)
{
    const struct event accepted = {.type = "accepted"};
    struct tokens *tokens = tokens_of(job);

    if (tokens == NULL)
        return;
    const char *name = job->request->subject != NULL ? job->request->subject : "";
    struct known *known = find_name(tokens, name);
    if (known == NULL) {
        work_refuse_as(job, "missing",
                       arena_printf(&job->arena,
                                    "there is no token \"%.64s\": aorta token list shows them",
                                    name));
        return;
    }
    known->is_revoked = true;
    store_token_revoke(journal_store(tokens->journal), known->token.id, clock_now_us(),
                       STORE_NO_DONE);
    work_tell(job, &accepted);
    verbs_end_committed(job);
}
