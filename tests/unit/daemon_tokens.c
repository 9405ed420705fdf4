/*
 * The daemon's tokens: who is let in, and until when.
 */
#include "test.h"

#include "base/clock.h"
#include "base/token.h"
#include "daemon/journal.h"
#include "daemon/tokens.h"
#include "daemon/work.h"
#include "store/tokens.h"

#include <stdio.h>
#include <string.h>

#define HOUR_US (3600 * CLOCK_US_PER_SECOND)

static uv_loop_t loop;
static struct daemon daemon_state;
static char ci_text[TOKEN_TEXT_SIZE + 1];

static void failed(void *arg, const struct err *err)
{
    (void)arg;
    test_fail(__FILE__, __LINE__, "the store: %s", err->message);
}

/* A store with a token of the name. */
static void put_token(const char *name, int64_t expires_us, int64_t revoked_us,
                      char text[TOKEN_TEXT_SIZE + 1])
{
    struct store *store = journal_store(daemon_state.journal);
    struct token token;
    struct err err;

    check_ok(token_make(&token, text, &err));
    store_token_insert(store,
                       &(struct store_token){.id = token.id,
                                             .name = name,
                                             .role = "operator",
                                             .hash = token.hash,
                                             .created_us = clock_now_us(),
                                             .expires_us = expires_us},
                       STORE_NO_DONE);
    if (revoked_us != 0)
        store_token_revoke(store, token.id, revoked_us, STORE_NO_DONE);
    check_ok(store_flush(store, &err));
}

static void set_up(void)
{
    struct err err;

    uv_loop_init(&loop);
    clock_set_us(INT64_C(1700000000000000));
    daemon_state.loop = &loop;
    daemon_state.journal = journal_open(&loop, test_folder(), failed, NULL, &err);
    if (daemon_state.journal == NULL)
        test_fail(__FILE__, __LINE__, "%s", err.message);
}

static void tear_down(struct tokens *tokens)
{
    tokens_close(tokens);
    journal_close(daemon_state.journal);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
}

static struct tokens *open_tokens(void)
{
    struct err err;
    struct tokens *tokens = tokens_open(&daemon_state, &err);

    if (tokens == NULL)
        test_fail(__FILE__, __LINE__, "%s", err.message);
    return tokens;
}

static int64_t used_us(void)
{
    struct store_reader *reader;
    struct store_token *rows;
    struct arena arena;
    struct err err;
    size_t count;

    check_ok(store_flush(journal_store(daemon_state.journal), &err));
    check_ok(store_reader_open(journal_path(daemon_state.journal), &reader, &err));
    arena_init(&arena);
    check_ok(store_read_tokens(reader, &arena, &rows, &count, &err));
    int64_t used = rows[0].used_us;
    arena_release(&arena);
    store_reader_close(reader);
    return used;
}

TEST("a token is found by its whole text, with its name and role")
{
    struct token_owner owner;
    char other[TOKEN_TEXT_SIZE + 1], text[TOKEN_TEXT_SIZE + 1];
    struct token unknown;
    struct err err;

    set_up();
    put_token("ci", 0, 0, ci_text);
    put_token("ada", 0, 0, other);
    struct tokens *tokens = open_tokens();
    check(tokens_are_needed(tokens));
    check(tokens_find(tokens, ci_text, TOKEN_TEXT_SIZE, &owner));
    check_str(owner.name, "ci");
    check_str(owner.role, "operator");
    check(tokens_find(tokens, other, TOKEN_TEXT_SIZE, &owner));
    check_str(owner.name, "ada");
    check(!tokens_find(tokens, ci_text, TOKEN_TEXT_SIZE - 1, &owner));
    check(!tokens_find(tokens, "", 0, &owner));
    check_ok(token_make(&unknown, text, &err));
    check(!tokens_find(tokens, text, TOKEN_TEXT_SIZE, &owner));
    tear_down(tokens);
}

