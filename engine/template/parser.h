/*
 * From tokens to the tree, by recursive descent: statements (statement.c) hold expressions
 * (expression.c), which put operators between operands (operand.c). All move over the same tokens
 * and make nodes with the functions of parser.c.
 *
 * Parse functions return NULL or -1 with parser->err set. Each leaves the parser at the first
 * token that it has not used.
 */
#ifndef AORTA_TEMPLATE_PARSER_H
#define AORTA_TEMPLATE_PARSER_H

#include "template/lexer.h"
#include "template/tree.h"

struct template_parser {
    struct template_lexer lexer;
    struct template_token token; /* the one to look at */
    struct template_token ahead; /* the next one, if has_ahead */
    bool has_ahead;
    const char *name;
    struct arena *arena;
    int depth; /* blocks and expressions that are open, at most LIMIT_NESTING */
    struct err *err;
};

/* ---- tokens (parser.c) ---- */

/* Reads the first token. The text is checked and lent. */
int template_parser_init(struct template_parser *parser, struct arena *arena, const char *name,
                         const char *text, size_t size, struct err *err);

/* Moves on to the next token. */
int template_parser_advance(struct template_parser *parser);

/* The token behind the present one, or NULL on an error. */
const struct template_token *template_parser_peek(struct template_parser *parser);

/* Moves over a token of that kind, or fails saying what was expected: `")"`. */
int template_parser_expect(struct template_parser *parser, enum template_token_kind kind,
                           const char *what);

/* Moves over a name and sets *name to a copy of it. `what` as above: "the macro's name". */
int template_parser_expect_name(struct template_parser *parser, const char **name,
                                const char *what);

/* Fails at a token. Returns -1. */
int template_parser_fail(struct template_parser *parser, const struct template_token *at,
                         const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Around everything that nests: counts, and fails past LIMIT_NESTING. */
int template_parser_enter(struct template_parser *parser);
void template_parser_leave(struct template_parser *parser);

/* ---- nodes (parser.c) ---- */

struct template_expr *template_parser_new_expr(struct template_parser *parser,
                                               enum template_expr_kind kind,
                                               const struct template_token *at);

/* The same with what stands to its left; NULL if that is too high. */
struct template_expr *template_parser_new_left(struct template_parser *parser,
                                               enum template_expr_kind kind,
                                               const struct template_token *at,
                                               const struct template_expr *left);

/* Notes that `child`, which may be NULL, hangs below `expr`; fails past MAX_HEIGHT. */
int template_parser_hang(struct template_parser *parser, struct template_expr *expr,
                         const struct template_expr *child);

/* Appends to expr->items and hangs it. */
int template_parser_add_item(struct template_parser *parser, struct template_expr *expr,
                             const struct template_expr *item);

/* ---- expressions (operand.c, expression.c) ---- */

/* What stands between two operators. */
const struct template_expr *template_parse_operand(struct template_parser *parser);

/* One expression; without `condition` an `if` behind it is left alone. */
const struct template_expr *template_parse_expression(struct template_parser *parser,
                                                      bool condition);

/* One expression, or several with commas: a tuple. */
const struct template_expr *template_parse_tuple(struct template_parser *parser, bool condition);

/* ---- statements (statement.c) ---- */

/* All statements up to the end of the template. */
int template_parse_body(struct template_parser *parser, const struct template_stmt **body);

#endif
