/*
 * Expressions, by precedence climbing. From the loosest to the tightest:
 *
 *     a if b else c   or   and   not   == in …   + -   ~   * / // %   **   - +   . [] ()   | is
 */
#include "template/parser.h"

#include "base/suggest.h"
#include "template/filters.h"
#include "template/predicates.h"

#include <string.h>

/* A chain like 1 + 1 + 1 + … is as high as it is long, and is walked by recursion. */
enum { MAX_HEIGHT = 256 };

enum { LEVEL_OR = 1, LEVEL_AND, LEVEL_NOT, LEVEL_COMPARE, LEVEL_SUM, LEVEL_CONCAT, LEVEL_PRODUCT,
       LEVEL_POWER };

static const struct binary {
    enum template_token_kind kind;
    const char *name; /* of TOKEN_NAME */
    enum template_operator operator;
    int level;
} binaries[] = {
    {TOKEN_NAME, "or", OPERATOR_OR, LEVEL_OR},
    {TOKEN_NAME, "and", OPERATOR_AND, LEVEL_AND},
    {TOKEN_NAME, "in", OPERATOR_IN, LEVEL_COMPARE},
    {TOKEN_NAME, "not", OPERATOR_NOT_IN, LEVEL_COMPARE}, /* its "in" follows */
    {TOKEN_EQUAL, NULL, OPERATOR_EQUAL, LEVEL_COMPARE},
    {TOKEN_NOT_EQUAL, NULL, OPERATOR_NOT_EQUAL, LEVEL_COMPARE},
    {TOKEN_LESS, NULL, OPERATOR_LESS, LEVEL_COMPARE},
    {TOKEN_LESS_EQUAL, NULL, OPERATOR_LESS_EQUAL, LEVEL_COMPARE},
    {TOKEN_GREATER, NULL, OPERATOR_GREATER, LEVEL_COMPARE},
    {TOKEN_GREATER_EQUAL, NULL, OPERATOR_GREATER_EQUAL, LEVEL_COMPARE},
    {TOKEN_ADD, NULL, OPERATOR_ADD, LEVEL_SUM},
    {TOKEN_SUBTRACT, NULL, OPERATOR_SUBTRACT, LEVEL_SUM},
    {TOKEN_TILDE, NULL, OPERATOR_CONCAT, LEVEL_CONCAT},
    {TOKEN_MULTIPLY, NULL, OPERATOR_MULTIPLY, LEVEL_PRODUCT},
    {TOKEN_DIVIDE, NULL, OPERATOR_DIVIDE, LEVEL_PRODUCT},
    {TOKEN_FLOOR_DIVIDE, NULL, OPERATOR_FLOOR_DIVIDE, LEVEL_PRODUCT},
    {TOKEN_MODULO, NULL, OPERATOR_MODULO, LEVEL_PRODUCT},
    {TOKEN_POWER, NULL, OPERATOR_POWER, LEVEL_POWER},
};

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

static struct template_expr *new_expr(struct template_parser *parser, enum template_expr_kind kind,
                                      const struct template_token *at)
{
    struct template_expr *expr = arena_alloc(parser->arena, sizeof *expr);

    expr->kind = kind;
    expr->line = at->line;
    expr->column = at->column;
    expr->height = 1;
    return expr;
}

/* Notes that `child` hangs below `expr`. */
static int hang(struct template_parser *parser, struct template_expr *expr,
                const struct template_expr *child)
{
    if (child != NULL && child->height >= expr->height)
        expr->height = child->height + 1;
    if (expr->height > MAX_HEIGHT)
        return template_parser_fail(parser, &parser->token,
                                    "this expression is too long: break it up with {%% set %%}");
    return 0;
}

static int add_item(struct template_parser *parser, struct template_expr *expr,
                    const struct template_expr *item)
{
    size_t count = expr->item_count;

    if ((count & (count - 1)) == 0) { /* 0 or a power of two: the array is full */
        const struct template_expr **items =
            arena_calloc(parser->arena, count == 0 ? 1 : count * 2, sizeof(*items));
        if (count > 0)
            memcpy(items, expr->items, count * sizeof(*items));
        expr->items = items;
    }
    expr->items[expr->item_count++] = item;
    return hang(parser, expr, item);
}

