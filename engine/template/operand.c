/*
 * What operators stand between: literals, names, brackets, and what follows them: .name, [index],
 * (arguments), | filter, is test.
 */
#include "template/parser.h"

#include "base/suggest.h"
#include "template/filters.h"
#include "template/predicates.h"

#include <string.h>

static const struct {
    const char *name;
    struct template_value value;
} constants[] = {
    {"true", {.kind = TEMPLATE_BOOL, .boolean = true}},
    {"True", {.kind = TEMPLATE_BOOL, .boolean = true}},
    {"false", {.kind = TEMPLATE_BOOL, .boolean = false}},
    {"False", {.kind = TEMPLATE_BOOL, .boolean = false}},
    {"none", {.kind = TEMPLATE_NONE}},
    {"None", {.kind = TEMPLATE_NONE}},
};

/* Names that are part of the grammar and can stand for nothing else. */
static const char *const reserved[] = {"and", "or", "not", "in", "is", "if", "else"};

static bool is_reserved(const struct template_token *token)
{
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (template_token_is(token, reserved[i]))
            return true;
    return false;
}

/* ---- literals and names ---------------------------------------------------------------------- */

static const struct template_expr *parse_name(struct template_parser *parser)
{
    const struct template_token token = parser->token;

    if (is_reserved(&token)) {
        template_parser_fail(parser, &token, "an expression is expected here, not %s",
                             template_token_describe(&token, parser->arena));
        return NULL;
    }
    if (template_parser_advance(parser) < 0)
        return NULL;
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (template_token_is(&token, constants[i].name)) {
            struct template_expr *constant =
                template_parser_new_expr(parser, EXPR_CONSTANT, &token);
            constant->value = constants[i].value;
            return constant;
        }
    struct template_expr *expr = template_parser_new_expr(parser, EXPR_NAME, &token);
    expr->name = arena_strndup(parser->arena, token.data, token.size);
    return expr;
}

/* Several strings in a row are one, as in Python. */
static const struct template_expr *parse_string(struct template_parser *parser)
{
    struct template_expr *expr = template_parser_new_expr(parser, EXPR_CONSTANT, &parser->token);
    const char *data = parser->token.data;
    size_t size = parser->token.size;

    if (template_parser_advance(parser) < 0)
        return NULL;
    while (parser->token.kind == TOKEN_STRING) {
        data = arena_printf(parser->arena, "%.*s%.*s", (int)size, data, (int)parser->token.size,
                            parser->token.data);
        size += parser->token.size;
        if (template_parser_advance(parser) < 0)
            return NULL;
    }
    expr->value = template_string_n(data, size);
    return expr;
}

static const struct template_expr *parse_number(struct template_parser *parser)
{
    struct template_expr *expr = template_parser_new_expr(parser, EXPR_CONSTANT, &parser->token);

    expr->value = parser->token.kind == TOKEN_INT ? template_int(parser->token.integer)
                                                  : template_double(parser->token.real);
    return template_parser_advance(parser) < 0 ? NULL : expr;
}

static const struct template_expr *parse_list(struct template_parser *parser)
{
    struct template_expr *expr = template_parser_new_expr(parser, EXPR_LIST, &parser->token);

    if (template_parser_advance(parser) < 0)
        return NULL;
    while (parser->token.kind != TOKEN_CLOSE_SQUARE) {
        const struct template_expr *item = template_parse_expression(parser, true);
        if (item == NULL || template_parser_add_item(parser, expr, item) < 0)
            return NULL;
        if (parser->token.kind != TOKEN_COMMA)
            break;
        if (template_parser_advance(parser) < 0)
            return NULL;
    }
    return template_parser_expect(parser, TOKEN_CLOSE_SQUARE, "\",\" or \"]\"") < 0 ? NULL : expr;
}

