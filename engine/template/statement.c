/*
 * Statements: {% name … %}, one parse function each, found in a table by its name.
 */
#include "template/parser.h"

#include "base/suggest.h"

#include <string.h>

typedef int statement_parser(struct template_parser *parser, struct template_stmt *stmt);

static statement_parser parse_if, parse_for, parse_set, parse_macro, parse_call_block, parse_do;

static const struct statement {
    const char *name;
    enum template_stmt_kind kind;
    statement_parser *parse; /* from behind the name to before the last "%}" */
} statements[] = {
    {"if", STMT_IF, parse_if},
    {"for", STMT_FOR, parse_for},
    {"set", STMT_SET, parse_set},
    {"macro", STMT_MACRO, parse_macro},
    {"call", STMT_CALL, parse_call_block},
    {"do", STMT_DO, parse_do},
};

enum { STATEMENTS = sizeof statements / sizeof *statements };

/* A list of statements that grows at its end. */
struct stmt_list {
    const struct template_stmt *first;
    struct template_stmt *last;
};

static struct template_stmt *add_stmt(struct template_parser *parser, struct stmt_list *list,
                                      enum template_stmt_kind kind)
{
    struct template_stmt *stmt = arena_alloc(parser->arena, sizeof *stmt);

    stmt->kind = kind;
    stmt->line = parser->token.line;
    stmt->column = parser->token.column;
    if (list->last == NULL)
        list->first = stmt;
    else
        list->last->next = stmt;
    list->last = stmt;
    return stmt;
}

static bool is_one_of(const struct template_token *token, const char *const *names)
{
    for (; names != NULL && *names != NULL; names++)
        if (template_token_is(token, *names))
            return true;
    return false;
}

/* ---- bodies ---------------------------------------------------------------------------------- */

static int parse_print(struct template_parser *parser, struct stmt_list *list)
{
    struct template_stmt *stmt = add_stmt(parser, list, STMT_PRINT);

    if (template_parser_advance(parser) < 0)
        return -1;
    stmt->expr = template_parse_tuple(parser, true);
    return stmt->expr == NULL ? -1 : template_parser_expect(parser, TOKEN_PRINT_END, "\"}}\"");
}

static int refuse_statement(struct template_parser *parser)
{
    const struct template_token *at = &parser->token;
    const char *names[STATEMENTS];

    if (at->kind != TOKEN_NAME)
        return template_parser_fail(parser, at, "a statement is expected here, not %s",
                                    template_token_describe(at, parser->arena));
    const char *name = arena_strndup(parser->arena, at->data, at->size);
    if (strncmp(name, "end", 3) == 0 || strcmp(name, "else") == 0 || strcmp(name, "elif") == 0)
        return template_parser_fail(parser, at, "\"%s\" has nothing to belong to here", name);
    for (size_t i = 0; i < STATEMENTS; i++)
        names[i] = statements[i].name;
    const char *near = suggest(name, names, STATEMENTS);
    if (near != NULL)
        return template_parser_fail(
            parser, at, "there is no statement \"%s\": did you mean \"%s\"?", name, near);
    return template_parser_fail(parser, at,
                                "there is no statement \"%s\": there are if, for, set, macro, "
                                "call, do and raw",
                                name);
}

/* Behind "{%". */
static int parse_statement(struct template_parser *parser, struct stmt_list *list)
{
    for (size_t i = 0; i < STATEMENTS; i++) {
        if (!template_token_is(&parser->token, statements[i].name))
            continue;
        struct template_stmt *stmt = add_stmt(parser, list, statements[i].kind);
        if (template_parser_advance(parser) < 0 || statements[i].parse(parser, stmt) < 0)
            return -1;
        return template_parser_expect(parser, TOKEN_BLOCK_END, "\"%}\"");
    }
    return refuse_statement(parser);
}

/* Statements up to "{%" and one of the names, at which the parser is left; with ends NULL up to
 * the end of the template. `opener` is whose body it is. */
