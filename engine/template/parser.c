#include "template/parser.h"

#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A chain like 1 + 1 + 1 + … is as high as it is long, and is walked by recursion. */
enum { MAX_HEIGHT = 256 };

int template_parser_init(struct template_parser *parser, struct arena *arena, const char *name,
                         const char *text, size_t size, struct err *err)
{
    *parser = (struct template_parser){.name = name, .arena = arena, .err = err};
    template_lexer_init(&parser->lexer, arena, name, text, size);
    return template_parser_advance(parser);
}

int template_parser_advance(struct template_parser *parser)
{
    if (!parser->has_ahead)
        return template_lexer_next(&parser->lexer, &parser->token, parser->err);
    parser->token = parser->ahead;
    parser->has_ahead = false;
    return 0;
}

const struct template_token *template_parser_peek(struct template_parser *parser)
{
    if (!parser->has_ahead && template_lexer_next(&parser->lexer, &parser->ahead, parser->err) < 0)
        return NULL;
    parser->has_ahead = true;
    return &parser->ahead;
}

int template_parser_fail(struct template_parser *parser, const struct template_token *at,
                         const char *fmt, ...)
{
    char what[sizeof parser->err->message];
    va_list args;

    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    return err_set(parser->err, ERR_CONFIG, "%s:%d:%d: %s", parser->name, at->line, at->column,
                   what);
}

int template_parser_expect(struct template_parser *parser, enum template_token_kind kind,
                           const char *what)
{
    if (parser->token.kind == kind)
        return template_parser_advance(parser);
    return template_parser_fail(parser, &parser->token, "%s is expected here, not %s", what,
                                template_token_describe(&parser->token, parser->arena));
}

int template_parser_expect_name(struct template_parser *parser, const char **name, const char *what)
{
    const struct template_token token = parser->token;

    if (template_parser_expect(parser, TOKEN_NAME, what) < 0)
        return -1;
    *name = arena_strndup(parser->arena, token.data, token.size);
    return 0;
}

int template_parser_enter(struct template_parser *parser)
{
    if (parser->depth == LIMIT_NESTING)
        return template_parser_fail(parser, &parser->token,
                                    "blocks and expressions are nested more than %d deep here: "
                                    "move a part into a macro",
                                    LIMIT_NESTING);
    parser->depth++;
    return 0;
}

void template_parser_leave(struct template_parser *parser)
{
    parser->depth--;
}

struct template_expr *template_parser_new_expr(struct template_parser *parser,
                                               enum template_expr_kind kind,
                                               const struct template_token *at)
{
    struct template_expr *expr = arena_alloc(parser->arena, sizeof *expr);

    expr->kind = kind;
    expr->line = at->line;
    expr->column = at->column;
    expr->height = 1;
    return expr;
}

int template_parser_hang(struct template_parser *parser, struct template_expr *expr,
                         const struct template_expr *child)
{
    if (child != NULL && child->height >= expr->height)
        expr->height = child->height + 1;
    if (expr->height > MAX_HEIGHT)
        return template_parser_fail(parser, &parser->token,
                                    "this expression is too long: break it up with {%% set %%}");
    return 0;
}

int template_parser_add_item(struct template_parser *parser, struct template_expr *expr,
                             const struct template_expr *item)
{
    size_t count = expr->item_count;

    if ((count & (count - 1)) == 0) { /* 0 or a power of two: the array is full */
        const struct template_expr **items =
            arena_calloc(parser->arena, count == 0 ? 1 : count * 2, sizeof(void *));
        if (count > 0)
            memcpy(items, expr->items, count * sizeof(void *));
        expr->items = items;
    }
    expr->items[expr->item_count++] = item;
    return template_parser_hang(parser, expr, item);
}

struct template_expr *template_parser_new_left(struct template_parser *parser,
                                               enum template_expr_kind kind,
                                               const struct template_token *at,
                                               const struct template_expr *left)
{
    struct template_expr *expr = template_parser_new_expr(parser, kind, at);

    expr->left = left;
    return template_parser_hang(parser, expr, left) < 0 ? NULL : expr;
}