TEST("an id with the secret of another token is nobody's")
{
    struct store *store;
    struct token_owner owner;
    struct token token;
    struct err err;

    set_up();
    put_token("ada", 0, 0, ci_text);
    check(token_parse(&token, ci_text, TOKEN_TEXT_SIZE));
    store = journal_store(daemon_state.journal);
    store_token_revoke(store, token.id, 1, STORE_NO_DONE);
    /* Somebody who can write the store moves the hash to a token that was not revoked. */
    store_token_insert(store,
                       &(struct store_token){.id = "0123456789ab",
                                             .name = "ci",
                                             .role = "admin",
                                             .hash = token.hash,
                                             .created_us = 1},
                       STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    struct tokens *tokens = open_tokens();
    check(!tokens_find(tokens, ci_text, TOKEN_TEXT_SIZE, &owner));
    tear_down(tokens);
}

TEST("a token that is expired or revoked lets nobody in, and opens nothing to all")
{
    char expired[TOKEN_TEXT_SIZE + 1], revoked[TOKEN_TEXT_SIZE + 1];
    struct token_owner owner;

    set_up();
    put_token("old", clock_now_us() + HOUR_US, 0, expired);
    put_token("gone", 0, clock_now_us(), revoked);
    struct tokens *tokens = open_tokens();
    check(tokens_find(tokens, expired, TOKEN_TEXT_SIZE, &owner));
    check(!tokens_find(tokens, revoked, TOKEN_TEXT_SIZE, &owner));
    clock_set_us(clock_now_us() + HOUR_US);
    check(!tokens_find(tokens, expired, TOKEN_TEXT_SIZE, &owner));
    check(tokens_are_needed(tokens));
    tear_down(tokens);
}

TEST("the last use is written once a minute")
{
    struct token_owner owner;
    int64_t begin_us;

    set_up();
    put_token("ci", 0, 0, ci_text);
    struct tokens *tokens = open_tokens();
    begin_us = clock_now_us();
    check_int(used_us(), 0);
    check(tokens_find(tokens, ci_text, TOKEN_TEXT_SIZE, &owner));
    check_int(used_us(), begin_us);
    clock_set_us(begin_us + 59 * 1000000);
    check(tokens_find(tokens, ci_text, TOKEN_TEXT_SIZE, &owner));
    check_int(used_us(), begin_us);
    clock_set_us(begin_us + 60 * 1000000);
    check(tokens_find(tokens, ci_text, TOKEN_TEXT_SIZE, &owner));
    check_int(used_us(), begin_us + 60 * 1000000);
    tear_down(tokens);
}

/* Who asks for a token, or revokes one, and what he has been told of it. */
struct client {
    struct listener listener;
    char text[TOKEN_TEXT_SIZE + 1];
    char refused[128];
    bool is_over;
};

static void hear(struct listener *listener, const struct frame *frame)
{
    struct client *client = (struct client *)listener;
    struct event event = {0};
    struct arena arena;
    struct err err;

    arena_init(&arena);
    check_ok(record_decode(frame->text, frame->size, &event_shape, &arena, &event, &err));
    if (strcmp(event.type, "token") == 0)
        snprintf(client->text, sizeof client->text, "%s", event.message);
    if (event.line_count > 0)
        snprintf(client->refused, sizeof client->refused, "%s", event.lines[0]);
    client->is_over = strcmp(event.type, "ended") == 0 || strcmp(event.type, "refused") == 0;
    arena_release(&arena);
}

static void ask(struct client *client, void (*verb)(struct job *job), const char *name)
{
    client->listener.hear = hear;
    struct job *job = work_job(&daemon_state, &client->listener);
    job->request = arena_calloc(&job->arena, 1, sizeof *job->request);
    *job->request = (struct request){.verb = "create_token", .subject = name, .role = "viewer"};
    verb(job);
}

static void wait_for(const struct client *client)
{
    while (!client->is_over)
        uv_run(&loop, UV_RUN_ONCE);
}

TEST("a token is told when it is committed, and its name is taken before")
{
    struct client first = {0}, second = {0}, revoking = {0}, third = {0};
    struct token_owner owner;

    set_up();
    struct tokens *tokens = daemon_state.tokens = open_tokens();
    ask(&first, tokens_create, "ci");
    check_str(first.text, "");
    check(tokens_are_needed(tokens));
    ask(&second, tokens_create, "ci");
    check_str(second.refused, "there is a token \"ci\": revoke it first, or take another name");
    wait_for(&first);
    check(tokens_find(tokens, first.text, TOKEN_TEXT_SIZE, &owner));
    check_str(owner.name, "ci");
    check_str(owner.role, "viewer");
    ask(&revoking, tokens_revoke, "ci");
    check(!tokens_find(tokens, first.text, TOKEN_TEXT_SIZE, &owner));
    ask(&third, tokens_create, "ci");
    wait_for(&third);
    check(tokens_find(tokens, third.text, TOKEN_TEXT_SIZE, &owner));
    tear_down(tokens);
}

TEST("a token that is revoked before it is told lets nobody in")
{
    struct client creating = {0}, revoking = {0};
    struct token_owner owner;

    set_up();
    struct tokens *tokens = daemon_state.tokens = open_tokens();
    ask(&creating, tokens_create, "ci");
    ask(&revoking, tokens_revoke, "ci");
    wait_for(&creating);
    wait_for(&revoking);
    check(!tokens_find(tokens, creating.text, TOKEN_TEXT_SIZE, &owner));
    tokens_close(tokens);
    tokens = open_tokens();
    check(!tokens_find(tokens, creating.text, TOKEN_TEXT_SIZE, &owner));
    check(tokens_are_needed(tokens));
    tear_down(tokens);
}

TEST("without a token none is needed")
{
    set_up();
    struct tokens *tokens = open_tokens();
    check(!tokens_are_needed(tokens));
    tear_down(tokens);
}