static int parse_until(struct template_parser *parser, const char *const *ends,
                       const struct template_stmt *opener, const struct template_stmt **body)
{
    struct stmt_list list = {0};

    if (template_parser_enter(parser) < 0)
        return -1;
    while (parser->token.kind != TOKEN_END) {
        if (parser->token.kind == TOKEN_TEXT) {
            struct template_stmt *stmt = add_stmt(parser, &list, STMT_TEXT);
            stmt->text.data = parser->token.data;
            stmt->text.size = parser->token.size;
            if (template_parser_advance(parser) < 0)
                return -1;
        } else if (parser->token.kind == TOKEN_PRINT_BEGIN) {
            if (parse_print(parser, &list) < 0)
                return -1;
        } else {
            if (template_parser_advance(parser) < 0)
                return -1;
            if (is_one_of(&parser->token, ends))
                break;
            if (parse_statement(parser, &list) < 0)
                return -1;
        }
    }
    template_parser_leave(parser);
    *body = list.first;
    if (ends == NULL || parser->token.kind != TOKEN_END)
        return 0;
    const struct template_token at = {.line = opener->line, .column = opener->column};
    while (ends[1] != NULL) /* the last one closes the block */
        ends++;
    return template_parser_fail(parser, &at, "this block has no end: close it with \"{%% %s %%}\"",
                                *ends);
}

int template_parse_body(struct template_parser *parser, const struct template_stmt **body)
{
    return parse_until(parser, NULL, NULL, body);
}

/* Moves over "%}" behind a block's head, or fails. */
static int expect_block_end(struct template_parser *parser)
{
    return template_parser_expect(parser, TOKEN_BLOCK_END, "\"%}\"");
}

/* ---- if -------------------------------------------------------------------------------------- */

static int parse_branch(struct template_parser *parser, struct template_stmt *stmt,
                        struct template_branch *branch, bool has_condition)
{
    static const char *const all_ends[] = {"elif", "else", "endif", NULL};

    if (has_condition) {
        branch->condition = template_parse_tuple(parser, true);
        if (branch->condition == NULL)
            return -1;
    }
    if (expect_block_end(parser) < 0)
        return -1;
    return parse_until(parser, has_condition ? all_ends : all_ends + 2, stmt, &branch->body);
}

static int parse_if(struct template_parser *parser, struct template_stmt *stmt)
{
    const struct template_branch **next = &stmt->branches;
    bool has_condition = true;

    for (;;) {
        struct template_branch *branch = arena_alloc(parser->arena, sizeof *branch);
        if (parse_branch(parser, stmt, branch, has_condition) < 0)
            return -1;
        *next = branch;
        next = &branch->next;
        if (template_token_is(&parser->token, "endif"))
            return template_parser_advance(parser);
        has_condition = template_token_is(&parser->token, "elif");
        if (template_parser_advance(parser) < 0)
            return -1;
    }
}

/* ---- for and set ----------------------------------------------------------------------------- */

/* name, or name, name, … with or without brackets */
static int parse_targets(struct template_parser *parser, struct template_stmt *stmt)
{
    const char *targets[16];
    size_t count = 0;
    bool in_brackets = parser->token.kind == TOKEN_OPEN_ROUND;

    if (in_brackets && template_parser_advance(parser) < 0)
        return -1;
    for (;;) {
        if (count == sizeof targets / sizeof *targets)
            return template_parser_fail(parser, &parser->token, "too many names to assign to");
        if (template_parser_expect_name(parser, &targets[count], "a name") < 0)
            return -1;
        count++;
        if (parser->token.kind != TOKEN_COMMA)
            break;
        if (template_parser_advance(parser) < 0)
            return -1;
    }
    stmt->assign.targets = arena_memdup(parser->arena, targets, count * sizeof *targets);
    stmt->assign.target_count = count;
    return in_brackets ? template_parser_expect(parser, TOKEN_CLOSE_ROUND, "\")\"") : 0;
}

static int parse_for(struct template_parser *parser, struct template_stmt *stmt)
{
    static const char *const ends[] = {"else", "endfor", NULL};

    if (parse_targets(parser, stmt) < 0)
        return -1;
    if (!template_token_is(&parser->token, "in"))
        return template_parser_fail(parser, &parser->token, "\"in\" is expected here, not %s",
                                    template_token_describe(&parser->token, parser->arena));
    if (template_parser_advance(parser) < 0)
        return -1;
    stmt->expr = template_parse_tuple(parser, false);
    if (stmt->expr == NULL)
        return -1;
    if (template_token_is(&parser->token, "if")) {
        if (template_parser_advance(parser) < 0)
            return -1;
        stmt->assign.condition = template_parse_expression(parser, true);
        if (stmt->assign.condition == NULL)
            return -1;
    }
    if (template_token_is(&parser->token, "recursive"))
        return template_parser_fail(parser, &parser->token,
                                    "recursive loops are not supported: use a macro");
    if (expect_block_end(parser) < 0 || parse_until(parser, ends, stmt, &stmt->body) < 0)
        return -1;
    if (template_token_is(&parser->token, "else") &&
        (template_parser_advance(parser) < 0 || expect_block_end(parser) < 0 ||
         parse_until(parser, ends + 1, stmt, &stmt->assign.otherwise) < 0))
        return -1;
    return template_parser_advance(parser);
}

