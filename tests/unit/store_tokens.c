/*
 * Tokens and the audit log in the run store.
 */
#include "store_fixture.h"
#include "test.h"

#include "store/audit.h"
#include "store/tokens.h"

#include <stdio.h>
#include <string.h>

static struct arena arena;

static void insert(struct store *store, const char *id, const char *name, struct heard *heard)
{
    store_token_insert(store,
                       &(struct store_token){.id = id,
                                             .name = name,
                                             .role = "operator",
                                             .hash = "0123",
                                             .created_us = 1000,
                                             .expires_us = strcmp(id, "t1") == 0 ? 9000 : 0},
                       (struct store_done){store_fixture_hear, heard});
}

static size_t read_tokens(struct store_token **tokens)
{
    struct store_reader *reader = store_fixture_reader();
    struct err err;
    size_t count;

    arena_init(&arena);
    check_ok(store_read_tokens(reader, &arena, tokens, &count, &err));
    store_reader_close(reader);
    return count;
}

TEST("a name is one token's at a time, and free again when that is revoked")
{
    struct store *store = store_fixture_open();
    struct store_token *tokens;
    struct heard heard = {0};
    struct err err;

    insert(store, "t1", "ci", &heard);
    check_ok(store_flush(store, &err));
    check_str(heard.message, "");
    insert(store, "t2", "ci", &heard);
    check_ok(store_flush(store, &err));
    check_contains(heard.message, "token \"t2\"");
    heard = (struct heard){0};
    store_token_revoke(store, "t1", 2000, STORE_NO_DONE);
    store_token_revoke(store, "t1", 3000, STORE_NO_DONE);
    insert(store, "t3", "ci", &heard);
    check_ok(store_flush(store, &err));
    check_str(heard.message, "");
    check_int(read_tokens(&tokens), 2);
    check_str(tokens[0].name, "ci");
    const struct store_token *first = strcmp(tokens[0].id, "t1") == 0 ? &tokens[0] : &tokens[1];
    check_int(first->revoked_us, 2000);
    check_int(first->expires_us, 9000);
    check_int(first[first == tokens ? 1 : -1].expires_us, 0);
    arena_release(&arena);
    store_close(store);
}

TEST("the last use only moves forward")
{
    struct store *store = store_fixture_open();
    struct store_token *tokens;
    struct heard heard = {0};
    struct err err;

    insert(store, "t1", "ci", &heard);
    store_token_used(store, "t1", 5000, STORE_NO_DONE);
    store_token_used(store, "t1", 4000, STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    check_int(read_tokens(&tokens), 1);
    check_int(tokens[0].used_us, 5000);
    check_str(tokens[0].role, "operator");
    check_str(tokens[0].hash, "0123");
    arena_release(&arena);
    store_close(store);
}

static size_t read_audit(const struct store_audit_page *page, struct store_audit **entries)
{
    struct store_reader *reader = store_fixture_reader();
    struct err err;
    size_t count;

    check_ok(store_read_audit(reader, page, &arena, entries, &count, &err));
    store_reader_close(reader);
    return count;
}

TEST("the audit log is read page by page, the newest first, of one actor or action")
{
    struct store *store = store_fixture_open();
    struct store_audit *entries;
    struct err err;

    arena_init(&arena);
    for (int i = 0; i < 10; i++)
        store_audit_append(store,
                           &(struct store_audit){.at_us = 1000 + i,
                                                 .actor = i % 2 == 0 ? "token:ci" : "user:1000",
                                                 .address = i == 9 ? "192.0.2.7" : NULL,
                                                 .action = i < 5 ? "run" : "cancel",
                                                 .subject = i == 9 ? "01ABC" : NULL,
                                                 .result = "accepted",
                                                 .detail = "{\"force\":true}"},
                           STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    check_int(read_audit(&(struct store_audit_page){.limit = 3}, &entries), 3);
    check_int(entries[0].at_us, 1009);
    check_str(entries[0].address, "192.0.2.7");
    check_str(entries[0].subject, "01ABC");
    check_str(entries[0].detail, "{\"force\":true}");
    check(entries[1].subject == NULL);
    int64_t before = entries[2].id;
    check_int(read_audit(&(struct store_audit_page){.before_id = before, .limit = 100}, &entries),
              7);
    check_int(entries[0].at_us, 1006);
    check_int(read_audit(&(struct store_audit_page){.limit = 9, .actor = "token:ci"}, &entries), 5);
    check_int(
        read_audit(&(struct store_audit_page){.limit = 9, .actor = "token:ci", .action = "cancel"},
                   &entries),
        2);
    int64_t changes;
    store_audit_prune(store, 1008, 100, &changes);
    check_ok(store_flush(store, &err));
    check_int(changes, 8);
    check_int(read_audit(&(struct store_audit_page){.limit = 9}, &entries), 2);
    arena_release(&arena);
    store_close(store);
}