static const struct template_expr *parse_map(struct template_parser *parser)
{
    struct template_expr *expr = template_parser_new_expr(parser, EXPR_MAP, &parser->token);

    if (template_parser_advance(parser) < 0)
        return NULL;
    while (parser->token.kind != TOKEN_CLOSE_CURLY) {
        const struct template_expr *key = template_parse_expression(parser, true);
        if (key == NULL || template_parser_expect(parser, TOKEN_COLON, "\":\"") < 0)
            return NULL;
        const struct template_expr *value = template_parse_expression(parser, true);
        if (value == NULL || template_parser_add_item(parser, expr, key) < 0 ||
            template_parser_add_item(parser, expr, value) < 0)
            return NULL;
        if (parser->token.kind != TOKEN_COMMA)
            break;
        if (template_parser_advance(parser) < 0)
            return NULL;
    }
    return template_parser_expect(parser, TOKEN_CLOSE_CURLY, "\",\" or \"}\"") < 0 ? NULL : expr;
}

/* (a) is a, (a,) and (a, b) are tuples, () is an empty one. */
static const struct template_expr *parse_parentheses(struct template_parser *parser)
{
    struct template_expr *empty = template_parser_new_expr(parser, EXPR_LIST, &parser->token);
    const struct template_expr *inner = empty;

    empty->is_tuple = true;
    if (template_parser_advance(parser) < 0)
        return NULL;
    if (parser->token.kind != TOKEN_CLOSE_ROUND)
        inner = template_parse_tuple(parser, true);
    if (inner == NULL || template_parser_expect(parser, TOKEN_CLOSE_ROUND, "\")\"") < 0)
        return NULL;
    return inner;
}

static const struct template_expr *parse_primary(struct template_parser *parser)
{
    if (parser->token.kind == TOKEN_NAME)
        return parse_name(parser);
    if (parser->token.kind == TOKEN_STRING)
        return parse_string(parser);
    if (parser->token.kind == TOKEN_INT || parser->token.kind == TOKEN_DOUBLE)
        return parse_number(parser);
    if (parser->token.kind == TOKEN_OPEN_ROUND)
        return parse_parentheses(parser);
    if (parser->token.kind == TOKEN_OPEN_SQUARE)
        return parse_list(parser);
    if (parser->token.kind == TOKEN_OPEN_CURLY)
        return parse_map(parser);
    template_parser_fail(parser, &parser->token, "an expression is expected here, not %s",
                         template_token_describe(&parser->token, parser->arena));
    return NULL;
}

/* ---- what follows a primary ------------------------------------------------------------------ */

static int add_argument(struct template_parser *parser, struct template_expr *expr,
                        struct template_expr_argument argument)
{
    size_t count = expr->argument_count;
    struct template_expr_argument *arguments;

    if (argument.keyword == NULL && count > 0 && expr->arguments[count - 1].keyword != NULL)
        return template_parser_fail(parser, &parser->token,
                                    "arguments without a name go before those with one");
    /* Calls have few arguments: a copy for each new one costs less than a capacity to keep. */
    arguments = arena_calloc(parser->arena, count + 1, sizeof *arguments);
    if (count > 0)
        memcpy(arguments, expr->arguments, count * sizeof *arguments);
    arguments[count] = argument;
    expr->arguments = arguments;
    expr->argument_count++;
    return template_parser_hang(parser, expr, argument.value);
}

/* What stands in round brackets, from the opening one on. */
static int parse_arguments(struct template_parser *parser, struct template_expr *expr)
{
    if (template_parser_advance(parser) < 0)
        return -1;
    while (parser->token.kind != TOKEN_CLOSE_ROUND) {
        struct template_expr_argument argument = {0};
        if (parser->token.kind == TOKEN_MULTIPLY || parser->token.kind == TOKEN_POWER)
            return template_parser_fail(parser, &parser->token,
                                        "\"*\" and \"**\" arguments are not supported: write them "
                                        "one by one");
        if (expr->argument_count == 64)
            return template_parser_fail(parser, &parser->token,
                                        "a call has at most 64 arguments: pass a list");
        const struct template_token *ahead = template_parser_peek(parser);
        if (ahead == NULL)
            return -1;
        if (parser->token.kind == TOKEN_NAME && ahead->kind == TOKEN_ASSIGN &&
            (template_parser_expect_name(parser, &argument.keyword, "a name") < 0 ||
             template_parser_advance(parser) < 0))
            return -1;
        argument.value = template_parse_expression(parser, true);
        if (argument.value == NULL || add_argument(parser, expr, argument) < 0)
            return -1;
        if (parser->token.kind != TOKEN_COMMA)
            break;
        if (template_parser_advance(parser) < 0)
            return -1;
    }
    return template_parser_expect(parser, TOKEN_CLOSE_ROUND, "\",\" or \")\"");
}

