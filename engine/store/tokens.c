#include "store/tokens.h"

#include "store/command.h"
#include "store/reader.h"

static const struct statement_text token_insert = {
    "INSERT INTO tokens (id, name, role, hash, created_us, expires_us)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    "token", NULL};

static const struct statement_text token_revoke = {
    "UPDATE tokens SET revoked_us = ?2 WHERE id = ?1 AND revoked_us IS NULL", "token", NULL};

static const struct statement_text token_used = {
    "UPDATE tokens SET used_us = ?2 WHERE id = ?1 AND ?2 > coalesce(used_us, 0)", "token", NULL};

static const char tokens_sql[] =
    "SELECT id, name, role, hash, created_us, expires_us, revoked_us, used_us FROM tokens"
    " ORDER BY name, created_us DESC";

void store_token_insert(struct store *store, const struct store_token *token,
                        struct store_done done)
{
    struct command command = {.statement = &token_insert, .done = done};

    command_add_text(&command, token->id);
    command_add_text(&command, token->name);
    command_add_text(&command, token->role);
    command_add_text(&command, token->hash);
    command_add_int(&command, token->created_us);
    command_add_known(&command, token->expires_us, 0);
    store_queue(store, &command);
}

static void change_time(struct store *store, const struct statement_text *statement, const char *id,
                        int64_t now_us, struct store_done done)
{
    struct command command = {.statement = statement, .done = done};

    command_add_text(&command, id);
    command_add_int(&command, now_us);
    store_queue(store, &command);
}

void store_token_revoke(struct store *store, const char *id, int64_t now_us, struct store_done done)
{
    change_time(store, &token_revoke, id, now_us, done);
}

void store_token_used(struct store *store, const char *id, int64_t now_us, struct store_done done)
{
    change_time(store, &token_used, id, now_us, done);
}

static void fill_token(void *item, const struct statement *row, struct arena *arena)
{
    struct store_token *token = item;

    token->id = statement_text(row, 0, arena);
    token->name = statement_text(row, 1, arena);
    token->role = statement_text(row, 2, arena);
    token->hash = statement_text(row, 3, arena);
    token->created_us = statement_int(row, 4, 0);
    token->expires_us = statement_int(row, 5, 0);
    token->revoked_us = statement_int(row, 6, 0);
    token->used_us = statement_int(row, 7, 0);
}

int store_read_tokens(struct store_reader *reader, struct arena *arena, struct store_token **tokens,
                      size_t *count, struct err *err)
{
    const struct reader_query query = {
        .sql = tokens_sql,
        .item_size = sizeof **tokens,
        .fill = fill_token,
    };
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *tokens = items;
    return 0;
}
