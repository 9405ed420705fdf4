#include "base/clock.h"
#include "base/suggest.h"
#include "cli/change.h"
#include "cli/history.h"
#include "cli/table.h"
#include "store/tokens.h"

#include <string.h>

static const char *state_of(const struct store_token *token)
{
    if (token->revoked_us != 0)
        return "revoked";
    return token->expires_us != 0 && token->expires_us <= clock_now_us() ? "expired" : "valid";
}

/* ------------------------------------------------------------------------------ create, revoke */

static int create(struct arguments *a)
{
    struct event token;

    if (a->rest_count > 1)
        return command_fail(EXIT_USAGE, "token create takes flags only: --name NAME --role ROLE");
    if (a->name == NULL || a->role == NULL)
        return command_fail(EXIT_USAGE, "token create wants --name NAME and --role viewer, "
                                        "operator or admin");
    a->request.verb = "create_token";
    a->request.subject = a->name;
    a->request.role = a->role;
    int status = change_ask(a, "token", &token);
    if (status != EXIT_OK)
        return status;
    puts(token.message); /* alone on standard output, so that a script can take it */
    fprintf(stderr, "this is the only time that the token is shown: keep it as a secret\n");
    return EXIT_OK;
}

static int revoke(struct arguments *a)
{
    if (a->rest_count != 2)
        return command_fail(EXIT_USAGE, "token revoke wants one name: aorta token revoke NAME");
    a->request.verb = "revoke_token";
    a->request.subject = a->rest[1];
    return change_ask(a, NULL, NULL);
}

/* ---------------------------------------------------------------------------------------- list */

static const struct table_column columns[] = {
    {.name = "name"},    {.name = "role"},      {.name = "state"},
    {.name = "created"}, {.name = "last used"}, {.name = "expires"},
};

static void print_json(const struct store_token *token)
{
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    json_write_key(&json, "id");
    json_write_str(&json, token->id);
    json_write_key(&json, "name");
    json_write_str(&json, token->name);
    json_write_key(&json, "role");
    json_write_str(&json, token->role);
    json_write_key(&json, "state");
    json_write_str(&json, state_of(token));
    history_write_time(&json, "created_at", token->created_us);
    history_write_time(&json, "used_at", token->used_us);
    history_write_time(&json, "expires_at", token->expires_us);
    history_write_time(&json, "revoked_at", token->revoked_us);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

static int list(struct arguments *a)
{
    struct store_token *tokens = NULL;
    struct store_reader *reader;
    struct err err;
    size_t count = 0;
    int status = EXIT_OK;

    if (a->rest_count > 1)
        return command_fail(EXIT_USAGE, "token list takes no argument: \"%s\"", a->rest[1]);
    if (history_open(a, &reader) < 0)
        return EXIT_FAILED;
    if (reader != NULL && store_read_tokens(reader, a->arena, &tokens, &count, &err) < 0)
        status = command_fail(EXIT_FAILED, "%s", err.message);
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < count; i++) {
        char times[3][TABLE_TEXT_SIZE];
        if (a->as_json)
            print_json(&tokens[i]);
        else
            table_add(table, (const char *[]){tokens[i].name, tokens[i].role, state_of(&tokens[i]),
                                              table_time(times[0], tokens[i].created_us),
                                              table_time(times[1], tokens[i].used_us),
                                              table_time(times[2], tokens[i].expires_us)});
    }
    table_end(table);
    store_reader_close(reader);
    if (count == 0 && status == EXIT_OK && !a->as_json)
        puts("there is no token: aorta token create --name NAME --role viewer|operator|admin");
    return status;
}

/* -------------------------------------------------------------------------------- the command */

static const struct {
    const char *word;
    int (*run)(struct arguments *a);
} actions[] = {{"create", create}, {"list", list}, {"revoke", revoke}};

enum { ACTIONS = sizeof actions / sizeof *actions };

static int unknown(const char *word)
{
    const char *words[ACTIONS];

    for (size_t i = 0; i < ACTIONS; i++)
        words[i] = actions[i].word;
    const char *near = word != NULL ? suggest(word, words, ACTIONS) : NULL;
    if (near != NULL)
        return command_fail(EXIT_USAGE, "token has no action \"%s\": did you mean %s?", word, near);
    return command_fail(EXIT_USAGE, "token wants one of create, list and revoke");
}

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_token, argc, argv, &arena, &a) == 0) {
        size_t i = 0;
        while (i < ACTIONS && (a.rest_count == 0 || strcmp(actions[i].word, a.rest[0]) != 0))
            i++;
        status = i < ACTIONS ? actions[i].run(&a) : unknown(a.rest_count > 0 ? a.rest[0] : NULL);
    }
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--name", "NAME", "create: what it is called: ci, ada", NULL},
    {"--role", "ROLE", "create: viewer, operator or admin", "viewer operator admin"},
    {"--expires", "TIME", "create: after that time it is refused: 90d (default: never)", NULL},
    {"--json", NULL, "list: one JSON object a line", NULL},
    FLAG_PROJECT,
    {0},
};

const struct command cmd_token = {
    "token",
    "create|list|revoke",
    "create list revoke <tokens>",
    "Makes tokens for the HTTP API, lists and revokes them",
    "token create --name ci --role operator prints a token, once: what is kept of it is a hash. token\n"
    "list tells when each was last used, token revoke ci refuses it from then on, and frees the name.\n"
    "A viewer looks, an operator also runs, cancels and pauses, an admin also makes tokens. With the\n"
    "first token the API wants one of everybody.",
    flags,
    run};