/* What is made of parts stands where its first part does. */
static struct template_token position_of(const struct template_expr *left)
{
    return (struct template_token){.line = left->line, .column = left->column};
}

/* left.name, or left.0 */
static const struct template_expr *parse_attribute(struct template_parser *parser,
                                                   const struct template_expr *left)
{
    const struct template_token at = position_of(left);

    if (template_parser_advance(parser) < 0)
        return NULL;
    if (parser->token.kind == TOKEN_INT) {
        const struct template_expr *index = parse_number(parser);
        struct template_expr *expr = template_parser_new_left(parser, EXPR_INDEX, &at, left);
        if (index == NULL || expr == NULL || template_parser_add_item(parser, expr, index) < 0)
            return NULL;
        return expr;
    }
    struct template_expr *expr = template_parser_new_left(parser, EXPR_ATTRIBUTE, &at, left);
    if (expr == NULL || template_parser_expect_name(parser, &expr->name, "a name") < 0)
        return NULL;
    return expr;
}

/* One of the up to three parts of a slice; none gives NULL in *part. */
static int parse_slice_part(struct template_parser *parser, const struct template_expr **part)
{
    *part = NULL;
    if (parser->token.kind == TOKEN_COLON || parser->token.kind == TOKEN_CLOSE_SQUARE)
        return 0;
    *part = template_parse_expression(parser, true);
    return *part == NULL ? -1 : 0;
}

/* left[index] or left[start:stop:step] */
static const struct template_expr *parse_index(struct template_parser *parser,
                                               const struct template_expr *left)
{
    const struct template_token at = position_of(left);
    struct template_expr *expr = template_parser_new_left(parser, EXPR_INDEX, &at, left);
    const struct template_expr *part;

    if (expr == NULL || template_parser_advance(parser) < 0)
        return NULL;
    if (parser->token.kind == TOKEN_CLOSE_SQUARE) {
        template_parser_fail(parser, &parser->token, "an index is expected here");
        return NULL;
    }
    if (parse_slice_part(parser, &part) < 0 || template_parser_add_item(parser, expr, part) < 0)
        return NULL;
    while (parser->token.kind == TOKEN_COLON && expr->item_count < 3) {
        expr->kind = EXPR_SLICE;
        if (template_parser_advance(parser) < 0 || parse_slice_part(parser, &part) < 0 ||
            template_parser_add_item(parser, expr, part) < 0)
            return NULL;
    }
    return template_parser_expect(parser, TOKEN_CLOSE_SQUARE, "\"]\"") < 0 ? NULL : expr;
}

static const struct template_expr *parse_call(struct template_parser *parser,
                                              const struct template_expr *left)
{
    const struct template_token at = position_of(left);
    struct template_expr *expr = template_parser_new_left(parser, EXPR_CALL, &at, left);

    return expr == NULL || parse_arguments(parser, expr) < 0 ? NULL : expr;
}

static const struct template_expr *parse_postfix(struct template_parser *parser,
                                                 const struct template_expr *expr)
{
    while (expr != NULL) {
        if (parser->token.kind == TOKEN_DOT)
            expr = parse_attribute(parser, expr);
        else if (parser->token.kind == TOKEN_OPEN_SQUARE)
            expr = parse_index(parser, expr);
        else if (parser->token.kind == TOKEN_OPEN_ROUND)
            expr = parse_call(parser, expr);
        else
            break;
    }
    return expr;
}

/* ---- filters and tests ----------------------------------------------------------------------- */