/* set a = 1, set a, b = 1, 2, set namespace.a = 1, or set a and a body */
static int parse_set(struct template_parser *parser, struct template_stmt *stmt)
{
    static const char *const ends[] = {"endset", NULL};

    if (parse_targets(parser, stmt) < 0)
        return -1;
    if (parser->token.kind == TOKEN_DOT && stmt->assign.target_count == 1 &&
        (template_parser_advance(parser) < 0 ||
         template_parser_expect_name(parser, &stmt->assign.attribute, "a name") < 0))
        return -1;
    if (parser->token.kind == TOKEN_ASSIGN) {
        if (template_parser_advance(parser) < 0)
            return -1;
        stmt->expr = template_parse_tuple(parser, true);
        return stmt->expr == NULL ? -1 : 0;
    }
    if (parser->token.kind != TOKEN_BLOCK_END || stmt->assign.target_count > 1)
        return template_parser_fail(parser, &parser->token, "\"=\" is expected here, not %s",
                                    template_token_describe(&parser->token, parser->arena));
    if (expect_block_end(parser) < 0 || parse_until(parser, ends, stmt, &stmt->body) < 0)
        return -1;
    return template_parser_advance(parser);
}

/* ---- macro, call and do ---------------------------------------------------------------------- */

/* (a, b=1), from the opening bracket on */
static int parse_parameters(struct template_parser *parser, struct template_stmt *stmt)
{
    struct template_parameter parameters[64];
    size_t count = 0;

    if (template_parser_expect(parser, TOKEN_OPEN_ROUND, "\"(\"") < 0)
        return -1;
    while (parser->token.kind != TOKEN_CLOSE_ROUND) {
        if (count == sizeof parameters / sizeof *parameters)
            return template_parser_fail(parser, &parser->token,
                                        "a macro has at most %zu parameters", count);
        struct template_parameter *parameter = &parameters[count];
        *parameter = (struct template_parameter){0};
        if (template_parser_expect_name(parser, &parameter->name, "a parameter's name") < 0)
            return -1;
        if (parser->token.kind == TOKEN_ASSIGN) {
            if (template_parser_advance(parser) < 0)
                return -1;
            parameter->value = template_parse_expression(parser, true);
            if (parameter->value == NULL)
                return -1;
        } else if (count > 0 && parameters[count - 1].value != NULL) {
            return template_parser_fail(parser, &parser->token,
                                        "parameters without a default go before those with one");
        }
        count++;
        if (parser->token.kind != TOKEN_COMMA)
            break;
        if (template_parser_advance(parser) < 0)
            return -1;
    }
    stmt->macro.parameters = arena_memdup(parser->arena, parameters, count * sizeof *parameters);
    stmt->macro.parameter_count = count;
    return template_parser_expect(parser, TOKEN_CLOSE_ROUND, "\",\" or \")\"");
}

static int parse_macro(struct template_parser *parser, struct template_stmt *stmt)
{
    static const char *const ends[] = {"endmacro", NULL};

    if (template_parser_expect_name(parser, &stmt->macro.name, "the macro's name") < 0 ||
        parse_parameters(parser, stmt) < 0 || expect_block_end(parser) < 0 ||
        parse_until(parser, ends, stmt, &stmt->body) < 0)
        return -1;
    return template_parser_advance(parser);
}

static int parse_call_block(struct template_parser *parser, struct template_stmt *stmt)
{
    static const char *const ends[] = {"endcall", NULL};
    const struct template_token at = parser->token;

    stmt->macro.name = "caller";
    if (at.kind == TOKEN_OPEN_ROUND && parse_parameters(parser, stmt) < 0)
        return -1;
    stmt->expr = template_parse_expression(parser, true);
    if (stmt->expr == NULL)
        return -1;
    if (stmt->expr->kind != EXPR_CALL)
        return template_parser_fail(parser, &at, "the call of a macro is expected here");
    if (expect_block_end(parser) < 0 || parse_until(parser, ends, stmt, &stmt->body) < 0)
        return -1;
    return template_parser_advance(parser);
}

static int parse_do(struct template_parser *parser, struct template_stmt *stmt)
{
    stmt->expr = template_parse_tuple(parser, true);
    return stmt->expr == NULL ? -1 : 0;
}
