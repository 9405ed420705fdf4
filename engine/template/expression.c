/*
 * Expressions, by precedence climbing. From the loosest to the tightest:
 *
 *     a if b else c   or   and   not   == in …   + -   ~   * / // %   **   - +   . [] ()   | is
 */
#include "template/parser.h"

/* How tightly an operator binds. */
enum {
    LEVEL_OR = 1,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_COMPARE,
    LEVEL_SUM,
    LEVEL_CONCAT,
    LEVEL_PRODUCT,
    LEVEL_POWER,
};

enum { MAX_COMPARISONS = 64 }; /* in a row */

static const struct binary {
    enum template_token_kind kind;
    const char *name; /* of TOKEN_NAME */
    enum template_operator op;
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

static const struct template_expr *parse_binary(struct template_parser *parser, int level);

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
    if (row->op != OPERATOR_NOT_IN)
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
    struct template_expr *expr =
        template_parser_new_left(parser, EXPR_COMPARE, &parser->token, left);
    enum template_operator operators[MAX_COMPARISONS];
    const struct binary *row;

    if (expr == NULL)
        return NULL;
    while ((row = find_binary(parser, LEVEL_COMPARE)) != NULL && row->level == LEVEL_COMPARE) {
        if (expr->item_count == MAX_COMPARISONS) {
            template_parser_fail(parser, &parser->token, "too many comparisons in a row");
            return NULL;
        }
        operators[expr->item_count] = row->op;
        if (advance_operator(parser, row) < 0)
            return NULL;
        const struct template_expr *right = parse_binary(parser, LEVEL_SUM);
        if (right == NULL || template_parser_add_item(parser, expr, right) < 0)
            return NULL;
    }
    expr->operators = arena_memdup(parser->arena, operators, expr->item_count * sizeof *operators);
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
        operand == NULL ? NULL : template_parser_new_left(parser, EXPR_UNARY, &at, operand);
    if (expr != NULL)
        expr->op = OPERATOR_NOT;
    return expr;
}

/* An operand and all operators behind it that bind at least as tightly as `level`. */
static const struct template_expr *parse_binary(struct template_parser *parser, int level)
{
    const struct template_expr *left =
        level <= LEVEL_NOT && template_token_is(&parser->token, "not")
            ? parse_not(parser)
            : template_parse_operand(parser);
    const struct binary *row;

    while (left != NULL && (row = find_binary(parser, level)) != NULL) {
        if (row->level == LEVEL_COMPARE) {
            left = parse_comparisons(parser, left);
            continue;
        }
        struct template_expr *expr =
            template_parser_new_left(parser, EXPR_BINARY, &parser->token, left);
        if (expr == NULL || advance_operator(parser, row) < 0)
            return NULL;
        expr->op = row->op;
        const struct template_expr *right = parse_binary(parser, row->level + 1);
        if (right == NULL || template_parser_add_item(parser, expr, right) < 0)
            return NULL;
        left = expr;
    }
    return left;
}

/* Behind `then if condition`: the rest of it. */
static const struct template_expr *parse_condition(struct template_parser *parser,
                                                   const struct template_expr *then)
{
    struct template_expr *expr = template_parser_new_expr(parser, EXPR_CONDITION, &parser->token);
    const struct template_expr *otherwise = NULL;

    if (template_parser_advance(parser) < 0)
        return NULL;
    expr->left = parse_binary(parser, LEVEL_OR);
    if (expr->left == NULL || template_parser_hang(parser, expr, expr->left) < 0)
        return NULL;
    if (template_token_is(&parser->token, "else")) {
        if (template_parser_advance(parser) < 0)
            return NULL;
        otherwise = template_parse_expression(parser, true);
        if (otherwise == NULL)
            return NULL;
    }
    if (template_parser_add_item(parser, expr, then) < 0 ||
        template_parser_add_item(parser, expr, otherwise) < 0)
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
    struct template_expr *tuple = template_parser_new_expr(parser, EXPR_LIST, &parser->token);
    const struct template_expr *item = template_parse_expression(parser, condition);

    tuple->is_tuple = true;
    if (item == NULL || parser->token.kind != TOKEN_COMMA)
        return item;
    if (template_parser_add_item(parser, tuple, item) < 0)
        return NULL;
    while (parser->token.kind == TOKEN_COMMA) {
        if (template_parser_advance(parser) < 0)
            return NULL;
        if (ends_tuple(parser))
            break;
        item = template_parse_expression(parser, condition);
        if (item == NULL || template_parser_add_item(parser, tuple, item) < 0)
            return NULL;
    }
    return tuple;
}