/* Moves over the name of a filter or test and finds it. */
static const struct template_builtin *parse_builtin(struct template_parser *parser,
                                                    const char *what,
                                                    const struct template_builtin *table,
                                                    size_t count)
{
    const struct template_token token = parser->token;
    const char *candidates[64];
    const char *name;

    if (template_parser_expect_name(parser, &name, arena_printf(parser->arena, "a %s", what)) < 0)
        return NULL;
    const struct template_builtin *builtin = template_builtin_find(table, count, name);
    if (builtin != NULL)
        return builtin;
    for (size_t i = 0; i < count && i < 64; i++)
        candidates[i] = table[i].name;
    const char *near = suggest(name, candidates, count < 64 ? count : 64);
    template_parser_fail(
        parser, &token, "there is no %s \"%s\"%s", what, name,
        near == NULL ? "" : arena_printf(parser->arena, ": did you mean \"%s\"?", near));
    return NULL;
}

static const struct template_expr *parse_filter(struct template_parser *parser,
                                                const struct template_expr *left)
{
    if (template_parser_advance(parser) < 0)
        return NULL;
    const struct template_token at = parser->token;
    const struct template_builtin *builtin =
        parse_builtin(parser, "filter", template_filters, template_filter_count);
    struct template_expr *expr = template_parser_new_left(parser, EXPR_FILTER, &at, left);
    if (builtin == NULL || expr == NULL)
        return NULL;
    expr->builtin = builtin;
    if (parser->token.kind == TOKEN_OPEN_ROUND && parse_arguments(parser, expr) < 0)
        return NULL;
    return expr;
}

/* left is [not] test, with arguments in brackets, or one without: x is divisibleby 3 */
static const struct template_expr *parse_test(struct template_parser *parser,
                                              const struct template_expr *left)
{
    const struct template_token at = parser->token;

    if (template_parser_advance(parser) < 0)
        return NULL;
    bool negated = template_token_is(&parser->token, "not");
    if (negated && template_parser_advance(parser) < 0)
        return NULL;
    const struct template_builtin *builtin =
        parse_builtin(parser, "test", template_predicates, template_predicate_count);
    struct template_expr *expr = template_parser_new_left(parser, EXPR_TEST, &at, left);
    if (builtin == NULL || expr == NULL)
        return NULL;
    expr->builtin = builtin;
    if (parser->token.kind == TOKEN_OPEN_ROUND) {
        if (parse_arguments(parser, expr) < 0)
            return NULL;
    } else if (builtin->required > 0) {
        struct template_expr_argument argument = {0};
        argument.value = parse_postfix(parser, parse_primary(parser));
        if (argument.value == NULL || add_argument(parser, expr, argument) < 0)
            return NULL;
    }
    if (!negated)
        return expr;
    struct template_expr *inverse = template_parser_new_left(parser, EXPR_UNARY, &at, expr);
    if (inverse != NULL)
        inverse->op = OPERATOR_NOT;
    return inverse;
}

/* ---- signs ----------------------------------------------------------------------------------- */

/* -a binds its own a first and a filter behind the whole: -1 | abs is 1. */
static const struct template_expr *parse_signed(struct template_parser *parser, bool with_filter)
{
    const struct template_token at = parser->token;
    const struct template_expr *expr = NULL;

    if (at.kind == TOKEN_SUBTRACT || at.kind == TOKEN_ADD) {
        if (template_parser_enter(parser) < 0 || template_parser_advance(parser) < 0)
            return NULL;
        const struct template_expr *operand = parse_signed(parser, false);
        template_parser_leave(parser);
        struct template_expr *unary =
            operand == NULL ? NULL : template_parser_new_left(parser, EXPR_UNARY, &at, operand);
        if (unary == NULL)
            return NULL;
        unary->op = at.kind == TOKEN_ADD ? OPERATOR_PLUS : OPERATOR_NEGATE;
        expr = unary;
    } else {
        expr = parse_primary(parser);
    }
    expr = parse_postfix(parser, expr);
    while (with_filter && expr != NULL) {
        if (parser->token.kind == TOKEN_PIPE)
            expr = parse_filter(parser, expr);
        else if (template_token_is(&parser->token, "is"))
            expr = parse_test(parser, expr);
        else if (parser->token.kind == TOKEN_OPEN_ROUND)
            expr = parse_call(parser, expr);
        else
            break;
    }
    return expr;
}

const struct template_expr *template_parse_operand(struct template_parser *parser)
{
    return parse_signed(parser, true);
}