static struct template_expr *new_left(struct template_parser *parser, enum template_expr_kind kind,
                                      const struct template_token *at,
                                      const struct template_expr *left)
{
    struct template_expr *expr = new_expr(parser, kind, at);

    expr->left = left;
    return hang(parser, expr, left) < 0 ? NULL : expr;
}

static const struct template_expr *parse_binary(struct template_parser *parser, int level);

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
            struct template_expr *constant = new_expr(parser, EXPR_CONSTANT, &token);
            constant->value = constants[i].value;
            return constant;
        }
    struct template_expr *expr = new_expr(parser, EXPR_NAME, &token);
    expr->name = arena_strndup(parser->arena, token.data, token.size);
    return expr;
}

/* Several strings in a row are one, as in Python. */
static const struct template_expr *parse_string(struct template_parser *parser)
{
    struct template_expr *expr = new_expr(parser, EXPR_CONSTANT, &parser->token);
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
    struct template_expr *expr = new_expr(parser, EXPR_CONSTANT, &parser->token);

    expr->value = parser->token.kind == TOKEN_INT ? template_int(parser->token.integer)
                                                  : template_double(parser->token.real);
    return template_parser_advance(parser) < 0 ? NULL : expr;
}

static const struct template_expr *parse_list(struct template_parser *parser)
{
    struct template_expr *expr = new_expr(parser, EXPR_LIST, &parser->token);

    if (template_parser_advance(parser) < 0)
        return NULL;
    while (parser->token.kind != TOKEN_CLOSE_SQUARE) {
        const struct template_expr *item = template_parse_expression(parser, true);
        if (item == NULL || add_item(parser, expr, item) < 0)
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
    struct template_expr *expr = new_expr(parser, EXPR_MAP, &parser->token);

    if (template_parser_advance(parser) < 0)
        return NULL;
    while (parser->token.kind != TOKEN_CLOSE_CURLY) {
        const struct template_expr *key = template_parse_expression(parser, true);
        if (key == NULL || template_parser_expect(parser, TOKEN_COLON, "\":\"") < 0)
            return NULL;
        const struct template_expr *value = template_parse_expression(parser, true);
        if (value == NULL || add_item(parser, expr, key) < 0 || add_item(parser, expr, value) < 0)
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
    struct template_expr *empty = new_expr(parser, EXPR_LIST, &parser->token);
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
    return hang(parser, expr, argument.value);
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

/* left.name, or left.0 */
static const struct template_expr *parse_attribute(struct template_parser *parser,
                                                   const struct template_expr *left)
{
    const struct template_token dot = parser->token;

    if (template_parser_advance(parser) < 0)
        return NULL;
    if (parser->token.kind == TOKEN_INT) {
        const struct template_expr *index = parse_number(parser);
        struct template_expr *expr = new_left(parser, EXPR_INDEX, &dot, left);
        if (index == NULL || expr == NULL || add_item(parser, expr, index) < 0)
            return NULL;
        return expr;
    }
    struct template_expr *expr = new_left(parser, EXPR_ATTRIBUTE, &parser->token, left);
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
    struct template_expr *expr = new_left(parser, EXPR_INDEX, &parser->token, left);
    const struct template_expr *part;

    if (expr == NULL || template_parser_advance(parser) < 0)
        return NULL;
    if (parser->token.kind == TOKEN_CLOSE_SQUARE) {
        template_parser_fail(parser, &parser->token, "an index is expected here");
        return NULL;
    }
    if (parse_slice_part(parser, &part) < 0 || add_item(parser, expr, part) < 0)
        return NULL;
    while (parser->token.kind == TOKEN_COLON && expr->item_count < 3) {
        expr->kind = EXPR_SLICE;
        if (template_parser_advance(parser) < 0 || parse_slice_part(parser, &part) < 0 ||
            add_item(parser, expr, part) < 0)
            return NULL;
    }
    return template_parser_expect(parser, TOKEN_CLOSE_SQUARE, "\"]\"") < 0 ? NULL : expr;
}

static const struct template_expr *parse_call(struct template_parser *parser,
                                              const struct template_expr *left)
{
    const struct template_token at = {.line = left->line, .column = left->column};
    struct template_expr *expr = new_left(parser, EXPR_CALL, &at, left);

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
    template_parser_fail(parser, &token, near != NULL ? "there is no %s \"%s\": did you mean \"%s\"?"
                                                      : "there is no %s \"%s\"",
                         what, name, near);
    return NULL;
}

static const struct template_expr *parse_filter(struct template_parser *parser,
                                                const struct template_expr *left)
{
    const struct template_token at = parser->token;

    if (template_parser_advance(parser) < 0)
        return NULL;
    const struct template_builtin *builtin =
        parse_builtin(parser, "filter", template_filters, template_filter_count);
    struct template_expr *expr = new_left(parser, EXPR_FILTER, &at, left);
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
    struct template_expr *expr = new_left(parser, EXPR_TEST, &at, left);
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
    struct template_expr *not = new_left(parser, EXPR_UNARY, &at, expr);
    if (not != NULL)
        not->operator= OPERATOR_NOT;
    return not;
}

/* ---- operators ------------------------------------------------------------------------------- */

/* -a binds its own a first and a filter behind the whole: -1 | abs is 1. */
static const struct template_expr *parse_unary(struct template_parser *parser, bool with_filter)
{
    const struct template_token at = parser->token;
    const struct template_expr *expr = NULL;

    if (at.kind == TOKEN_SUBTRACT || at.kind == TOKEN_ADD) {
        if (template_parser_enter(parser) < 0 || template_parser_advance(parser) < 0)
            return NULL;
        const struct template_expr *operand = parse_unary(parser, false);
        template_parser_leave(parser);
        struct template_expr *unary =
            operand == NULL ? NULL : new_left(parser, EXPR_UNARY, &at, operand);
        if (unary == NULL)
            return NULL;
        unary->operator= at.kind == TOKEN_ADD ? OPERATOR_PLUS : OPERATOR_NEGATE;
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

/* The row of the operator at hand if it binds at least as tightly as `level`. */
static const struct binary *find_binary(struct template_parser *parser, int level)
{
    for (size_t i = 0; i < sizeof binaries / sizeof *binaries; i++) {
        const struct binary *row = &binaries[i];
        if (row->level >= level && row->kind == parser->token.kind &&
            (row->name == NULL || template_token_is(&parser->token, row->name)))
            return row;
    }
    return NULL;
}

/* Moves over the operator, both words of "not in". */
static int advance_operator(struct template_parser *parser, const struct binary *row)
{
    if (template_parser_advance(parser) < 0)
        return -1;
    if (row->operator!= OPERATOR_NOT_IN)
        return 0;
    if (!template_token_is(&parser->token, "in"))
        return template_parser_fail(parser, &parser->token,
                                    "\"not\" behind a value wants an \"in\" behind it");
    return template_parser_advance(parser);
}

/* a < b <= c: each neighbour is compared, as in Python. */
static const struct template_expr *parse_comparisons(struct template_parser *parser,
                                                     const struct template_expr *left)
{
    struct template_expr *expr = new_left(parser, EXPR_COMPARE, &parser->token, left);
    enum template_operator operators[MAX_HEIGHT];
    const struct binary *row;

    if (expr == NULL)
        return NULL;
    while ((row = find_binary(parser, LEVEL_COMPARE)) != NULL && row->level == LEVEL_COMPARE) {
        if (expr->item_count == MAX_HEIGHT) {
            template_parser_fail(parser, &parser->token, "too many comparisons in a row");
            return NULL;
        }
        operators[expr->item_count] = row->operator;
        if (advance_operator(parser, row) < 0)
            return NULL;
        const struct template_expr *right = parse_binary(parser, LEVEL_SUM);
        if (right == NULL || add_item(parser, expr, right) < 0)
            return NULL;
    }
    expr->operators =
        arena_memdup(parser->arena, operators, expr->item_count * sizeof *operators);
    return expr;
}

static const struct template_expr *parse_not(struct template_parser *parser)
{
    const struct template_token at = parser->token;

    if (template_parser_enter(parser) < 0 || template_parser_advance(parser) < 0)
        return NULL;
    const struct template_expr *operand = parse_binary(parser, LEVEL_NOT);
    template_parser_leave(parser);
    struct template_expr *expr =
        operand == NULL ? NULL : new_left(parser, EXPR_UNARY, &at, operand);
    if (expr != NULL)
        expr->operator= OPERATOR_NOT;
    return expr;
}

/* An operand and all operators behind it that bind at least as tightly as `level`. */
static const struct template_expr *parse_binary(struct template_parser *parser, int level)
{
    const struct template_expr *left =
        level <= LEVEL_NOT && template_token_is(&parser->token, "not") ? parse_not(parser)
                                                                       : parse_unary(parser, true);
    const struct binary *row;

    while (left != NULL && (row = find_binary(parser, level)) != NULL) {
        if (row->level == LEVEL_COMPARE) {
            left = parse_comparisons(parser, left);
            continue;
        }
        struct template_expr *expr = new_left(parser, EXPR_BINARY, &parser->token, left);
        if (expr == NULL || advance_operator(parser, row) < 0)
            return NULL;
        expr->operator= row->operator;
        const struct template_expr *right = parse_binary(parser, row->level + 1);
        if (right == NULL || add_item(parser, expr, right) < 0)
            return NULL;
        left = expr;
    }
    return left;
}

/* Behind `then if condition`: the rest of it. */
static const struct template_expr *parse_condition(struct template_parser *parser,
                                                   const struct template_expr *then)
{
    struct template_expr *expr = new_expr(parser, EXPR_CONDITION, &parser->token);
    const struct template_expr *otherwise = NULL;

    if (template_parser_advance(parser) < 0)
        return NULL;
    expr->left = parse_binary(parser, LEVEL_OR);
    if (expr->left == NULL || hang(parser, expr, expr->left) < 0)
        return NULL;
    if (template_token_is(&parser->token, "else")) {
        if (template_parser_advance(parser) < 0)
            return NULL;
        otherwise = template_parse_expression(parser, true);
        if (otherwise == NULL)
            return NULL;
    }
    if (add_item(parser, expr, then) < 0 || add_item(parser, expr, otherwise) < 0)
        return NULL;
    return expr;
}

const struct template_expr *template_parse_expression(struct template_parser *parser,
                                                      bool condition)
{
    if (template_parser_enter(parser) < 0)
        return NULL;
    const struct template_expr *expr = parse_binary(parser, LEVEL_OR);
    while (expr != NULL && condition && template_token_is(&parser->token, "if"))
        expr = parse_condition(parser, expr);
    template_parser_leave(parser);
    return expr;
}

static bool ends_tuple(const struct template_parser *parser)
{
    return parser->token.kind == TOKEN_PRINT_END || parser->token.kind == TOKEN_BLOCK_END ||
           parser->token.kind == TOKEN_CLOSE_ROUND;
}

const struct template_expr *template_parse_tuple(struct template_parser *parser, bool condition)
{
    struct template_expr *tuple = new_expr(parser, EXPR_LIST, &parser->token);
    const struct template_expr *item = template_parse_expression(parser, condition);

    tuple->is_tuple = true;
    if (item == NULL || parser->token.kind != TOKEN_COMMA)
        return item;
    if (add_item(parser, tuple, item) < 0)
        return NULL;
    while (parser->token.kind == TOKEN_COMMA) {
        if (template_parser_advance(parser) < 0)
            return NULL;
        if (ends_tuple(parser))
            break;
        item = template_parse_expression(parser, condition);
        if (item == NULL || add_item(parser, tuple, item) < 0)
            return NULL;
    }
    return tuple;
}
